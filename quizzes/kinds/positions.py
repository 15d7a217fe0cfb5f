"""Things put in order, as a number each: what ordering and ranking share."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from quizzes.kinds import reading
from quizzes.kinds.reading import Unreadable

Row = TypeVar("Row")
Positions = dict[str, int]  # id -> 1, 2, …; an id without a number is not placed yet


def read(data: Mapping[str, Any], shown: Sequence[str], out: Collection[str] = ()) -> Positions:
    """One number a row that is not left out, and a pressed Up or Down button on top of them."""
    given: Positions = {}
    for place, row in enumerate(shown):
        sent = "" if row in out else reading.one(data, f"position-{place}")
        if sent:
            if not reading.PLACE.fullmatch(sent) or not 1 <= int(sent) <= len(shown):
                raise Unreadable(_("Give each row a number from 1 to %(count)s.") % {"count": len(shown)})
            given[row] = int(sent)
    move = reading.one(data, "move")
    return moved(given, shown, move, out) if move else by_row(given, shown)


def moved(given: Positions, shown: Sequence[str], move: str, out: Collection[str] = ()) -> Positions:
    """The rows as they stand, one of them a step up or down, and all numbered anew. What is left out stays out."""
    direction, _colon, place = move.partition(":")
    step = {"up": -1, "down": 1}.get(direction)
    if step is None:
        raise Unreadable(_("That is not one of the choices."))
    row = shown[reading.place(place, len(shown))]
    rows = [each for each in arranged(shown, [given.get(each) for each in shown]) if each not in out]
    if row in rows:
        old = rows.index(row)
        new = min(max(old + step, 0), len(rows) - 1)
        rows[old], rows[new] = rows[new], rows[old]
    return by_row({each: number for number, each in enumerate(rows, start=1)}, shown)


def arranged(rows: Sequence[Row], numbers: Sequence[int | None]) -> list[Row]:
    """The rows in the order of their numbers; those without one come last, as they stood."""
    last = len(rows) + 1
    standing = sorted(range(len(rows)), key=lambda index: (numbers[index] or last, index))
    return [rows[index] for index in standing]


def by_row(given: Positions, shown: Sequence[str]) -> Positions:
    return {row: given[row] for row in sorted(shown) if row in given}


def fits(value: Any, known: Sequence[str]) -> bool:
    """Whether a stored value could have been read: known ids in their fixed order, each with a number in reach."""
    if not isinstance(value, dict) or not value or not all(isinstance(row, str) for row in value):
        return False
    numbers = value.values()
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
        return False
    return all(row in known for row in value) and all(1 <= number <= len(known) for number in numbers)


def neighbours(given: Positions, answer: Sequence[str]) -> Fraction:
    """The share of neighbouring pairs of the key that follow each other at once."""
    return Fraction(kept(given, answer), len(answer) - 1)


def kept(given: Positions, answer: Sequence[str]) -> int:
    return sum(follows(given, pair) for pair in pairwise(answer))


def follows(given: Positions, pair: Sequence[str]) -> bool:
    """Whether the second stands right after the first."""
    first, second = pair
    return first in given and given.get(second) == given[first] + 1


def keeps(given: Positions, pair: Sequence[str]) -> bool:
    """Whether the first stands somewhere before the second. What was not placed keeps nothing."""
    first, second = pair
    return first in given and second in given and given[first] < given[second]
