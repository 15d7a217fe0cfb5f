"""What a skin section shows beside its layers: hair, vessels, fibres and fat, drawn quietly, in hundredths of a mm.

Only a drawing: nothing is measured on it, and it is the same for every question with the same layers.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import count, takewhile
from typing import Any

SHARE = 0.89  # how wide the drawing is for its depth


def art(layers: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Lines of the drawing, back to front. It knows skin as three or four layers; others get their hairs only."""
    tops = [float(Decimal(layer["from"]) * 100) for layer in layers]
    deepest = float(Decimal(layers[-1]["to"]) * 100)
    wide = deepest * SHARE
    lines: list[dict[str, str]] = []
    if len(layers) >= 3:
        fibres_end = tops[3] if len(layers) > 3 else deepest
        lines.append({"kind": "fibre", "d": _fibres(tops[2], fibres_end, wide)})
        if len(layers) > 3:
            lines.append({"kind": "fat", "d": _fat(tops[3], deepest, wide)})
        lines.append({"kind": "vessel", "d": _loops(tops[1], tops[2], wide)})
        lines.append({"kind": "cells", "d": _cells(tops[1], wide)})
    root = tops[3] + 0.35 * (deepest - tops[3]) if len(layers) > 3 else deepest * 0.8
    for foot in (wide * 0.23, wide * 0.95):
        lines += _hair(foot, root, tops[1] if len(layers) > 1 else 10)
    return lines


def _steps(start: float, end: float, by: float) -> Iterator[float]:
    return takewhile(lambda at: at < end, (start + by * step for step in count()))


def _p(*numbers: float) -> str:
    return " ".join(f"{number:.1f}".rstrip("0").rstrip(".") for number in numbers)


def _fibres(top: float, end: float, wide: float) -> str:
    """Waves of collagen, each row set off against the one above it."""
    gap = max((end - top) / 11, 6)
    path = []
    for row, y in enumerate(_steps(top + gap, end - gap / 3, gap)):
        lean = 5 if row % 2 else -5
        for x in _steps(-40 + row * 37 % 53, wide, 62 + row % 3 * 7):
            path.append(f"M{_p(x, y)}q{_p(12, lean, 24, 0)}t{_p(22, row % 3 - 1)}")
    return "".join(path)


def _fat(top: float, end: float, wide: float) -> str:
    """Lobules of uneven size in staggered rows."""
    tall = max((end - top) / 3, 6)
    path = []
    for row in (0, 1, 2, 3):
        y = top + tall * (row * 0.98 + 0.1)
        for step, x in enumerate(_steps(-tall * (0.9 if row % 2 else 0.3), wide, tall * 1.34)):
            across, down = tall * (1.22 - 0.13 * ((step + row) % 3)), tall * (0.9 - 0.08 * ((step * 2 + row) % 3))
            r, h = across / 2, down / 2
            path.append(
                f"M{_p(x, y + h)}c{_p(0, -h * 0.9, r * 0.35, -h, r, -h)}c{_p(r * 0.7, 0, r, h * 0.2, r, h)}"
                f"c{_p(0, h * 0.85, -r * 0.3, h, -r, h)}c{_p(-r * 0.75, 0, -r, -h * 0.25, -r, -h)}z"
            )
    return "".join(path)


def _loops(top: float, base: float, wide: float) -> str:
    """Capillary hairpins in the papillary dermis, rising from one vessel at its foot."""
    foot = base + 5
    path = [
        f"M{_p(-4, foot)}" + "".join(f"q{_p(16.5, 4 if turn % 2 else -4, 33, 0)}" for turn in range(int(wide / 33) + 2))
    ]
    for number, x in enumerate(_steps(14, wide, 29)):
        rise = (base - top) * (0.78 - 0.14 * (number % 3))
        path.append(
            f"M{_p(x, foot)}c{_p(-2, -rise * 0.5, -3, -rise * 0.7, -2.4, -rise)}"
            f"a2.4 2.4 0 0 1 4.8 0c{_p(0.4, rise * 0.3, 0, rise * 0.5, 2, rise)}"
        )
    return "".join(path)


def _cells(border: float, wide: float) -> str:
    """The lowest row of the epidermis, a point a cell: drawn as short strokes with round ends."""
    y = border * 0.8
    return "".join(f"M{_p(x, y)}h.01" for x in _steps(1.5, wide, 3.4))


def _hair(foot: float, root: float, epidermis: float) -> list[dict[str, str]]:
    """A follicle that leans, its bulb below and its shaft out in the air."""
    lean = 0.2  # sideways for each step down
    wide = 8.5

    def at(depth: float, aside: float = 0) -> str:
        return _p(foot - depth * lean + aside, depth)

    sheath = (
        f"M{at(0, -wide)}Q{at(epidermis, -wide + 2)} {at(epidermis * 2.5, -wide + 2)}L{at(root - 18, -wide + 1.5)}"
        f"C{at(root - 6, -wide - 5)} {at(root + 9, -wide - 2)} {at(root + 9)}"
        f"C{at(root + 9, wide + 2)} {at(root - 6, wide + 5)} {at(root - 18, wide - 1.5)}"
        f"L{at(epidermis * 2.5, wide - 2)}Q{at(epidermis, wide - 2)} {at(0, wide)}Z"
    )
    shaft = f"M{at(root - 3, -3)}L{at(-60, -2.6)}L{at(-60, 2.6)}L{at(root - 3, 3)}Q{at(root + 2)} {at(root - 3, -3)}Z"
    papilla = f"M{at(root + 9, -3)}q{_p(0, -8, 3, -9)}q{_p(3, 1, 3, 9)}z"
    return [{"kind": "sheath", "d": sheath}, {"kind": "hair", "d": shaft}, {"kind": "papilla", "d": papilla}]
