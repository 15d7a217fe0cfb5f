"""Several of several: every right one, and no other."""

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.kinds import authoring, reading
from quizzes.kinds.base import Body, Drawn, Example, Field, Fields, Key, KindError, Response, Tally
from quizzes.kinds.choosing import OPTIONS, SHUFFLE, Choosing

SCORINGS = ("all_or_nothing", "proportional", "right_minus_wrong")
SCORING_WORDS = (
    ("all_or_nothing", gettext_lazy("All right or nothing")),
    ("proportional", gettext_lazy("A share for each option judged rightly")),
    ("right_minus_wrong", gettext_lazy("Right ticks less wrong ticks, never below nought")),
)


class MultipleResponse(Choosing):
    name = "multiple_response"
    label = gettext_lazy("Multiple response")
    own_fields = frozenset({"options", "answer", "shuffle", "scoring"})
    examples = (
        Example(
            source={
                "kind": "multiple_response",
                "stem": "Which belong in the session record?",
                "options": [
                    {"id": "a", "text": "Batch number"},
                    {"id": "b", "text": "Favourite music"},
                    {"id": "c", "text": "Needle lot"},
                ],
                "shuffle": False,
                "answer": ["a", "c"],
                "scoring": "all_or_nothing",
                "feedback": {"right": "Right: both can be traced.", "wrong": "Record what can be traced."},
            },
            right={"choice": ["0", "2"]},
            wrong={"choice": ["0", "1"]},
        ),
    )

    form = (
        OPTIONS,
        Field("answer", gettext_lazy("The right options"), "row_ids", of="options"),
        Field("scoring", gettext_lazy("Marks"), "choice", choices=SCORING_WORDS),
        SHUFFLE,
    )

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        options = authoring.rows(source, "options")
        known = [option["id"] for option in options]
        answer = authoring.known_ids(source, "answer", known)
        if not answer:
            raise KindError("answer", _("Pick at least one right answer."))
        scoring = authoring.choice(source, "scoring", SCORINGS)
        shuffle = authoring.flag(source, "shuffle", default=True)
        right = [option_id for option_id in known if option_id in answer]
        return {"options": options, "shuffle": shuffle}, {"answer": right, "scoring": scoring}

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        return {
            "options": body["options"],
            "answer": key["answer"],
            "scoring": key["scoring"],
            "shuffle": body["shuffle"],
        }

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        sent = reading.every(data, "choice")
        if not sent:
            return None
        shown = reading.in_order(drawn, body["options"])
        ticked = {shown[reading.place(value, len(shown))]["id"] for value in sent}
        return {"choices": [option["id"] for option in body["options"] if option["id"] in ticked]}

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) != {"choices"}:
            return None
        ticked = response["choices"]
        if not isinstance(ticked, list) or not ticked:
            return None
        if not all(isinstance(option_id, str) for option_id in ticked):
            return None
        kept = [option["id"] for option in body["options"] if option["id"] in ticked]
        return response if kept == ticked else None

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        known = [option["id"] for option in body["options"]]
        ticked = rng.sample(known, rng.randint(1, len(known)))
        return {"choices": [option_id for option_id in known if option_id in ticked]}

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        shown = [option["id"] for option in reading.in_order(drawn, body["options"])]
        return {"choice": [str(place) for place, option_id in enumerate(shown) if option_id in held["choices"]]}

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        ticked, right, count = set(held["choices"]), set(key["answer"]), len(body["options"])
        detail = {"right_ticked": len(ticked & right), "wrong_ticked": len(ticked - right), "right": len(right)}
        match key["scoring"]:
            case "proportional":  # every option is a yes or a no of its own
                return Fraction(count - len(ticked ^ right), count), detail
            case "right_minus_wrong":
                return max(Fraction(0), Fraction(len(ticked & right) - len(ticked - right), len(right))), detail
            case _:
                return Fraction(ticked == right), detail

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        return {"choices": list(key["answer"])}

    def guess(self, body: Body, key: Key) -> Fraction | None:
        every_answer = 2 ** len(body["options"]) - 1  # any set of ticks but none at all
        return Fraction(1, every_answer) if key["scoring"] == "all_or_nothing" else None

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        """Who ticked what; one answer counts under every option it ticks."""
        return [Tally(option["id"], option["text"], is_key=option["id"] in key["answer"]) for option in body["options"]]

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        return list(held["choices"])

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        shown = reading.in_order(drawn, body["options"])
        return [option["text"] for option in shown if option["id"] in held["choices"]]
