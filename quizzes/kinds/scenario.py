"""A case told once, and questions about it: a point for each part."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.kinds import authoring, case_parts
from quizzes.kinds.base import Body, Drawn, Example, Fields, Key, Kind, KindError, Marked, Part, Response, Tally
from quizzes.kinds.case_parts import PART_KINDS, example
from quizzes.kinds.reading import Unreadable

PART_FIELDS = frozenset({"id", "kind", "stem", "feedback", "critical"})


class Scenario(Kind):
    name = "scenario"
    label = gettext_lazy("Scenario with parts")
    own_fields = frozenset({"case", "parts"})
    form = case_parts.FORM
    examples = (
        Example(
            source={
                "kind": "scenario",
                "stem": "Read the case and answer each part.",
                "case": "A worker pricks her thumb on a used cartridge.",
                "points": 2,
                "parts": [
                    {"id": "p1", **example("single_choice")},
                    {"id": "p2", **example("multiple_response")},
                ],
                "feedback": {"right": "Well handled.", "wrong": "Read the lesson again."},
            },
            right={"part-0-choice": ["0"], "part-1-choice": ["0", "2"]},
            wrong={"part-0-choice": ["0"], "part-1-choice": ["1"]},
        ),
        Example(
            source={
                "kind": "scenario",
                "stem": "Read the case and answer each part.",
                "case": "First session, healthy scalp. The cartridge has just been changed.",
                "points": 3,
                "parts": [
                    {"id": "p1", **example("depth_band", critical=True)},
                    {"id": "p2", **example("true_false")},
                    {"id": "p3", **example("numeric")},
                ],
                "feedback": {"right": "Well handled.", "wrong": "Read the lesson again."},
            },
            right={"part-0-depth": ["0.5"], "part-1-choice": ["1"], "part-2-number": ["28"]},
            wrong={"part-0-depth": ["1.2"], "part-1-choice": ["1"], "part-2-number": ["28"]},
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
            decides = authoring.flag(entry, "critical", default=False, path=f"parts[{index}]")
            keys.append({"key": key, "feedback": authoring.feedback(entry)} | ({"critical": True} if decides else {}))
        return {"case": case, "parts": parts}, {"parts": keys}

    def _part(self, entry: Mapping[str, Any], path: str) -> tuple[Body, Key]:
        kind = PART_KINDS[authoring.choice(entry, "kind", PART_KINDS, path)]
        authoring.only(entry, PART_FIELDS | kind.own_fields, path)
        try:
            return kind.parse(entry)
        except KindError as wrong:
            raise wrong.under(path) from None

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        return {
            "case": body["case"],
            "parts": [
                {"id": part["id"], "kind": part["kind"], "stem": part["stem"]}
                | PART_KINDS[part["kind"]].source(part["body"], its["key"])
                | {name: its[name] for name in ("critical", "feedback") if name in its}
                for part, its in zip(body["parts"], key["parts"], strict=True)
            ],
        }

    def draw(self, body: Body, rng: Random) -> Drawn:
        return {"parts": [PART_KINDS[part["kind"]].draw(part["body"], rng) for part in body["parts"]]}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        return self.shown(body, drawn, None)

    def shown(self, body: Body, drawn: Drawn, response: Response, *, read_outs: bool = False) -> dict[str, Any]:
        held = (self.accept(body, response) or {"parts": {}})["parts"]
        return {
            "case": body["case"],
            "parts": [
                {
                    "number": number,
                    "stem": part["stem"],
                    "prefix": f"part-{number - 1}-",
                    "template": PART_KINDS[part["kind"]].template,
                    "is_done": part["id"] in held,
                    "q": PART_KINDS[part["kind"]].shown(
                        part["body"], its_drawn, held.get(part["id"]), read_outs=read_outs
                    ),
                }
                for number, (part, its_drawn) in enumerate(zip(body["parts"], drawn["parts"], strict=True), start=1)
            ],
        }

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        held = {}
        for index, (part, its_drawn) in enumerate(zip(body["parts"], drawn["parts"], strict=True)):
            try:
                response = PART_KINDS[part["kind"]].read(part["body"], its_drawn, within(data, f"part-{index}-"))
            except Unreadable as wrong:
                words = _("Part %(number)s: %(words)s") % {"number": index + 1, "words": wrong.message}
                raise Unreadable(words) from None
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

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        answered = rng.sample(body["parts"], rng.randint(1, len(body["parts"])))
        given = {part["id"]: PART_KINDS[part["kind"]].random(part["body"], rng) for part in answered}
        return {"parts": {part["id"]: given[part["id"]] for part in body["parts"] if part["id"] in given}}

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        filled: Fields = {}
        for index, (part, its_drawn) in enumerate(zip(body["parts"], drawn["parts"], strict=True)):
            response = held["parts"].get(part["id"])
            for name, values in PART_KINDS[part["kind"]].fields(part["body"], its_drawn, response).items():
                filled[f"part-{index}-{name}"] = values
        return filled

    def judge(self, body: Body, key: Key, held: dict[str, Any], *, critical: bool) -> Marked:
        """Where parts are marked as critical, only they decide, each as its own kind does."""
        fraction, detail = self.weigh(body, key, held)
        if not any(its.get("critical") for its in key["parts"]):
            return Marked(fraction, critical_missed=critical and fraction < 1, answered=True, detail=detail)
        missed = [
            part["id"]
            for part, its in zip(body["parts"], key["parts"], strict=True)
            if its.get("critical") and self._mark(part, its, held, critical=True).critical_missed
        ]
        return Marked(fraction, critical and bool(missed), answered=True, detail=detail | {"unsafe": missed})

    def _mark(self, part: dict[str, Any], its: dict[str, Any], held: dict[str, Any], *, critical: bool) -> Marked:
        answer = held["parts"].get(part["id"])
        return PART_KINDS[part["kind"]].mark(part["body"], its["key"], {}, answer, critical=critical)

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        earned = [
            self._mark(part, its, held, critical=False).fraction
            for part, its in zip(body["parts"], key["parts"], strict=True)
        ]
        return sum(earned, Fraction(0)) / len(earned), {"parts": [str(fraction) for fraction in earned]}

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

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        """The lines of each part, under the part."""
        lines = []
        for number, (part, its) in enumerate(zip(body["parts"], key["parts"], strict=True), start=1):
            heading = _("Part %(number)s: %(stem)s") % {"number": number, "stem": part["stem"]}
            for line in PART_KINDS[part["kind"]].tallies(part["body"], its["key"]):
                group = f"{heading} · {line.group}" if line.group else heading
                lines.append(replace(line, code=f"{part['id']}:{line.code}", group=group))
        return lines

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        return [
            f"{part['id']}:{code}"
            for part, its in zip(body["parts"], key["parts"], strict=True)
            if part["id"] in held["parts"]
            for code in PART_KINDS[part["kind"]].tallied(part["body"], its["key"], held["parts"][part["id"]])
        ]

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        lines = []
        for number, (part, its_drawn) in enumerate(zip(body["parts"], drawn["parts"], strict=True), start=1):
            words = PART_KINDS[part["kind"]].answer_words(part["body"], its_drawn, held["parts"].get(part["id"]))
            lines += [f"{number}. {line}" for line in words]
        return lines

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        held = self.accept(body, response) or {"parts": {}}
        trios = zip(body["parts"], key["parts"], drawn["parts"], strict=True)
        return [
            _("Part %(number)s: %(words)s") % {"number": number, "words": words}
            for number, (part, its, its_drawn) in enumerate(trios, start=1)
            for words in PART_KINDS[part["kind"]].remarks(
                part["body"], its["key"], its_drawn, held["parts"].get(part["id"])
            )
        ]

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
