"""A section through the skin, drawn to scale: its layers, its rule, and its top enlarged."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from quizzes import units
from quizzes.kinds import authoring
from quizzes.kinds.authoring import KindError

EXAMPLE: dict[str, Any] = {
    "kind": "scalp_cross_section",
    "label": "Nominal values, not a measured scalp",
    "axis_unit": "mm",
    "axis_max": 3.0,
    "layers": [
        {"name": "Epidermis", "from_mm": 0.0, "to_mm": 0.1},
        {"name": "Papillary dermis", "from_mm": 0.1, "to_mm": 0.5},
        {"name": "Reticular dermis", "from_mm": 0.5, "to_mm": 2.1},
        {"name": "Subcutaneous fat", "from_mm": 2.1, "to_mm": 3.0},
    ],
    "show_layer_names": False,
}
TALL = Decimal(330)  # the drawn height of a section, in units of its view box
THIN = Decimal("0.1")  # a layer thinner than this share of the whole needs enlarging


def parse(source: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The drawing as it is stored, depths as exact text."""
    authoring.only(source, {"kind", "label", "axis_unit", "axis_max", "layers", "show_layer_names"}, path)
    authoring.choice(source, "kind", ("scalp_cross_section",), path)
    authoring.choice(source, "axis_unit", ("mm",), path)
    deepest = authoring.number(source, "axis_max", path)
    if not 0 < deepest <= 20:
        raise KindError(f"{path}.axis_max", _("A section is more than nought and at most 20 mm deep."))
    layers: list[dict[str, str]] = []
    reached = Decimal(0)
    for index, given in enumerate(authoring.sequence(source, "layers", path)):
        spot = f"{path}.layers[{index}]"
        if not isinstance(given, Mapping):
            raise KindError(spot, _("Write this as named fields."))
        authoring.only(given, {"name", "from_mm", "to_mm"}, spot)
        name = authoring.text(given, "name", spot)
        start, end = authoring.number(given, "from_mm", spot), authoring.number(given, "to_mm", spot)
        if start != reached:
            raise KindError(f"{spot}.from_mm", _("A layer starts where the one above it ends."))
        if end <= start or end > deepest:
            raise KindError(f"{spot}.to_mm", _("A layer ends below its start and within the drawing."))
        layers.append({"name": name, "from": units.short(start), "to": units.short(end)})
        reached = end
    if reached != deepest:
        raise KindError(f"{path}.layers", _("The layers have to fill the whole drawing."))
    return {
        "label": authoring.text(source, "label", path),
        "axis_max": units.short(deepest),
        "layers": layers,
        "named": authoring.flag(source, "show_layer_names", path=path),
    }


def drawing(diagram: Mapping[str, Any]) -> dict[str, Any]:
    """What the template draws. Without names, the names are not even sent."""
    deepest = Decimal(diagram["axis_max"])
    layers = diagram["layers"]
    first = Decimal(layers[0]["to"])
    shown: dict[str, Any] = {
        "label": diagram["label"],
        "deepest": diagram["axis_max"],
        "words": _in_words(diagram),
        "whole": _scaled(diagram, deepest, every=Decimal("0.5"), between=Decimal("0.1")),
    }
    if first < deepest * THIN and len(layers) > 1:
        shown["top"] = _scaled(
            diagram, min(deepest, Decimal(layers[1]["to"]) + first), every=Decimal("0.1"), between=Decimal("0.05")
        )
    return shown


def _in_words(diagram: Mapping[str, Any]) -> list[str]:
    words = []
    for number, layer in enumerate(diagram["layers"], start=1):
        name = layer["name"] if diagram["named"] else _("Layer %(number)s") % {"number": number}
        words.append(
            _("%(name)s: %(start)s to %(end)s mm") % {"name": name, "start": layer["from"], "end": layer["to"]}
        )
    return words


def _scaled(diagram: Mapping[str, Any], deepest: Decimal, *, every: Decimal, between: Decimal) -> dict[str, Any]:
    """Layers and ticks down to a depth, as heights in the drawing."""

    def height(depth: Decimal) -> float:
        return round(float(depth / deepest * TALL), 2)

    layers = []
    for number, layer in enumerate(diagram["layers"], start=1):
        start, end = Decimal(layer["from"]), min(Decimal(layer["to"]), deepest)
        if start < deepest:
            drawn = {
                "number": number,
                "y": height(start),
                "height": height(end - start),
                "middle": height((start + end) / 2),
            }
            layers.append(drawn | ({"name": layer["name"]} if diagram["named"] else {}))
    ticks = []
    for step in range(int(deepest / between) + 1):
        depth = step * between
        ticks.append({"y": height(depth), "text": units.plain(depth) if depth % every == 0 else ""})
    return {"layers": layers, "ticks": ticks, "height": float(TALL), "deepest": units.short(deepest)}
