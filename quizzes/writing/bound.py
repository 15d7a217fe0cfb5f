"""A kind's fields with what was typed into them, ready to be drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from quizzes.kinds.forms import Field
from quizzes.writing import fields

INPUTS = {"text", "number", "whole", "hex"}


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class BoundRow:
    """One row of a list: its place, the letter others know it by, its own fields."""

    name: str
    number: int
    row_id: str
    fields: list[BoundField]


@dataclass(frozen=True)
class Asked:
    """One of several questions a field puts: the place of a row, its partner, a pair."""

    name: str
    label: str
    value: str = ""
    choices: list[Choice] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class BoundField:
    field: Field
    name: str
    value: str = ""
    errors: list[str] = dataclasses.field(default_factory=list)
    choices: list[Choice] = dataclasses.field(default_factory=list)
    rows: list[BoundRow] = dataclasses.field(default_factory=list)
    asked: list[Asked] = dataclasses.field(default_factory=list)
    fields: list[BoundField] = dataclasses.field(default_factory=list)

    @property
    def how(self) -> str:
        return self.field.how

    @property
    def template(self) -> str:
        """Which part of the form draws it."""
        how = "input" if self.how in INPUTS else self.how
        return f"quizzes/teaching/fields/_{how}.html"

    @property
    def ids(self) -> str:
        """What describes the control: its hint and its errors."""
        hint = [f"{self.name}-hint"] if self.field.help else []
        return " ".join([*hint, *([f"{self.name}-error"] if self.errors else [])])


Errors = Mapping[str, Sequence[str]]


def bind(
    form: Iterable[Field],
    posted: Mapping[str, Sequence[str]],
    errors: Errors,
    prefix: str = "",
    outer: tuple[dict[str, list[Choice]], ...] = (),
) -> list[BoundField]:
    """`errors` by posted name. An error within a field that draws no such control is shown at the field itself."""
    declared = list(form)
    level = fields.read([each for each in declared if each.name in {"mode", "kind"}], posted, prefix)
    known = {
        each.name: _known(each, posted, fields.joined(prefix, each.name)) for each in declared if each.how == "rows"
    }
    scopes = (*outer, known)
    return [
        _bind(each, posted, errors, fields.joined(prefix, each.name), scopes)
        for each in declared
        if fields.applies(each, level)
    ]


def _known(field_: Field, posted: Mapping[str, Sequence[str]], name: str) -> list[Choice]:
    """The rows of a list, as something other fields point to."""
    found = []
    for index in fields.rows(posted, name):
        row_id = (posted.get(f"{name}-{index}-id") or [str(index)])[-1]
        words = next(
            (text for each in field_.columns for text in posted.get(f"{name}-{index}-{each.name}", []) if text.strip()),
            "",
        )
        found.append(Choice(row_id, f"{row_id.upper()}  {words}".strip()[:80]))
    return found


def _bind(
    field_: Field,
    posted: Mapping[str, Sequence[str]],
    errors: Errors,
    name: str,
    scopes: tuple[dict[str, list[Choice]], ...],
) -> BoundField:
    sent = list(posted.get(name, []))
    value = sent[-1] if sent else ""
    parts: dict[str, Any] = {"value": value}

    def of(other: str, chosen: Sequence[str]) -> list[Choice]:
        rows = next((scope[other] for scope in reversed(scopes) if other in scope), [])
        return [Choice(row.value, row.label, row.value in chosen) for row in rows]

    match field_.how:
        case "choice":
            parts["choices"] = [Choice(each, str(label), each == value) for each, label in field_.choices]
        case "row_id" | "row_ids":
            parts["choices"] = of(field_.of, sent)
        case "order":
            parts["asked"] = [
                Asked(f"{name}-{row.value}", row.label, (posted.get(f"{name}-{row.value}") or [""])[-1])
                for row in of(field_.of, ())
            ]
        case "map":
            parts["asked"] = [
                Asked(f"{name}-{row.value}", row.label, choices=of(field_.to, posted.get(f"{name}-{row.value}", [])))
                for row in of(field_.of, ())
            ]
        case "pairs":
            held = fields.rows(posted, name)
            parts["asked"] = [
                Asked(
                    f"{name}-{index}-{side}",
                    _("first") if side == "first" else _("then"),
                    choices=of(field_.of, posted.get(f"{name}-{index}-{side}", [])),
                )
                for index in [*held, max(held, default=-1) + 1]
                for side in ("first", "second")
            ]
        case "group":
            parts["fields"] = bind(field_.columns, posted, errors, name, scopes)
        case "rows":
            parts["rows"] = [
                BoundRow(
                    f"{name}-{index}",
                    number,
                    (posted.get(f"{name}-{index}-id") or [""])[-1],
                    bind(field_.columns, posted, errors, f"{name}-{index}", scopes),
                )
                for number, index in enumerate(fields.rows(posted, name), start=1)
            ]
    own = [words for path, each in errors.items() for words in each if _is_here(path, name, field_, parts)]
    return BoundField(field_, name, errors=own, **parts)


def _is_here(path: str, name: str, field_: Field, parts: dict[str, Any]) -> bool:
    """At the field itself, or somewhere in it where no control of its own would show it."""
    if path == name:
        return True
    if not path.startswith(f"{name}-"):
        return False
    inner = parts.get("fields", []) + [each for row in parts.get("rows", []) for each in row.fields]
    return not any(path == each.name or path.startswith(f"{each.name}-") for each in inner)
