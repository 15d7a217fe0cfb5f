"""The lines of a certificate that are the same on each: bands, rings and ruler, as PDF operators.

Plain sums, no framework: drawn once per process, compressed once, and used by every page.
"""

from collections.abc import Iterable, Iterator
from math import cos, pi, sin, tau

Point = tuple[float, float]


def number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def path(points: Iterable[Point]) -> str:
    """One open line through the points."""
    start, *rest = points
    return " ".join([f"{number(start[0])} {number(start[1])} m", *(f"{number(x)} {number(y)} l" for x, y in rest), "S"])


def band(start: Point, length: float, *, upright: bool, height: float, strands: int, waves: float) -> Iterator[str]:
    """A braid: strands of two waves that run against each other, each strand a step later than the one before."""
    steps = max(int(length / 1.6), 8)
    for strand in range(strands):
        line = []
        late = strand * tau / strands
        for step in range(steps + 1):
            along = length * step / steps
            turn = tau * waves * step / steps
            across = height / 2 * (0.6 * sin(turn + late) + 0.4 * sin(2 * turn - late))
            line.append((start[0] + across, start[1] + along) if upright else (start[0] + along, start[1] + across))
        yield path(line)


def rings(centre: Point, radius: float, *, count: int, lobes: int) -> Iterator[str]:
    """A rosette: rings whose edge swells and sinks, each turned a little further than the last."""
    for ring in range(count):
        turn = ring * tau / lobes / count
        depth = 0.045 * radius * sin(pi * (ring + 1) / (count + 1))
        line = []
        for step in range(361):
            angle = tau * step / 360
            away = radius * (0.9 + 0.1 * ring / count) + depth * sin(lobes * (angle + turn))
            line.append((centre[0] + away * cos(angle), centre[1] + away * sin(angle)))
        yield path(line)


def ruler(start: Point, length: float, *, unit: float) -> Iterator[str]:
    """A measuring rule that lies along the foot: a tick for each unit, a longer one for each fifth and tenth."""
    for mark in range(int(length / unit) + 1):
        height = 8 if mark % 10 == 0 else 5.5 if mark % 5 == 0 else 3.2
        x = start[0] + mark * unit
        yield path([(x, start[1]), (x, start[1] + height)])
