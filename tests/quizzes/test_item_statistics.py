"""The statistics of questions and papers: held against a published example, and never undefined in silence."""

from __future__ import annotations

import json
import math
import random
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.analysis import statistics

EXAMPLE = json.loads((Path(__file__).parent / "data" / "item_analysis.json").read_text())
EXACT = 1e-6
ITEM = [(place, name) for place in range(7) for name in EXAMPLE["items"][0] if name != "slot"]

matrices = st.integers(0, 8).flatmap(
    lambda people: st.integers(1, 5).flatmap(
        lambda places: st.lists(
            st.lists(st.sampled_from([-1.0, 0.0, 1 / 3, 0.5, 1.0]), min_size=places, max_size=places),
            min_size=people,
            max_size=people,
        ).map(lambda rows: np.array(rows, dtype=float).reshape(people, places))
    )
)


@pytest.fixture(scope="module")
def published() -> tuple[list[statistics.ItemFigures], statistics.PaperFigures]:
    return statistics.analyse(EXAMPLE["marks"], [EXAMPLE["maximum_mark_per_item"]] * 7)


@pytest.mark.parametrize(("place", "name"), ITEM)
def test_an_item_agrees_with_the_published_example(
    published: tuple[list[statistics.ItemFigures], statistics.PaperFigures], place: int, name: str
) -> None:
    """Moodle's own test data: 25 attempts at 7 questions."""
    assert getattr(published[0][place], name) == pytest.approx(EXAMPLE["items"][place][name], abs=EXACT)


@pytest.mark.parametrize("name", list(EXAMPLE["test"]))
def test_the_paper_agrees_with_the_published_example(
    published: tuple[list[statistics.ItemFigures], statistics.PaperFigures], name: str
) -> None:
    assert getattr(published[1], name) == pytest.approx(EXAMPLE["test"][name], abs=EXACT)


def test_intended_weights_are_shares_of_the_maximum() -> None:
    items, _paper = statistics.analyse([[1, 0], [0, 3]], [1, 3])

    assert [item.intended_weight for item in items] == [25, 75]


def test_on_a_fixed_paper_the_item_rest_correlation_is_the_discrimination_index() -> None:
    marks = np.array(EXAMPLE["marks"])
    items, _paper = statistics.analyse(marks, [1] * 7)

    for place, item in enumerate(items):
        rest = (marks.sum(axis=1) - marks[:, place]) / 6
        found = statistics.pooled(marks[:, place], rest)
        assert item.discrimination_index == pytest.approx(100 * (found.item_rest or 0))
        assert item.discriminative_efficiency == pytest.approx(found.efficiency)


def figures(found: Any) -> list[float]:
    values = [value for part in found[0] for value in asdict(part).values()] + list(asdict(found[1]).values())
    return [value for value in values if value is not None and not isinstance(value, bool)]


