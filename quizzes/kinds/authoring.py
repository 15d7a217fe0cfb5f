"""Reads what an author wrote, field by field, and says in words what is wrong with it and where."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from quizzes.kinds.wording import is_text

TEXT_LIMIT = 2000
COMMON_FIELDS = frozenset(
    {"id", "module", "objective", "kind", "stem", "points", "feedback", "facts", "tags"}
    | {"difficulty", "expected_correct", "critical", "not_with"}
)


class KindError(Exception):
    """What is wrong with an entry, and on which path in it, such as `options[2].id`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message

    def under(self, prefix: str) -> KindError:
        return KindError(join(prefix, self.path), self.message)


def join(*steps: str) -> str:
    path = ""
    for step in steps:
        path += step if not path or not step or step.startswith("[") else f".{step}"
    return path


def check_entry(source: Mapping[str, Any], *, kind: str, own_fields: Collection[str]) -> None:
    """What every entry has, whatever its kind: a stem, feedback, and no field that nobody reads."""
    only(source, {*COMMON_FIELDS, *own_fields})
    if source.get("kind") != kind:
        raise KindError("kind", _("This is read as %(kind)s, so its kind must say so.") % {"kind": kind})
    text(source, "stem")
    feedback(source)


def only(source: Mapping[str, Any], allowed: Collection[str], path: str = "") -> None:
    for name in source:
        if name not in allowed:
            raise KindError(
                join(path, str(name)), _("Nothing reads “%(name)s”. Remove it or mend its name.") % {"name": name}
            )


def require(source: Mapping[str, Any], name: str, path: str = "") -> Any:
    if source.get(name) is None:
        raise KindError(join(path, name), _("“%(name)s” is missing.") % {"name": name})
    return source[name]


def mapping(source: Mapping[str, Any], name: str, path: str = "") -> Mapping[str, Any]:
    value = require(source, name, path)
    if not isinstance(value, Mapping):
        raise KindError(join(path, name), _("Write this as named fields."))
    return value


def sequence(source: Mapping[str, Any], name: str, path: str = "") -> Sequence[Any]:
    value = require(source, name, path)
    if not isinstance(value, list | tuple):
        raise KindError(join(path, name), _("Write this as a list."))
    return value


def text(source: Mapping[str, Any], name: str, path: str = "") -> str:
    value = require(source, name, path)
    where = join(path, name)
    if not isinstance(value, str):
        raise KindError(where, _("Write this as text. Put quotes around it if it looks like a number or a yes."))
    if not value.strip():
        raise KindError(where, _("This text is empty."))
    if len(value) > TEXT_LIMIT:
        raise KindError(where, _("This text is longer than %(limit)s characters.") % {"limit": TEXT_LIMIT})
    if not is_text(value):
        raise KindError(where, _("This text holds a character that cannot be stored."))
    return value.strip()


def feedback(source: Mapping[str, Any], path: str = "") -> dict[str, str]:
    given = mapping(source, "feedback", path)
    where = join(path, "feedback")
    only(given, {"right", "wrong"}, where)
    return {"right": text(given, "right", where), "wrong": text(given, "wrong", where)}


def flag(source: Mapping[str, Any], name: str, *, default: bool | None = None, path: str = "") -> bool:
    value = default if name not in source and default is not None else require(source, name, path)
    if not isinstance(value, bool):
        raise KindError(join(path, name), _("Write true or false."))
    return value


def choice(source: Mapping[str, Any], name: str, allowed: Iterable[str], path: str = "") -> str:
    value = require(source, name, path)
    allowed = tuple(allowed)
    if not isinstance(value, str) or value not in allowed:
        raise KindError(join(path, name), _("Write one of: %(names)s.") % {"names": ", ".join(allowed)})
    return value


def number(source: Mapping[str, Any], name: str, path: str = "") -> Decimal:
    """The number as it was written: 0.1 stays one tenth."""
    value = require(source, name, path)
    where = join(path, name)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise KindError(where, _("Write a number."))
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite() or abs(exact) >= 10**12:
        raise KindError(where, _("This number is out of reach."))
    return exact


def rows(source: Mapping[str, Any], name: str, *, least: int = 2, path: str = "") -> list[dict[str, str]]:
    """A list of things with an id and a text, no id twice and no text twice."""
    given = sequence(source, name, path)
    where = join(path, name)
    identified = ids(given, where, least=least)
    found = []
    for index, (row, row_id) in enumerate(zip(given, identified, strict=True)):
        spot = join(where, f"[{index}]")
        only(row, {"id", "text"}, spot)
        found.append({"id": row_id, "text": text(row, "text", spot)})
        if found[-1]["text"] in [earlier["text"] for earlier in found[:-1]]:
            raise KindError(join(spot, "text"), _("The same text stands twice."))
    return found


def ids(given: Sequence[Any], where: str, *, least: int = 2) -> list[str]:
    if not least <= len(given) <= 26:
        raise KindError(where, _("Give %(least)s to 26 of these.") % {"least": least})
    found: list[str] = []
    for index, row in enumerate(given):
        spot = join(where, f"[{index}]")
        if not isinstance(row, Mapping):
            raise KindError(spot, _("Write this as named fields."))
        row_id = text(row, "id", spot)
        if row_id in found:
            raise KindError(join(spot, "id"), _("The id %(id)s stands twice.") % {"id": row_id})
        found.append(row_id)
    return found


def known_id(value: Any, known: Collection[str], path: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise KindError(path, _("%(id)s is not one of: %(ids)s.") % {"id": value, "ids": ", ".join(known)})
    return value


def known_ids(source: Mapping[str, Any], name: str, known: Collection[str]) -> list[str]:
    """A list of ids, each known and each once."""
    found: list[str] = []
    for index, value in enumerate(sequence(source, name)):
        spot = join(name, f"[{index}]")
        found.append(known_id(value, known, spot))
        if found[-1] in found[:-1]:
            raise KindError(spot, _("The id %(id)s stands twice.") % {"id": value})
    return found
