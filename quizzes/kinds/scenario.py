"""A case told once, and questions about it: a point for each part."""

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.kinds import authoring
from quizzes.kinds.base import Body, Drawn, Example, Fields, Key, Kind, KindError, Part, Response
from quizzes.kinds.multiple_response import MultipleResponse
from quizzes.kinds.single_choice import SingleChoice

PART_KINDS: dict[str, Kind] = {kind.name: kind for kind in (SingleChoice(), MultipleResponse())}
PART_FIELDS = frozenset({"id", "kind", "stem", "feedback"})


class Scenario(Kind):
    name = "scenario"
    label = gettext_lazy("Scenario with parts")
    own_fields = frozenset({"case", "parts"})
    examples = (
        Example(
            source={
                "kind": "scenario",
                "stem": "Read the case and answer each part.",
                "case": "A worker pricks her thumb on a used cartridge.",
                "points": 2,
                "parts": [
                    {"id": "p1", **SingleChoice.examples[0].source},
                    {"id": "p2", **MultipleResponse.examples[0].source},
                ],
                "feedback": {"right": "Well handled.", "wrong": "Read the lesson again."},
            },
            right={"part-0-choice": ["0"], "part-1-choice": ["0", "2"]},
            wrong={"part-0-choice": ["0"], "part-1-choice": ["1"]},
        ),
    )

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        case = authoring.text(source, "case")
        given = authoring.sequence(source, "parts")
        part_ids = authoring.ids(given, "parts")
        if source.get("points", len(given)) != len(given):
            raise KindError("points", _("A scenario has a point for each part: %(count)s.") % {"count": len(given)})
        parts, keys = [], []
        for index, (entry, part_id) in enumerate(zip(given, part_ids, strict=True)):
            body, key = self._part(entry, f"parts[{index}]")
            parts.append({"id": part_id, "kind": entry["kind"], "stem": authoring.text(entry, "stem"), "body": body})
            keys.append({"key": key, "feedback": authoring.feedback(entry)})
        return {"case": case, "parts": parts}, {"parts": keys}

    def _part(self, entry: Mapping[str, Any], path: str) -> tuple[Body, Key]:
        kind = PART_KINDS[authoring.choice(entry, "kind", PART_KINDS, path)]
        authoring.only(entry, PART_FIELDS | kind.own_fields, path)
        try:
            return kind.parse(entry)
        except KindError as wrong:
            raise wrong.under(path) from None

    def draw(self, body: Body, rng: Random) -> Drawn:
        return {"parts": [PART_KINDS[part["kind"]].draw(part["body"], rng) for part in body["parts"]]}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        return {
            "case": body["case"],
            "parts": [
                {
                    "number": number,
                    "stem": part["stem"],
                    "prefix": f"part-{number - 1}-",
                    "template": PART_KINDS[part["kind"]].template,
                    "q": PART_KINDS[part["kind"]].public(part["body"], its_drawn),
                }
                for number, (part, its_drawn) in enumerate(zip(body["parts"], drawn["parts"], strict=True), start=1)
            ],
        }

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        held = {}
        for index, (part, its_drawn) in enumerate(zip(body["parts"], drawn["parts"], strict=True)):
            response = PART_KINDS[part["kind"]].read(part["body"], its_drawn, within(data, f"part-{index}-"))
            if response is not None:
                held[part["id"]] = response
        return {"parts": held} if held else None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) != {"parts"}:
            return None
        held = response["parts"]
        if not isinstance(held, dict) or not held or not set(held) <= {part["id"] for part in body["parts"]}:
            return None
        for part in body["parts"]:
            if part["id"] in held and PART_KINDS[part["kind"]].accept(part["body"], held[part["id"]]) is None:
                return None
        return response

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        filled: Fields = {}
        for index, (part, its_drawn) in enumerate(zip(body["parts"], drawn["parts"], strict=True)):
            response = held["parts"].get(part["id"])
            for name, values in PART_KINDS[part["kind"]].fields(part["body"], its_drawn, response).items():
                filled[f"part-{index}-{name}"] = values
        return filled

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        earned = [
            PART_KINDS[part["kind"]].mark(part["body"], its["key"], {}, held["parts"].get(part["id"]), critical=False)
            for part, its in zip(body["parts"], key["parts"], strict=True)
        ]
        right = [str(mark.fraction) for mark in earned]
        return sum((mark.fraction for mark in earned), Fraction(0)) / len(earned), {"parts": right}

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        pairs = zip(body["parts"], key["parts"], strict=True)
        return {"parts": {part["id"]: PART_KINDS[part["kind"]].solve(part["body"], its["key"]) for part, its in pairs}}

    def guess(self, body: Body, key: Key) -> Fraction | None:
        guesses = [
            PART_KINDS[part["kind"]].guess(part["body"], its["key"])
            for part, its in zip(body["parts"], key["parts"], strict=True)
        ]
        known = [guess for guess in guesses if guess is not None]
        return sum(known, Fraction(0)) / len(known) if len(known) == len(guesses) else None

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        lines = []
        for number, (part, its_drawn) in enumerate(zip(body["parts"], drawn["parts"], strict=True), start=1):
            words = PART_KINDS[part["kind"]].answer_words(part["body"], its_drawn, held["parts"].get(part["id"]))
            lines += [f"{number}. {line}" for line in words]
        return lines

    def part_feedback(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[Part]:
        held = self.accept(body, response) or {"parts": {}}
        told = []
        for part, its, its_drawn in zip(body["parts"], key["parts"], drawn["parts"], strict=True):
            kind, answer = PART_KINDS[part["kind"]], held["parts"].get(part["id"])
            right = kind.mark(part["body"], its["key"], its_drawn, answer, critical=False).fraction == 1
            told.append(
                Part(
                    stem=part["stem"],
                    right=right,
                    answer=kind.answer_words(part["body"], its_drawn, answer),
                    key=kind.key_words(part["body"], its["key"], its_drawn),
                    feedback=its["feedback"]["right" if right else "wrong"],
                )
            )
        return told


def within(data: Any, prefix: str) -> dict[str, Any]:
    """The fields of one part, without their prefix."""
    if not isinstance(data, Mapping):
        return {}
    return {name.removeprefix(prefix): values for name, values in data.items() if str(name).startswith(prefix)}
