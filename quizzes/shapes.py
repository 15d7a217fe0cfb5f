"""Points, circles and polygons on whole numbers: what lies inside, what meets. Exact; an edge belongs to its shape."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

Point = tuple[int, int]
Edge = tuple[Point, Point]
Left = TypeVar("Left", bound=Hashable)
Right = TypeVar("Right", bound=Hashable)


@dataclass(frozen=True)
class Circle:
    x: int
    y: int
    r: int

    def holds(self, point: Point) -> bool:
        return _far((self.x, self.y), point) <= self.r**2


@dataclass(frozen=True)
class Polygon:
    points: tuple[Point, ...]

    @property
    def edges(self) -> list[Edge]:
        return list(zip(self.points, self.points[1:] + self.points[:1], strict=True))

    @property
    def is_simple(self) -> bool:
        """At least a triangle, and no edge meets another but its neighbours, at their shared corner."""
        if len(self.points) < 3 or len(set(self.points)) < len(self.points):
            return False
        edges = self.edges
        for (index, one), (other, two) in combinations(enumerate(edges), 2):
            if other - index == 1 or (index == 0 and other == len(edges) - 1):
                (shared,) = set(one) & set(two)
                if any(_on(end, two if end in one else one) for end in {*one, *two} - {shared}):
                    return False
            elif _cross(one, two):
                return False
        return True

    def holds(self, point: Point) -> bool:
        """A ray to the right crosses the outline an odd number of times, or the point is on it."""
        inside = False
        for start, end in self.edges:
            if _on(point, (start, end)):
                return True
            if (start[1] > point[1]) != (end[1] > point[1]):
                side = _turn(start, end, point)
                inside ^= side > 0 if end[1] > start[1] else side < 0
        return inside


Shape = Circle | Polygon


def meet(one: Shape, other: Shape) -> bool:
    """Whether they share at least one point."""
    match one, other:
        case Circle(), Circle():
            return _far((one.x, one.y), (other.x, other.y)) <= (one.r + other.r) ** 2
        case Polygon(), Polygon():
            touching = any(_cross(edge, another) for edge in one.edges for another in other.edges)
            return touching or one.holds(other.points[0]) or other.holds(one.points[0])
        case Polygon(), Circle():
            return meet(other, one)
        case Circle(), Polygon():
            centre = (one.x, one.y)
            return other.holds(centre) or any(_near(centre, edge, one.r) for edge in other.edges)
    raise TypeError


def pair(fits: Mapping[Left, Sequence[Right]]) -> dict[Left, Right]:
    """As many pairs as can be, each used once: one is moved on wherever that frees a place for another."""
    taken: dict[Right, Left] = {}

    def place(one: Left, tried: set[Right]) -> bool:
        for other in fits[one]:
            if other not in tried:
                tried.add(other)
                if other not in taken or place(taken[other], tried):
                    taken[other] = one
                    return True
        return False

    for one in fits:
        place(one, set())
    return {one: other for other, one in taken.items()}


def _far(one: Point, other: Point) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _turn(start: Point, end: Point, point: Point) -> int:
    """Above nought to one side of the line, below it to the other."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _on(point: Point, edge: Edge) -> bool:
    (x1, y1), (x2, y2) = edge
    within = min(x1, x2) <= point[0] <= max(x1, x2) and min(y1, y2) <= point[1] <= max(y1, y2)
    return within and _turn(*edge, point) == 0


def _cross(one: Edge, other: Edge) -> bool:
    sides = [_sign(_turn(*one, end)) for end in other], [_sign(_turn(*other, end)) for end in one]
    if all(a * b < 0 for a, b in sides):
        return True
    return any(_on(end, one) for end in other) or any(_on(end, other) for end in one)


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def _near(point: Point, edge: Edge, reach: int) -> bool:
    """Whether an edge comes as near as that to a point."""
    start, end = edge
    along = (end[0] - start[0]) * (point[0] - start[0]) + (end[1] - start[1]) * (point[1] - start[1])
    length = _far(start, end)
    if 0 <= along <= length:
        return _turn(start, end, point) ** 2 <= reach**2 * length
    return min(_far(point, start), _far(point, end)) <= reach**2
