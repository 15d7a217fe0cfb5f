"""Marks on a drawing: what must be marked, what may be, and where a mark does harm."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.block_kinds import plate_template
from quizzes import plates, shapes
from quizzes.kinds import authoring, places, reading, regions
from quizzes.kinds.base import Body, Drawn, Example, Fields, Key, Kind, KindError, Marked, Response, Tally
from quizzes.kinds.hotspot_form import EXAMPLES, FORM, MOST_MARKS, OUTSIDE
from quizzes.kinds.regions import ACCEPTABLE, CRITICAL, GOOD, REQUIRED, Region
from quizzes.shapes import Point

USUAL_GRID = (8, 6)
SMALLEST, LARGEST = 3, 12  # places of a grid in a row


class Hotspot(Kind):
    """Each required region wants a mark of its own; marks and regions are paired so that as many as can be are met."""

    name = "hotspot"
    label = gettext_lazy("Marks on a drawing")
    own_fields = frozenset({"plate", "alt", "regions", "marks", "outside", "grid"})
    form = FORM
    examples = tuple(Example(**example) for example in EXAMPLES)

    # Writing it

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        drawing = plates.find(authoring.text(source, "plate"))
        if drawing is None:
            raise KindError("plate", _("There is no figure “%(name)s”.") % {"name": source["plate"]})
        size = [drawing.width, drawing.height]
        alt = authoring.text(source, "alt")
        grid = self._grid(source)
        found = regions.parse(source, size)
        outside = authoring.choice(source, "outside", OUTSIDE) if "outside" in source else OUTSIDE[0]
        body = {"plate": drawing.name, "size": size, "alt": alt, "grid": grid, "marks": self._marks(source, found)}
        self._check_grid(body, found)
        return body, {"regions": found, "outside": outside}

    def _grid(self, source: Mapping[str, Any]) -> list[int]:
        if "grid" not in source:
            return list(USUAL_GRID)
        given = authoring.mapping(source, "grid")
        authoring.only(given, {"columns", "rows"}, "grid")
        found = []
        for name in ("columns", "rows"):
            count = authoring.number(given, name, "grid")
            if count != int(count) or not SMALLEST <= count <= LARGEST:
                raise KindError(
                    f"grid.{name}",
                    _("A whole number from %(least)s to %(most)s.") % {"least": SMALLEST, "most": LARGEST},
                )
            found.append(int(count))
        return found

    def _marks(self, source: Mapping[str, Any], found: Sequence[Region]) -> int:
        least = [region["role"] for region in found].count(REQUIRED)
        if source.get("marks") is None:
            if least > MOST_MARKS:
                raise KindError("regions", _("At most %(most)s can be required.") % {"most": MOST_MARKS})
            return least
        marks = authoring.number(source, "marks")
        if marks != int(marks) or not least <= marks <= MOST_MARKS:
            raise KindError(
                "marks",
                _("A whole number from %(least)s (a mark for each required region) to %(most)s.")
                % {"least": least, "most": MOST_MARKS},
            )
        return int(marks)

    def _check_grid(self, body: Body, found: Sequence[Region]) -> None:
        """Whoever answers by the names of places can be fully right."""
        served = self._by_grid(body, found)
        for index, region in enumerate(found):
            if region["role"] == REQUIRED and region["id"] not in served:
                raise KindError(
                    f"regions[{index}]",
                    _(
                        "No place of the grid has its middle here, or another region needs it, so this cannot be "
                        "marked by name. Make it larger, or the grid finer."
                    ),
                )

    def _by_grid(self, body: Body, found: Sequence[Region]) -> dict[str, Point]:
        """A place of the grid for each required region, each place once, the nearest first."""
        size = body["size"]
        fits = {}
        for region in found:
            if region["role"] == REQUIRED:
                x, y = regions.centre(region, size)
                inside = [point for point in places.middles(body["grid"]) if regions.holds(region, point, size)]
                inside.sort(key=lambda at, x=x, y=y: (at[0] * size[0] - x) ** 2 + (at[1] * size[1] - y) ** 2)  # type: ignore[misc]
                fits[region["id"]] = inside
        return shapes.pair(fits)

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        return {
            "plate": body["plate"],
            "alt": body["alt"],
            "regions": [regions.source(region) for region in key["regions"]],
            "marks": body["marks"],
            "outside": key["outside"],
            "grid": dict(zip(("columns", "rows"), body["grid"], strict=True)),
        }

    # Putting it on a paper

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        columns, rows = body["grid"]
        return {
            "drawing": plate_template(body["plate"]),
            "alt": body["alt"],
            "grid": body["grid"],
            "columns": [{"name": reading.letter(place), **_strip(place, columns)} for place in range(columns)],
            "rows": [{"name": str(place + 1), **_strip(place, rows)} for place in range(rows)],
            "last": places.name((places.FULL, places.FULL), body["grid"]),
            "most": body["marks"],
            "marks": [{"number": place + 1, "name": f"mark-{place}"} for place in range(body["marks"])],
        }

    # Answering it

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        found: list[list[int]] = []
        for place in range(body["marks"]):
            sent = reading.one(data, f"mark-{place}")
            point = list(places.read(sent, body["grid"])) if sent else None
            if point and point not in found:
                found.append(point)
        return {"marks": found} if found else None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) != {"marks"}:
            return None
        marks = response["marks"]
        if not isinstance(marks, list) or not 0 < len(marks) <= body["marks"]:
            return None
        if not all(_is_point(mark) for mark in marks) or len(set(map(tuple, marks))) < len(marks):
            return None
        return response

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        points = {(rng.randint(0, 1000), rng.randint(0, 1000)) for _mark in range(rng.randint(1, body["marks"]))}
        return {"marks": [list(point) for point in sorted(points)]}

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        return {f"mark-{place}": [places.write(mark, body["grid"])] for place, mark in enumerate(held["marks"])}

    # Marking it

    def _within(self, body: Body, key: Key, held: dict[str, Any]) -> list[list[Region]]:
        """For each mark the regions that it lies in."""
        return [
            [region for region in key["regions"] if regions.holds(region, mark, body["size"])] for mark in held["marks"]
        ]

    def judge(self, body: Body, key: Key, held: dict[str, Any], *, critical: bool) -> Marked:
        """With critical regions, a mark in one of them is a miss, and so is an answer worth nothing: it does not show
        that the safe places are known."""
        fraction, detail = self.weigh(body, key, held)
        dangerous = any(region["role"] == CRITICAL for region in key["regions"])
        missed = bool(detail["critical"]) or not fraction if dangerous else fraction < 1
        return Marked(fraction, critical_missed=critical and missed, answered=True, detail=detail)

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        within = self._within(body, key, held)
        required = [region["id"] for region in key["regions"] if region["role"] == REQUIRED]
        met = shapes.pair(
            {
                place: [region["id"] for region in found if region["role"] == REQUIRED]
                for place, found in enumerate(within)
            }
        ).values()
        detail = {
            "missed": [region for region in required if region not in met],
            "wrong": [place for place, found in enumerate(within) if any(each["role"] not in GOOD for each in found)],
            "outside": [place for place, found in enumerate(within) if not found],
            "critical": [
                place for place, found in enumerate(within) if any(each["role"] == CRITICAL for each in found)
            ],
        }
        faults = len(detail["wrong"]) + (len(detail["outside"]) if key["outside"] == OUTSIDE[0] else 0)
        return max(Fraction(0), Fraction(len(required) - len(detail["missed"]) - faults, len(required))), detail

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        served = self._by_grid(body, key["regions"])
        return {"marks": [list(served[each["id"]]) for each in key["regions"] if each["id"] in served]}

    # Counting it

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        lines = [
            Tally(
                f"in-{region['id']}",
                region["text"],
                is_key=region["role"] == REQUIRED,
                is_critical=region["role"] == CRITICAL,
            )
            for region in key["regions"]
        ]
        return [*lines, Tally("outside", _("Outside of every region"))]

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        within = self._within(body, key, held)
        hit = {region["id"] for found in within for region in found}
        lines = [f"in-{region['id']}" for region in key["regions"] if region["id"] in hit]
        return lines + (["outside"] if not all(within) else [])

    # Putting it into words

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        return [
            _("Mark %(number)s at %(place)s") % {"number": number, "place": places.name(mark, body["grid"])}
            for number, mark in enumerate(held["marks"], start=1)
        ]

    def key_words(self, body: Body, key: Key, drawn: Drawn) -> list[str]:
        served = self._by_grid(body, key["regions"])
        return [
            f"{region['text']}: {places.name(served[region['id']], body['grid'])}"
            for region in key["regions"]
            if region["id"] in served
        ] + [
            _("%(region)s: may be marked too") % {"region": region["text"]}
            for region in key["regions"]
            if region["role"] == ACCEPTABLE
        ]

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        """What was missed, and which marks lie where none belongs."""
        held = self.accept(body, response)
        if held is None:
            return []
        detail = self.weigh(body, key, held)[1]
        told = self.tell(body, drawn, held)
        words = [
            _("Not marked: %(region)s") % {"region": region["text"]}
            for region in key["regions"]
            if region["id"] in detail["missed"]
        ]
        for place, found in enumerate(self._within(body, key, held)):
            for region in found:
                if region["role"] not in GOOD:
                    words.append(_("%(mark)s lies in: %(region)s") % {"mark": told[place], "region": region["text"]})
            if not found and key["outside"] == OUTSIDE[0]:
                words.append(_("%(mark)s lies where none was asked for") % {"mark": told[place]})
        return words

    def picture(self, body: Body, key: Key, drawn: Drawn, response: Response) -> dict[str, Any]:
        held = self.accept(body, response) or {"marks": []}
        return {
            "template": "quizzes/kinds/_hotspot_key.html",
            "drawing": plate_template(body["plate"]),
            "alt": body["alt"],
            "size": body["size"],
            "regions": [
                {"letter": reading.letter(place), "text": region["text"], "role": region["role"]}
                | regions.drawn(region, body["size"])
                for place, region in enumerate(key["regions"])
            ],
            "marks": [
                {"number": number, "x": f"{x / 10:.1f}%", "y": f"{y / 10:.1f}%"}
                for number, (x, y) in enumerate(held["marks"], start=1)
            ],
        }


def _is_point(mark: Any) -> bool:
    return (
        isinstance(mark, list)
        and len(mark) == 2
        and all(isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= places.FULL for value in mark)
    )


def _strip(place: int, count: int) -> dict[str, str]:
    """Where a column or a row begins and has its middle, in per cent, as an attribute of a drawing takes it."""
    return {"from": f"{100 * place / count:.2f}%", "at": f"{100 * (place + 0.5) / count:.2f}%"}
