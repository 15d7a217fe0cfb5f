"""A kind is there because its file is there, and every kind keeps the same promises."""

import json
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from quizzes import kinds
from quizzes.kinds.base import Example, Kind
from tests.quizzes import bank

EXAMPLES = [
    pytest.param(kind, example, id=f"{kind.name}-{number}")
    for kind in kinds.all_kinds()
    for number, example in enumerate(kind.examples)
]
every_example = pytest.mark.parametrize(("kind", "example"), EXAMPLES)
# Kinds whose key does not follow from what they show.
FREE_KEYS = {"single_choice", "multiple_response", "true_false", "numeric", "matching", "scenario"}
every_item = pytest.mark.parametrize("entry", bank.entries(), ids=bank.ref)

DROPPED = """
from quizzes.kinds.single_choice import SingleChoice

class Coin(SingleChoice):
    name = "coin"
    label = "Heads or tails"
"""


def test_each_kind_of_the_bank_has_its_file() -> None:
    assert {entry["kind"] for entry in bank.entries()} <= {kind.name for kind in kinds.all_kinds()}
    assert len(bank.entries()) == 280


def test_a_kind_dropped_in_the_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "coin.py").write_text(DROPPED)
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    kinds._found.cache_clear()
    try:
        found = kinds.get("coin")
        offered = dict(kinds.choices())
    finally:
        kinds._found.cache_clear()

    assert found.template == "quizzes/kinds/coin.html"
    assert offered["coin"] == "Heads or tails"


def test_an_unknown_kind_is_said_to_be_unknown() -> None:
    with pytest.raises(kinds.UnknownKind):
        kinds.get("essay")


@every_example
def test_its_right_answer_is_right_and_its_wrong_one_is_not(kind: Kind, example: Example) -> None:
    body, key = kind.parse(example.source)
    drawn = kind.draw(body, Random(1))

    right = kind.mark(body, key, drawn, kind.read(body, drawn, example.right), critical=True)
    wrong = kind.mark(body, key, drawn, kind.read(body, drawn, example.wrong), critical=True)

    if kind.by_person:  # the machine knows neither: people do
        assert (right.fraction, right.answered) == (Fraction(0), True)
    else:
        assert (right.fraction, right.answered, right.critical_missed) == (Fraction(1), True, False)
    assert wrong.fraction < 1
    assert wrong.answered


@every_example
def test_an_answer_can_be_put_into_words(kind: Kind, example: Example) -> None:
    body, key = kind.parse(example.source)
    drawn = kind.draw(body, Random(1))
    wrong = kind.read(body, drawn, example.wrong)

    assert all(kind.answer_words(body, drawn, wrong))
    assert all(kind.key_words(body, key, drawn))
    assert kind.answer_words(body, drawn, wrong) != kind.key_words(body, key, drawn)
    assert kind.answer_words(body, drawn, None) == []
    assert all(isinstance(line, str) for line in kind.remarks(body, key, drawn, wrong))


@every_example
def test_every_kind_has_a_name_for_instructors_and_a_template(kind: Kind, example: Example) -> None:
    from django.template.loader import get_template

    assert str(kind.label)
    assert get_template(kind.template)


@every_item
def test_an_item_of_the_bank_can_be_asked_and_answered(entry: dict[str, Any]) -> None:
    kind = kinds.get(entry["kind"])
    body, key = kind.parse(entry)
    drawn = kind.draw(body, Random(entry["id"]))
    right = kind.solve(body, key)

    filled = kind.fields(body, drawn, right)
    marked = kind.mark(body, key, drawn, kind.read(body, drawn, filled), critical=entry["critical"])

    assert kind.read(body, drawn, filled) == right
    assert (marked.fraction, marked.answered, marked.critical_missed) == (Fraction(1), True, False)
    assert json.loads(json.dumps([body, key, drawn, right])) == [body, key, drawn, right]


