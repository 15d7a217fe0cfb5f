"""Colours judged against a target on neutral grey: pick one, put them in order, name the band, or adjust one."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import colour
from quizzes.kinds import authoring, patches, reading
from quizzes.kinds.adjusting import Adjusting
from quizzes.kinds.base import Body, Drawn, Example, Fields, Key, Kind, KindError, Response
from quizzes.kinds.ordering import NEIGHBOURS, Ordering
from quizzes.kinds.single_choice import SingleChoice

PICKS = ("choose_closest", "cooler_same_lightness", "darker_same_hue")
USED = {
    "choose_closest": {"target", "options", "shuffle", "answer"},
    "cooler_same_lightness": {"target", "options", "shuffle", "answer", "rule"},
    "darker_same_hue": {"target", "options", "shuffle", "answer", "rule"},
    "verdict": {"target", "sample", "options", "shuffle", "answer"},
    "rank": {"target", "options", "shuffle", "answer", "scoring"},
    "adjust": {"target", "start", "answer"},
}
CHOOSING, RANKING, ADJUSTING = SingleChoice(), Ordering(), Adjusting()


class ColourMatch(Kind):
    """Each mode is answered as another kind is. Patches have letters only; a name would be the answer.

    The L*, a*, b* read-outs in the body are for whoever is granted colour in numbers; nothing shows them otherwise.
    """

    name = "colour_match"
    label = gettext_lazy("Colour match")
    own_fields = frozenset({"mode", "metric", *(field for fields in USED.values() for field in fields)})
    examples = (
        Example(
            source={
                "kind": "colour_match",
                "stem": "Which sample is the closest match?",
                "mode": "choose_closest",
                "metric": "delta_e_2000",
                "target": {"hex": "#4b4744"},
                "options": [
                    {"id": "a", "hex": "#44484e", "delta_e_2000": 6.32},
                    {"id": "b", "hex": "#4d4a47", "lab": {"L": 31.65, "a": 0.62, "b": 2.23}},
                ],
                "shuffle": False,
                "answer": "b",
                "feedback": {"right": "Right.", "wrong": "Compare lightness, then cast."},
            },
            right={"choice": ["1"]},
            wrong={"choice": ["0"]},
        ),
        Example(
            source={
                "kind": "colour_match",
                "stem": "Order the samples from closest to furthest.",
                "mode": "rank",
                "metric": "delta_e_2000",
                "target": {"hex": "#55504b"},
                "options": [
                    {"id": "a", "hex": "#7f7973"},
                    {"id": "b", "hex": "#56514c"},
                    {"id": "c", "hex": "#5f5a54"},
                ],
                "shuffle": False,
                "answer": ["b", "c", "a"],
                "scoring": "partial_adjacent_pairs",
                "feedback": {"right": "Right.", "wrong": "Compare lightness and cast together."},
            },
            right={"position-0": ["3"], "position-1": ["1"], "position-2": ["2"]},
            wrong={"position-0": ["1"], "position-1": ["2"], "position-2": ["3"]},
        ),
        Example(
            source={
                "kind": "colour_match",
                "stem": "Adjust the sample until it matches.",
                "mode": "adjust",
                "metric": "delta_e_2000",
                "target": {"hex": "#5f5a55"},
                "start": {"hex": "#7a7066", "delta_e_2000_to_target": 9.07},
                "answer": {"tolerance_delta_e_2000": 2.0},
                "feedback": {"right": "Right.", "wrong": "Bring lightness down first."},
            },
            right={"lightness": ["38,5"], "chroma": ["3.7"], "hue": ["74"]},
            wrong={"lightness": ["45"], "chroma": ["3.7"], "hue": ["74"]},
        ),
        Example(
            source={
                "kind": "colour_match",
                "stem": "Which band fits the difference?",
                "mode": "verdict",
                "metric": "delta_e_2000",
                "target": {"hex": "#6e675f"},
                "sample": {"hex": "#706a61", "delta_e_2000": 1.39},
                "options": [
                    {"id": "a", "text": "Excellent"},
                    {"id": "b", "text": "Acceptable"},
                    {"id": "c", "text": "Visible"},
                    {"id": "d", "text": "Mismatch"},
                ],
                "shuffle": False,
                "answer": "b",
                "feedback": {"right": "Right.", "wrong": "It lies above 1.0 and not above 2.0."},
            },
            right={"choice": ["1"]},
            wrong={"choice": ["0"]},
        ),
    )

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        mode = authoring.choice(source, "mode", USED)
        authoring.choice(source, "metric", ("delta_e_2000",))
        for name in sorted(self.own_fields - USED[mode] - {"mode", "metric"}):
            if name in source:
                raise KindError(name, _("The mode %(mode)s does not read this field.") % {"mode": mode})
        if mode == "adjust":
            body, key = ADJUSTING.compose(source)
        else:
            target = patches.patch(authoring.mapping(source, "target"), "target")
            shuffle = authoring.flag(source, "shuffle")
            body, key = self._verdict(source, target) if mode == "verdict" else self._samples(source, mode, target)
            body |= {"target": target, "shuffle": shuffle}
            if mode == "verdict" and shuffle:
                raise KindError("shuffle", _("The bands are a scale, best first. Leave them in order."))
        return {"mode": mode, **body}, key

    def _samples(self, source: Mapping[str, Any], mode: str, target: dict[str, Any]) -> tuple[Body, Key]:
        options, deltas = patches.samples(source, target["hex"])
        key: Key = {"delta_e_2000": {sample_id: f"{delta:.2f}" for sample_id, delta in deltas.items()}}
        known = [option["id"] for option in options]
        if mode == "rank":
            authoring.choice(source, "scoring", (NEIGHBOURS,))
            answer = authoring.known_ids(source, "answer", known)
            if answer != patches.closest_first(deltas):
                order = ", ".join(patches.closest_first(deltas))
                raise KindError("answer", _("From closest to furthest the order is: %(ids)s.") % {"ids": order})
            key |= {"scoring": NEIGHBOURS, "must_precede": [], "critical_pairs": []}
            return {"options": options}, {"answer": answer, **key}
        if mode in patches.RULES:
            authoring.choice(source, "rule", (patches.RULES[mode],))
        pick = authoring.known_id(authoring.require(source, "answer"), known, "answer")
        patches.check_pick(mode, pick, options, deltas, target["hex"])
        return {"options": options}, {"answer": pick, **key}

    def _verdict(self, source: Mapping[str, Any], target: dict[str, Any]) -> tuple[Body, Key]:
        given = authoring.mapping(source, "sample")
        sample = patches.patch(given, "sample", beside=frozenset({"delta_e_2000"}))
        delta = patches.difference(given, "delta_e_2000", sample["hex"], target["hex"], "sample")
        options = authoring.rows(source, "options")
        if len(options) != len(colour.BANDS) + 1:
            raise KindError("options", _("Offer the four bands, best first."))
        known = [option["id"] for option in options]
        answer = authoring.known_id(authoring.require(source, "answer"), known, "answer")
        if answer != known[colour.band(delta)]:
            raise KindError("answer", _("A difference of %(value).2f falls into another band.") % {"value": delta})
        return {"options": options, "sample": sample}, {"answer": answer, "delta_e_2000": f"{delta:.2f}"}

    def draw(self, body: Body, rng: Random) -> Drawn:
        return {} if body["mode"] == "adjust" else CHOOSING.draw(body, rng)

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        shown: dict[str, Any] = {"mode": body["mode"], "target": body["target"]["hex"]}
        if body["mode"] == "adjust":
            return shown | ADJUSTING.public(body, drawn)
        if body["mode"] == "verdict":
            return shown | {"sample": body["sample"]["hex"]} | CHOOSING.public(body, drawn)
        options = [
            {"place": place, "name": f"position-{place}", "letter": reading.letter(place), "fill": option["hex"]}
            for place, option in enumerate(reading.in_order(drawn, body["options"]))
        ]
        return shown | {"options": options, "numbers": list(range(1, len(options) + 1))}

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        how, its_body = _as(body)
        return how.read(its_body, drawn, data)

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        how, its_body = _as(body)
        return how.accept(its_body, response)

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        how, its_body = _as(body)
        return how.fill(its_body, drawn, held)

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        how, its_body = _as(body)
        fraction, detail = how.weigh(its_body, key, held)
        if body["mode"] in PICKS:
            detail = {"delta_e_2000": key["delta_e_2000"][held["choice"]]}
        return fraction, detail

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        how, its_body = _as(body)
        return how.solve(its_body, key)

    def guess(self, body: Body, key: Key) -> Fraction | None:
        how, its_body = _as(body)
        return how.guess(its_body, key)

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        if body["mode"] == "verdict":
            return CHOOSING.tell(body, drawn, held)
        if body["mode"] == "adjust":
            return ADJUSTING.tell(body, drawn, held)
        names = self._names(body, drawn)
        if body["mode"] in PICKS:
            return [names[held["choice"]]]
        given = held["positions"]
        return [f"{given[row]}. {names[row]}" for row in sorted(given, key=lambda row: (given[row], names[row]))]

    def key_words(self, body: Body, key: Key, drawn: Drawn) -> list[str]:
        if body["mode"] == "adjust":
            return ADJUSTING.key_words(body, key, drawn)
        return super().key_words(body, key, drawn)

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        """The differences, which the trainee judged without knowing them."""
        if body["mode"] == "adjust":
            return ADJUSTING.remarks(body, key, drawn, response)
        if body["mode"] == "verdict":
            return [_("The difference is %(delta).2f.") % {"delta": Decimal(key["delta_e_2000"])}]
        names = self._names(body, drawn)
        told = ", ".join(f"{name} {key['delta_e_2000'][sample_id]}" for sample_id, name in names.items())
        return [_("Difference from the target: %(told)s.") % {"told": told}]

    def _names(self, body: Body, drawn: Drawn) -> dict[str, str]:
        """Patches by the letters this paper gave them."""
        return {
            option["id"]: _("Patch %(letter)s") % {"letter": reading.letter(place)}
            for place, option in enumerate(reading.in_order(drawn, body["options"]))
        }


def _as(body: Body) -> tuple[Kind, Body]:
    """The kind that a mode is answered as, and the body in that kind's words."""
    if body["mode"] == "adjust":
        return ADJUSTING, body
    if body["mode"] == "rank":
        return RANKING, {"items": body["options"]}
    return CHOOSING, body
