"""What must come before what: pairs as an author writes them, checked to be an order that can be kept."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from quizzes.kinds import authoring, positions
from quizzes.kinds.authoring import KindError

Pair = list[str]


def pairs(source: Mapping[str, Any], name: str, known: Sequence[str]) -> list[Pair]:
    if name not in source:
        return []
    found: list[Pair] = []
    for index, given in enumerate(authoring.sequence(source, name)):
        spot = f"{name}[{index}]"
        if not isinstance(given, list | tuple) or len(given) != 2:
            raise KindError(spot, _("Write a pair: what comes before, what comes after."))
        pair = [authoring.known_id(row, known, spot) for row in given]
        if pair[0] == pair[1] or pair in found:
            raise KindError(spot, _("This pair says nothing new."))
        found.append(pair)
    if not found:
        raise KindError(name, _("Name at least one pair, or leave this out."))
    return found


def check_cycle(needed: Sequence[Pair]) -> None:
    before: dict[str, set[str]] = {}
    for first, second in needed:
        before.setdefault(second, set()).add(first)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as circle:
        raise KindError(
            "must_precede", _("These go in a circle: %(ids)s.") % {"ids": " → ".join(reversed(circle.args[1]))}
        ) from None


def check(answer: Sequence[str], needed: Sequence[Pair], critical: Sequence[Pair]) -> None:
    """The model answer keeps every pair, and no right order can break a critical one."""
    model = {row: number for number, row in enumerate(answer, start=1)}
    for name, given in (("must_precede", needed), ("critical_pairs", critical)):
        for index, pair in enumerate(given):
            if not positions.keeps(model, pair):
                raise KindError(f"{name}[{index}]", _("The model answer itself breaks this pair."))
    if needed:
        after = implied(needed)
        for index, (first, second) in enumerate(critical):
            if second not in after.get(first, ()):
                raise KindError(
                    f"critical_pairs[{index}]",
                    _("must_precede does not ask for this pair, so a right order breaks it."),
                )


def implied(needed: Sequence[Pair]) -> dict[str, set[str]]:
    """Everything that must come after each, step by step."""
    after: dict[str, set[str]] = {row: set() for pair in needed for row in pair}
    for first, second in needed:
        after[first].add(second)
    for _step in after:  # a chain is no longer than there are things in it
        for reach in after.values():
            reach |= {further for row in reach for further in after[row]}
    return after


def is_total(answer: Sequence[str], needed: Sequence[Pair]) -> bool:
    """Whether the pairs leave one order only."""
    after = implied(needed)
    return all(second in after.get(first, ()) for first, second in pairwise(answer))
