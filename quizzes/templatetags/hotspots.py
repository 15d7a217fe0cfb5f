"""Marks on a drawing as they stand in its fields, for a page without JavaScript."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from quizzes.kinds import places
from quizzes.kinds.reading import Unreadable
from quizzes.templatetags.kinds import Value, entry

register = template.Library()


@register.filter
def spots(value: Value, q: Mapping[str, Any]) -> list[dict[str, str]]:
    """Where each readable mark is, in per cent of the drawing."""
    grid: Sequence[int] = q["grid"]
    found = []
    for mark in q["marks"]:
        try:
            x, y = places.read(entry(value, mark["name"]), grid)
        except Unreadable:
            continue
        found.append({"number": str(mark["number"]), "x": f"{x / 10:.1f}%", "y": f"{y / 10:.1f}%"})
    return found
