"""What every kind promises, tried on answers by chance: marked alike each time, read as written, no key let out."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from quizzes import kinds
from quizzes.kinds.base import KindError
from quizzes.writing import fields
from tests.quizzes import bank
from tests.quizzes.subjects import Subject, every_example, every_subject, examples

TRIES = 25
every_item = pytest.mark.parametrize("entry", bank.entries(), ids=bank.ref)


def answers(subject: Subject) -> Iterator[dict[str, Any]]:
    """The right one, and many by chance."""
    yield subject.kind.solve(subject.body, subject.key)
    for seed in range(TRIES):
        yield subject.kind.random(subject.body, Random(seed))


def kept(value: Any) -> Any:
    """As a database gives it back: PostgreSQL puts the names of an object in an order of its own."""
    if isinstance(value, dict):
        return {name: kept(each) for name, each in sorted(value.items(), key=lambda pair: (-len(pair[0]), pair[0]))}
    return [kept(each) for each in value] if isinstance(value, list) else value


@every_subject
def test_an_answer_by_chance_is_one_that_can_be_given(subject: Subject) -> None:
    kind, body, drawn = subject.kind, subject.body, subject.drawn

    for response in answers(subject):
        assert kind.accept(body, response) is response
        assert kind.read(body, drawn, kind.fields(body, drawn, response)) == response
        assert json.loads(json.dumps(response, allow_nan=False)) == response
        assert kind.accept(body, kept(response)) is not None
    assert [kind.random(body, Random(7))] * 2 == [kind.random(body, Random(7)) for _time in range(2)]


@every_subject
def test_chance_does_not_always_say_the_same(subject: Subject) -> None:
    assert len({json.dumps(subject.kind.random(subject.body, Random(seed))) for seed in range(TRIES)}) > 1


@every_subject
def test_every_answer_earns_a_share_and_is_told_in_words(subject: Subject) -> None:
    kind, body, key, drawn = subject.kind, subject.body, subject.key, subject.drawn

    for response in answers(subject):
        mark = kind.mark(body, key, drawn, response, critical=True)

        assert isinstance(mark.fraction, Fraction)
        assert -1 <= mark.fraction <= 1
        assert mark.answered
        assert not mark.detail.get("unreadable")
        assert not kind.mark(body, key, drawn, response, critical=False).critical_missed
        assert all(line.strip() for line in kind.answer_words(body, drawn, response))
        assert kind.answer_words(body, drawn, response)
        assert all(line.strip() for line in kind.remarks(body, key, drawn, response))


@every_subject
def test_the_same_answer_has_the_same_bytes_wherever_it_was_kept(subject: Subject) -> None:
    kind, body, key, drawn = subject.kind, subject.body, subject.key, subject.drawn

    for response in answers(subject):
        once, again, elsewhere = (
            kind.mark(*asked, critical=True)
            for asked in (
                (body, key, drawn, response),
                (deepcopy(body), deepcopy(key), deepcopy(drawn), deepcopy(response)),
                (kept(body), kept(key), kept(drawn), kept(response)),
            )
        )
        assert once == again == elsewhere
        assert json.dumps(once.detail) == json.dumps(again.detail) == json.dumps(elsewhere.detail)
        assert json.loads(json.dumps(once.detail)) == once.detail


@every_subject
def test_marking_changes_nothing_it_is_given(subject: Subject) -> None:
    kind, body, key, drawn = subject.kind, subject.body, subject.key, subject.drawn

    for response in answers(subject):
        before = deepcopy([body, key, drawn, response])
        kind.mark(body, key, drawn, response, critical=True)
        kind.shown(body, drawn, response)
        kind.fields(body, drawn, response)
        kind.tallied(body, key, response)
        kind.remarks(body, key, drawn, response)

        assert [body, key, drawn, response] == before


# Counting


@every_subject
def test_every_answer_counts_under_lines_of_its_table(subject: Subject) -> None:
    kind, body, key = subject.kind, subject.body, subject.key
    lines = kind.tallies(body, key)
    codes = [line.code for line in lines]

    assert len(set(codes)) == len(codes) > 0
    assert all(line.words.strip() for line in lines)
    assert not any(line.is_key and line.is_critical for line in lines)
    for response in answers(subject):
        found = kind.tallied(body, key, response)
        assert found
        assert set(found) <= set(codes)
        assert len(set(found)) == len(found)
    assert [line.code for line in kind.tallies(kept(body), kept(key))] == codes


@every_subject
def test_a_right_answer_counts_under_the_key(subject: Subject) -> None:
    if subject.kind.by_person:
        return
    kind, body, key = subject.kind, subject.body, subject.key
    found = set(kind.tallied(body, key, kind.solve(body, key)))
    lines = [line for line in kind.tallies(body, key) if line.code in found]

    assert any(line.is_key for line in lines)
    assert not any(line.is_critical for line in lines)


@every_subject
def test_blind_chance_earns_less_than_the_whole(subject: Subject) -> None:
    guess = subject.kind.guess(subject.body, subject.key)

    assert guess is None or (isinstance(guess, Fraction) and 0 <= guess < 1)


# Writing


def own(subject: Subject) -> dict[str, Any]:
    return subject.kind.source(subject.body, subject.key)


@every_item
def test_an_item_of_the_bank_can_be_written_down_again(entry: dict[str, Any]) -> None:
    kind = kinds.get(entry["kind"])
    body, key = kind.parse(entry)

    assert kind.compose(kind.source(body, key)) == (body, key)


@every_subject
def test_a_question_can_be_written_down_again(subject: Subject) -> None:
    kind, body, key = subject.kind, subject.body, subject.key
    written = own(subject)

    assert set(written) <= kind.own_fields
    assert kind.compose(written) == (body, key)
    assert kind.compose(kind.source(kept(body), kept(key))) == (body, key)
    assert json.loads(json.dumps([body, key])) == [body, key]


@every_subject
def test_the_form_holds_all_of_it(subject: Subject) -> None:
    """Out into the author's form and back in, without a loss."""
    kind = subject.kind
    posted = fields.fill(kind.form, own(subject))

    assert all(isinstance(value, str) for values in posted.values() for value in values)
    assert kind.compose(fields.read(kind.form, posted)) == (subject.body, subject.key)


