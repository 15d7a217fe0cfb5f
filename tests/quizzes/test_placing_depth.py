"""A depth is set in a drawn section: what it is worth, how it is told, and what the drawing gives away."""

import json
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes import kinds
from quizzes.kinds import section
from quizzes.kinds.base import Marked
from tests.quizzes import bank

KIND = kinds.get("depth_band")
ANSWERS = {
    "set_value": {"value_mm": 0.5, "tolerance_mm": 0.05},
    "set_band": {"low_mm": 0.5, "high_mm": 1.0, "tolerance_mm": 0.05},
    "click_point": {"accept_min_mm": 0.1, "accept_max_mm": 0.5},
}


def entry(
    mode: str = "set_value", answer: dict[str, Any] | None = None, *, named: bool = False, **more: Any
) -> dict[str, Any]:
    return {
        **KIND.examples[0].source,
        "mode": mode,
        "diagram": {**section.EXAMPLE, "show_layer_names": named},
        "answer": ANSWERS[mode] | (answer or {}) | more,
    }


def marked(source: dict[str, Any], **depths: str) -> Marked:
    body, key = KIND.parse(source)
    return KIND.mark(body, key, {}, depths, critical=True)


@pytest.mark.parametrize(
    ("depth", "share"),
    [
        ("0.25", Fraction(0)),
        ("0.3", Fraction(1, 4)),
        ("0.35", Fraction(1, 2)),
        ("0.44", Fraction(19, 20)),
        ("0.45", Fraction(1)),
        ("0.55", Fraction(1)),
        ("0.6", Fraction(3, 4)),
        ("0.7", Fraction(1, 4)),
        ("0.75", Fraction(0)),
        ("2", Fraction(0)),
    ],
)
def test_marks_fall_evenly_over_the_margin(depth: str, share: Fraction) -> None:
    assert marked(entry(margin_mm=0.2), depth=depth).fraction == share


def test_without_a_margin_a_depth_is_right_or_not() -> None:
    assert [marked(entry(), depth=depth).fraction for depth in ("0.44", "0.45", "0.55", "0.56")] == [0, 1, 1, 0]


def test_a_band_is_worth_what_its_worse_end_is_worth() -> None:
    source = entry("set_band", margin_mm=0.2)

    assert marked(source, low="0.5", high="1.0").fraction == 1
    assert marked(source, low="0.4", high="1.15").fraction == Fraction(1, 2)
    assert marked(source, low="0.5", high="1.4").fraction == 0
    assert marked(source, low="1.0", high="0.5").fraction == 1
    assert marked(source, low="0.5").fraction == 0


def test_past_the_limit_nothing_counts_whatever_the_margin() -> None:
    source = entry(margin_mm=1.0, critical_above_mm=0.7)

    assert (marked(source, depth="0.7").fraction, marked(source, depth="0.7").critical_missed) == (
        Fraction(17, 20),
        False,
    )
    assert (marked(source, depth="0.71").fraction, marked(source, depth="0.71").critical_missed) == (Fraction(0), True)
    assert marked(source, depth="0").critical_missed is False  # too shallow hurts nobody


def test_without_a_limit_every_loss_is_a_critical_miss() -> None:
    assert marked(entry(margin_mm=0.2), depth="0.6").critical_missed is True


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.decimals(0, 3, places=3), st.decimals(0, 3, places=3))
def test_nearer_is_never_worth_less(one: Decimal, other: Decimal) -> None:
    def off(depth: Decimal) -> Decimal:
        return max(Decimal("0.45") - depth, depth - Decimal("0.55"), Decimal(0))

    near, far = sorted((one, other), key=off)
    source = entry(margin_mm=0.3)

    assert marked(source, depth=format(near, "f")).fraction >= marked(source, depth=format(far, "f")).fraction


@pytest.mark.parametrize("mode", ANSWERS)
def test_an_entry_can_be_written_again_from_what_is_kept(mode: str) -> None:
    for answer in ({}, {"margin_mm": 0.25}, {"critical_above_mm": 1.5, "margin_mm": 0.1}):
        body, key = KIND.compose(entry(mode, answer))

        assert KIND.compose(KIND.source(body, key)) == (body, key)


@pytest.mark.parametrize(
    ("mode", "answer", "held", "codes"),
    [
        ("set_value", {"critical_above_mm": 1.0}, {"depth": "0.2"}, ["shallow"]),
        ("set_value", {"critical_above_mm": 1.0}, {"depth": "0.5"}, ["right"]),
        ("set_value", {"critical_above_mm": 1.0}, {"depth": "1.0"}, ["deep"]),
        ("set_value", {"critical_above_mm": 1.0}, {"depth": "1.01"}, ["unsafe"]),
        ("set_value", {}, {"depth": "2.9"}, ["deep"]),
        ("set_band", {"critical_above_mm": 1.2}, {"low": "0.2", "high": "1.3"}, ["low-shallow", "high-unsafe"]),
        ("set_band", {}, {"high": "0.5"}, ["half"]),
    ],
)
def test_answers_are_counted_by_how_they_miss(mode: str, answer: Any, held: Any, codes: list[str]) -> None:
    body, key = KIND.parse(entry(mode, answer))
    lines = {line.code: line for line in KIND.tallies(body, key)}

    assert KIND.tallied(body, key, held) == codes
    assert set(codes) <= set(lines)
    assert all(line.is_critical == line.code.endswith(("unsafe", "half")) for line in lines.values() if answer)


