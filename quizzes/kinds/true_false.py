"""A statement that holds or does not."""

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.kinds import authoring, reading
from quizzes.kinds.base import Body, Drawn, Example, Field, Fields, Key, Kind, Response, Tally


class TrueFalse(Kind):
    name = "true_false"
    label = gettext_lazy("True or false")
    own_fields = frozenset({"answer"})
    examples = (
        Example(
            source={
                "kind": "true_false",
                "stem": "Gloves replace hand hygiene.",
                "answer": False,
                "feedback": {"right": "Right: they never do.", "wrong": "Gloves never replace it."},
            },
            right={"choice": ["1"]},
            wrong={"choice": ["0"]},
        ),
    )

    form = (Field("answer", gettext_lazy("The statement is true"), "flag"),)

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        return {}, {"answer": authoring.flag(source, "answer")}

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        return {"answer": key["answer"]}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        return {"options": reading.lettered((_("True"), _("False")))}

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        sent = reading.one(data, "choice")
        return {"choice": reading.place(sent, 2) == 0} if sent else None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        fits = isinstance(response, dict) and set(response) == {"choice"} and isinstance(response["choice"], bool)
        return response if fits else None

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        return {"choice": rng.random() < 0.5}

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        return {"choice": ["0" if held["choice"] else "1"]}

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        return Fraction(held["choice"] is key["answer"]), {}

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        return {"choice": key["answer"]}

    def guess(self, body: Body, key: Key) -> Fraction:
        return Fraction(1, 2)

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        return [Tally("true", _("True"), is_key=key["answer"]), Tally("false", _("False"), is_key=not key["answer"])]

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        return ["true" if held["choice"] else "false"]

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        return [_("True") if held["choice"] else _("False")]
