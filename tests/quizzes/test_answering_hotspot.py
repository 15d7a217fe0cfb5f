"""Marks on a drawing: each required region wants one of its own, by hand or by the names of places."""

from collections.abc import Mapping
from copy import deepcopy
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from quizzes import kinds, plates, reviewing, shapes
from quizzes.kinds import places
from quizzes.kinds.base import KindError, Marked, Unreadable
from quizzes.shapes import Circle, Polygon
from quizzes.templatetags.hotspots import spots
from tests.quizzes import making

HOTSPOT = kinds.get("hotspot")
FREE: dict[str, Any] = dict(HOTSPOT.examples[0].source)  # mole and sunburn required, scar acceptable
TEST: dict[str, Any] = dict(HOTSPOT.examples[1].source)  # scar required, mole and sunburn critical, an ear forbidden
GRID = (8, 6)
GONE = object()


def marked(source: Mapping[str, Any], *marks: str, critical: bool = True) -> Marked:
    body, key = HOTSPOT.parse(source)
    fields = {f"mark-{place}": [mark] for place, mark in enumerate(marks)}
    return HOTSPOT.mark(body, key, {}, HOTSPOT.read(body, {}, fields), critical=critical)


@pytest.mark.parametrize(
    ("marks", "share"),
    [
        (("C3", "F3"), 1),
        (("C3", "F3", "D5"), 1),  # the scar may be marked too
        (("C3", "C3 370,360", "F3"), 1),  # two in one region: the second earns nothing and costs nothing
        (("C3",), Fraction(1, 2)),
        (("C3", "D5"), Fraction(1, 2)),
        (("C3", "A1"), 0),  # outside of every region
        (("C3", "F3", "A1"), Fraction(1, 2)),
        (("A1", "B1", "H6"), 0),
    ],
)
def test_each_required_region_earns_its_share_and_a_stray_mark_takes_one_off(
    marks: tuple[str, ...], share: Fraction | int
) -> None:
    assert marked(FREE, *marks).fraction == share
    assert marked(FREE, *reversed(marks)).fraction == share


def test_a_stray_mark_may_be_free() -> None:
    assert marked({**FREE, "outside": "free"}, "C3", "F3", "A1").fraction == 1


@pytest.mark.parametrize(
    ("mark", "share", "missed"),
    [("D5", 1, False), ("C3", 0, True), ("F3", 0, True), ("205,515", 0, True), ("H1", 0, True)],
)
def test_a_mark_where_it_does_harm_and_an_answer_worth_nothing_miss_a_critical_question(
    mark: str, share: int, missed: bool
) -> None:
    mark_ = marked(TEST, mark)

    assert (mark_.fraction, mark_.critical_missed) == (Fraction(share), missed)
    assert not marked(TEST, mark, critical=False).critical_missed


def test_a_right_mark_does_not_make_up_for_a_dangerous_one() -> None:
    both = {**TEST, "marks": 2}

    assert marked(both, "D5", "C3").critical_missed
    assert marked(both, "D5", "C3").fraction == 0
    assert marked(both, "D5", "H1").fraction == 1


def test_without_critical_regions_anything_less_than_right_misses_it() -> None:
    assert marked(FREE, "C3").critical_missed
    assert not marked(FREE, "C3", "F3").critical_missed


def test_marks_and_regions_are_paired_so_that_as_many_as_can_be_are_met() -> None:
    """A mark that lies in two regions goes to the one that has no other."""
    wide = {"id": "w", "text": "Wide", "role": "required", "kind": "circle", "x": 500, "y": 500, "r": 400}
    narrow = {"id": "n", "text": "Narrow", "role": "required", "kind": "circle", "x": 437, "y": 416, "r": 60}
    for regions in ([wide, narrow], [narrow, wide]):
        for marks in (("D3", "F4"), ("F4", "D3")):
            assert marked({**FREE, "regions": regions, "marks": 2}, *marks).fraction == 1
        assert marked({**FREE, "regions": regions, "marks": 2}, "F4", "E4").fraction == Fraction(1, 2)


@given(st.lists(st.lists(st.integers(0, 4), max_size=4, unique=True), max_size=5))
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_pairing_is_as_good_as_trying_everything(fits: list[list[int]]) -> None:
    def best(left: int, taken: frozenset[int]) -> int:
        if left == len(fits):
            return 0
        return max(
            best(left + 1, taken),
            *(1 + best(left + 1, taken | {other}) for other in fits[left] if other not in taken),
            0,
        )

    pairs = shapes.pair(dict(enumerate(fits)))

    assert len(pairs) == best(0, frozenset())
    assert len(set(pairs.values())) == len(pairs)
    assert all(other in fits[one] for one, other in pairs.items())


# Shapes