@pytest.mark.parametrize("mode", ANSWERS)
def test_any_answer_by_chance_can_be_kept_counted_and_marked(mode: str) -> None:
    body, key = KIND.parse(entry(mode, margin_mm=0.2, critical_above_mm=1.5))
    codes = [line.code for line in KIND.tallies(body, key)]
    rng = Random(1)
    for _turn in range(200):
        held = KIND.random(body, rng)

        assert KIND.accept(body, held) == held
        assert set(KIND.tallied(body, key, held)) <= set(codes)
        assert 0 <= KIND.mark(body, key, {}, held, critical=True).fraction <= 1


@pytest.mark.parametrize("depth", ["-0.1", "3.1", "0,5", "1e0", " 0.5", "", "nan"])
def test_what_could_not_have_been_read_is_not_kept(depth: str) -> None:
    body, _key = KIND.parse(entry())

    assert KIND.accept(body, {"depth": depth}) is None


def test_needles_stand_where_they_were_set_and_nowhere_before() -> None:
    body, _key = KIND.parse(entry("set_band"))

    assert KIND.shown(body, {}, None)["needles"] == []
    assert KIND.shown(body, {}, {"high": "3"})["needles"] == [{"place": 1, "y": 394.0, "text": "3 mm"}]
    low, high = KIND.shown(body, {}, {"low": "0", "high": "1.50"})["needles"]
    assert (low["y"], high["y"], high["text"]) == (64.0, 229.0, "1.5 mm")


def test_the_drawing_is_the_same_whatever_the_key() -> None:
    bodies = [KIND.parse(entry(answer=answer))[0] for answer in ({}, {"value_mm": 1.5}, {"critical_above_mm": 1.0})]
    drawings = [json.dumps(KIND.shown(body, {}, {"depth": "0.8"})) for body in bodies]

    assert drawings[0] == drawings[1] == drawings[2]


@pytest.mark.parametrize("item", [each for each in bank.entries() if each["kind"] == "depth_band"], ids=bank.ref)
def test_names_of_layers_that_are_asked_for_are_in_no_view(item: dict[str, Any]) -> None:
    body, _key = KIND.parse(item)
    shown = json.dumps(KIND.shown(body, {}, None))

    assert not any(layer["name"] in shown for layer in item["diagram"]["layers"])
    assert [name["text"] for name in KIND.shown(body, {}, None)["diagram"]["whole"]["names"]] == ["1", "2", "3", "4"]


def test_names_never_lie_on_each_other() -> None:
    thin = entry(named=True)
    edges = [0, 0.05, 0.1, 0.15, 3]
    thin["diagram"] |= {
        "layers": [{"name": f"Layer from {start}", "from_mm": start, "to_mm": end} for start, end in pairwise(edges)]
    }
    for source in (entry(named=True), thin):
        shown = KIND.shown(KIND.parse(source)[0], {}, None)["diagram"]
        for view in (shown["whole"], shown["near"]):
            heights = [name["y"] for name in view["names"]]

            assert all(below - above >= section.APART for above, below in pairwise(heights))


@pytest.mark.parametrize("deepest", [0.4, 1.5, 3, 20])
def test_a_section_of_any_depth_can_be_drawn(deepest: float) -> None:
    source = entry()
    source["diagram"] |= {
        "axis_max": deepest,
        "layers": [{"name": "Upper", "from_mm": 0, "to_mm": 0.2}, {"name": "Lower", "from_mm": 0.2, "to_mm": deepest}],
    }
    source["answer"] = {"value_mm": 0.2, "tolerance_mm": 0.05}
    body, _key = KIND.parse(source)
    shown = KIND.shown(body, {}, {"depth": "0.1"})["diagram"]

    assert ("near" in shown) is (deepest > 1.5)
    assert 2 <= sum(bool(tick["text"]) for tick in shown["whole"]["ticks"]) <= 14


def test_what_was_missed_is_told_for_each_end() -> None:
    body, key = KIND.parse(entry("set_band", critical_above_mm=1.2))

    assert KIND.remarks(body, key, {}, {"low": "0.3", "high": "1.25"}) == [
        "From: 0.15 mm shallower than what counts.",
        "To: 0.2 mm deeper than what counts.",
        "Deeper than 1.2 mm is not safe here, so nothing counts.",
    ]
    assert KIND.remarks(body, key, {}, {"low": "0.5"}) == ["A band has two ends: only one was set."]
    assert KIND.remarks(body, key, {}, {"low": "0.5", "high": "1"}) == []


def test_feedback_draws_what_counts_beside_the_needle() -> None:
    body, key = KIND.parse(entry("set_band", critical_above_mm=1.5))
    picture = KIND.picture(body, key, {}, {"low": "0.5", "high": "1.2"})

    assert picture
    assert [(span["low"], span["high"]) for span in picture["counts"]] == [("0.45", "0.55"), ("0.95", "1.05")]
    assert picture["limit"]["y"] == 229.0
    assert [needle["text"] for needle in picture["needles"]] == ["0.5 mm", "1.2 mm"]
    assert "Papillary dermis" in str(picture["diagram"]["whole"]["names"])
    page = render_to_string(picture["template"], {"picture": picture})
    assert "Between two solid lines: 0.45 to 0.55 mm counts." in page
    assert "Dashed line: deeper than 1.5 mm is not safe." in page
