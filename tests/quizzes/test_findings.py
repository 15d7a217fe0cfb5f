"""What the figures of a question are taken to mean, and in which words it is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.analysis import findings, statistics, telling
from quizzes.analysis.findings import Line, Seen

KEY = Line("Ash umber", (10, 20, 36), is_key=True)
WRONG = Line("Warm walnut", (20, 12, 3))
OTHER = Line("Soot black", (10, 8, 1))


def seen(facility: float = 0.55, item_rest: float | None = 0.45, *, answers: int = 120, **more: Any) -> Seen:
    """A question that works, but for what is said."""
    usual = Seen(
        answers=answers,
        answered=answers,
        facility=facility,
        share=statistics.wilson(facility, answers),
        item_rest=item_rest,
        correlation=statistics.fisher(item_rest, answers),
        guess=1 / 3,
        is_critical=False,
        missed=0,
        missed_share=statistics.wilson(0, answers),
        open_share=statistics.wilson(0, answers),
        groups=(40, 40, 40),
        right=(10, 20, 36),
        lines=(KEY, WRONG, OTHER),
        median_seconds=40,
        timed=answers,
        right_to_wrong=0,
        wrong_to_right=0,
    )
    return replace(usual, **more)


def codes(one: Seen, typical: float | None = 40) -> list[str]:
    return [finding.code for finding in findings.judge(one, typical_seconds=typical)]


WALNUT: dict[str, Any] = {
    "lines": (
        Line("Soot black", (7, 4, 2)),
        Line("Ash umber", (16, 15, 9), is_key=True),
        Line("Warm walnut", (17, 21, 29)),
    ),
    "right": (16, 15, 9),
}


def test_a_question_that_tells_people_apart_works_well() -> None:
    assert codes(seen()) == ["works"]


@pytest.mark.parametrize("answers", [0, 1, 9, 29])
def test_under_thirty_answers_nothing_is_judged(answers: int) -> None:
    [finding] = findings.judge(seen(0.34, -0.5, answers=answers, **WALNUT), typical_seconds=1)

    assert (finding.code, finding.severity) == ("few", "few")
    assert finding.params == {"answers": answers}


def test_with_thirty_it_is() -> None:
    assert codes(seen(0.34, -0.5, answers=30, **WALNUT))[0] == "check_key"


def test_where_the_strong_choose_another_answer_the_key_is_to_be_checked() -> None:
    found = findings.judge(seen(0.34, -0.12, answers=112, **WALNUT), typical_seconds=40)

    assert (found[0].code, found[0].severity) == ("check_key", "stop")
    told = telling.tell({"code": found[0].code, "severity": found[0].severity, "params": found[0].params})
    assert told.tag == "Strong trainees miss it: check the key"
    assert told.heading == "Strong trainees chose “Warm walnut”"
    assert "72% answered C" in told.means


def test_a_correlation_that_is_surely_negative_is_enough() -> None:
    assert codes(seen(0.5, -0.4))[0] == "check_key"


def test_one_that_may_be_chance_is_not() -> None:
    assert "check_key" not in codes(seen(0.5, -0.05))


def test_a_wrong_answer_that_draws_the_strong_more_than_the_weak_is_named() -> None:
    lines = (Line("Ash umber", (14, 20, 22), is_key=True), Line("Soot black", (20, 12, 4)), Line("Walnut", (6, 8, 14)))
    found = findings.judge(seen(0.47, 0.2, lines=lines, right=(14, 20, 22)), typical_seconds=40)

    assert [(finding.code, finding.severity) for finding in found] == [("draws_best", "watch")]
    assert found[0].params["place"] == 2


@pytest.mark.parametrize(("facility", "item_rest"), [(0.93, 0.08), (1.0, None)])
def test_what_nearly_all_have_right_is_very_easy(facility: float, item_rest: float | None) -> None:
    assert codes(seen(facility, item_rest)) == ["easy"]


def test_unless_it_still_tells_people_apart_or_asks_for_safety() -> None:
    assert codes(seen(0.93, 0.3)) == ["works"]
    assert codes(seen(0.97, 0.05, is_critical=True)) == ["known"]


def test_what_is_right_as_often_as_by_chance_is_guessed() -> None:
    assert codes(seen(0.35, 0.1)) == ["guessed"]


def test_what_few_have_right_is_hard() -> None:
    assert codes(seen(0.28, 0.3, guess=None)) == ["hard"]


def test_what_strong_and_weak_answer_alike_is_poor() -> None:
    assert codes(seen(0.6, -0.02)) == ["poor"]


def test_an_unsafe_answer_that_many_give_is_told_with_its_share() -> None:
    lines = (KEY, Line("Past the safe depth", (10, 4, 1), is_critical=True))
    found = findings.judge(seen(lines=lines, is_critical=True), typical_seconds=40)

    assert found[0].code == "unsafe"
    told = telling.tell({"code": "unsafe", "severity": "watch", "params": found[0].params})
    assert told.tag == "Safety: 12% answered “Past the safe depth”"


def test_a_critical_question_that_many_miss_is_told() -> None:
    assert codes(seen(is_critical=True, missed=40, missed_share=statistics.wilson(1 / 3, 120))) == ["missed"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"right_to_wrong": 13, "wrong_to_right": 4}, "turned"),
        ({"median_seconds": 130.0}, "slow"),
        ({"answered": 80, "open_share": statistics.wilson(1 / 3, 120)}, "open"),
    ],
)
def test_habits_are_told(change: dict[str, Any], code: str) -> None:
    assert codes(seen(**change)) == [code]


@pytest.mark.parametrize(
    "change",
    [
        {"right_to_wrong": 13, "wrong_to_right": 20},
        {"right_to_wrong": 11},
        {"median_seconds": 70.0},
        {"median_seconds": 130.0, "timed": 20},
        {"median_seconds": None, "timed": 0},
    ],
)
def test_but_only_where_there_is_reason(change: dict[str, Any]) -> None:
    assert codes(seen(**change)) == ["works"]


def test_the_most_urgent_comes_first() -> None:
    one = seen(0.34, -0.3, median_seconds=200.0, right_to_wrong=30, **WALNUT)

    found = findings.judge(one, typical_seconds=40)

    assert [finding.severity for finding in found] == sorted(
        (finding.severity for finding in found), key=findings.URGENCY.index
    )
    assert found[0].code == "check_key"


counts = st.tuples(*[st.integers(0, 40)] * 3)


@given(
    facility=st.floats(-1, 1),
    item_rest=st.none() | st.floats(-1, 1),
    answers=st.integers(0, 200),
    lines=st.lists(
        st.builds(Line, st.text(max_size=90), counts, st.booleans(), st.booleans(), st.text(max_size=9)), max_size=4
    ),
    groups=counts,
    right=counts,
    missed=st.integers(0, 200),
    seconds=st.none() | st.floats(0, 1e6),
    typical=st.none() | st.floats(0, 1e6),
)
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_whatever_the_figures_there_is_a_reading_in_words(
    facility: float,
    item_rest: float | None,
    answers: int,
    lines: list[Line],
    groups: tuple[int, int, int],
    right: tuple[int, int, int],
    missed: int,
    seconds: float | None,
    typical: float | None,
) -> None:
    one = seen(
        facility,
        item_rest,
        answers=answers,
        lines=lines,
        groups=groups,
        right=tuple(min(some, all_) for some, all_ in zip(right, groups, strict=True)),
        missed=missed,
        median_seconds=seconds,
    )

    found = findings.judge(one, typical_seconds=typical)

    assert found
    for finding in found:
        told = telling.tell({"code": finding.code, "severity": finding.severity, "params": finding.params})
        assert all((told.tag, told.heading, told.means, told.advice))


def test_every_finding_has_its_words() -> None:
    assert set(telling.LOOKS) == set(findings.URGENCY)
