"""Steps are put in order, and what does not belong is left out."""

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from quizzes import kinds
from quizzes.kinds.base import KindError, Unreadable
from tests.quizzes import bank

KIND = kinds.get("ordering")
TEXTS = {"a": "Dry", "b": "Shake", "c": "Wet", "d": "Soap", "e": "Sing"}


def entry(**fields: Any) -> dict[str, Any]:
    """Wet, soap, dry; shaking and singing do not belong."""
    return {
        "kind": "ordering",
        "stem": "Put the steps in order.",
        "items": [{"id": name, "text": text} for name, text in TEXTS.items()],
        "answer": ["c", "d", "a"],
        "distractors": ["b", "e"],
        "scoring": "partial_adjacent_pairs",
        "feedback": {"right": "Right.", "wrong": "Not so."},
    } | fields


NEEDED = {"scoring": "partial_required_pairs", "must_precede": [["c", "a"], ["d", "a"]]}


def held(order: str, out: str = "") -> dict[str, Any]:
    given = {row: order.index(row) + 1 for row in sorted(order)}
    return {"positions": given} | ({"out": list(out)} if out else {})


def worth(source: dict[str, Any], order: str, out: str = "") -> Fraction:
    body, key = KIND.parse(source)
    return KIND.mark(body, key, {}, held(order, out), critical=True).fraction


@pytest.mark.parametrize(
    ("order", "out", "share"),
    [
        ("cda", "be", Fraction(1)),
        ("cdae", "b", Fraction(3, 4)),  # one that does not belong was put in
        ("cbda", "e", Fraction(2, 4)),  # and it parts two that follow each other
        ("cdabe", "", Fraction(2, 4)),
        ("cd", "abe", Fraction(3, 4)),  # one that belongs was left out
        ("", "abcde", Fraction(2, 4)),
        ("adc", "be", Fraction(2, 4)),
        ("abcde", "", Fraction(1, 4)),
    ],
)
def test_leaving_out_counts_like_a_pair(order: str, out: str, share: Fraction) -> None:
    assert worth(entry(), order, out) == share


@pytest.mark.parametrize(
    ("order", "out", "share"),
    [
        ("cda", "be", 1),
        ("dca", "be", 1),
        ("dcae", "b", Fraction(1, 2)),
        ("dcabe", "", 0),
        ("dac", "be", Fraction(1, 2)),
        ("adc", "be", 0),
    ],
)
def test_with_necessary_pairs_a_wrong_step_costs_double(order: str, out: str, share: Fraction) -> None:
    assert worth(entry(**NEEDED), order, out) == share


def test_a_row_without_a_number_is_not_left_out_yet() -> None:
    assert worth(entry(), "cda") == Fraction(2, 4)


def test_only_a_broken_critical_pair_is_a_critical_miss() -> None:
    body, key = KIND.parse(entry(**NEEDED, critical_pairs=[["c", "a"]]))

    def missed(order: str, out: str) -> bool:
        return KIND.mark(body, key, {}, held(order, out), critical=True).critical_missed

    assert missed("cdabe", "") is False
    assert missed("cad", "be") is False
    assert missed("acd", "be") is True
    assert missed("cd", "abe") is True  # nothing shows that it would come later


def test_a_form_reads_what_is_left_out_and_fills_it_again() -> None:
    body, _key = KIND.parse(entry())
    data = {"position-0": ["3"], "position-1": ["out"], "position-2": ["1"], "position-3": ["2"], "position-4": ["out"]}
    response = KIND.read(body, {}, data)

    assert response == held("cda", "be")
    assert KIND.fields(body, {}, response) == data
    assert KIND.read(body, {}, {**data, "move": ["up:3"]}) == held("dca", "be")
    assert KIND.read(body, {}, {**data, "move": ["up:1"]}) == held("cda", "be")  # left out, it stays where it is
    assert KIND.answer_words(body, {}, response) == ["1. Wet", "2. Soap", "3. Dry", "Left out: Shake", "Left out: Sing"]


def test_where_everything_belongs_nothing_can_be_left_out() -> None:
    body, _key = KIND.parse(KIND.examples[0].source)

    with pytest.raises(Unreadable):
        KIND.read(body, {}, {"position-0": ["out"]})
    assert KIND.accept(body, {"positions": {"a": 1}, "out": ["b"]}) is None
    assert KIND.public(body, {})["leave_out"] is False


