"""A depth in the skin: a point in a layer, a value, or a band, in millimetres on a nominal section."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import units
from quizzes.kinds import authoring, depth_form, reading, section
from quizzes.kinds.base import Body, Drawn, Fields, Key, Kind, KindError, Marked, Response, Tally, Unreadable
from quizzes.kinds.depth_form import BAND, POINT, VALUE

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
    form = depth_form.FORM
    examples = depth_form.EXAMPLES

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        mode = authoring.choice(source, "mode", ASKED)
        diagram = section.parse(authoring.mapping(source, "diagram"), "diagram")
        answer = authoring.mapping(source, "answer")
        authoring.only(answer, {*ANSWER_FIELDS[mode], "margin_mm", "critical_above_mm"}, "answer")
        deepest = Decimal(diagram["axis_max"])
        ranges = self._ranges(answer, mode, deepest)
        key: Key = {
            "ranges": [[units.plain(low), units.plain(high)] for low, high in ranges],
            "model": [units.plain(value) for value in self._model(answer, mode)],
            "critical_above": self._limit(answer, max(high for _low, high in ranges), deepest),
        }
        if "margin_mm" in answer:
            margin = authoring.number(answer, "margin_mm", "answer")
            if not 0 < margin <= deepest:
                raise KindError(
                    "answer.margin_mm",
                    _("A margin is more than nought and no deeper than the drawing. Or leave it out."),
                )
            key["margin"] = units.plain(margin)
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
        targets = [given["value_mm"]] if mode == VALUE else [given["low_mm"], given["high_mm"]]
        if targets[0] > targets[-1]:
            raise KindError("answer.high_mm", _("The band is upside down: its deeper end lies above its start."))
        ranges = [(target - margin, target + margin) for target in targets]
        if mode == BAND and ranges[0][1] >= ranges[1][0]:
            raise KindError("answer.high_mm", _("The two ends of the band overlap."))
        if ranges[0][0] < 0 or ranges[-1][1] > deepest:
            raise KindError("answer.tolerance_mm", _("What counts would reach outside the drawing."))
        return ranges

    def _limit(self, answer: Mapping[str, Any], accepted: Decimal, deepest: Decimal) -> str | None:
        """How deep is still safe. A right answer must be, and something that can be answered must not."""
        if "critical_above_mm" not in answer:
            return None
        limit = authoring.number(answer, "critical_above_mm", "answer")
        if limit < accepted:
            raise KindError("answer.critical_above_mm", _("A right answer would be deeper than this."))
        if limit >= deepest:
            raise KindError("answer.critical_above_mm", _("Nobody can answer deeper than this: the drawing ends here."))
        return units.plain(limit)

    def _model(self, answer: Mapping[str, Any], mode: str) -> list[Decimal]:
        def given(name: str) -> Decimal:
            return authoring.number(answer, name, "answer")

        if mode == POINT:
            return [(given("accept_min_mm") + given("accept_max_mm")) / 2]
        return [given("value_mm")] if mode == VALUE else [given("low_mm"), given("high_mm")]

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        low, high = (Decimal(edge) for edge in key["ranges"][0])
        model = [Decimal(value) for value in key["model"]]
        answer: dict[str, Any]
        if body["mode"] == POINT:
            answer = {"accept_min_mm": low, "accept_max_mm": high}
        elif body["mode"] == VALUE:
            answer = {"value_mm": model[0], "tolerance_mm": model[0] - low}
        else:
            answer = {"low_mm": model[0], "high_mm": model[1], "tolerance_mm": model[0] - low}
        if "margin" in key:
            answer["margin_mm"] = Decimal(key["margin"])
        if key["critical_above"] is not None:
            answer["critical_above_mm"] = Decimal(key["critical_above"])
        return {"diagram": section.source(body["diagram"]), "mode": body["mode"], "answer": answer}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        labels = {"depth": _("Depth below the surface"), "low": _("From"), "high": _("To")}
        return {
            "asked": [{"name": name, "label": labels[name]} for name in ASKED[body["mode"]]],
            "diagram": section.drawing(body["diagram"]),
        }

    def shown(self, body: Body, drawn: Drawn, response: Response, *, read_outs: bool = False) -> dict[str, Any]:
        """With the needles where they were set, so that they stand there without JavaScript too."""
        held = self.accept(body, response) or {}
        names = ASKED[body["mode"]]
        depths = [Decimal(held[name]) if name in held else None for name in names]
        return self.public(body, drawn) | {"needles": section.needles(body["diagram"], depths)}

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
        deepest = Decimal(body["diagram"]["axis_max"])
        fits = all(reading.is_number(depth) and 0 <= Decimal(depth) <= deepest for depth in response.values())
        return response if fits else None

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        hundredths = int(Decimal(body["diagram"]["axis_max"]) * 100)
        names = ASKED[body["mode"]]
        given = names if rng.random() < 0.9 else names[:1]
        return {name: units.plain(Decimal(rng.randint(0, hundredths)) / 100) for name in given}

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        return {name: [held[name]] for name in ASKED[body["mode"]] if name in held}

    def judge(self, body: Body, key: Key, held: dict[str, Any], *, critical: bool) -> Marked:
        """With a limit, only an answer deeper than it is a critical miss; half an answer cannot show that it is not."""
        fraction, detail = self.weigh(body, key, held)
        missed = self._is_unsafe(body, key, held) if key["critical_above"] is not None else fraction < 1
        return Marked(fraction, critical_missed=critical and missed, answered=True, detail=detail)

    def _is_unsafe(self, body: Body, key: Key, held: dict[str, Any]) -> bool:
        limit = Decimal(key["critical_above"])
        return len(held) < len(ASKED[body["mode"]]) or any(Decimal(depth) > limit for depth in held.values())

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        """A trapezoid: full in the band, falling in a straight line over the margin on each side, then nothing.

        A band is worth what its worse end is worth. What is deeper than is safe is worth nothing, margin or not.
        """
        off = self._off(key, held)
        detail = {"off_by_mm": [units.plain(distance) for distance in off]}
        if len(off) < len(key["ranges"]):
            return Fraction(0), detail
        if key["critical_above"] is not None and self._is_unsafe(body, key, held):
            return Fraction(0), detail
        margin = Fraction(key["margin"]) if "margin" in key else None
        return min(_share(abs(Fraction(distance)), margin) for distance in off), detail

    def _off(self, key: Key, held: dict[str, Any]) -> list[Decimal]:
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
        if body["mode"] == BAND or "margin" in key:
            return None
        low, high = key["ranges"][0]
        return (Fraction(high) - Fraction(low)) / Fraction(body["diagram"]["axis_max"])

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        """For a band its two ends apart: one may be right while the other is not."""
        has_limit = key["critical_above"] is not None
        lines = []
        for code, group in self._ends(body):
            lines += [
                Tally(f"{code}shallow", _("Too shallow"), group=group),
                Tally(f"{code}right", _("Within what counts"), is_key=True, group=group),
                Tally(f"{code}deep", _("Too deep"), group=group),
            ]
            if has_limit:
                limit = units.short(Decimal(key["critical_above"]))
                words = _("Deeper than is safe (%(limit)s mm)") % {"limit": limit}
                lines.append(Tally(f"{code}unsafe", words, is_critical=True, group=group))
        if body["mode"] == BAND:
            lines.append(Tally("half", _("Only one end set"), is_critical=has_limit))
        return lines

    def _ends(self, body: Body) -> list[tuple[str, str]]:
        return [("low-", _("From")), ("high-", _("To"))] if body["mode"] == BAND else [("", "")]

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        off = self._off(key, held)
        if not off:
            return ["half"]
        limit = None if key["critical_above"] is None else Decimal(key["critical_above"])
        found = []
        depths = sorted(Decimal(text) for text in held.values())
        for (code, _group), depth, distance in zip(self._ends(body), depths, off, strict=True):
            if limit is not None and depth > limit:
                found.append(f"{code}unsafe")
            elif distance > 0:
                found.append(f"{code}deep")
            else:
                found.append(f"{code}shallow" if distance < 0 else f"{code}right")
        return found

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

    def picture(self, body: Body, key: Key, drawn: Drawn, response: Response) -> dict[str, Any]:
        """The section with its names, what counts, how deep is safe, and the needles as they were set."""
        named = body["diagram"] | {"named": True}
        limit = key["critical_above"]
        return self.shown(body | {"diagram": named}, drawn, response) | {
            "template": "quizzes/kinds/_depth_key.html",
            "counts": [section.span(named, Decimal(low), Decimal(high)) for low, high in key["ranges"]],
            "limit": None if limit is None else section.span(named, Decimal(limit), Decimal(limit)),
        }

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        held = self.accept(body, response)
        if held is None:
            return []
        off = self._off(key, held)
        ends = self._ends(body)
        words = [] if off else [_("A band has two ends: only one was set.")]
        for (_code, end), distance in zip(ends, off, strict=False):
            if distance:
                told = (
                    _("%(distance)s mm deeper than what counts.")
                    if distance > 0
                    else _("%(distance)s mm shallower than what counts.")
                ) % {"distance": units.short(abs(distance))}
                words.append(f"{end}: {told}" if end else told)
        if off and key["critical_above"] is not None and self._is_unsafe(body, key, held):
            limit = units.short(Decimal(key["critical_above"]))
            words.append(_("Deeper than %(limit)s mm is not safe here, so nothing counts.") % {"limit": limit})
        return words


def _share(distance: Fraction, margin: Fraction | None) -> Fraction:
    if margin is None:
        return Fraction(distance == 0)
    return max(Fraction(0), 1 - distance / margin)
