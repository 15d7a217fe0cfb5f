"""Regions of a picture as an author draws them: read, checked, and held against a point."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from quizzes import shapes
from quizzes.kinds import authoring
from quizzes.kinds.authoring import KindError
from quizzes.shapes import Circle, Polygon, Shape

REQUIRED, ACCEPTABLE, FORBIDDEN, CRITICAL = ROLES = ("required", "acceptable", "forbidden", "critical")
GOOD = frozenset({REQUIRED, ACCEPTABLE})
KINDS = {"circle": {"x", "y", "r"}, "polygon": {"points"}}
FULL = 1000
CORNER = re.compile(r"\s*([0-9]{1,4})\s*,\s*([0-9]{1,4})\s*")
MOST_CORNERS = 40

Region = dict[str, Any]  # id, text, role, kind, and x, y, r or points
Size = Sequence[int]  # of the picture: a circle is round on it, whatever its proportions


def parse(source: Mapping[str, Any], size: Size) -> list[Region]:
    given = authoring.sequence(source, "regions")
    known = authoring.ids(given, "regions", least=1)
    found = [
        _region(entry, row_id, f"regions[{index}]")
        for index, (entry, row_id) in enumerate(zip(given, known, strict=True))
    ]
    for index, one in enumerate(found):
        spot = f"regions[{index}]"
        if isinstance(shape := shaped(one, size), Polygon) and not shape.is_simple:
            raise KindError(f"{spot}.points", _("These corners make no area, or its outline crosses itself."))
        for earlier in found[:index]:
            if earlier["text"] == one["text"]:
                raise KindError(f"{spot}.text", _("The same text stands twice."))
            if (earlier["role"] in GOOD) != (one["role"] in GOOD) and shapes.meet(shape, shaped(earlier, size)):
                raise KindError(
                    f"{spot}.role",
                    _("This meets “%(other)s”, so a mark there would be right and wrong at once. Leave a gap.")
                    % {"other": earlier["text"]},
                )
    if not any(region["role"] == REQUIRED for region in found):
        raise KindError("regions", _("At least one region has to be required."))
    return found


def _region(entry: Mapping[str, Any], row_id: str, spot: str) -> Region:
    kind = authoring.choice(entry, "kind", KINDS, spot)
    authoring.only(entry, {"id", "text", "role", "kind", *KINDS[kind]}, spot)
    region: Region = {
        "id": row_id,
        "text": authoring.text(entry, "text", spot),
        "role": authoring.choice(entry, "role", ROLES, spot),
        "kind": kind,
    }
    if kind == "circle":
        x, y, r = (_whole(entry, name, spot) for name in ("x", "y", "r"))
        if not 1 <= r <= FULL // 2:
            raise KindError(f"{spot}.r", _("A radius goes from 1 to 500, in thousandths of the width."))
        return region | {"x": x, "y": y, "r": r}
    corners = authoring.sequence(entry, "points", spot)
    if not 3 <= len(corners) <= MOST_CORNERS:
        raise KindError(f"{spot}.points", _("Give 3 to %(most)s corners.") % {"most": MOST_CORNERS})
    return region | {"points": [_corner(each, f"{spot}.points[{place}]") for place, each in enumerate(corners)]}


def _whole(entry: Mapping[str, Any], name: str, spot: str) -> int:
    value = authoring.number(entry, name, spot)
    if value != int(value) or not 0 <= value <= FULL:
        raise KindError(f"{spot}.{name}", _("A whole number from 0 to 1000: thousandths of the picture."))
    return int(value)


def _corner(given: Any, spot: str) -> list[int]:
    """`312, 455`, or the two numbers as a list."""
    if isinstance(given, str) and (found := CORNER.fullmatch(given)):
        given = [int(found[1]), int(found[2])]
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise KindError(spot, _("Write a corner as two whole numbers, such as 312, 455."))
    named = dict(zip("xy", given, strict=True))
    try:
        return [_whole(named, name, spot) for name in "xy"]
    except KindError as wrong:
        raise KindError(spot, wrong.message) from None


def source(region: Region) -> Region:
    """As the bank writes it."""
    if region["kind"] == "circle":
        return dict(region)
    return region | {"points": [f"{x}, {y}" for x, y in region["points"]]}


def shaped(region: Region, size: Size) -> Shape:
    width, height = size
    if region["kind"] == "circle":
        return Circle(region["x"] * width, region["y"] * height, region["r"] * width)
    return Polygon(tuple((x * width, y * height) for x, y in region["points"]))


def holds(region: Region, point: Sequence[int], size: Size) -> bool:
    return shaped(region, size).holds((point[0] * size[0], point[1] * size[1]))


def centre(region: Region, size: Size) -> tuple[int, int]:
    """Of the box around it, in its own thousandths of a unit: what to be near to."""
    if region["kind"] == "circle":
        return region["x"] * size[0], region["y"] * size[1]
    xs, ys = zip(*region["points"], strict=True)
    return (min(xs) + max(xs)) * size[0] // 2, (min(ys) + max(ys)) * size[1] // 2


def drawn(region: Region, size: Size) -> dict[str, str]:
    """As attributes of a drawing of that size, and its topmost point, where its letter covers nothing of it."""
    width, height = (side / FULL for side in size)
    if region["kind"] == "circle":
        x, y, r = region["x"] * width, region["y"] * height, region["r"] * width
        shape, top = {"x": f"{x:.1f}", "y": f"{y:.1f}", "r": f"{r:.1f}"}, (x, max(y - r, 0))
    else:
        corners = [(x * width, y * height) for x, y in region["points"]]
        shape = {"points": " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)}
        top = min(corners, key=lambda corner: (corner[1], corner[0]))
    return shape | {"left": f"{100 * top[0] / size[0]:.1f}%", "top": f"{100 * top[1] / size[1]:.1f}%"}
