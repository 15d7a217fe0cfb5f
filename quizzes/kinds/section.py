"""A section through the skin, drawn to scale: its layers, its rule, nearer views of it, and the needles in it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import units
from quizzes.kinds import authoring
from quizzes.kinds.authoring import KindError
from quizzes.kinds.forms import Field
from quizzes.kinds.section_art import art

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
FORM = (
    Field(
        "kind",
        gettext_lazy("What is drawn"),
        "choice",
        choices=(("scalp_cross_section", gettext_lazy("Scalp section")),),
    ),
    Field(
        "label",
        gettext_lazy("Caption"),
        "text",
        help=gettext_lazy("Say that the values are nominal and no measured scalp."),
    ),
    Field("axis_unit", gettext_lazy("Unit"), "choice", choices=(("mm", "mm"),)),
    Field("axis_max", gettext_lazy("Drawn down to (mm)"), "number"),
    Field(
        "layers",
        gettext_lazy("Layers, from the surface down"),
        "rows",
        help=gettext_lazy("Each starts where the one above it ends; the last ends where the drawing does."),
        columns=(
            Field("name", gettext_lazy("Name"), "text"),
            Field("from_mm", gettext_lazy("From (mm)"), "number"),
            Field("to_mm", gettext_lazy("To (mm)"), "number"),
        ),
    ),
    Field("show_layer_names", gettext_lazy("Show the names of the layers"), "flag"),
)
# The drawing in units of its view box. Scripts that zoom it know the same numbers from its attributes.
AIR, TALL, LEFT, WIDTH = 64, 330, 50, 290
APART = 19  # names of layers stand at least this far from each other
NEAR = Decimal("1.5")  # as far down as the nearer view goes


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


def source(diagram: Mapping[str, Any]) -> dict[str, Any]:
    """The drawing as an author writes it."""
    return {
        "kind": "scalp_cross_section",
        "label": diagram["label"],
        "axis_unit": "mm",
        "axis_max": Decimal(diagram["axis_max"]),
        "layers": [
            {"name": layer["name"], "from_mm": Decimal(layer["from"]), "to_mm": Decimal(layer["to"])}
            for layer in diagram["layers"]
        ],
        "show_layer_names": diagram["named"],
    }


def drawing(diagram: Mapping[str, Any]) -> dict[str, Any]:
    """What the template draws. Without names, the names are not even sent."""
    deepest = Decimal(diagram["axis_max"])
    shown: dict[str, Any] = {
        "label": diagram["label"],
        "says_nominal": "nominal" in diagram["label"].lower(),
        "deepest": diagram["axis_max"],
        "named": diagram["named"],
        "words": _in_words(diagram),
        "layers": _layers(diagram),
        "art": art(diagram["layers"]),
        "whole": _view(diagram, deepest),
    }
    if deepest > NEAR:
        shown["near"] = _view(diagram, NEAR)
    return shown


def needles(diagram: Mapping[str, Any], depths: Sequence[Decimal | None]) -> list[dict[str, Any]]:
    """Where each needle's tip is in the whole section, from left to right; one that is not set stays away."""
    deepest = Decimal(diagram["axis_max"])
    return [
        {"place": place, "y": AIR + _height(depth, deepest), "text": f"{units.short(depth)} mm"}
        for place, depth in enumerate(depths)
        if depth is not None
    ]


def span(diagram: Mapping[str, Any], low: Decimal, high: Decimal) -> dict[str, Any]:
    """A stretch of depths as it lies in the whole section."""
    deepest = Decimal(diagram["axis_max"])
    y = AIR + _height(low, deepest)
    height = round(AIR + _height(high, deepest) - y, 2)
    return {"y": y, "height": height, "low": units.short(low), "high": units.short(high)}


def _in_words(diagram: Mapping[str, Any]) -> list[str]:
    words = []
    for number, layer in enumerate(diagram["layers"], start=1):
        name = layer["name"] if diagram["named"] else _("Layer %(number)s") % {"number": number}
        words.append(
            _("%(name)s: %(start)s to %(end)s mm") % {"name": name, "start": layer["from"], "end": layer["to"]}
        )
    return words


def _layers(diagram: Mapping[str, Any]) -> list[dict[str, Any]]:
    """In hundredths of a millimetre, the length that the drawing itself is made in."""
    layers = []
    for number, layer in enumerate(diagram["layers"], start=1):
        start, end = Decimal(layer["from"]), Decimal(layer["to"])
        shade = min(number, 3) if number < len(diagram["layers"]) or number < 4 else 4
        layers.append(
            {
                "label": layer["name"] if diagram["named"] else str(number),
                "from": layer["from"],
                "to": layer["to"],
                "y": units.short(start * 100),
                "height": units.short((end - start) * 100),
                "shade": shade,
            }
        )
    return layers


def _height(depth: Decimal, deepest: Decimal) -> float:
    return round(float(depth / deepest * TALL), 2)


def _view(diagram: Mapping[str, Any], deepest: Decimal) -> dict[str, Any]:
    """The section down to a depth: its window on the drawing, its rule, and where the names stand."""
    scale = deepest * 100 / TALL  # hundredths of a millimetre for each unit
    window = (Decimal(0), -AIR * scale, WIDTH * scale, (AIR + TALL) * scale)
    every = Decimal("0.5") if deepest > NEAR else Decimal("0.1")
    while deepest / every > 12:
        every *= 2
    ticks = []
    for step in range(int(deepest / every * 5) + 1):
        depth = every * step / 5
        ticks.append({"y": AIR + _height(depth, deepest), "text": units.short(depth) if step % 5 == 0 else ""})
    names: list[dict[str, Any]] = []
    reached = float(AIR - APART)
    for number, layer in enumerate(diagram["layers"], start=1):
        start, end = Decimal(layer["from"]), min(Decimal(layer["to"]), deepest)
        if start < deepest:
            middle = AIR + _height((start + end) / 2, deepest)
            reached = max(middle, reached + APART)
            names.append({"y": round(reached, 2), "text": layer["name"] if diagram["named"] else str(number)})
    return {
        "window": " ".join(f"{edge:.2f}" for edge in window),
        "deepest": units.short(deepest),
        "ticks": ticks,
        "names": names,
    }
