"""Marks to a result: whole numbers, rounded once, and safety decided without rounding."""

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.grading import WHOLE, Line, Outcome, Rules, SectionRule, grade, half_up, mark_of, percent_of

ONE = 10_000


def paper(*marks: int) -> Outcome:
    """Items of one mark each, one section, pass mark 80 %."""
    lines = [Line(0, "M1.1a", mark, ONE) for mark in marks]
    return grade(lines, Rules(pass_percent=8000))


def critical(right: int, missed: int, *, others: int = 0) -> Outcome:
    lines = [Line(0, "M1.1a", ONE, ONE, is_critical=True)] * right
    lines += [Line(0, "M1.1a", 0, ONE, is_critical=True, critical_missed=True)] * missed
    lines += [Line(0, "M1.2a", ONE, ONE)] * others
    return grade(lines, Rules(pass_percent=5000, critical_min_percent=8000))


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("1/2", 1), ("3/2", 2), ("-1/2", 0), ("-3/2", -1), ("1/3", 0), ("2/3", 1), ("-2/3", -1), ("7", 7)],
)
def test_a_half_goes_up(value: str, rounded: int) -> None:
    assert half_up(Fraction(value)) == rounded


def test_a_third_of_a_mark_becomes_whole_parts_once() -> None:
    assert mark_of(Fraction(1, 3), 2 * ONE) == 6667


def test_a_kind_that_strays_is_held_to_its_item() -> None:
    assert mark_of(Fraction(5), ONE) == ONE
    assert mark_of(Fraction(-5), ONE) == -ONE


def test_the_pass_mark_is_reached_exactly() -> None:
    assert paper(ONE, ONE, ONE, ONE, 0).passed
    assert not paper(ONE, ONE, ONE, ONE - 3, 0).passed


def test_the_percentage_is_rounded_before_it_is_compared() -> None:
    just_under = paper(ONE, ONE, ONE, ONE - 2, 0)  # 79.996 %

    assert just_under.percent == 8000
    assert just_under.passed


def test_an_empty_paper_passes_nothing() -> None:
    outcome = grade([], Rules(pass_percent=0))

    assert outcome.percent == 0
    assert not outcome.passed


def test_marks_taken_off_never_reach_into_another_section() -> None:
    rules = Rules(pass_percent=5000, sections=(SectionRule("one"), SectionRule("two")))

    outcome = grade([Line(0, "a", -ONE, ONE), Line(1, "b", ONE, ONE)], rules)

    assert [share.mark for share in outcome.sections] == [0, ONE]
    assert outcome.raw == ONE
    assert outcome.passed


def test_marks_taken_off_count_within_their_section() -> None:
    assert paper(ONE, -5000).raw == 5000


def test_a_part_that_must_be_passed_stops_a_good_score() -> None:
    rules = Rules(pass_percent=5000, sections=(SectionRule("one"), SectionRule("two", must_pass=7000)))
    lines = [Line(0, "a", ONE, ONE)] * 8 + [Line(1, "b", ONE, ONE), Line(1, "b", 0, ONE)]

    outcome = grade(lines, rules)

    assert outcome.percent == 9000
    assert [share.reached for share in outcome.sections] == [True, False]
    assert not outcome.passed


def test_each_objective_is_told_apart() -> None:
    outcome = grade([Line(0, "b", 0, ONE), Line(0, "a", ONE, ONE), Line(0, "a", 5000, ONE)], Rules(pass_percent=0))

    assert [(share.name, share.percent, share.items) for share in outcome.objectives] == [("a", 7500, 2), ("b", 0, 1)]


def test_four_of_five_critical_items_are_enough_to_pass_but_hold_the_certificate() -> None:
    outcome = critical(4, 1)

    assert outcome.passed
    assert outcome.is_held
    assert outcome.critical_missed == 1


def test_three_of_four_critical_items_are_not_enough_whatever_the_score() -> None:
    outcome = critical(3, 1, others=40)

    assert outcome.percent > 9700
    assert not outcome.critical_reached
    assert not outcome.passed
    assert not outcome.is_held


def test_all_critical_items_right_hold_nothing() -> None:
    assert critical(5, 0).passed
    assert not critical(5, 0).is_held


def test_a_form_without_critical_items_asks_for_none() -> None:
    assert critical(0, 0, others=3).passed


def test_a_missed_item_that_is_not_critical_is_no_critical_miss() -> None:
    lines = [Line(0, "a", 0, ONE, is_critical=False, critical_missed=True)]

    assert grade(lines, Rules(pass_percent=0)).critical_missed == 0


lines = st.lists(
    st.builds(
        Line,
        section=st.integers(0, 2),
        objective=st.sampled_from(["a", "b", "c"]),
        mark=st.integers(-ONE, ONE),
        max_mark=st.just(ONE),
        is_critical=st.booleans(),
        critical_missed=st.booleans(),
    ),
    max_size=70,
)
rules = st.builds(
    Rules,
    pass_percent=st.integers(0, WHOLE),
    critical_min_percent=st.integers(0, WHOLE),
    sections=st.just((SectionRule("one"), SectionRule("two", 7000), SectionRule("three"))),
)


@given(lines, rules)
def test_every_paper_has_a_result_within_its_bounds(paper: list[Line], rules: Rules) -> None:
    outcome = grade(paper, rules)

    assert 0 <= outcome.raw <= outcome.max_mark == sum(line.max_mark for line in paper)
    assert 0 <= outcome.percent <= WHOLE
    assert 0 <= outcome.critical_missed <= outcome.critical_drawn
    assert outcome == grade(list(reversed(paper)), rules)
    assert json.loads(json.dumps(outcome.breakdown())) == outcome.breakdown()


@given(lines, rules, st.integers(0, 69))
def test_a_better_answer_never_makes_it_worse(paper: list[Line], rules: Rules, place: int) -> None:
    if place >= len(paper):
        return
    old = paper[place]
    better = [*paper]
    better[place] = Line(old.section, old.objective, ONE, ONE, old.is_critical, critical_missed=False)

    assert grade(better, rules).percent >= grade(paper, rules).percent
    assert grade(better, rules).passed >= grade(paper, rules).passed


@given(st.fractions(), st.integers(1, 100 * ONE))
def test_every_fraction_becomes_a_mark_of_its_item(fraction: Fraction, max_mark: int) -> None:
    assert -max_mark <= mark_of(fraction, max_mark) <= max_mark


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_percentage_is_off_by_less_than_half_its_last_digit(mark: int, max_mark: int) -> None:
    exact = Fraction(mark * WHOLE, max_mark)

    assert abs(percent_of(mark, max_mark) - exact) <= Fraction(1, 2)