@pytest.mark.parametrize(
    "response",
    [
        {"positions": {"a": 1}, "out": []},
        {"positions": {"a": 1}, "out": ["a"]},
        {"positions": {"a": 1}, "out": ["e", "b"]},
        {"positions": {"a": 1}, "out": "b"},
        {"positions": {"a": 1}, "out": [["b"]]},
        {"positions": [], "out": ["b"]},
        {"positions": {}},
        {"out": ["b"]},
    ],
)
def test_what_could_not_have_been_read_is_not_kept(response: Any) -> None:
    body, key = KIND.parse(entry())

    assert KIND.accept(body, response) is None
    assert KIND.mark(body, key, {}, response, critical=True).detail == {"unreadable": True}


def test_how_many_do_not_belong_is_not_told() -> None:
    body, _key = KIND.parse(entry())
    other, _other_key = KIND.parse(entry(distractors=["b"], answer=["c", "d", "a", "e"]))

    assert KIND.public(body, {}) == KIND.public(other, {})


def test_an_entry_can_be_written_again_from_what_is_kept() -> None:
    for source in (entry(), entry(**NEEDED), entry(**NEEDED, critical_pairs=[["c", "a"]]), KIND.examples[0].source):
        body, key = KIND.compose(source)

        assert KIND.compose(KIND.source(body, key)) == (body, key)


@pytest.mark.parametrize("field", ["must_precede", "critical_pairs"])
def test_a_pair_may_not_name_what_does_not_belong(field: str) -> None:
    with pytest.raises(KindError) as refused:
        KIND.parse(entry(**NEEDED | {field: [["c", "b"]]}))

    assert refused.value.path == f"{field}[0]"


def test_mixed_only_by_what_does_not_belong_is_not_mixed() -> None:
    with pytest.raises(KindError) as refused:
        KIND.parse(entry(answer=["a", "c", "d"]))

    assert refused.value.path == "items"


def test_answers_are_counted_by_the_pairs_they_break() -> None:
    body, key = KIND.parse(entry(**NEEDED, critical_pairs=[["c", "a"]]))
    lines = {line.code: line for line in KIND.tallies(body, key)}

    assert KIND.tallied(body, key, held("dca", "be")) == ["right"]
    assert KIND.tallied(body, key, held("dacb", "e")) == ["c>a", "in:b"]
    assert [code for code, line in lines.items() if line.is_critical] == ["c>a"]
    assert lines["c>a"].words == "“Wet” does not come before “Dry”"
    assert [code for code, line in lines.items() if line.is_key] == ["right"]


def test_in_a_fixed_order_neighbours_are_counted() -> None:
    source = next(each for each in bank.entries() if each["id"] == "Q-M5-004")
    body, key = KIND.parse(source)
    a, b, c, d = key["answer"]
    right = {"positions": {row: number for number, row in enumerate((a, b, d, c), start=1)}}

    assert KIND.tallied(body, key, right) == [f"{b}+{c}", f"{c}+{d}", *crossed(key, right)]
    assert KIND.tallied(body, key, KIND.solve(body, key)) == ["right"]


def crossed(key: dict[str, Any], response: dict[str, Any]) -> list[str]:
    given = response["positions"]
    return [f"{first}>{second}" for first, second in key["critical_pairs"] if given[first] > given[second]]


@pytest.mark.parametrize("source", [entry(), entry(**NEEDED), KIND.examples[0].source])
def test_any_answer_by_chance_can_be_kept_counted_and_marked(source: dict[str, Any]) -> None:
    body, key = KIND.parse(source)
    codes = {line.code for line in KIND.tallies(body, key)}
    rng = Random(3)
    for _turn in range(100):
        response = KIND.random(body, rng)

        assert KIND.accept(body, response) == response
        assert set(KIND.tallied(body, key, response)) <= codes
        right = KIND.mark(body, key, {}, response, critical=False).fraction == 1
        assert right is (KIND.tallied(body, key, response) == ["right"])


def test_feedback_says_which_pairs_are_necessary_where_the_order_is_free() -> None:
    body, key = KIND.parse(entry(**NEEDED, critical_pairs=[["c", "a"]]))

    assert KIND.remarks(body, key, {}, held("adb", "ce")) == [
        "Safety-critical. This has to come first: “Wet”. Only then: “Dry”.",
        "This has to come first: “Soap”. Only then: “Dry”.",
        "This belongs and was left out: “Wet”.",
        "This does not belong: “Shake”.",
        "More than one order is right. What has to be kept: “Wet” before “Dry”; “Soap” before “Dry”.",
    ]
    assert len(KIND.remarks(body, key, {}, held("dca", "be"))) == 1
