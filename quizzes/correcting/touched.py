"""What higher floors know of a correction: which certificates rest on an attempt. They register, we ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quizzes.models.attempt import Attempt


@dataclass(frozen=True)
class Touched:
    """Something that rests on an attempt, in words, with the way to it."""

    words: str
    href: str = ""


Lookup = Callable[[Sequence["Attempt"]], dict[int, list[Touched]]]  # attempt id -> what rests on it

_lookups: list[Lookup] = []


def register(lookup: Lookup) -> None:
    """Add a lookup. It answers for all the attempts it is given in a fixed number of queries."""
    if lookup not in _lookups:
        _lookups.append(lookup)


def by(attempts: Sequence[Attempt]) -> dict[int, list[Touched]]:
    """Attempt id -> everything that rests on it."""
    found: dict[int, list[Touched]] = {attempt.pk: [] for attempt in attempts}
    if attempts:
        for lookup in _lookups:
            for pk, things in lookup(attempts).items():
                found[pk] += things
    return found
