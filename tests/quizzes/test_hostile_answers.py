"""Whatever is sent is read or refused in words; whatever is stored is marked."""

from fractions import Fraction
from json import dumps
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes import kinds
from quizzes.kinds.base import Unreadable
from tests.quizzes import bank

WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["0", "1", "99", "-1", "٣", "1e400", "nan", "inf", "a\x00b", "1,000", "up:0", "up:99", "down:x", " ", "9" * 400]
    ),
    st.sampled_from(["a", "b", "c", "p1", "p2", "l1", "r1", "days", "0.5"]),
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.just(10**400), st.floats(), WORDS)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=12
)
NAMES = [
    "choice", "number", "unit", "depth", "low", "high", "lightness", "chroma", "hue", "move",
    "position-0", "position-1", "row-0", "row-1", "part-0-choice", "part-1-choice", "part-9-choice", "",
]  # fmt: skip
FIELDS = ("choice", "choices", "number", "unit", "positions", "pairs", "parts", "depth", "low", "high", "hue")
SHAPES = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, ANYTHING))
every_kind = pytest.mark.parametrize(
    "entry", bank.one_of_each(), ids=lambda entry: f"{entry['kind']}-{entry.get('mode') or entry.get('scoring') or ''}"
)
quick = settings(
    max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)


@every_kind
@quick
@given(data=st.dictionaries(st.sampled_from(NAMES), st.lists(WORDS, max_size=3) | ANYTHING, max_size=6))
def test_what_is_sent_is_read_or_refused_in_words(entry: dict[str, Any], data: dict[str, Any]) -> None:
    kind = kinds.get(entry["kind"])
    body, key = kind.parse(entry)
    drawn = kind.draw(body, Random(1))
    try:
        response = kind.read(body, drawn, data)
    except Unreadable:
        return

    mark = kind.mark(body, key, drawn, response, critical=True)

    assert 0 <= mark.fraction <= 1
    assert mark.answered is (response is not None)
    assert kind.read(body, drawn, kind.fields(body, drawn, response)) == response
    assert "\x00" not in dumps(response, allow_nan=False)


@every_kind
@quick
@given(response=ANYTHING | SHAPES)
def test_whatever_is_stored_is_marked_the_same_each_time(entry: dict[str, Any], response: Any) -> None:
    kind = kinds.get(entry["kind"])
    body, key = kind.parse(entry)
    drawn = kind.draw(body, Random(1))

    mark = kind.mark(body, key, drawn, response, critical=True)

    assert isinstance(mark.fraction, Fraction)
    assert 0 <= mark.fraction <= 1
    assert repr(mark) == repr(kind.mark(body, key, drawn, response, critical=True))
    assert dumps(mark.detail, allow_nan=False)
    assert isinstance(kind.answer_words(body, drawn, response), list)
    assert isinstance(kind.remarks(body, key, drawn, response), list)
    assert isinstance(kind.part_feedback(body, key, drawn, response), list)
    kind.fields(body, drawn, response)


@every_kind
def test_a_form_that_is_no_form_is_refused(entry: dict[str, Any]) -> None:
    kind = kinds.get(entry["kind"])
    body, key = kind.parse(entry)
    drawn = kind.draw(body, Random(1))
    name = next(iter(kind.fields(body, drawn, kind.solve(body, key))))

    for sent in ("0", {"0": "0"}, [["0"]], [None], [1], ["x" * 500], ["a\x00"], ["0"] * 500):
        with pytest.raises(Unreadable) as refused:
            kind.read(body, drawn, {name: sent})
        assert refused.value.message
