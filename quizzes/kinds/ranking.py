"""Patches put in order, from the closest to their target to the furthest from it."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

from django.utils.translation import gettext as _

from quizzes.kinds import authoring, patches, positions, reading
from quizzes.kinds.base import Body, Drawn, Fields, Key, KindError, Response, Tally
from quizzes.kinds.picking import Patches, names

NEIGHBOURS = "partial_adjacent_pairs"


class Ranking(Patches):
    """A mode of the colour match, answered as an ordering is: a number for each patch."""

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        target = patches.patch(authoring.mapping(source, "target"), "target")
        shuffle = authoring.flag(source, "shuffle")
        options, deltas = patches.samples(source, target["hex"])
        patches.check_apart(deltas, patches.closest_first(deltas))
        authoring.choice(source, "scoring", (NEIGHBOURS,))
        answer = authoring.known_ids(source, "answer", [option["id"] for option in options])
        if answer != patches.closest_first(deltas):
            order = ", ".join(patches.closest_first(deltas))
            raise KindError("answer", _("From closest to furthest the order is: %(ids)s.") % {"ids": order})
        body = {"options": options, "target": target, "shuffle": shuffle}
        return body, {"answer": answer, "delta_e_2000": patches.told(deltas)}

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        return super().source(body, key) | {"answer": list(key["answer"]), "scoring": NEIGHBOURS}

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        given = positions.read(data, [option["id"] for option in reading.in_order(drawn, body["options"])])
        return {"positions": given} if given else None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) != {"positions"}:
            return None
        known = [option["id"] for option in body["options"]]
        return response if positions.fits(response["positions"], known) else None

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        given, shown = held["positions"], reading.in_order(drawn, body["options"])
        return {f"position-{place}": [str(given[row["id"]])] for place, row in enumerate(shown) if row["id"] in given}

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        known = [option["id"] for option in body["options"]]
        order = rng.sample(known, len(known))
        return {"positions": positions.by_row({row: order.index(row) + 1 for row in known}, known)}

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        return positions.neighbours(held["positions"], key["answer"]), {}

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        given = {row: number for number, row in enumerate(key["answer"], start=1)}
        return {"positions": positions.by_row(given, list(given))}

    def guess(self, body: Body, key: Key) -> Fraction | None:
        """Of all orders, a given neighbouring pair follows at once in one of so many as there are patches."""
        return Fraction(1, len(body["options"]))

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        deltas = key["delta_e_2000"]
        reversed_pairs = [
            Tally(
                f"{first}-after-{second}",
                _("%(first)s put after %(second)s")
                % {
                    "first": f"{first} ({deltas[first]})",
                    "second": f"{second} ({deltas[second]})",
                },
            )
            for first, second in pairwise(key["answer"])
        ]
        return [Tally("all-right", _("All in order"), is_key=True), *reversed_pairs]

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        given = held["positions"]
        if positions.neighbours(given, key["answer"]) == 1:
            return ["all-right"]
        pairs = pairwise(key["answer"])
        return [f"{first}-after-{second}" for first, second in pairs if not positions.keeps(given, (first, second))]

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        given, called = held["positions"], names(body, drawn)
        return [f"{given[row]}. {called[row]}" for row in sorted(given, key=lambda row: (given[row], called[row]))]