SQUARE = Polygon(((0, 0), (10, 0), (10, 10), (0, 10)))
HOOK = Polygon(((0, 0), (9, 0), (9, 9), (6, 9), (6, 3), (0, 3)))


@pytest.mark.parametrize(
    ("shape", "inside", "outside"),
    [
        (Circle(0, 0, 5), [(3, 4), (5, 0), (0, 0)], [(4, 4), (6, 0)]),
        (SQUARE, [(0, 0), (10, 10), (5, 0), (0, 5), (5, 5)], [(11, 5), (-1, 0), (5, 11), (20, 10)]),
        (HOOK, [(1, 1), (7, 8), (6, 5), (3, 3)], [(3, 5), (5, 9), (1, 4)]),
    ],
)
def test_an_edge_belongs_to_its_shape(shape: shapes.Shape, inside: list[Any], outside: list[Any]) -> None:
    assert all(shape.holds(point) for point in inside)
    assert not any(shape.holds(point) for point in outside)


@pytest.mark.parametrize(
    ("one", "other", "do"),
    [
        (Circle(0, 0, 3), Circle(7, 0, 4), True),
        (Circle(0, 0, 3), Circle(8, 0, 4), False),
        (Circle(0, 0, 9), Circle(1, 1, 1), True),
        (SQUARE, Circle(13, 5, 3), True),
        (SQUARE, Circle(14, 5, 3), False),
        (SQUARE, Circle(13, 14, 5), True),
        (SQUARE, Circle(13, 14, 4), False),
        (SQUARE, Circle(5, 5, 1), True),
        (SQUARE, Circle(5, 5, 99), True),
        (SQUARE, Polygon(((10, 10), (20, 10), (20, 20))), True),
        (SQUARE, Polygon(((11, 10), (20, 10), (20, 20))), False),
        (SQUARE, Polygon(((2, 2), (3, 2), (3, 3))), True),
        (HOOK, Polygon(((1, 5), (4, 5), (4, 8))), False),
        (SQUARE, Polygon(((-5, 5), (15, 4), (15, 6))), True),
    ],
)
def test_shapes_meet_where_they_share_a_point(one: shapes.Shape, other: shapes.Shape, do: bool) -> None:
    assert shapes.meet(one, other) is do
    assert shapes.meet(other, one) is do


@pytest.mark.parametrize(
    ("corners", "simple"),
    [
        (SQUARE.points, True),
        (HOOK.points, True),
        (((0, 0), (10, 10)), False),
        (((0, 0), (5, 5), (10, 10)), False),
        (((0, 0), (10, 10), (10, 0), (0, 10)), False),
        (((0, 0), (10, 0), (10, 10), (5, 0)), False),
        (((0, 0), (10, 0), (5, 0), (5, 9)), False),
        (((0, 0), (10, 0), (10, 10), (0, 0)), False),
    ],
)
def test_an_outline_does_not_cross_itself(corners: tuple[Any, ...], simple: bool) -> None:
    assert Polygon(corners).is_simple is simple


def test_a_circle_is_round_on_the_drawing_whatever_its_proportions() -> None:
    """640 by 470: a tenth of the width is more than a tenth of the height."""
    body, key = HOTSPOT.parse({**FREE, "regions": [{**FREE["regions"][0], "x": 312, "y": 416, "r": 100}], "marks": 1})

    assert body["size"] == [640, 470]
    for mark, share in (([412, 416], 1), ([413, 416], 0), ([312, 552], 1), ([312, 553], 0)):
        assert HOTSPOT.mark(body, key, {}, {"marks": [mark]}, critical=False).fraction == share


# Places by name


@pytest.mark.parametrize(
    ("written", "point"),
    [
        ("C4", (312, 583)),
        ("c 4", (312, 583)),
        ("A1", (62, 83)),
        ("H6", (937, 916)),
        ("312,583", (312, 583)),
        ("0 , 1000", (0, 1000)),
        ("C4 300;600", (300, 600)),
    ],
)
def test_a_place_may_be_written_by_name_or_by_numbers(written: str, point: tuple[int, int]) -> None:
    assert places.read(written, GRID) == point


@pytest.mark.parametrize("written", ["I1", "A7", "A0", "4C", "C", "1001,5", "5", "A1 900,900", "C4 C5", "٣,٤", "1,2,3"])
def test_what_names_no_place_is_refused_in_words(written: str) -> None:
    with pytest.raises(Unreadable) as refused:
        places.read(written, GRID)

    assert refused.value.message


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(3, 12), st.integers(3, 12))
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_every_point_is_read_as_it_was_written(x: int, y: int, columns: int, rows: int) -> None:
    written = places.write((x, y), (columns, rows))

    assert places.read(written, (columns, rows)) == (x, y)
    assert len(written) <= 20  # what the field takes
    for middle in places.middles((columns, rows)):
        assert " " not in places.write(middle, (columns, rows))


