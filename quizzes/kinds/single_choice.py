"""One of several, and only one is right."""

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext_lazy

from quizzes.kinds import authoring, reading
from quizzes.kinds.base import Body, Drawn, Example, Field, Fields, Key, Response, Tally
from quizzes.kinds.choosing import OPTIONS, SHUFFLE, Choosing


class SingleChoice(Choosing):
    name = "single_choice"
    label = gettext_lazy("Single choice")
    own_fields = frozenset({"options", "answer", "shuffle"})
    examples = (
        Example(
            source={
                "kind": "single_choice",
                "stem": "Which layer is shed and renewed?",
                "options": [{"id": "a", "text": "The epidermis"}, {"id": "b", "text": "The dermis"}],
                "shuffle": False,
                "answer": "a",
                "feedback": {"right": "Right: it is shed.", "wrong": "Only the epidermis is shed."},
            },
            right={"choice": ["0"]},
            wrong={"choice": ["1"]},
        ),
    )

    form = (
        OPTIONS,
        Field("answer", gettext_lazy("The right option"), "row_id", of="options"),
        SHUFFLE,
    )

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        options = authoring.rows(source, "options")
        answer = authoring.known_id(authoring.require(source, "answer"), [option["id"] for option in options], "answer")
        shuffle = authoring.flag(source, "shuffle", default=True)
        return {"options": options, "shuffle": shuffle}, {"answer": answer}

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        return {"options": body["options"], "answer": key["answer"], "shuffle": body["shuffle"]}

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        sent = reading.one(data, "choice")
        if not sent:
            return None
        shown = reading.in_order(drawn, body["options"])
        return {"choice": shown[reading.place(sent, len(shown))]["id"]}

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) != {"choice"}:
            return None
        known = [option["id"] for option in body["options"]]
        return response if isinstance(response["choice"], str) and response["choice"] in known else None

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        return {"choice": rng.choice(body["options"])["id"]}

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        shown = [option["id"] for option in reading.in_order(drawn, body["options"])]
        return {"choice": [str(shown.index(held["choice"]))]}

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        return Fraction(held["choice"] == key["answer"]), {}

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        return {"choice": key["answer"]}

    def guess(self, body: Body, key: Key) -> Fraction:
        return Fraction(1, len(body["options"]))

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        return [Tally(option["id"], option["text"], is_key=option["id"] == key["answer"]) for option in body["options"]]

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        return [held["choice"]]

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        return [option["text"] for option in body["options"] if option["id"] == held["choice"]]
