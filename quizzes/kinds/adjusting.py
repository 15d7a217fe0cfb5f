"""A sample moved in lightness, chroma and hue until it is near enough to a target."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from quizzes import colour, units
from quizzes.colour import Lab
from quizzes.kinds import authoring, patches, reading
from quizzes.kinds.base import Body, Drawn, Fields, Key, Kind, KindError, Response, Unreadable

# Wide enough for any pigment. Beyond what a screen can show is fine: marks use the numbers, never the screen.
LIMITS = {"lightness": 100, "chroma": 150, "hue": 360}
LETTERS = {"lightness": "L*", "chroma": "C*", "hue": "h°"}


class Adjusting(Kind):
    """A mode of the colour match. The fields start empty beside the start values, so untouched is unanswered."""

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        target = patches.patch(authoring.mapping(source, "target"), "target")
        given = authoring.mapping(source, "start")
        start = patches.patch(given, "start", beside=frozenset({"delta_e_2000_to_target"}))
        away = patches.difference(given, "delta_e_2000_to_target", start["hex"], target["hex"], "start")
        answer = authoring.mapping(source, "answer")
        authoring.only(answer, {"tolerance_delta_e_2000"}, "answer")
        tolerance = authoring.number(answer, "tolerance_delta_e_2000", "answer")
        if not 0 < tolerance < away:
            raise KindError("answer.tolerance_delta_e_2000", _("The start already matches, or nothing ever could."))
        return {"target": target, "start": start}, {"tolerance": units.plain(tolerance)}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        start = _lch(colour.from_hex(body["start"]["hex"]))
        words = {"lightness": _("Lightness"), "chroma": _("Chroma"), "hue": _("Hue angle")}
        return {
            "target": body["target"]["hex"],
            "start": body["start"]["hex"],
            "asked": [
                {"name": name, "label": words[name], "letter": LETTERS[name], "start": start[name], "most": most}
                for name, most in LIMITS.items()
            ],
        }

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        held = {}
        for name, most in LIMITS.items():
            sent = reading.one(data, name)
            if sent:
                value = reading.number(sent)
                if not 0 <= value <= most:
                    raise Unreadable(_("%(name)s goes from 0 to %(most)s.") % {"name": LETTERS[name], "most": most})
                held[name] = units.plain(value)
        return held or None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or not response or not set(response) <= set(LIMITS):
            return None
        return response if all(reading.is_number(value) for value in response.values()) else None

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        return {name: [held[name]] for name in LIMITS if name in held}

    def sample(self, held: Mapping[str, str]) -> Lab | None:
        """The colour that was set, once all three numbers are there."""
        if set(held) != set(LIMITS):
            return None
        return colour.from_lch(*(float(held[name]) for name in LIMITS))

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        sample = self.sample(held)
        if sample is None:
            return Fraction(0), {}
        delta = round(colour.difference(sample, colour.from_hex(body["target"]["hex"])), 6)
        return Fraction(delta <= float(key["tolerance"])), {"delta_e_2000": f"{delta:.2f}"}

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        return _lch(colour.from_hex(body["target"]["hex"]))

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        return [", ".join(f"{LETTERS[name]} {held[name]}" for name in LIMITS if name in held)]

    def key_words(self, body: Body, key: Key, drawn: Drawn) -> list[str]:
        (target,) = self.tell(body, drawn, self.solve(body, key))
        return [_("%(target)s (a difference of up to %(most)s counts)") % {"target": target, "most": key["tolerance"]}]

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        """How far off, and which way, in words."""
        held = self.accept(body, response)
        sample = self.sample(held) if held else None
        if sample is None:
            return []
        target = colour.from_hex(body["target"]["hex"])
        way = colour.signed(sample, target)
        words = [_("The difference is %(delta).2f.") % {"delta": colour.difference(sample, target)}]
        for value, more, less in (
            (way.lightness, _("Your sample is %(by).1f lighter."), _("Your sample is %(by).1f darker.")),
            (way.chroma, _("Its colour is %(by).1f stronger."), _("Its colour is %(by).1f greyer.")),
        ):
            if abs(value) >= 0.5:
                words.append((more if value > 0 else less) % {"by": abs(value)})
        if abs(way.hue) >= 0.5:
            words.append(_("Its hue is off by %(by).1f.") % {"by": abs(way.hue)})
        return words


def _lch(lab: Lab) -> dict[str, str]:
    """To one decimal: finer than anybody sets it, and far within any tolerance."""
    values = {"lightness": lab.L, "chroma": lab.chroma, "hue": lab.hue if lab.chroma >= 0.05 else 0.0}
    return {name: units.plain(Decimal(f"{value:.1f}")) for name, value in values.items()}
