"""What each kind's answers are worth, by the rules of the bank and the syllabus."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import permutations
from random import Random
from typing import Any

import pytest

from quizzes import kinds
from quizzes.kinds.base import Marked
from tests.quizzes import bank


def item(ref: str) -> dict[str, Any]:
    return next(entry for entry in bank.entries() if entry["id"] == ref)


def marked(entry: dict[str, Any], data: dict[str, list[str]], *, critical: bool = True) -> Marked:
    kind = kinds.get(entry["kind"])
    body, key = kind.parse(entry)
    drawn = kind.draw(body, Random(1))
    return kind.mark(body, key, drawn, kind.read(body, drawn, data), critical=critical)


def put(entry: dict[str, Any], order: Iterable[str]) -> Marked:
    """Mark a whole order of an ordering item, given by its ids."""
    kind = kinds.get("ordering")
    body, key = kind.parse(entry)
    response = {"positions": {row: number for number, row in enumerate(order, start=1)}}
    return kind.mark(body, key, {}, response, critical=True)


# Multiple response


def multiple(scoring: str, ticked: list[str]) -> Fraction:
    source = {**kinds.get("multiple_response").examples[0].source, "scoring": scoring}
    return marked(source, {"choice": ticked}).fraction


@pytest.mark.parametrize(
    ("scoring", "ticked", "worth"),
    [
        ("all_or_nothing", ["0"], 0),
        ("all_or_nothing", ["0", "1", "2"], 0),
        ("all_or_nothing", ["2", "0", "0"], 1),
        ("proportional", ["0"], Fraction(2, 3)),
        ("proportional", ["0", "1", "2"], Fraction(2, 3)),
        ("proportional", ["1"], 0),
        ("right_minus_wrong", ["0"], Fraction(1, 2)),
        ("right_minus_wrong", ["0", "1"], 0),
        ("right_minus_wrong", ["1"], 0),
    ],
)
def test_multiple_response_counts_as_its_scoring_says(scoring: str, ticked: list[str], worth: Fraction) -> None:
    assert multiple(scoring, ticked) == worth


# Numbers


@pytest.mark.parametrize(
    ("ref", "number", "unit", "right"),
    [
        ("Q-M1-007", "36", "months", True),
        ("Q-M1-007", "35", "months", False),
        ("Q-M1-007", "3,0", "years", True),
        ("Q-M5-002", "4", "weeks", True),
        ("Q-M5-002", "28", "weeks", False),
        ("Q-M1-030", "180", "s", True),
        ("Q-M1-030", "181", "s", False),
    ],
)
def test_a_number_may_be_given_in_any_unit_listed(ref: str, number: str, unit: str, right: bool) -> None:
    entry = item(ref)
    units = kinds.get("numeric").parse(entry)[0]["units"]

    assert marked(entry, {"number": [number], "unit": [str(units.index(unit))]}).fraction == right


def numeric(answer: dict[str, Any], number: str) -> Fraction:
    source = {**kinds.get("numeric").examples[0].source, "answer": answer}
    return marked(source, {"number": [number]}).fraction


@pytest.mark.parametrize(
    ("number", "right"), [("0.3", True), ("0.1", True), ("0.30", True), ("0.31", False), ("0.0999999", False)]
)
def test_the_edge_of_a_tolerance_belongs_to_it_exactly(number: str, right: bool) -> None:
    # In binary arithmetic 0.2 + 0.1 is more than 0.3, and 0.3 - 0.2 is less than 0.1.
    assert numeric({"value": 0.2, "unit": "mm", "tolerance": 0.1}, number) == right


def test_a_range_may_stand_in_for_a_tolerance() -> None:
    answer = {"value": 8, "unit": "cm", "accept_min": 7, "accept_max": 11}

    assert [numeric(answer, number) for number in ("6.99", "7", "11", "11.01")] == [0, 1, 1, 0]


def test_a_sign_counts() -> None:
    answer = {"value": -14.0, "unit": "degrees", "tolerance": 0.5}

    assert [numeric(answer, number) for number in ("-14.5", "−13,5", "14")] == [1, 1, 0]


# Ordering


def test_in_a_fixed_order_neighbouring_pairs_count() -> None:
    entry = item("Q-M5-004")
    a, b, c, d = entry["answer"]

    assert put(entry, [a, b, c, d]).fraction == 1
    assert put(entry, [b, c, d, a]).fraction == Fraction(2, 3)
    assert put(entry, [d, c, b, a]).fraction == 0
    assert put(entry, [a, c, b, d]).fraction == 0


def test_where_only_some_pairs_are_necessary_every_order_that_keeps_them_is_right() -> None:
    entry = item("Q-M1-011")
    right = [order for order in permutations(entry["answer"]) if put(entry, order).fraction == 1]

    assert len(right) == 6  # the three rubbing steps may stand in any order
    assert tuple(entry["answer"]) in right


def test_broken_pairs_cost_double_and_never_below_nought() -> None:
    entry = item("Q-M5-015")  # c before d before a before b
    share = {order: put(entry, order).fraction for order in permutations("abcd")}

    assert share["c", "d", "b", "a"] == 2 * Fraction(2, 3) - 1
    assert share["b", "a", "d", "c"] == 0
    assert min(share.values()) == 0


def test_only_a_reversed_critical_pair_is_a_critical_miss() -> None:
    entry = item("Q-M1-017")  # critical: gloves before goggles, gloves before mask

    assert put(entry, "dceab").critical_missed is False
    assert put(entry, "dbcea").critical_missed is False  # points lost, nobody hurt
    assert put(entry, "dbcea").fraction < 1
    assert put(entry, "cdeab").critical_missed is True


def test_a_row_without_a_number_keeps_no_pair() -> None:
    entry = item("Q-M1-017")
    kind = kinds.get("ordering")
    body, key = kind.parse(entry)

    half = kind.mark(body, key, {}, {"positions": {"d": 1}}, critical=True)
    same = kind.mark(body, key, {}, {"positions": dict.fromkeys("abcde", 1)}, critical=True)

    assert (half.fraction, half.critical_missed) == (Fraction(0), True)
    assert (same.fraction, same.critical_missed) == (Fraction(0), True)


def test_up_and_down_move_a_row_without_javascript() -> None:
    kind = kinds.get("ordering")
    body, _key = kind.parse(kind.examples[0].source)  # shown: a, b, c

    up = kind.read(body, {}, {"move": ["up:2"]})
    again = kind.read(body, {}, {**kind.fields(body, {}, up), "move": ["up:2"]})
    at_the_end = kind.read(body, {}, {**kind.fields(body, {}, again), "move": ["up:2"]})

    assert up == {"positions": {"a": 1, "b": 3, "c": 2}}
    assert again == at_the_end == {"positions": {"a": 2, "b": 3, "c": 1}}


def test_a_broken_necessary_pair_is_told_in_words() -> None:
    kind = kinds.get("ordering")
    body, key = kind.parse(kind.examples[0].source)
    response = {"positions": {"a": 1, "b": 2, "c": 3}}

    assert kind.remarks(body, key, {}, response) == ["This has to come first: “Soap”. Only then: “Dry”."]


# Matching


def test_matching_counts_each_pair() -> None:
    entry = item("Q-M1-026")

    assert marked(entry, {"row-0": ["0"], "row-1": ["2"], "row-2": ["3"]}).fraction == 1
    assert marked(entry, {"row-0": ["0"], "row-1": ["1"], "row-2": ["3"]}).fraction == Fraction(2, 3)
    assert marked(entry, {"row-0": ["0"]}).fraction == Fraction(1, 3)
    assert marked(entry, {"row-0": ["3"], "row-1": ["3"], "row-2": ["3"]}).fraction == Fraction(1, 3)


# Depth


@pytest.mark.parametrize(
    ("depth", "right", "critical"),
    [
        ("0.45", True, False),
        ("0,55", True, False),
        ("0.449", False, False),
        ("0.551", False, False),
        ("0", False, False),
        ("1.0", False, False),
        ("1.01", False, True),
        ("3", False, True),
    ],
)
def test_too_shallow_loses_the_point_and_only_too_deep_is_critical(depth: str, right: bool, critical: bool) -> None:
    mark = marked(item("Q-M2-010"), {"depth": [depth]})

    assert (mark.fraction, mark.critical_missed) == (Fraction(right), critical)


def test_both_ends_of_a_band_have_to_be_near_enough() -> None:
    entry = item("Q-M2-011")

    assert marked(entry, {"low": ["0.45"], "high": ["1.05"]}).fraction == 1
    assert marked(entry, {"low": ["1.05"], "high": ["0.45"]}).fraction == 1
    assert marked(entry, {"low": ["0.5"], "high": ["1.06"]}).critical_missed is True
    assert marked(entry, {"low": ["0.2"], "high": ["0.9"]}).critical_missed is False
    assert marked(entry, {"low": ["0.5"]}).fraction == 0
    assert marked(entry, {"low": ["0.5"]}).critical_missed is True


def test_the_edges_of_a_layer_belong_to_it() -> None:
    entry = item("Q-M2-002")

    assert [marked(entry, {"depth": [depth]}).fraction for depth in ("0.1", "0.5", "0.09", "0.51")] == [1, 1, 0, 0]


def test_a_depth_is_told_by_how_far_it_is_off() -> None:
    kind = kinds.get("depth_band")
    body, key = kind.parse(item("Q-M2-010"))

    assert kind.remarks(body, key, {}, {"depth": "0.65"}) == ["0.1 mm deeper than what counts."]
    assert kind.remarks(body, key, {}, {"depth": "0.4"}) == ["0.05 mm shallower than what counts."]
    assert kind.remarks(body, key, {}, {"depth": "0.5"}) == []


def test_the_names_of_layers_are_not_sent_where_they_are_asked_for() -> None:
    kind = kinds.get("depth_band")
    entry = item("Q-M2-002")
    named = {**entry, "diagram": {**entry["diagram"], "show_layer_names": True}}

    assert "dermis" not in str(kind.public(kind.parse(entry)[0], {}))
    assert "Papillary dermis" in str(kind.public(kind.parse(named)[0], {}))


# Colour


def test_adjusting_passes_within_the_tolerance() -> None:
    entry = item("Q-M3-037")
    near = {"lightness": ["38.6"], "chroma": ["3.7"], "hue": ["74.2"]}

    assert marked(entry, near).fraction == 1
    assert marked(entry, {**near, "lightness": ["40.5"]}).fraction == 1
    assert marked(entry, {**near, "lightness": ["42"]}).fraction == 0
    assert marked(entry, {"lightness": ["38.6"], "chroma": ["3.7"]}).fraction == 1  # the hue stays as at the start
    assert marked(entry, {"chroma": ["3.7"], "hue": ["74"]}).fraction == 0
    assert marked(entry, {"lightness": ["38.6"], "chroma": ["150"], "hue": ["200"]}).fraction == 0  # beyond any screen


def test_ranking_counts_neighbouring_pairs() -> None:
    kind = kinds.get("colour_match")
    body, key = kind.parse(item("Q-M3-039"))

    def worth(order: str) -> Fraction:
        response = {"positions": {row: number for number, row in enumerate(order, start=1)}}
        return kind.mark(body, key, {}, response, critical=False).fraction

    assert [worth(order) for order in ("bcda", "cdab", "cadb", "adcb")] == [1, Fraction(2, 3), 0, 0]


def test_patches_are_told_by_the_letters_of_the_paper() -> None:
    kind = kinds.get("colour_match")
    body, key = kind.parse(item("Q-M3-030"))
    drawn = {"order": [1, 0, 2, 3]}

    assert kind.key_words(body, key, drawn) == ["Patch A"]
    assert kind.answer_words(body, drawn, {"choice": "a"}) == ["Patch B"]
    assert "Patch A 1.13" in kind.remarks(body, key, drawn, {"choice": "a"})[0]


# Scenarios


def test_each_part_of_a_scenario_is_a_point() -> None:
    kind = kinds.get("scenario")
    body, key = kind.parse(item("Q-M1-042"))
    right = kind.solve(body, key)
    half = {"parts": {"p1": right["parts"]["p1"], "p2": {"choices": ["a"]}}}
    drawn = kind.draw(body, Random(1))

    mark = kind.mark(body, key, drawn, half, critical=True)
    told = kind.part_feedback(body, key, drawn, half)

    assert (mark.fraction, mark.critical_missed) == (Fraction(1, 2), True)
    assert [part.right for part in told] == [True, False]
    assert told[0].feedback.startswith("Right: same bottle")
    assert told[1].feedback.startswith("Keep the bottle")
    assert len(told[1].key) == 3


def test_one_part_may_be_answered_before_the_other() -> None:
    kind = kinds.get("scenario")
    body, key = kind.parse(item("Q-M1-056"))
    only = {"parts": {"p2": {"choice": "b"}}}
    drawn = kind.draw(body, Random(1))

    assert kind.read(body, drawn, kind.fields(body, drawn, only)) == only
    assert kind.mark(body, key, drawn, only, critical=False).fraction == Fraction(1, 2)
