"""A case is answered part by part, and the parts marked as critical decide on safety."""

import json
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from quizzes import kinds
from quizzes.kinds.base import Unreadable
from quizzes.kinds.case_parts import PART_KINDS
from quizzes.writing import fields

KIND = kinds.get("scenario")


def case(*parts: tuple[str, bool]) -> dict[str, Any]:
    """A case with a part of each kind named, critical or not."""
    return {
        "kind": "scenario",
        "stem": "Read the case.",
        "case": "First session, healthy scalp.",
        "parts": [
            {"id": f"p{number}", **PART_KINDS[kind].examples[0].source} | ({"critical": True} if critical else {})
            for number, (kind, critical) in enumerate(parts, start=1)
        ],
        "feedback": {"right": "Right.", "wrong": "Not so."},
    }


THREE = case(("depth_band", True), ("true_false", False), ("numeric", False))
ALL = case(*((kind, False) for kind in PART_KINDS))
RIGHT = {"p1": {"depth": "0.5"}, "p2": {"choice": False}, "p3": {"number": "28", "unit": "days"}}


def missed(source: dict[str, Any], **parts: Any) -> bool:
    body, key = KIND.parse(source)
    drawn = KIND.draw(body, Random(1))
    held = {"parts": {name: answer for name, answer in (RIGHT | parts).items() if answer}}
    return KIND.mark(body, key, drawn, held, critical=True).critical_missed


def test_only_critical_parts_decide_on_safety_each_by_its_own_rule() -> None:
    assert missed(THREE) is False
    assert missed(THREE, p2={"choice": True}) is False
    assert missed(THREE, p2=None) is False
    assert missed(THREE, p1={"depth": "0.1"}) is False  # too shallow: the point is lost, nobody is hurt
    assert missed(THREE, p1={"depth": "1.01"}) is True
    assert missed(THREE, p1=None) is True


def test_without_critical_parts_every_part_has_to_be_right() -> None:
    plain = case(("depth_band", False), ("true_false", False), ("numeric", False))

    assert missed(plain) is False
    assert missed(plain, p1={"depth": "0.1"}) is True
    assert missed(plain, p2={"choice": True}) is True


def test_a_question_that_is_not_critical_has_no_critical_miss() -> None:
    body, key = KIND.parse(THREE)

    mark = KIND.mark(body, key, {}, {"parts": {"p1": {"depth": "2"}}}, critical=False)
    assert (mark.critical_missed, mark.fraction) == (False, Fraction(0))


def test_parts_of_every_kind_stand_together() -> None:
    body, key = KIND.parse(ALL)
    drawn = KIND.draw(body, Random(5))
    right = KIND.solve(body, key)
    filled = KIND.fields(body, drawn, right)

    assert KIND.read(body, drawn, filled) == right
    assert KIND.mark(body, key, drawn, right, critical=True).fraction == 1
    assert [part["template"] for part in KIND.public(body, drawn)["parts"]] == [
        kind.template for kind in PART_KINDS.values()
    ]


def test_each_part_knows_whether_it_is_answered() -> None:
    body, _key = KIND.parse(THREE)
    drawn = KIND.draw(body, Random(1))
    shown = KIND.shown(body, drawn, {"parts": {"p1": {"depth": "0.5"}}})

    assert [part["is_done"] for part in shown["parts"]] == [True, False, False]
    assert shown["parts"][0]["q"]["needles"]
    assert KIND.public(body, drawn)["parts"][0]["q"]["needles"] == []


def test_which_part_decides_is_not_told() -> None:
    body, _key = KIND.parse(THREE)

    assert body == KIND.parse(case(("depth_band", False), ("true_false", False), ("numeric", False)))[0]
    assert "critical" not in json.dumps(KIND.public(body, KIND.draw(body, Random(1))))


def test_what_cannot_be_read_names_its_part() -> None:
    body, _key = KIND.parse(THREE)

    with pytest.raises(Unreadable, match="Part 3: Write a number in digits"):
        KIND.read(body, KIND.draw(body, Random(1)), {"part-2-number": ["many"]})


@pytest.mark.parametrize("source", [THREE, ALL, KIND.examples[0].source])
def test_an_entry_can_be_written_again_from_what_is_kept(source: dict[str, Any]) -> None:
    body, key = KIND.compose(source)

    assert KIND.compose(KIND.source(body, key)) == (body, key)


@pytest.mark.parametrize("source", [THREE, ALL, KIND.examples[0].source])
def test_an_author_can_fill_it_in(source: dict[str, Any]) -> None:
    """As form fields and back, each part by the fields of its kind."""
    body, key = KIND.compose(source)
    posted = fields.fill(KIND.form, KIND.source(body, key))

    assert KIND.compose(fields.read(KIND.form, posted)) == (body, key)


def test_answers_are_counted_under_their_part() -> None:
    body, key = KIND.parse(THREE)
    lines = {line.code: line for line in KIND.tallies(body, key)}

    assert KIND.tallied(body, key, {"parts": {"p1": {"depth": "2"}, "p3": {"number": "280", "unit": "days"}}}) == [
        "p1:unsafe",
        "p3:tenfold",
    ]
    assert lines["p1:unsafe"].group == "Part 1: Set the depth of the first test dots."
    assert [code for code, line in lines.items() if line.is_critical] == ["p1:unsafe"]


@pytest.mark.parametrize("source", [THREE, ALL])
def test_any_answer_by_chance_can_be_kept_counted_and_marked(source: dict[str, Any]) -> None:
    body, key = KIND.parse(source)
    codes = {line.code for line in KIND.tallies(body, key)}
    rng = Random(7)
    for _turn in range(50):
        held = KIND.random(body, rng)

        assert KIND.accept(body, held) == held
        assert set(KIND.tallied(body, key, held)) <= codes


def test_what_a_part_has_to_say_is_said_under_its_number() -> None:
    body, key = KIND.parse(THREE)
    drawn = KIND.draw(body, Random(1))

    assert KIND.remarks(body, key, drawn, {"parts": {"p1": {"depth": "0.65"}}}) == [
        "Part 1: 0.1 mm deeper than what counts."
    ]