@pytest.mark.parametrize("source", [FREE, TEST])
def test_everything_can_be_answered_by_names_alone(source: Mapping[str, Any]) -> None:
    body, key = HOTSPOT.parse(source)
    fields = HOTSPOT.fields(body, {}, HOTSPOT.solve(body, key))

    assert all(len(value) == 2 for values in fields.values() for value in values)
    assert marked(source, *(value for values in fields.values() for value in values)).fraction == 1


def test_the_same_place_twice_is_one_mark() -> None:
    body, _key = HOTSPOT.parse(FREE)

    assert HOTSPOT.read(body, {}, {"mark-0": [""], "mark-1": ["C3"], "mark-2": ["312, 416"]}) == {"marks": [[312, 416]]}


@pytest.mark.parametrize(
    "marks",
    [
        *([], [[1]], [[1, 2, 3]], [[1.0, 2]], [[True, 2]], [[-1, 2]], [[1, 1001]], ["C3"]),
        [[1, 2], [1, 2]],
        [[1, n] for n in range(4)],
    ],
)
def test_marks_that_nobody_could_have_set_are_unreadable(marks: Any) -> None:
    body, key = HOTSPOT.parse(FREE)

    assert HOTSPOT.mark(body, key, {}, {"marks": marks}, critical=True).detail == {"unreadable": True}


# In words


def test_what_was_missed_and_what_went_wrong_is_told_by_name() -> None:
    body, key = HOTSPOT.parse(FREE)

    assert HOTSPOT.remarks(body, key, {}, {"marks": [[62, 83], [312, 416]]}) == [
        "Not marked: Sunburned skin",
        "Mark 1 at A1 lies where none was asked for",
    ]
    body, key = HOTSPOT.parse(TEST)
    assert HOTSPOT.remarks(body, key, {}, {"marks": [[312, 416]]})[1] == (
        "Mark 1 at C3 lies in: Mole with its 5 mm margin"
    )
    assert HOTSPOT.key_words(body, key, {}) == ["Scar: E5"]


def test_answers_are_counted_by_where_they_lie() -> None:
    body, key = HOTSPOT.parse(FREE)

    assert [line.code for line in HOTSPOT.tallies(body, key) if line.is_key] == ["in-a", "in-c"]
    assert HOTSPOT.tallied(body, key, {"marks": [[312, 416], [370, 362], [62, 83]]}) == ["in-a", "outside"]


def control(value: dict[str, list[str]]) -> str:
    body, _key = HOTSPOT.parse(FREE)
    q = HOTSPOT.public(body, {})
    return render_to_string(
        HOTSPOT.template, {"q": q, "prefix": "i7-", "value": value, "stem": "Where?", "stem_id": "s"}
    )


def test_the_marks_stand_on_the_drawing_without_javascript_too() -> None:
    body, _key = HOTSPOT.parse(FREE)
    q = HOTSPOT.public(body, {})
    value = {"mark-0": ["C4"], "mark-1": ["nowhere"], "mark-2": ["0,1000"]}

    assert spots(value, q) == [
        {"number": "1", "x": "31.2%", "y": "58.3%"},
        {"number": "3", "x": "0.0%", "y": "100.0%"},
    ]
    page = control(value)
    assert page.count('class="hotspot__mark"') == 2
    assert 'value="nowhere"' in page
    assert page.count("<label") == 3
    assert "style=" not in page


def test_no_region_is_on_the_page() -> None:
    page = control({})

    for region in FREE["regions"]:
        assert region["text"] not in page
    assert "581" not in page


# Writing one

CIRCLE = {"id": "z", "text": "Ear", "role": "forbidden", "kind": "circle", "x": 900, "y": 900, "r": 50}


