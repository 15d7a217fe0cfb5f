"""A depth in the skin: a point in a layer, a value, or a band, in millimetres on a nominal section."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import units
from quizzes.kinds import authoring, reading, section
from quizzes.kinds.base import Body, Drawn, Example, Fields, Key, Kind, KindError, Marked, Response, Unreadable

POINT, VALUE, BAND = "click_point", "set_value", "set_band"
ASKED = {POINT: ("depth",), VALUE: ("depth",), BAND: ("low", "high")}
ANSWER_FIELDS = {
    POINT: {"accept_min_mm", "accept_max_mm"},
    VALUE: {"value_mm", "tolerance_mm"},
    BAND: {"low_mm", "high_mm", "tolerance_mm"},
}


class DepthBand(Kind):
    """Marked on the numbers alone: a pointer on a drawing is never more exact than a field."""

    name = "depth_band"
    label = gettext_lazy("Depth in the skin")
    own_fields = frozenset({"diagram", "mode", "answer"})
    examples = (
        Example(
            source={
                "kind": "depth_band",
                "stem": "Set the depth of the first test dots.",
                "diagram": section.EXAMPLE,
                "mode": VALUE,
                "answer": {"value_mm": 0.5, "tolerance_mm": 0.05, "critical_above_mm": 1.0},
                "feedback": {"right": "Right: start at the bottom of the band.", "wrong": "Start at 0.5 mm."},
            },
            right={"depth": ["0,55"]},
            wrong={"depth": ["0.56"]},
        ),
        Example(
            source={
                "kind": "depth_band",
                "stem": "Set the working band.",
                "diagram": section.EXAMPLE,
                "mode": BAND,
                "answer": {"low_mm": 0.5, "high_mm": 1.0, "tolerance_mm": 0.05},
                "feedback": {"right": "Right.", "wrong": "The band is 0.5-1.0 mm."},
            },
            right={"low": ["0.45"], "high": ["1.05"]},
            wrong={"low": ["0.5"], "high": ["1.1"]},
        ),
        Example(
            source={
                "kind": "depth_band",
                "stem": "Mark a point in the epidermis.",
                "diagram": section.EXAMPLE,
                "mode": POINT,
                "answer": {"accept_min_mm": 0, "accept_max_mm": 0.1},
                "feedback": {"right": "Right.", "wrong": "Only the top 0.1 mm."},
            },
            right={"depth": ["0.1"]},
            wrong={"depth": ["0.11"]},
        ),
    )

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        mode = authoring.choice(source, "mode", ASKED)
        diagram = section.parse(authoring.mapping(source, "diagram"), "diagram")
        answer = authoring.mapping(source, "answer")
        authoring.only(answer, {*ANSWER_FIELDS[mode], "critical_above_mm"}, "answer")
        ranges = self._ranges(answer, mode, Decimal(diagram["axis_max"]))
        critical_above = None
        if "critical_above_mm" in answer:
            limit = authoring.number(answer, "critical_above_mm", "answer")
            if limit < max(high for _low, high in ranges):
                raise KindError("answer.critical_above_mm", _("A right answer would be deeper than this."))
            critical_above = units.plain(limit)
        key = {
            "ranges": [[units.plain(low), units.plain(high)] for low, high in ranges],
            "model": [units.plain(value) for value in self._model(answer, mode)],
            "critical_above": critical_above,
        }
        return {"mode": mode, "diagram": diagram}, key

    def _ranges(self, answer: Mapping[str, Any], mode: str, deepest: Decimal) -> list[tuple[Decimal, Decimal]]:
        """What is accepted for each number asked for, edges included."""
        given = {name: authoring.number(answer, name, "answer") for name in sorted(ANSWER_FIELDS[mode])}
        for name, value in given.items():
            if not 0 <= value <= deepest:
                raise KindError(f"answer.{name}", _("This lies outside the drawing."))
        if mode == POINT:
            if given["accept_min_mm"] >= given["accept_max_mm"]:
                raise KindError("answer.accept_max_mm", _("This band is empty: its end lies above its start."))
            return [(given["accept_min_mm"], given["accept_max_mm"])]
        margin = given["tolerance_mm"]
        if mode == VALUE:
            return [(given["value_mm"] - margin, given["value_mm"] + margin)]
        low, high = given["low_mm"], given["high_mm"]
        if low + margin >= high - margin:
            raise KindError("answer.high_mm", _("The two ends of the band overlap."))
        return [(low - margin, low + margin), (high - margin, high + margin)]

    def _model(self, answer: Mapping[str, Any], mode: str) -> list[Decimal]:
        def given(name: str) -> Decimal:
            return authoring.number(answer, name, "answer")

        if mode == POINT:
            return [(given("accept_min_mm") + given("accept_max_mm")) / 2]
        return [given("value_mm")] if mode == VALUE else [given("low_mm"), given("high_mm")]

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        labels = {"depth": _("Depth below the surface"), "low": _("From"), "high": _("To")}
        return {
            "asked": [{"name": name, "label": labels[name]} for name in ASKED[body["mode"]]],
            "diagram": section.drawing(body["diagram"]),
        }

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        held = {}
        deepest = Decimal(body["diagram"]["axis_max"])
        for name in ASKED[body["mode"]]:
            sent = reading.one(data, name)
            if sent:
                depth = reading.number(sent)
                if not 0 <= depth <= deepest:
                    raise Unreadable(
                        _("Write a depth from 0 to %(deepest)s mm, as far as the drawing goes.")
                        % {"deepest": units.short(deepest)}
                    )
                held[name] = units.plain(depth)
        return held or None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or not response or not set(response) <= set(ASKED[body["mode"]]):
            return None
        return response if all(reading.is_number(depth) for depth in response.values()) else None

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        return {name: [held[name]] for name in ASKED[body["mode"]] if name in held}

    def judge(self, body: Body, key: Key, held: dict[str, Any], *, critical: bool) -> Marked:
        """With a limit, only an answer deeper than it is a critical miss; half an answer cannot show that it is not."""
        fraction, detail = self.weigh(body, key, held)
        if key["critical_above"] is None:
            missed = fraction < 1
        else:
            limit = Decimal(key["critical_above"])
            missed = len(held) < len(ASKED[body["mode"]]) or any(Decimal(depth) > limit for depth in held.values())
        return Marked(fraction, critical_missed=critical and missed, answered=True, detail=detail)

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        off = self._off(body, key, held)
        right = len(off) == len(key["ranges"]) and not any(off)
        return Fraction(right), {"off_by_mm": [units.plain(distance) for distance in off]}

    def _off(self, body: Body, key: Key, held: dict[str, Any]) -> list[Decimal]:
        """How far each number lies outside of what counts: above nought is too deep."""
        if len(held) < len(key["ranges"]):
            return []
        off = []
        # The two ends of a band are the same band whichever is written first.
        for depth, (low, high) in zip(sorted(Decimal(text) for text in held.values()), key["ranges"], strict=True):
            below = max(depth - Decimal(high), Decimal(0))
            off.append(below or min(depth - Decimal(low), Decimal(0)))
        return off

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        return dict(zip(ASKED[body["mode"]], key["model"], strict=True))

    def guess(self, body: Body, key: Key) -> Fraction | None:
        if body["mode"] == BAND:
            return None
        low, high = key["ranges"][0]
        return (Fraction(high) - Fraction(low)) / Fraction(body["diagram"]["axis_max"])

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        labels = {"depth": "", "low": _("From") + " ", "high": _("To") + " "}
        return [f"{labels[name]}{held[name]} mm" for name in ASKED[body["mode"]] if name in held]

    def key_words(self, body: Body, key: Key, drawn: Drawn) -> list[str]:
        if body["mode"] == POINT:
            low, high = (units.short(Decimal(edge)) for edge in key["ranges"][0])
            return [_("Any depth from %(low)s to %(high)s mm") % {"low": low, "high": high}]
        return [
            _("%(value)s mm (%(low)s to %(high)s mm counts)")
            % {
                "value": units.short(Decimal(value)),
                "low": units.short(Decimal(low)),
                "high": units.short(Decimal(high)),
            }
            for value, (low, high) in zip(key["model"], key["ranges"], strict=True)
        ]

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        held = self.accept(body, response)
        if held is None:
            return []
        words = []
        for distance in self._off(body, key, held):
            if distance > 0:
                words.append(_("%(distance)s mm deeper than what counts.") % {"distance": units.short(distance)})
            elif distance < 0:
                words.append(_("%(distance)s mm shallower than what counts.") % {"distance": units.short(-distance)})
        return words
