"""A named grid over a picture: C4 is the middle of column C, row 4; any other point has two numbers in per mille."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from quizzes.kinds import reading
from quizzes.kinds.reading import Unreadable
from quizzes.shapes import Point

Grid = Sequence[int]  # columns, rows
FULL = 1000
WRITTEN = re.compile(r"(?:([A-Za-z])\s*([0-9]{1,2}))?\s*(?:([0-9]{1,4})\s*[,;]\s*([0-9]{1,4}))?")


def middle(index: int, count: int) -> int:
    return (2 * index + 1) * FULL // (2 * count)


def middles(grid: Grid) -> list[Point]:
    columns, rows = grid
    return [(middle(column, columns), middle(row, rows)) for row in range(rows) for column in range(columns)]


def name(point: Sequence[int], grid: Grid) -> str:
    """The place of the grid that a point lies in."""
    column, row = (min(value * count // FULL, count - 1) for value, count in zip(point, grid, strict=True))
    return f"{reading.letter(column)}{row + 1}"


def write(point: Sequence[int], grid: Grid) -> str:
    """The name alone where it says everything, else with the numbers."""
    place = name(point, grid)
    return place if _named(place, grid) == tuple(point) else f"{place} {point[0]},{point[1]}"


def read(text: str, grid: Grid) -> Point:
    found = WRITTEN.fullmatch(text)
    if found is None or not any(found.groups()):
        raise Unreadable(_("Write a place of the grid, such as %(place)s.") % {"place": name((FULL, FULL), grid)})
    letter, number, x, y = found.groups()
    named = _named(f"{letter}{number}", grid) if letter else None
    if letter and named is None:
        words = _("%(place)s is not on the drawing, which goes from A1 to %(last)s.")
        raise Unreadable(words % {"place": f"{letter}{number}", "last": name((FULL, FULL), grid)})
    if x is None and named is not None:
        return named
    point = (int(x), int(y))
    if max(point) > FULL:
        raise Unreadable(_("The numbers go from 0 to 1000."))
    if letter and name(point, grid) != f"{letter.upper()}{int(number)}":
        raise Unreadable(_("“%(text)s” says two places. Write one of them.") % {"text": text})
    return point


def _named(place: str, grid: Grid) -> Point | None:
    column, row = ord(place[0].upper()) - ord("A"), int(place[1:]) - 1
    columns, rows = grid
    return (middle(column, columns), middle(row, rows)) if column < columns and 0 <= row < rows else None
