"""Whatever is sent is read or refused in words; whatever is stored is marked."""

import json
from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from quizzes import kinds
from quizzes.kinds.base import Marked, Unreadable
from tests.quizzes import making
from tests.quizzes.subjects import Subject, every_subject

WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["0", "1", "99", "-1", "٣", "1e400", "nan", "inf", "a\x00b", "1,000", "up:0", "up:99", "down:x", " ", "9" * 400]
    ),
    st.sampled_from(
        ["a", "b", "c", "p1", "p2", "l1", "r1", "days", "0.5", "C4", "C4 1,2", "1001,1", "\ud800", "x" * 20_000]
    ),
)
NUMBERS = st.one_of(
    st.integers(), st.floats(), st.sampled_from([10**400, -(10**400), 2**63, float("nan"), float("inf"), 1e308])
)
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, WORDS)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=12
)
FOREIGN = ("choice", "number", "unit", "move", "text", "file", "row-99", "part-9-choice", "step-9", "mark-99", "")
DEEP: Any = "x"
for _level in range(200):
    DEEP = [DEEP]
quick = settings(
    max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a piece of JSON."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for name, each in inner for path in paths(each, (*here, name)))]


def put(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return other
    changed = deepcopy(value)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = other
    return changed


def is_fair(mark: Marked) -> bool:
    return isinstance(mark.fraction, Fraction) and -1 <= mark.fraction <= 1


def stays_readable(subject: Subject, response: Any) -> None:
    """It is marked, put into words and drawn again; an answer that nobody could have given earns nothing."""
    kind, body, key, drawn = subject.kind, subject.body, subject.key, subject.drawn

    mark = kind.mark(body, key, drawn, response, critical=True)

    assert is_fair(mark)
    json.dumps(mark.detail, allow_nan=False).encode()
    if kind.accept(body, response) is None:
        assert mark.fraction == 0
        assert mark.critical_missed
        assert mark.answered is (response is not None)
        assert bool(mark.detail) is (response is not None)
    for words in (kind.answer_words(body, drawn, response), kind.remarks(body, key, drawn, response)):
        assert all(isinstance(line, str) for line in words)
    assert isinstance(kind.part_feedback(body, key, drawn, response), list)
    json.dumps(kind.picture(body, key, drawn, response), allow_nan=False)
    assert isinstance(kind.follows(body, response, response), bool)
    kind.fields(body, drawn, response)
    json.dumps(kind.shown(body, drawn, response), allow_nan=False)


@every_subject
def test_what_is_sent_is_read_or_refused_in_words(subject: Subject) -> None:
    kind, body, key, drawn = subject.kind, subject.body, subject.key, subject.drawn
    given_well = [kind.fields(body, drawn, kind.random(body, Random(seed))) for seed in range(4)]
    names = sorted({name for fields in given_well for name in fields} | set(FOREIGN))
    values = sorted({value for fields in given_well for each in fields.values() for value in each})
    sent = st.lists(WORDS | st.sampled_from(values), max_size=3) | ANYTHING

    @quick
    @given(base=st.sampled_from([{}, *given_well]), more=st.dictionaries(st.sampled_from(names), sent, max_size=4))
    def reads(base: dict[str, Any], more: dict[str, Any]) -> None:
        try:
            response = kind.read(body, drawn, base | more)
        except Unreadable:
            return
        mark = kind.mark(body, key, drawn, response, critical=True)
        assert is_fair(mark)
        assert not mark.detail.get("unreadable")
        assert mark.answered is (response is not None)
        if response is not None:
            assert kind.accept(body, response) is not None
            assert kind.read(body, drawn, kind.fields(body, drawn, response)) == response
        assert "\x00" not in json.dumps(response, allow_nan=False, ensure_ascii=False).encode().decode()

    reads()


@every_subject
def test_whatever_is_stored_is_marked(subject: Subject) -> None:
    kind, body = subject.kind, subject.body
    answers = [kind.random(body, Random(seed)) for seed in range(4)]
    shapes = st.fixed_dictionaries({}, optional={name: ANYTHING for answer in answers for name in answer})

    @quick
    @given(response=ANYTHING | shapes)
    def stands(response: Any) -> None:
        stays_readable(subject, response)

    stands()


@every_subject
def test_a_good_answer_with_one_thing_wrong_in_it_is_marked(subject: Subject) -> None:
    """Nearly right is where a careless reader falls: right shape, one number, id or list exchanged."""
    kind, body = subject.kind, subject.body
    answers = [kind.solve(body, subject.key), *(kind.random(body, Random(seed)) for seed in range(3))]
    places = [(answer, path) for answer in answers for path in paths(answer)]

    @quick
    @given(place=st.sampled_from(places), other=LEAVES | ANYTHING | st.just(DEEP))
    def stands(place: tuple[Any, tuple[Any, ...]], other: Any) -> None:
        stays_readable(subject, put(*place, other))
        if isinstance(other, dict | list):
            stays_readable(subject, {**place[0], "more": other})

    stands()


@every_subject
def test_a_form_that_is_no_form_is_refused(subject: Subject) -> None:
    kind, body, drawn = subject.kind, subject.body, subject.drawn
    name = next(iter(kind.fields(body, drawn, kind.solve(body, subject.key))))

    for sent in ("0", {"0": "0"}, [["0"]], [None], [1], ["x" * 50_000], ["a\x00"], ["\ud800"], ["0"] * 500):
        with pytest.raises(Unreadable) as refused:
            kind.read(body, drawn, {name: sent})
        assert refused.value.message


ANSWERED = (
    "matrix",
    "hotspot",
    "short_text",
    "written_answer",
    "branching_case",
    "numeric",
    "ordering",
    "colour_match",
)


@pytest.mark.django_db
def test_hostile_text_is_answered_in_words_by_the_page_too(tess: User, client_of: Callable[[User], Client]) -> None:
    """Half a surrogate pair is good JSON, and no database takes it."""
    course = making.make_course(lessons=1)
    for name in ANSWERED:
        making.add_entry(course, f"Q-{name}", {**kinds.get(name).examples[0].source, "kind": name})
    making.study_all(tess, course)
    attempt = making.make_quiz(course, {"M1.1a": len(ANSWERED)}).begin(tess, declared=True)
    browser = client_of(tess)

    for item in making.items_of(attempt):
        version = item.question_version
        kind = kinds.get(version.kind)
        names = kind.fields(version.body, item.drawn, kind.solve(version.body, version.key))
        for number, hostile in enumerate(("\ud800", "a\x00b", "x" * 19_999, "9" * 5_000), start=1):
            fields = [[name, hostile] for name in names]
            answers = [{"item": item.pk, "epoch": 0, "seq": number, "flagged": None, "fields": fields}]
            sent = browser.post(
                f"/quizzes/attempts/{attempt.pk}/responses/",
                json.dumps({"client": "page", "epoch": 0, "answers": answers}),
                content_type="application/json",
            )
            assert sent.status_code == 200
            (told,) = sent.json()["answers"]
            assert told["message"] or told["outcome"] == "applied"