@pytest.mark.parametrize(
    ("where", "what", "path"),
    [
        (("plate",), "nothing-drawn", "plate"),
        (("plate",), "../../../base", "plate"),
        (("plate",), GONE, "plate"),
        (("alt",), "", "alt"),
        (("regions",), [], "regions"),
        (("regions",), [CIRCLE], "regions"),
        (("regions", 0, "role"), "wanted", "regions[0].role"),
        (("regions", 0, "kind"), "ellipse", "regions[0].kind"),
        (("regions", 0, "points"), [], "regions[0].points"),
        (("regions", 0, "x"), 1001, "regions[0].x"),
        (("regions", 0, "x"), 1.5, "regions[0].x"),
        (("regions", 0, "y"), GONE, "regions[0].y"),
        (("regions", 0, "r"), 0, "regions[0].r"),
        (("regions", 1, "text"), "Mole with its 5 mm margin", "regions[1].text"),
        (("regions", 1, "points"), ["1, 1", "2, 2"], "regions[1].points"),
        (("regions", 1, "points"), ["1, 1", "2, 2", "3, 3"], "regions[1].points"),
        (("regions", 1, "points"), ["1, 1", "9, 9", "9, 1", "1, 9"], "regions[1].points"),
        (("regions", 1, "points", 2), "640 / 800", "regions[1].points[2]"),
        (("regions", 1, "points", 2), [640, 1800], "regions[1].points[2]"),
        (("regions", 1, "points", 2), ["640", "800"], "regions[1].points[2]"),
        (("regions", 2, "id"), "a", "regions[2].id"),
        (("regions", 1), {**CIRCLE, "x": 300, "y": 300}, "regions[1].role"),  # forbidden, over a required one
        (("regions", 1), {**CIRCLE, "role": "critical", "x": 480, "y": 362, "r": 39}, "regions[1].role"),  # touches it
        (("regions", 0, "r"), 10, "regions[0]"),  # no middle of a place within
        (("marks",), 1, "marks"),
        (("marks",), 13, "marks"),
        (("marks",), 2.5, "marks"),
        (("outside",), "hurts", "outside"),
        (("grid",), {"columns": 2, "rows": 6}, "grid.columns"),
        (("grid",), {"columns": 8}, "grid.rows"),
        (("grid",), {"columns": 8, "rows": 6, "depth": 1}, "grid.depth"),
        (("zoom",), 2, "zoom"),
    ],
)
def test_a_drawing_that_cannot_be_asked_is_refused(where: tuple[Any, ...], what: Any, path: str) -> None:
    source = deepcopy(FREE)
    target: Any = source
    for step in where[:-1]:
        target = target[step]
    if what is GONE:
        del target[where[-1]]
    else:
        target[where[-1]] = what

    with pytest.raises(KindError) as refused:
        HOTSPOT.parse(source)

    assert refused.value.path == path
    assert refused.value.message


def test_two_regions_that_need_the_same_place_of_the_grid_are_refused() -> None:
    small = {"role": "required", "kind": "circle", "x": 312, "y": 416, "r": 20}
    regions = [{"id": "a", "text": "One", **small}, {"id": "b", "text": "Other", **small}]

    with pytest.raises(KindError, match="by name"):
        HOTSPOT.parse({**FREE, "regions": regions})


def test_every_drawing_of_ours_can_be_asked_about() -> None:
    for name in plates.names():
        drawing = plates.find(name)
        assert drawing is not None
        assert drawing.width > 0 < drawing.height
        body, key = HOTSPOT.parse({**FREE, "plate": name, "regions": [{**FREE["regions"][0], "r": 300}], "marks": 2})
        held = HOTSPOT.random(body, Random(1))
        assert HOTSPOT.mark(body, key, {}, held, critical=True).answered


def test_the_key_is_drawn_beside_the_marks_for_feedback() -> None:
    body, key = HOTSPOT.parse(FREE)
    picture = HOTSPOT.picture(body, key, {}, {"marks": [[312, 416]]})
    assert picture is not None
    mole, scar, _sunburn = picture["regions"]

    assert (mole["letter"], mole["role"], mole["x"], mole["y"], mole["r"]) == (
        "A",
        "required",
        "236.2",
        "170.1",
        "46.1",
    )
    assert (mole["left"], mole["top"]) == ("36.9%", "26.4%")
    assert scar["points"].startswith("243.2,343.1 409.6,336.0")
    assert picture["marks"] == [{"number": 1, "x": "31.2%", "y": "41.6%"}]
    page = render_to_string(picture["template"], {"picture": picture})
    assert page.count("hotspot__region ") == 3
    assert "Scar: may be marked" in " ".join(page.split())
    assert HOTSPOT.picture(body, key, {}, {"marks": ["nonsense"]}) | {"marks": 0} == picture | {"marks": 0}  # type: ignore[operator]


@pytest.mark.django_db
@pytest.mark.parametrize(("key", "answers"), [("at_once", "at_once"), ("at_once", "never"), ("never", "at_once")])
def test_the_key_is_drawn_only_where_the_quiz_shows_it(tess: User, key: str, answers: str) -> None:
    course = making.make_course(lessons=1)
    making.add_entry(course, "Q-1", FREE)
    making.study_all(tess, course)
    quiz = making.make_quiz(course, {"M1.1a": 1}, review={**making.AT_ONCE, "key": key, "answers": answers})
    attempt = quiz.begin(tess, declared=True)
    (item,) = making.items_of(attempt)
    attempt.submit([(item.pk, {"mark-0": ["C3"]}, 0, 1, None)], client="test")

    (reviewed,) = reviewing.review(attempt)

    assert (reviewed.picture is not None) is (key == "at_once")
    if reviewed.picture:
        assert bool(reviewed.picture["marks"]) is (answers == "at_once")