@given(matrices)
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_whatever_the_marks_a_figure_is_a_number_or_none(marks: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = statistics.analyse(marks, [1.0] * marks.shape[1])

    assert all(math.isfinite(value) for value in figures(found))
    assert all(abs(item.discrimination_index or 0) <= 100 for item in found[0])


@given(matrices, st.randoms())
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_the_order_of_people_does_not_matter(marks: Any, chance: random.Random) -> None:
    order = list(range(len(marks)))
    chance.shuffle(order)

    here, there = (figures(statistics.analyse(rows, [1.0] * marks.shape[1])) for rows in (marks, marks[order]))

    assert here == pytest.approx(there, abs=1e-6)


@pytest.mark.parametrize(
    ("marks", "undefined"),
    [
        ([[1, 0]], {"standard_deviation", "effective_weight", "discrimination_index"}),  # one attempt
        ([[1, 0], [1, 1], [1, 0]], {"discrimination_index", "discriminative_efficiency"}),  # all alike
    ],
)
def test_what_is_not_defined_is_none(marks: list[list[float]], undefined: set[str]) -> None:
    items, _paper = statistics.analyse(marks, [1, 1])

    assert {name for name in undefined if getattr(items[0], name) is None} == undefined


def test_nothing_is_known_of_a_question_worth_nothing() -> None:
    items, _paper = statistics.analyse([[0, 1], [0, 0]], [0, 1])

    assert items[0].facility is None


def test_a_question_that_falls_as_the_total_rises_has_no_effective_weight() -> None:
    items, _paper = statistics.analyse([[1, 0, 0], [1, 0, 0], [0, 1, 1], [0, 1, 1]], [1, 1, 1])

    assert items[0].effective_weight is None
    assert items[0].negative_covariance
    assert not items[1].negative_covariance


@pytest.mark.parametrize("people", [0, 1, 2])
def test_two_papers_are_too_few_for_a_reliability(people: int) -> None:
    _items, paper = statistics.analyse(np.array([[1.0, 0.0], [0.0, 0.0]])[:people].reshape(people, 2), [1, 1])

    assert paper.cic is None
    assert paper.error_ratio is None


def test_one_question_alone_has_no_reliability_and_nothing_to_be_compared_with() -> None:
    items, paper = statistics.analyse([[1.0], [0.0], [1.0], [0.0]], [1])

    assert paper.cic is None
    assert items[0].discrimination_index is None


def test_the_k_statistics_are_unbiased() -> None:
    """Over every sample of three from a small population, drawn with replacement, k2 and k3 average its cumulants."""
    population = np.array([0.0, 1.0, 1.0, 5.0])
    away = population - population.mean()
    samples = np.array(np.meshgrid(*[population] * 3)).reshape(3, -1).T

    k2, k3 = (np.mean([statistics.k_statistics(sample)[order] or 0 for sample in samples]) for order in (0, 1))

    assert k2 == pytest.approx((away**2).mean())
    assert k3 == pytest.approx((away**3).mean())


def test_wilson_agrees_with_a_worked_example() -> None:
    """Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }

    for (part, whole), (low, high) in published.items():
        found = statistics.wilson(part / whole, whole)
        assert found is not None
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(st.floats(0, 1), st.integers(1, 10_000))
@settings(deadline=None, derandomize=True, database=None)
def test_wilson_holds_the_share_and_stays_within_all(share: float, count: int) -> None:
    found = statistics.wilson(share, count)

    assert found is not None
    assert -1e-12 <= found.low <= share + 1e-12
    assert share - 1e-12 <= found.high <= 1 + 1e-12


@given(st.floats(-0.999, 0.999), st.integers(4, 10_000))
@settings(deadline=None, derandomize=True, database=None)
def test_fisher_holds_the_correlation_and_narrows_with_the_count(correlation: float, count: int) -> None:
    found, closer = statistics.fisher(correlation, count), statistics.fisher(correlation, 4 * count)

    assert found is not None
    assert closer is not None
    assert -1 <= found.low <= correlation <= found.high <= 1
    assert closer.high - closer.low < found.high - found.low


@pytest.mark.parametrize(("correlation", "count"), [(None, 50), (0.2, 3), (1.0, 50), (-1.0, 50)])
def test_some_correlations_have_no_interval(correlation: float | None, count: int) -> None:
    assert statistics.fisher(correlation, count) is None


@pytest.mark.parametrize(("share", "count"), [(None, 50), (0.5, 0), (-0.2, 50)])
def test_some_shares_have_no_interval(share: float | None, count: int) -> None:
    assert statistics.wilson(share, count) is None


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]) | st.floats(0, 1), max_size=60))
@settings(max_examples=80, deadline=None, derandomize=True, database=None)
def test_thirds_keep_equals_together_and_the_stronger_above(values: list[float]) -> None:
    found = statistics.thirds(np.array(values))

    for one, third in zip(values, found, strict=True):
        for other, fourth in zip(values, found, strict=True):
            assert (third <= fourth) if one < other else (one > other or third == fourth)


def test_thirds_of_people_who_all_differ_are_equal_in_size() -> None:
    assert np.bincount(statistics.thirds(np.arange(99.0))).tolist() == [33, 33, 33]


def test_a_paper_of_one_question_has_no_rest_to_compare_with() -> None:
    share, rest = np.array([1.0, 0.0, 1.0, 0.0]), np.array([np.nan] * 4)

    assert statistics.pooled(share, rest).item_rest is None
    assert statistics.pooled(share, rest).facility == 0.5