@every_example
def test_an_entry_with_one_thing_wrong_in_it_is_asked_or_refused(subject: Subject) -> None:
    """Whatever stands in one place of an entry: it is stored as plain text and numbers, or refused."""
    places = list(_places({name: deepcopy(subject.source[name]) for name in subject.source}))
    rng = Random(subject.name)

    for path in places:
        for wrong in rng.sample(WRONG, 5):
            with contextlib.suppress(KindError):
                body, key = subject.kind.parse(_put(subject.source, path, wrong))
                json.dumps([body, key], allow_nan=False, ensure_ascii=False).encode()


WRONG: list[Any] = [
    None, True, 0, -1, 10**30, 1.5, float("nan"), float("inf"), Decimal("NaN"), "", "x", "a\x00", "y" * 3000, [], {},
    ["a"], [[]], [None], {"id": 1}, {"text": []}, [{"id": "a"}], "\ud800",
]  # fmt: skip


def _places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list | tuple) else ()
    for name, each in inner:
        yield (*here, name)
        yield from _places(each, (*here, name))


def _put(source: Any, path: tuple[Any, ...], value: Any) -> Any:
    first, *rest = path
    changed = dict(source) if isinstance(source, Mapping) else list(source)
    changed[first] = _put(source[first], tuple(rest), value) if rest else value
    return changed


# What a page may know


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _words(each)


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _names(each)


def _lists(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, list):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _lists(each)


TELLING = ("answer", "correct", "right", "wrong", "critical", "toler", "feedback", "points", "key", "worth", "share")


@every_subject
def test_a_page_never_holds_the_key(subject: Subject) -> None:
    """No name that tells, no words that only the key has, and no row of a list with more to it than its neighbours."""
    kind, body, key, drawn = subject.kind, subject.body, subject.key, subject.drawn
    secret = {word for word in _words(key) if len(word) > 12} - set(_words(body))
    feedback = set(_words(dict(subject.source["feedback"])))

    pages = [kind.public(body, drawn)]
    for response in (None, *answers(subject)):
        pages += [kind.shown(body, drawn, response, read_outs=read_outs) for read_outs in (False, True)]
    for shown in pages:
        plain = json.loads(json.dumps(shown, allow_nan=False))
        assert plain == shown
        assert not (secret | feedback) & set(_words(plain))
        assert not [name for name in _names(plain) if name.lower().startswith(TELLING)]
        for rows in _lists(plain):
            assert len({tuple(sorted(row)) for row in rows if isinstance(row, dict)}) <= 1


