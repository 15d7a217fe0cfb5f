"""A sample moved in lightness, chroma and hue until it is near enough to a target."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from django.utils.translation import gettext as _

from quizzes import colour, units
from quizzes.colour import Lab
from quizzes.kinds import authoring, nearness, patches, reading
from quizzes.kinds.base import Body, Drawn, Fields, Key, KindError, Response, Unreadable
from quizzes.kinds.nearness import Miss, Nearing

# Wide enough for any pigment. Beyond what a screen can show is fine: marks use the numbers, never the screen.
LIMITS = {"lightness": 100, "chroma": 150, "hue": 360}
LETTERS = {"lightness": "L*", "chroma": "C*", "hue": "h°"}
REACHES = (30, 60, 150)  # how far the slider of the chroma goes: pigments need the fine one


class Adjusting(Nearing):
    """A mode of the colour match. All numbers empty is unanswered; one left empty stays as it is at the start."""

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        target = patches.patch(authoring.mapping(source, "target"), "target")
        given = authoring.mapping(source, "start")
        start = patches.patch(given, "start", beside=frozenset({"delta_e_2000_to_target"}))
        away = patches.difference(given, "delta_e_2000_to_target", start["hex"], target["hex"], "start")
        key = self.compose_key(source, target["hex"])
        name = "tolerance_delta_e_2000" if "tolerance" in key else "d1"
        if nearness.full(key) >= away:
            raise KindError(f"answer.{name}", _("The start already matches: it is %(away).2f away.") % {"away": away})
        if "d2" in key and nearness.none(key) > away:
            raise KindError("answer.d2", _("The start already earns points: it is %(away).2f away.") % {"away": away})
        return {"target": target, "start": start}, key

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        return {
            "target": {"hex": body["target"]["hex"]},
            "start": {"hex": body["start"]["hex"]},
            "answer": self.key_source(key),
        }

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        start = starting(body)
        words = {"lightness": _("Lightness"), "chroma": _("Chroma"), "hue": _("Hue angle")}
        chromas = (colour.from_hex(body[name]["hex"]).chroma for name in ("target", "start"))
        most = max(chromas)
        reach = {**LIMITS, "chroma": next(reach for reach in REACHES if most <= reach * 2 / 3 or reach == REACHES[-1])}
        return {
            "target": body["target"]["hex"],
            "start": body["start"]["hex"],
            "asked": [
                {
                    "name": name,
                    "label": words[name],
                    "letter": LETTERS[name],
                    "start": start[name],
                    "most": most,
                    "reach": reach[name],
                }
                for name, most in LIMITS.items()
            ],
        }

    def shown(self, body: Body, drawn: Drawn, response: Response, *, read_outs: bool = False) -> dict[str, Any]:
        shown = self.public(body, drawn)
        if not read_outs:
            return shown
        return shown | {"read_outs": True} | patches.read_outs(("target", body["target"]), polar=True)

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
        if not all(reading.is_number(value) for value in response.values()):
            return None
        return response if all(0 <= Decimal(value) <= LIMITS[name] for name, value in response.items()) else None

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        return {name: [held[name]] for name in LIMITS if name in held}

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        return {name: units.plain(Decimal(rng.randrange(most * 10 + 1)) / 10) for name, most in LIMITS.items()}

    def sample(self, body: Body, held: Mapping[str, Any]) -> Lab:
        set_to = starting(body) | dict(held)
        return colour.from_lch(*(float(set_to[name]) for name in LIMITS))

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        return lch(colour.from_hex(body["target"]["hex"]))

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        set_to = starting(body) | held
        return [", ".join(f"{LETTERS[name]} {set_to[name]}" for name in LIMITS)]

    def key_words(self, body: Body, key: Key, drawn: Drawn) -> list[str]:
        (target,) = self.tell(body, drawn, self.solve(body, key))
        return [f"{target} ({self.counts(key)})"]

    def told(self, miss: Miss) -> str:
        return _("Your sample is %(ways)s.") % {"ways": nearness.in_words(miss)}


def starting(body: Body) -> dict[str, str]:
    return lch(colour.from_hex(body["start"]["hex"]))


def lch(lab: Lab) -> dict[str, str]:
    """To one decimal: finer than anybody sets it, and far within any tolerance."""
    values = {"lightness": lab.L, "chroma": lab.chroma, "hue": lab.hue if lab.chroma >= 0.05 else 0.0}
    return {name: units.plain(Decimal(f"{value:.1f}")) for name, value in values.items()}


def picture(q: Mapping[str, Any], value: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The sample as a page draws it from what its fields hold: kept, or just typed and refused."""
    set_to = {}
    for number in q["asked"]:
        typed = next(iter(value.get(number["name"], ())), "")
        try:
            found = units.read_number(typed)
        except ValueError:
            found = Decimal(-1)
        set_to[number["name"]] = float(found if 0 <= found <= number["most"] else Decimal(number["start"]))
    lab = colour.from_lch(*(set_to[name] for name in LIMITS))
    is_start = not any("".join(value.get(name, ())).strip() for name in LIMITS)
    return {
        "fill": q["start"] if is_start else colour.to_hex(lab),
        "outside": not colour.on_screen(lab),
        "reads": patches.read_out(lab, polar=True) if q.get("read_outs") else [],
    }
