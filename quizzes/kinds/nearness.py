"""A colour that was made, judged by how near it came to its target: what adjusting and mixing share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from quizzes import colour, units
from quizzes.colour import Lab
from quizzes.kinds import authoring
from quizzes.kinds.base import Body, Drawn, Key, Kind, KindError, Marked, Response, Tally

ANSWER = ("tolerance_delta_e_2000", "d1", "d2", "direction", "critical_too", "critical_beyond")
WAYS = ("dark", "light", "warm", "cool", "red", "green")  # L*, b* and a*, each in both directions
LIMITED = WAYS[:4]
DIRECTIONS = {f"not_{way}er": way for way in LIMITED}
SLIGHT = Decimal("0.5")  # nobody needs to hear of less
CLEAR = Decimal(2)  # from here on the amount is told, not "a little"


@dataclass(frozen=True)
class Miss:
    """How a sample differs from its target. Four decimals: the same on every machine."""

    delta: Decimal
    lightness: Decimal
    chroma: Decimal
    hue: Decimal
    a: Decimal
    b: Decimal

    @classmethod
    def of(cls, sample: Lab, target: Lab) -> Miss:
        way = colour.signed(sample, target)
        values = (way.lightness, way.chroma, way.hue, sample.a - target.a, sample.b - target.b)
        return cls(*(Decimal(f"{value:.4f}") for value in (colour.difference(sample, target), *values)))

    @property
    def ways(self) -> dict[str, Decimal]:
        """How far towards each side; less than nought is towards the other."""
        found = (-self.lightness, self.lightness, self.b, -self.b, self.a, -self.a)
        return dict(zip(WAYS, found, strict=True))

    @property
    def main(self) -> str:
        """The side it errs to most."""
        return max(WAYS, key=lambda way: self.ways[way])

    @property
    def detail(self) -> dict[str, Any]:
        names = {"delta_e_2000": self.delta, "lightness": self.lightness, "chroma": self.chroma, "hue": self.hue}
        return {name: units.plain(value) for name, value in names.items()}


class Nearing(Kind):
    """A kind without a name. Marks use the numbers of the colours, never what a screen made of them."""

    @abstractmethod
    def sample(self, body: Body, held: Mapping[str, Any]) -> Lab | None:
        """The colour that was made."""

    def missed(self, body: Body, held: Mapping[str, Any]) -> Miss | None:
        sample = self.sample(body, held)
        return None if sample is None else Miss.of(sample, colour.from_hex(body["target"]["hex"]))

    def compose_key(self, source: Mapping[str, Any], target: str) -> Key:
        """Either all or nothing, or full up to d1, nought from d2 and linear between."""
        answer = authoring.mapping(source, "answer")
        authoring.only(answer, ANSWER, "answer")
        if "tolerance_delta_e_2000" in answer:
            key = {"tolerance": _positive(answer, "tolerance_delta_e_2000")}
            for name in ("d1", "d2", "direction"):
                if name in answer:
                    raise KindError(f"answer.{name}", _("With a tolerance it is all or nothing; nothing reads this."))
        else:
            key = {"d1": _positive(answer, "d1"), "d2": _positive(answer, "d2")}
            if Decimal(key["d1"]) >= Decimal(key["d2"]):
                raise KindError("answer.d2", _("d2, where nothing is earned, has to lie above d1."))
            if "direction" in answer:
                key["direction"] = authoring.choice(answer, "direction", DIRECTIONS, "answer")
        if "critical_too" in answer or "critical_beyond" in answer:
            key |= _critical(answer, target, full(key))
        return key

    def key_source(self, key: Key) -> dict[str, Any]:
        """What `compose_key` reads, as the bank writes it."""
        names = {"tolerance": "tolerance_delta_e_2000"}
        words = {"direction", "critical_too"}
        held = {name: key[name] for name in ("tolerance", *ANSWER) if name in key}
        return {names.get(name, name): kept if name in words else number(kept) for name, kept in held.items()}

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        miss = self.missed(body, held)
        return (Fraction(0), {}) if miss is None else (worth(key, miss), miss.detail)

    def judge(self, body: Body, key: Key, held: dict[str, Any], *, critical: bool) -> Marked:
        """With a critical limit only what lies past it is a critical miss, whatever the points."""
        marked = super().judge(body, key, held, critical=critical)
        miss = self.missed(body, held)
        if "critical_too" not in key or miss is None:
            return marked
        missed = critical and is_past(key, miss)
        return Marked(marked.fraction, critical_missed=missed, answered=True, detail=marked.detail)

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        """How far off and which way: first in words, then in numbers."""
        held = self.accept(body, response)
        miss = self.missed(body, held) if held else None
        if miss is None:
            return []
        told = [self.told(miss)] if miss.delta > full(key) and _off(miss) else []
        told.append(
            _("Difference %(delta).2f: ΔL %(lightness)s, ΔC %(chroma)s, ΔH %(hue)s.")
            % {
                "delta": miss.delta,
                "lightness": signed(miss.lightness),
                "chroma": signed(miss.chroma),
                "hue": signed(miss.hue),
            }
        )
        if errs(key, miss):
            words = {"too": _too()[DIRECTIONS[key["direction"]]]}
            told.append(_("Here a colour that is %(too)s earns nothing, however near it is.") % words)
        if is_past(key, miss):
            words = {"limit": key["critical_beyond"], "too": _too()[key["critical_too"]]}
            told.append(_("It is past the safety limit: more than %(limit)s %(too)s.") % words)
        return told

    def told(self, miss: Miss) -> str:
        """Such as: your sample is 4.1 too dark and a little too warm."""
        return _("Your sample is %(ways)s.") % {"ways": in_words(miss)}

    def counts(self, key: Key) -> str:
        if "tolerance" in key:
            return _("a difference of up to %(most)s counts") % {"most": key["tolerance"]}
        return _("full marks up to a difference of %(d1)s, none from %(d2)s") % {"d1": key["d1"], "d2": key["d2"]}

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        near, way = _("How near"), _("Mostly")
        first, last = full(key), none(key)
        lines = [
            Tally("within", _("Difference up to %(d1)s") % {"d1": first}, is_key=True, group=near),
            Tally("between", _("Between %(d1)s and %(d2)s") % {"d1": first, "d2": last}, group=near),
            Tally("beyond", _("%(d2)s or more") % {"d2": last}, group=near),
        ]
        lines += [Tally(f"too-{side}", words, group=way) for side, words in _too().items()]
        if "critical_too" in key:
            words = {"limit": key["critical_beyond"], "too": _too()[key["critical_too"]]}
            limit = _("More than %(limit)s %(too)s") % words
            lines.append(Tally("past-limit", limit, is_critical=True, group=_("Safety limit")))
        return lines

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        miss = self.missed(body, held)
        if miss is None:
            return []
        if miss.delta <= full(key):
            found = ["within"]
        else:
            found = ["between" if miss.delta < none(key) else "beyond", f"too-{miss.main}"]
        return [*found, "past-limit"] if is_past(key, miss) else found


def full(key: Key) -> Decimal:
    """The largest difference that is fully right."""
    return Decimal(key["tolerance"] if "tolerance" in key else key["d1"])


def none(key: Key) -> Decimal:
    """The difference from which on it is counted as far off; of all or nothing, twice the tolerance."""
    return 2 * Decimal(key["tolerance"]) if "tolerance" in key else Decimal(key["d2"])


def worth(key: Key, miss: Miss) -> Fraction:
    if miss.delta <= full(key):
        return Fraction(1)
    if "tolerance" in key or errs(key, miss):
        return Fraction(0)
    left = Fraction(none(key) - miss.delta) / Fraction(none(key) - full(key))
    return max(Fraction(0), left)


def errs(key: Key, miss: Miss) -> bool:
    """Whether it lies, by more than is fully right, on the side that the direction rule forbids."""
    if "direction" not in key or miss.delta <= full(key):
        return False
    return miss.ways[DIRECTIONS[key["direction"]]] > full(key)


def is_past(key: Key, miss: Miss) -> bool:
    """Past the critical limit. What is fully right never is."""
    if "critical_too" not in key or miss.delta <= full(key):
        return False
    return miss.ways[key["critical_too"]] > Decimal(key["critical_beyond"])


def in_words(miss: Miss) -> str:
    words = [_words(way, miss.ways[way]) for way in _off(miss)]
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def signed(value: Decimal) -> str:
    """To one decimal, with its sign."""
    text = f"{value:+.1f}".replace("-", "−")
    return text if text != "−0.0" else "+0.0"


def number(text: str) -> int | float:
    """A stored number as YAML and JSON write it."""
    return float(text) if "." in text else int(text)


def _off(miss: Miss) -> list[str]:
    """The sides worth telling, the furthest first."""
    ways = miss.ways
    return sorted((way for way in WAYS if ways[way] >= SLIGHT), key=lambda way: (-ways[way], way))


def _words(way: str, by: Decimal) -> str:
    too = _too()[way]
    if by < CLEAR:
        return _("a little %(too)s") % {"too": too}
    return _("%(by).1f %(too)s") % {"by": by, "too": too}


def _too() -> dict[str, str]:
    words = (_("too dark"), _("too light"), _("too warm"), _("too cool"), _("too red"), _("too green"))
    return dict(zip(WAYS, words, strict=True))


def _positive(answer: Mapping[str, Any], name: str) -> str:
    value = authoring.number(answer, name, "answer")
    if not 0 < value <= 100:
        raise KindError(f"answer.{name}", _("Give a number above 0, up to 100."))
    return units.short(value)


def _critical(answer: Mapping[str, Any], target: str, within: Decimal) -> Key:
    too = authoring.choice(answer, "critical_too", LIMITED, "answer")
    beyond = _positive(answer, "critical_beyond")
    goal, step = colour.from_hex(target), float(beyond)
    along = {
        "dark": Lab(goal.L - step, goal.a, goal.b),
        "light": Lab(goal.L + step, goal.a, goal.b),
        "warm": Lab(goal.L, goal.a, goal.b + step),
        "cool": Lab(goal.L, goal.a, goal.b - step),
    }
    if colour.difference(along[too], goal) <= within:
        raise KindError("answer.critical_beyond", _("At this limit the colour would still be fully right."))
    return {"critical_too": too, "critical_beyond": beyond}