@every_item
def test_a_blank_one_is_unanswered_and_worth_nothing(entry: dict[str, Any]) -> None:
    kind = kinds.get(entry["kind"])
    body, key = kind.parse(entry)
    drawn = kind.draw(body, Random(2))
    names = kind.fields(body, drawn, kind.solve(body, key))

    for blank in ([], [""], ["  "]):
        response = kind.read(body, drawn, dict.fromkeys(names, blank))
        marked = kind.mark(body, key, drawn, response, critical=entry["critical"])

        assert response is None
        assert (marked.fraction, marked.answered) == (Fraction(0), False)
        assert marked.critical_missed is entry["critical"]
    assert kind.fields(body, drawn, None) == {}


@every_item
def test_nothing_secret_reaches_the_page(entry: dict[str, Any]) -> None:
    kind = kinds.get(entry["kind"])
    renamed = with_telling_ids(entry)
    body, _key = kind.parse(renamed)
    shown = json.dumps(kind.public(body, kind.draw(body, Random(3))), ensure_ascii=False)

    assert "telling-" not in shown
    for words in (entry["feedback"], *(part["feedback"] for part in entry.get("parts", []))):
        assert words["right"] not in shown
        assert words["wrong"] not in shown
    for secret in ("answer", "critical", "must_precede", "tolerance", "delta", '"lab"', "accept", "factor", "feedback"):
        assert f'"{secret}' not in shown


@pytest.mark.parametrize("entry", [entry for entry in bank.entries() if entry["kind"] in FREE_KEYS], ids=bank.ref)
def test_the_body_is_the_same_whatever_the_key(entry: dict[str, Any]) -> None:
    kind = kinds.get(entry["kind"])
    other = with_another_key(entry)

    assert kind.parse(other)[0] == kind.parse(entry)[0]
    assert kind.parse(other)[1] != kind.parse(entry)[1]


@every_item
def test_the_order_of_a_paper_changes_places_and_never_meaning(entry: dict[str, Any]) -> None:
    kind = kinds.get(entry["kind"])
    body, key = kind.parse(entry)
    one, other = kind.draw(body, Random(4)), kind.draw(body, Random(5))
    right = kind.solve(body, key)

    assert kind.read(body, one, kind.fields(body, one, right)) == kind.read(
        body, other, kind.fields(body, other, right)
    )
    assert kind.draw(body, Random(4)) == one


def with_telling_ids(entry: dict[str, Any]) -> dict[str, Any]:
    """The same entry, its ids renamed so that one of them on a page cannot be missed."""

    def rename(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            mapped = name == "answer" and entry["kind"] == "matching"
            return {
                f"telling-{key}" if mapped else key: rename(each, name if mapped else key)
                for key, each in value.items()
            }
        if isinstance(value, list):
            return [rename(each, name) for each in value]
        told = name in {"id", "answer", "must_precede", "critical_pairs"} and isinstance(value, str)
        return f"telling-{value}" if told else value

    return {**rename(entry), "id": entry["id"]}


def with_another_key(entry: dict[str, Any]) -> dict[str, Any]:
    changed = deepcopy(entry)
    match entry["kind"]:
        case "single_choice":
            changed["answer"] = next(each["id"] for each in entry["options"] if each["id"] != entry["answer"])
        case "multiple_response":
            changed["answer"] = entry["answer"][1:]
        case "true_false":
            changed["answer"] = not entry["answer"]
        case "numeric":
            changed["answer"]["value"] += 1
        case "matching":
            first, second, *_rest = entry["left"]
            chosen = next(each["id"] for each in entry["right"] if each["id"] != entry["answer"][first["id"]])
            changed["answer"] |= {first["id"]: chosen, second["id"]: chosen}
        case "scenario":
            part = changed["parts"][0]
            part["answer"] = next(each["id"] for each in part["options"] if each["id"] != part["answer"])
    return changed