def _other_row(source: dict[str, Any]) -> None:
    source["answer"] = next(each["id"] for each in source["options"] if each["id"] != source["answer"])


def _other_rows(source: dict[str, Any]) -> None:
    source["answer"] = [each["id"] for each in source["options"] if each["id"] not in source["answer"]]


def _turn(source: dict[str, Any]) -> None:
    source["answer"] = not source["answer"]


def _move(source: dict[str, Any]) -> None:
    source["answer"] |= {"value": source["answer"]["value"] + 5}


def _swap(source: dict[str, Any]) -> None:
    names = list(source["answer"])
    source["answer"] = dict(zip(names, [*list(source["answer"].values())[1:], source["answer"][names[0]]], strict=True))
    source.pop("critical_cells", None)


def _other_order(source: dict[str, Any]) -> None:
    """The second and third change places; the pairs follow the answer."""
    first, second, third, *rest = source["answer"]
    source["answer"] = [first, third, second, *rest]
    if source["scoring"] == "partial_required_pairs":
        source["must_precede"] = [list(pair) for pair in pairwise(source["answer"])]
    source.pop("critical_pairs", None)


def _other_part(source: dict[str, Any]) -> None:
    CHANGES[source["parts"][0]["kind"]](source["parts"][0])


def _other_words(source: dict[str, Any]) -> None:
    source["accept"] = [{"text": "other"}]
    source["refuse"] = []


def _other_places(source: dict[str, Any]) -> None:
    swapped = {"required": "acceptable", "acceptable": "required", "critical": "forbidden", "forbidden": "critical"}
    for region in source["regions"]:
        region["role"] = swapped[region["role"]]
    if all(region["role"] != "required" for region in source["regions"]):
        source["regions"][0]["role"] = "required"
    source["outside"] = "free" if source.get("outside", "costs") == "costs" else "costs"


def _other_depth(source: dict[str, Any]) -> None:
    for name in source["answer"]:
        if name.endswith(("max_mm", "high_mm", "tolerance_mm")):
            source["answer"][name] = round(source["answer"][name] + 0.01, 2)
            return


def _other_worth(source: dict[str, Any]) -> None:
    for node in source["nodes"]:
        for choice in node["choices"]:
            choice["points"] = choice.get("points", 0) + 1 if not choice.get("critical") else 0


def _other_levels(source: dict[str, Any]) -> None:
    for criterion in source["criteria"]:
        for level in criterion["levels"]:
            level["points"] += 1
            level["text"] += " Mostly."


def _other_nearness(source: dict[str, Any]) -> None:
    name = next(name for name in ("d1", "tolerance_delta_e_2000") if name in source["answer"])
    source["answer"][name] += 0.5


# How the key of a kind can change while its question stays.
CHANGES: dict[str, Callable[[dict[str, Any]], None]] = {
    "single_choice": _other_row,
    "multiple_response": _other_rows,
    "true_false": _turn,
    "numeric": _move,
    "matching": _swap,
    "matrix": _swap,
    "ordering": _other_order,
    "scenario": _other_part,
    "short_text": _other_words,
    "hotspot": _other_places,
    "depth_band": _other_depth,
    "branching_case": _other_worth,
    "written_answer": _other_levels,
    "colour_match": _other_nearness,
}
# What is closest, cooler or darker, and in which order, follows from the colours shown.
FOLLOWS = {"choose_closest", "cooler_same_lightness", "darker_same_hue", "rank", "verdict"}


def test_every_kind_says_how_its_key_can_change() -> None:
    assert {kind.name for kind in kinds.all_kinds()} == set(CHANGES)


@pytest.mark.parametrize("subject", [each for each in examples() if each.source.get("mode") not in FOLLOWS], ids=str)
def test_another_key_shows_the_same_page(subject: Subject) -> None:
    kind, drawn = subject.kind, subject.drawn
    other = json.loads(json.dumps(subject.source))
    CHANGES[kind.name](other)
    body, key = kind.parse(other)

    assert key != subject.key
    assert body == subject.body
    for response in (None, *answers(subject)):
        assert json.dumps(kind.shown(body, drawn, response)) == json.dumps(kind.shown(subject.body, drawn, response))
