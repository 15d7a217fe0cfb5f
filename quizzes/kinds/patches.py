"""Colour patches as an author gives them, held to what their hex values really are."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from quizzes import colour
from quizzes.colour import Lab
from quizzes.kinds import authoring
from quizzes.kinds.authoring import KindError
from quizzes.kinds.nearness import Miss, signed

ROUNDED = 0.0051  # stored L*, a*, b* have two decimals
STORED_DELTA = 0.01  # how far a stored difference may be from the computed one

# What the two rule modes ask of a sample, in the bank's own words and in numbers.
RULES = {
    "cooler_same_lightness": "|dL*| <= 1.5 and b* at least 4 below target",
    "darker_same_hue": "L* at least 4 below target, |da*| and |db*| <= 2",
}


def keeps_rule(mode: str, sample: Lab, target: Lab) -> bool:
    lightness, a, b = sample.L - target.L, sample.a - target.a, sample.b - target.b
    if mode == "cooler_same_lightness":
        return abs(lightness) <= 1.5 and b <= -4
    return lightness <= -4 and abs(a) <= 2 and abs(b) <= 2


def patch(source: Mapping[str, Any], path: str, *, beside: frozenset[str] = frozenset()) -> dict[str, Any]:
    """One colour: its hex value, and the L*, a*, b* read-out that follows from it.

    Given by L*, a*, b* alone it has to lie within what a screen shows; it is kept as the nearest hex value.
    """
    authoring.only(source, {"hex", "lab", *beside}, path)
    given = _given_lab(source, path) if "lab" in source else None
    written = colour.to_hex(given) if given and "hex" not in source else authoring.text(source, "hex", path)
    try:
        lab = colour.from_hex(written)
    except ValueError:
        raise KindError(f"{path}.hex", _("Write six lower-case hex digits after a hash, such as #4b4744.")) from None
    found = {"L": round(lab.L, 2), "a": round(lab.a, 2), "b": round(lab.b, 2)}
    if given and "hex" in source:
        for name, wanted, value in (("L", given.L, lab.L), ("a", given.a, lab.a), ("b", given.b, lab.b)):
            if abs(wanted - value) > ROUNDED:
                raise KindError(
                    f"{path}.lab.{name}",
                    _("%(hex)s has %(name)s* %(value)s.") % {"hex": written, "name": name, "value": found[name]},
                )
    return {"hex": written, "lab": found}


def _given_lab(source: Mapping[str, Any], path: str) -> Lab:
    given = authoring.mapping(source, "lab", path)
    where = f"{path}.lab"
    authoring.only(given, ("L", "a", "b"), where)
    lab = Lab(*(float(authoring.number(given, name, where)) for name in ("L", "a", "b")))
    if "hex" not in source and not colour.on_screen(lab):
        raise KindError(where, _("No screen shows this colour. Choose one with less chroma."))
    return lab


def read_out(lab: Lab, *, polar: bool = False) -> list[list[str]]:
    """A colour in numbers, each with its letter, for whoever is granted them."""
    values = [("L*", lab.L), ("a*", lab.a), ("b*", lab.b)]
    if polar:
        values += [("C*", lab.chroma), ("h°", lab.hue)]
    return [[letter, f"{value + 0:.2f}".replace("-0.00", "0.00").replace("-", "−")] for letter, value in values]


def read_outs(*named: tuple[str, Mapping[str, Any]], polar: bool = False) -> dict[str, list[list[str]]]:
    """Such as `target_reads`: the numbers of each patch under its name on the page."""
    return {f"{name}_reads": read_out(colour.from_hex(spot["hex"]), polar=polar) for name, spot in named}


def difference(source: Mapping[str, Any], name: str, one: str, other: str, path: str) -> float:
    """The difference of two hex values; a stored one has to agree with it."""
    computed = colour.difference(colour.from_hex(one), colour.from_hex(other))
    if name in source and abs(float(authoring.number(source, name, path)) - computed) > STORED_DELTA:
        raise KindError(f"{path}.{name}", _("The difference is %(value).2f.") % {"value": computed})
    return computed


def samples(source: Mapping[str, Any], target: str) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """The patches to choose from, and how far each is from the target."""
    given = authoring.sequence(source, "options")
    sample_ids = authoring.ids(given, "options")
    found: list[dict[str, Any]] = []
    deltas: dict[str, float] = {}
    for index, (row, sample_id) in enumerate(zip(given, sample_ids, strict=True)):
        spot = f"options[{index}]"
        found.append({"id": sample_id, **patch(row, spot, beside=frozenset({"id", "delta_e_2000"}))})
        if found[-1]["hex"] in [earlier["hex"] for earlier in found[:-1]]:
            raise KindError(f"{spot}.hex", _("The same colour stands twice."))
        deltas[sample_id] = difference(row, "delta_e_2000", found[-1]["hex"], target, spot)
    return found, deltas


def closest_first(deltas: Mapping[str, float]) -> list[str]:
    return sorted(deltas, key=lambda sample_id: deltas[sample_id])


def check_apart(deltas: Mapping[str, float], ids: Sequence[str]) -> None:
    """Two samples equally far from the target have no order."""
    for one, other in pairwise(ids):
        if abs(deltas[other] - deltas[one]) < STORED_DELTA:
            raise KindError("options", _("%(one)s and %(other)s are equally far.") % {"one": one, "other": other})


def check_pick(
    mode: str, answer: str, options: Sequence[Mapping[str, Any]], deltas: Mapping[str, float], target: str
) -> None:
    """The key must follow from the colours, and be the only one that does."""
    if mode == "choose_closest":
        right = closest_first(deltas)[:1]
        check_apart(deltas, closest_first(deltas)[:2])
        message = _("The closest sample is %(ids)s.")
    else:
        goal = colour.from_hex(target)
        right = [option["id"] for option in options if keeps_rule(mode, colour.from_hex(option["hex"]), goal)]
        message = _("The rule is kept by: %(ids)s. It has to be kept by the answer and no other.")
    if right != [answer]:
        raise KindError("answer", message % {"ids": ", ".join(right) or "–"})


def told(deltas: Mapping[str, float]) -> dict[str, str]:
    return {sample_id: f"{delta:.2f}" for sample_id, delta in deltas.items()}


def described(written: str, target: Lab, delta: str) -> str:
    """A sample for whoever counts the answers: its hex value, and where it lies from the target."""
    miss = Miss.of(colour.from_hex(written), target)
    words = {"hex": written, "delta": delta, "L": signed(miss.lightness), "a": signed(miss.a), "b": signed(miss.b)}
    return _("%(hex)s: difference %(delta)s (L* %(L)s, a* %(a)s, b* %(b)s)") % words
