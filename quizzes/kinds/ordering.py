"""Steps to be put in order: the whole order fixed, or only what must come before what."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.kinds import authoring, positions, reading
from quizzes.kinds.base import Body, Drawn, Example, Fields, Key, Kind, KindError, Marked, Response

NEIGHBOURS, REQUIRED = "partial_adjacent_pairs", "partial_required_pairs"
Pair = list[str]


class Ordering(Kind):
    """Shown in the stored order, which the author has mixed. Untouched numbers are empty, so that is no answer."""

    name = "ordering"
    label = gettext_lazy("Ordering")
    own_fields = frozenset({"items", "answer", "must_precede", "critical_pairs", "scoring"})
    examples = (
        Example(
            source={
                "kind": "ordering",
                "stem": "Put the steps of a hand wash in order.",
                "items": [{"id": "a", "text": "Dry"}, {"id": "b", "text": "Wet"}, {"id": "c", "text": "Soap"}],
                "answer": ["b", "c", "a"],
                "must_precede": [["b", "c"], ["c", "a"]],
                "critical_pairs": [["b", "a"]],
                "scoring": "partial_required_pairs",
                "feedback": {"right": "Right: dry last.", "wrong": "Water first, dry last."},
            },
            right={"position-0": ["3"], "position-1": ["1"], "position-2": ["2"]},
            wrong={"position-0": ["1"], "position-1": ["2"], "position-2": ["3"]},
        ),
    )

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        items = authoring.rows(source, "items")
        known = [item["id"] for item in items]
        answer = authoring.known_ids(source, "answer", known)
        if len(answer) != len(known):
            raise KindError("answer", _("Name every item once."))
        scoring = authoring.choice(source, "scoring", (NEIGHBOURS, REQUIRED))
        needed = self._pairs(source, "must_precede", known)
        if bool(needed) != (scoring == REQUIRED):
            raise KindError("scoring", _("must_precede and partial_required_pairs belong together."))
        self._check_cycle(needed)
        critical = self._pairs(source, "critical_pairs", known)
        model = {row: number for number, row in enumerate(answer, start=1)}
        for name, pairs in (("must_precede", needed), ("critical_pairs", critical)):
            for index, pair in enumerate(pairs):
                if not positions.keeps(model, pair):
                    raise KindError(f"{name}[{index}]", _("The model answer itself breaks this pair."))
        if needed:
            implied = _implied(needed)
            for index, (first, second) in enumerate(critical):
                if second not in implied[first]:
                    raise KindError(
                        f"critical_pairs[{index}]",
                        _("must_precede does not ask for this pair, so a right order breaks it."),
                    )
        key = {"answer": answer, "scoring": scoring, "must_precede": needed, "critical_pairs": critical}
        body = {"items": items}
        stored = {row: number for number, row in enumerate(known, start=1)}
        if self.weigh(body, key, {"positions": stored})[0] == 1:
            raise KindError("items", _("The items already stand in a right order. Mix them."))
        return body, key

    def _pairs(self, source: Mapping[str, Any], name: str, known: Sequence[str]) -> list[Pair]:
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

    def _check_cycle(self, needed: list[Pair]) -> None:
        before: dict[str, set[str]] = {}
        for first, second in needed:
            before.setdefault(second, set()).add(first)
        try:
            TopologicalSorter(before).prepare()
        except CycleError as circle:
            raise KindError(
                "must_precede", _("These go in a circle: %(ids)s.") % {"ids": " → ".join(reversed(circle.args[1]))}
            ) from None

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        shown = reading.in_order(drawn, body["items"])
        return {
            "rows": [
                {"place": place, "name": f"position-{place}", "text": item["text"]} for place, item in enumerate(shown)
            ],
            "numbers": list(range(1, len(shown) + 1)),
        }

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        given = positions.read(data, [item["id"] for item in reading.in_order(drawn, body["items"])])
        return {"positions": given} if given else None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) != {"positions"}:
            return None
        return response if positions.fits(response["positions"], [item["id"] for item in body["items"]]) else None

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        shown = reading.in_order(drawn, body["items"])
        given = held["positions"]
        return {
            f"position-{place}": [str(given[item["id"]])] for place, item in enumerate(shown) if item["id"] in given
        }

    def judge(self, body: Body, key: Key, held: dict[str, Any], *, critical: bool) -> Marked:
        """With critical pairs, only breaking one of them is a critical miss, whatever the points."""
        fraction, detail = self.weigh(body, key, held)
        if key["critical_pairs"]:
            missed = any(not positions.keeps(held["positions"], pair) for pair in key["critical_pairs"])
        else:
            missed = fraction < 1
        return Marked(fraction, critical_missed=critical and missed, answered=True, detail=detail)

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        given = held["positions"]
        if key["scoring"] == NEIGHBOURS:
            return positions.neighbours(given, key["answer"]), {}
        broken = [pair for pair in key["must_precede"] if not positions.keeps(given, pair)]
        share = 1 - Fraction(len(broken), len(key["must_precede"]))
        return max(Fraction(0), 2 * share - 1), {"broken": broken}

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        given = {row: number for number, row in enumerate(key["answer"], start=1)}
        return {"positions": positions.by_row(given, list(given))}

    def guess(self, body: Body, key: Key) -> Fraction | None:
        return Fraction(1, len(body["items"])) if key["scoring"] == NEIGHBOURS else None

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        given = held["positions"]
        texts = {item["id"]: item["text"] for item in body["items"]}
        placed = sorted(given, key=lambda row: (given[row], row))
        return [f"{given[row]}. {texts[row]}" for row in placed]

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        """Which necessary pairs the answer broke."""
        held = self.accept(body, response)
        if held is None or not key["must_precede"]:
            return []
        texts = {item["id"]: item["text"] for item in body["items"]}
        return [
            _("This has to come first: “%(first)s”. Only then: “%(second)s”.")
            % {"first": texts[first], "second": texts[second]}
            for first, second in self.weigh(body, key, held)[1]["broken"]
        ]


def _implied(needed: list[Pair]) -> dict[str, set[str]]:
    """Everything that must come after each, step by step."""
    after: dict[str, set[str]] = {row: set() for pair in needed for row in pair}
    for first, second in needed:
        after[first].add(second)
    for _step in after:  # a chain is no longer than there are things in it
        for reach in after.values():
            reach |= {further for row in reach for further in after[row]}
    return after
