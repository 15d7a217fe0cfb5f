"""Options that carry words, in an order of this paper's own: what single choice and multiple response share."""

from random import Random
from typing import Any

from quizzes.kinds import reading
from quizzes.kinds.base import Body, Drawn, Kind


class Choosing(Kind):
    """A kind without a name: how its options are mixed and shown."""

    def draw(self, body: Body, rng: Random) -> Drawn:
        order = list(range(len(body["options"])))
        if body["shuffle"]:
            rng.shuffle(order)
        return {"order": order}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        return {"options": reading.lettered(option["text"] for option in reading.in_order(drawn, body["options"]))}
