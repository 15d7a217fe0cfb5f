"""An entry of the bank as form fields and back, by the fields that a kind declares. Plain values only.

Posted names follow the path of the value: `options[2].text` is `options-2-text`. What cannot be read is handed on as it
was typed, so that the kind itself says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from string import ascii_lowercase
from typing import Any

from quizzes import units
from quizzes.kinds.forms import Field

Posted = dict[str, list[str]]
MOST_ROWS = 26


def name_of(path: str) -> str:
    """`parts[1].options` -> `parts-1-options`."""
    return re.sub(r"\[(\d+)\]", r"-\1", path).replace(".", "-")


def applies(field: Field, scope: Mapping[str, Any]) -> bool:
    """Whether the field exists under the mode that its own level of the entry has chosen."""
    return not field.modes or scope.get("mode", scope.get("kind")) in field.modes


def joined(prefix: str, name: str) -> str:
    return f"{prefix}-{name}" if prefix else name


# An entry -> what a form holds


def fill(form: Iterable[Field], source: Mapping[str, Any], prefix: str = "") -> Posted:
    posted: Posted = {}
    for field in form:
        if applies(field, source) and source.get(field.name) is not None:
            posted |= _fill(field, source[field.name], joined(prefix, field.name))
    return posted


def _fill(field: Field, value: Any, name: str) -> Posted:
    match field.how:
        case "flag":
            return {name: ["1"]} if value else {}
        case "texts":
            return {name: ["\n".join(map(str, value))]}
        case "amounts":
            return {name: ["\n".join(f"{each} = {_text(amount)}" for each, amount in value.items())]}
        case "group":
            return fill(field.columns, value, name)
        case "row_ids":
            return {name: list(value)}
        case "order":
            return {f"{name}-{row}": [str(place)] for place, row in enumerate(value, start=1)}
        case "map":
            return {f"{name}-{one}": [str(other)] for one, other in value.items()}
        case "pairs":
            return {
                f"{name}-{index}-{side}": [row]
                for index, pair in enumerate(value)
                for side, row in zip(("first", "second"), pair, strict=True)
            }
        case "rows":
            posted: Posted = {}
            for index, row in enumerate(value):
                posted[f"{name}-{index}-row"] = ["1"]
                if field.ids:
                    posted[f"{name}-{index}-id"] = [str(row["id"])]
                posted |= fill(field.columns, row, f"{name}-{index}")
            return posted
        case _:
            return {name: [_text(value)]}


def _text(value: Any) -> str:
    """As it was written: the noughts of 1.0 stay, so that an untouched field is no change."""
    return (
        units.plain(value if isinstance(value, Decimal) else Decimal(str(value))) if _is_number(value) else str(value)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


# What a form holds -> an entry


def read(form: Iterable[Field], posted: Mapping[str, Sequence[str]], prefix: str = "") -> dict[str, Any]:
    """The fields that exist under the chosen mode; optional ones only when something is in them."""
    source: dict[str, Any] = {}
    for field in sorted(form, key=lambda field: field.name not in {"mode", "kind"}):  # the mode decides on the rest
        if not applies(field, source):
            continue
        value = _read(field, posted, joined(prefix, field.name))
        if value is None or (field.optional and (value is False or value in ({}, [], ""))):
            continue
        source[field.name] = value
    return source


def _one(posted: Mapping[str, Sequence[str]], name: str) -> str:
    values = posted.get(name) or [""]
    return values[-1].strip()


def _read(field: Field, posted: Mapping[str, Sequence[str]], name: str) -> Any:
    sent = _one(posted, name)
    match field.how:
        case "flag":
            return bool(sent)
        case "number" | "whole":
            return number(sent) if sent else None
        case "texts":
            return [line.strip() for line in sent.splitlines() if line.strip()]
        case "amounts":
            return _amounts(sent)
        case "group":
            return read(field.columns, posted, name)
        case "row_ids":
            return list(posted.get(name, []))
        case "order":
            return _order(posted, name)
        case "map":
            return {row: values[-1] for row, values in beneath(posted, name) if values and values[-1]}
        case "pairs":
            given = [
                [_one(posted, f"{name}-{index}-{side}") for side in ("first", "second")] for index in rows(posted, name)
            ]
            return [pair for pair in given if any(pair)] or None
        case "rows":
            return [_row(field, posted, f"{name}-{index}") for index in rows(posted, name)]
        case _:
            return sent or None


def number(text: str) -> Any:
    """A whole number or a decimal as it was written; the text itself when it is neither."""
    try:
        exact = units.read_number(text)
    except ValueError:
        return text
    return int(exact) if exact == exact.to_integral_value() and "." not in str(exact) else exact


def _amounts(text: str) -> dict[str, Any]:
    amounts: dict[str, Any] = {}
    for line in text.splitlines():
        if line.strip():
            name, _sign, amount = line.partition("=")
            amounts[name.strip()] = number(amount.strip())
    return amounts


def beneath(posted: Mapping[str, Sequence[str]], name: str) -> list[tuple[str, Sequence[str]]]:
    """Fields right under a name, without it: what an order or a map holds for each row."""
    start = f"{name}-"
    return [(key.removeprefix(start), values) for key, values in posted.items() if key.startswith(start)]


def _order(posted: Mapping[str, Sequence[str]], name: str) -> list[str]:
    placed = [(row, values[-1]) for row, values in beneath(posted, name) if values]
    numbered = [(int(place), row) for row, place in placed if place.isascii() and place.isdigit() and len(place) < 4]
    return [row for _place, row in sorted(numbered)]


def rows(posted: Mapping[str, Sequence[str]], name: str) -> list[int]:
    """The numbers of the rows a form holds under a name."""
    found = {int(row[1]) for key in posted if (row := re.match(rf"{re.escape(name)}-(\d{{1,3}})-", key))}
    return sorted(found)[:MOST_ROWS]


def _row(field: Field, posted: Mapping[str, Sequence[str]], name: str) -> dict[str, Any]:
    own = {"id": _one(posted, f"{name}-id")} if field.ids else {}
    return own | read(field.columns, posted, name)


# Rows come and go


def add_row(posted: Posted, name: str, *, ids: bool) -> Posted:
    """One empty row more at the end, with an id that no other row has."""
    taken = rows(posted, name)
    if len(taken) >= MOST_ROWS:
        return posted
    index = max(taken, default=-1) + 1
    fresh: Posted = {f"{name}-{index}-row": ["1"]}
    if ids:
        used = {_one(posted, f"{name}-{row}-id") for row in taken}
        fresh[f"{name}-{index}-id"] = [next(each for each in [*ascii_lowercase, "aa"] if each not in used)]
    return posted | fresh


def drop_row(posted: Posted, name: str, index: int) -> Posted:
    """Without that row, the ones after it moved up."""
    kept: Posted = {}
    pattern = re.compile(rf"{re.escape(name)}-(\d+)(-.*)")
    for key, values in posted.items():
        found = pattern.fullmatch(key)
        if found is None:
            kept[key] = values
        elif int(found[1]) != index:
            kept[f"{name}-{int(found[1]) - (int(found[1]) > index)}{found[2]}"] = values
    return kept
