"""What the controls of the kinds need to show a kept answer: `value` is the form fields that would be read as it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from quizzes.kinds import adjusting, mixing, positions, reading

register = template.Library()

Value = Mapping[str, Sequence[str]] | None


@register.filter
def held(value: Value, name: str) -> Sequence[str]:
    """Every value of one field."""
    return (value or {}).get(name, ())


@register.filter
def entry(value: Value, name: str) -> str:
    """The only value of one field, or an empty text."""
    return next(iter(held(value, name)), "")


@register.filter
def within(value: Value, prefix: str) -> dict[str, Sequence[str]]:
    """The fields of one part, without their prefix."""
    return {name.removeprefix(prefix): kept for name, kept in (value or {}).items() if name.startswith(prefix)}


@register.filter
def arranged(rows: Sequence[Mapping[str, Any]], value: Value) -> list[Mapping[str, Any]]:
    """Rows in the order they were given, those without a number last."""
    typed = [entry(value, f"position-{row['place']}") for row in rows]  # perhaps what was refused a moment ago
    return positions.arranged(rows, [int(number) if reading.PLACE.fullmatch(number) else None for number in typed])


@register.filter
def sample(value: Value, q: Mapping[str, Any]) -> dict[str, Any]:
    """The colour that was made, as it is to be drawn: fields of a colour match and its public form."""
    made = mixing.picture if q["mode"] == "mix" else adjusting.picture
    return made(q, value or {})
