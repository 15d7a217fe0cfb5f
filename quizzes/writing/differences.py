"""What a draft says otherwise than the version it comes from, field by field, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from quizzes.kinds.forms import Field
from quizzes.writing import fields


@dataclass(frozen=True)
class Difference:
    label: str
    before: str
    after: str


def differences(
    form: tuple[Field, ...], before: Mapping[str, Any], after: Mapping[str, Any], path: str = ""
) -> list[Difference]:
    """Both are entries of the bank."""
    found: list[Difference] = []
    for field in form:
        old, new = before.get(field.name), after.get(field.name)
        if old == new or (not old and not new and not isinstance(old, int) and not isinstance(new, int)):
            continue
        label = f"{path} · {field.label}" if path else str(field.label)
        if field.how == "rows" and isinstance(old, list) and isinstance(new, list):
            found += _rows(field, old, new, label)
        elif field.how == "group":
            found += differences(field.columns, old or {}, new or {}, label)
        else:
            found.append(Difference(label, _words(field, old), _words(field, new)))
    return found


def _rows(field: Field, old: list[Any], new: list[Any], label: str) -> list[Difference]:
    """Rows with ids are compared under their ids, others by their place."""
    names = [_name(field, row, index) for index, row in enumerate(old)]
    fresh = [_name(field, row, index) for index, row in enumerate(new)]
    befores, afters = dict(zip(names, old, strict=True)), dict(zip(fresh, new, strict=True))
    found: list[Difference] = []
    for name in [*names, *(name for name in fresh if name not in befores)]:
        where = f"{label} {name.upper()}"
        if name in befores and name in afters:
            found += differences(field.columns, befores[name], afters[name], where)
        else:
            found.append(Difference(where, _row(field, befores.get(name)), _row(field, afters.get(name))))
    kept = [name for name in names if name in afters]
    if kept != [name for name in fresh if name in befores]:
        found.append(Difference(label, " ".join(names).upper(), " ".join(fresh).upper()))
    return found


def _name(field: Field, row: Any, index: int) -> str:
    return str(row["id"]) if field.ids and isinstance(row, Mapping) and "id" in row else str(index + 1)


def _row(field: Field, row: Any) -> str:
    if not isinstance(row, Mapping):
        return "–"
    return "; ".join(_words(column, row[column.name]) for column in field.columns if column.name in row)


def _words(field: Field, value: Any) -> str:
    if value is None or value == [] or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.how == "choice":
        return next((str(label) for each, label in field.choices if each == value), str(value))
    posted = fields.fill((field,), {field.name: value})
    return "; ".join(" ".join(values) for name, values in posted.items() if not name.endswith("-row"))
