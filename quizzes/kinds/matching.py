"""Each thing on the left has its partner on the right; a partner may serve twice or not at all."""

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.kinds import authoring, reading
from quizzes.kinds.base import Body, Drawn, Example, Field, Fields, Key, Kind, KindError, Response, Tally

FITS_SELECT = 22  # characters that a closed select shows whole on a phone


class Matching(Kind):
    name = "matching"
    label = gettext_lazy("Matching")
    own_fields = frozenset({"left", "right", "answer", "scoring"})
    examples = (
        Example(
            source={
                "kind": "matching",
                "stem": "Match each method with its time.",
                "left": [{"id": "l1", "text": "Hand rub"}, {"id": "l2", "text": "Hand wash"}],
                "right": [{"id": "r1", "text": "20-30 s"}, {"id": "r2", "text": "40-60 s"}],
                "answer": {"l1": "r1", "l2": "r2"},
                "scoring": "partial_per_pair",
                "feedback": {"right": "Right.", "wrong": "A wash takes longer than a rub."},
            },
            right={"row-0": ["0"], "row-1": ["1"]},
            wrong={"row-0": ["1"], "row-1": ["0"]},
        ),
    )

    form = (
        Field(
            "left",
            gettext_lazy("Left side"),
            "rows",
            ids=True,
            columns=(Field("text", gettext_lazy("Text"), "text"),),
        ),
        Field(
            "right",
            gettext_lazy("Partners"),
            "rows",
            help=gettext_lazy("A partner may stay unused, or serve twice."),
            ids=True,
            columns=(Field("text", gettext_lazy("Text"), "text"),),
        ),
        Field("answer", gettext_lazy("Which belongs to which"), "map", of="left", to="right"),
        Field(
            "scoring",
            gettext_lazy("Marks"),
            "choice",
            choices=(("partial_per_pair", gettext_lazy("A share for each right pair")),),
        ),
    )

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        left, right = authoring.rows(source, "left"), authoring.rows(source, "right")
        authoring.choice(source, "scoring", ("partial_per_pair",))
        partners = authoring.mapping(source, "answer")
        authoring.only(partners, [row["id"] for row in left], "answer")
        known = [row["id"] for row in right]
        answer = {}
        for row in left:
            if row["id"] not in partners:
                raise KindError("answer", _("%(id)s has no partner yet.") % {"id": row["id"]})
            answer[row["id"]] = authoring.known_id(partners[row["id"]], known, f"answer.{row['id']}")
        return {"left": left, "right": right}, {"answer": answer}

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        return {"left": body["left"], "right": body["right"], "answer": key["answer"], "scoring": "partial_per_pair"}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        return {
            "rows": [
                {"place": place, "name": f"row-{place}", "text": row["text"]} for place, row in enumerate(body["left"])
            ],
            "partners": reading.lettered(row["text"] for row in body["right"]),
            # A closed select cuts long texts off; then they are listed beside it, by letter.
            "listed": any(len(row["text"]) > FITS_SELECT for row in body["right"]),
        }

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        pairs = {}
        for place, row in enumerate(body["left"]):
            sent = reading.one(data, f"row-{place}")
            if sent:
                pairs[row["id"]] = body["right"][reading.place(sent, len(body["right"]))]["id"]
        return {"pairs": pairs} if pairs else None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) != {"pairs"}:
            return None
        pairs = response["pairs"]
        if not isinstance(pairs, dict) or not pairs:
            return None
        left, right = [row["id"] for row in body["left"]], [row["id"] for row in body["right"]]
        return response if all(one in left and other in right for one, other in pairs.items()) else None

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        rows = rng.sample(body["left"], rng.randint(1, len(body["left"])))
        chosen = {row["id"]: rng.choice(body["right"])["id"] for row in rows}
        return {"pairs": {row["id"]: chosen[row["id"]] for row in body["left"] if row["id"] in chosen}}

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        right = [row["id"] for row in body["right"]]
        return {
            f"row-{place}": [str(right.index(held["pairs"][row["id"]]))]
            for place, row in enumerate(body["left"])
            if row["id"] in held["pairs"]
        }

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        wrong = [left for left, right in key["answer"].items() if held["pairs"].get(left) != right]
        return 1 - Fraction(len(wrong), len(key["answer"])), {"wrong": wrong}

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        return {"pairs": dict(key["answer"])}

    def guess(self, body: Body, key: Key) -> Fraction:
        return Fraction(1, len(body["right"]))

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        """A line for each partner of each row, under the row."""
        return [
            Tally(
                f"{row['id']}>{partner['id']}",
                partner["text"],
                is_key=key["answer"][row["id"]] == partner["id"],
                group=row["text"],
            )
            for row in body["left"]
            for partner in body["right"]
        ]

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        return [f"{left}>{right}" for left, right in held["pairs"].items()]

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        partners = {row["id"]: row["text"] for row in body["right"]}
        return [
            f"{row['text']}: {partners[held['pairs'][row['id']]]}" for row in body["left"] if row["id"] in held["pairs"]
        ]
