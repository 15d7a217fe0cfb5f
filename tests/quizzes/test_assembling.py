"""A form that meets its blueprint, or words that say why there is none."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations, count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.loading import Problems
from courses.loading.folder import read_source
from quizzes import blueprints
from quizzes.assembly import Blueprint, Candidate, CannotAssemble, Drawn, Limit, Section, assemble, check
from quizzes.loading.bank import read_bank
from quizzes.loading.quiz import read_quizzes

FOLDER = Path(__file__).parents[2] / "courses/programmes/smp"
SEEDS = 200
FORMS = ("hygiene", "depth", "colour", "consultation", "aftercare", "examination")

# What syllabus.md says, written down a second time so that the settings are held to it.
SIZES = {"hygiene": 20, "depth": 16, "colour": 16, "consultation": 18, "aftercare": 14, "examination": 60}
CRITICAL = {"hygiene": 6, "depth": 3, "colour": 0, "consultation": 6, "aftercare": 3, "examination": 10}
PARTS = {"hygiene": 16, "depth": 12, "colour": 10, "consultation": 12, "aftercare": 10}
TWICE = {"M1.4b": 2, "M2.2b": 2, "M3.6a": 3, "M4.5b": 2, "M5.3b": 2}


@cache
def starter() -> dict[str, tuple[Blueprint, list[Candidate]]]:
    """The six forms of the starter programme, as its folder says."""
    problems = Problems()
    source = read_source(
        FOLDER,
        problems,
        course_keys=frozenset({"quiz", "certificate"}),
        programme_keys=frozenset({"quiz", "certificate"}),
    )
    problems.clear()  # lessons are none of this test's business
    questions = read_bank(source, problems)
    quizzes = read_quizzes(source, questions, problems)
    assert not problems
    pool = [question.candidate(number) for number, question in enumerate(questions, start=1)]
    forms = {}
    for quiz in quizzes:
        stored = dict(quiz.content)
        blueprint = blueprints.from_json({**stored, "critical_min": stored["critical_min_items"]})
        mine = [candidate for candidate in pool if quiz.course in (None, candidate.course)]
        forms[quiz.course or "examination"] = (blueprint, mine)
    return forms


def draws(name: str) -> Iterator[list[Drawn]]:
    """One trainee after another, each having met what the one before was asked."""
    blueprint, pool = starter()[name]
    met: set[int] = set()
    for seed in range(SEEDS):
        form = assemble(blueprint, [replace(one, met=int(one.id in met)) for one in pool], seed=seed)
        met = {pick.candidate.id for pick in form}
        yield form


def assert_stands_together(form: list[Drawn]) -> None:
    picks = [pick.candidate for pick in form]
    assert len({pick.id for pick in picks}) == len(picks)
    refs = {pick.ref for pick in picks}
    for pick in picks:
        assert refs.isdisjoint(pick.not_with), pick.ref
    cases = Counter(pick.case for pick in picks if pick.case)
    assert all(count == 1 for count in cases.values())


def test_the_starter_programme_has_its_six_forms() -> None:
    assert set(starter()) == set(FORMS)
    assert {name: blueprint.size for name, (blueprint, _pool) in starter().items()} == SIZES


@pytest.mark.parametrize("name", FORMS[:5])
def test_every_course_form_keeps_every_rule(name: str) -> None:
    blueprint, _pool = starter()[name]
    wanted = Counter({code: n for section in blueprint.sections for code, n in section.draw.items()})

    for form in draws(name):
        assert len(form) == SIZES[name]
        assert Counter(pick.candidate.objective for pick in form) == wanted
        assert all(pick.candidate.objective in blueprint.sections[pick.section].draw for pick in form)
        assert sum(pick.candidate.is_critical for pick in form) >= CRITICAL[name]
        assert_stands_together(form)


def test_every_examination_keeps_every_rule() -> None:
    for form in draws("examination"):
        picks = [pick.candidate for pick in form]
        assert Counter(pick.course for pick in picks) == PARTS
        assert [pick.section for pick in form] == sorted(pick.section for pick in form)
        for objective, asked in Counter(pick.objective for pick in picks).items():
            assert asked <= TWICE.get(objective, 1), objective
        kinds = Counter(pick.kind for pick in picks)
        assert kinds["colour_match"] == 3
        assert kinds["scenario"] >= 2
        assert kinds["depth_band"] >= 2
        assert sum(pick.is_critical for pick in picks) >= CRITICAL["examination"]
        assert_stands_together(form)


@pytest.mark.parametrize("name", FORMS[:5])
def test_no_course_form_repeats_the_one_before(name: str) -> None:
    """The pools are large enough that a second attempt never has to."""
    for one, other in zip(draws(name), list(draws(name))[1:], strict=False):
        assert {pick.candidate.id for pick in one}.isdisjoint(pick.candidate.id for pick in other)


def test_every_question_of_the_bank_is_asked_sooner_or_later() -> None:
    for name in FORMS[:5]:
        asked = {pick.candidate.ref for form in draws(name) for pick in form}
        assert asked == {candidate.ref for candidate in starter()[name][1]}


def test_the_same_seed_draws_the_same_form() -> None:
    blueprint, pool = starter()["examination"]

    assert assemble(blueprint, pool, seed=7) == assemble(blueprint, pool[::-1], seed=7)
    assert assemble(blueprint, pool, seed=7) != assemble(blueprint, pool, seed=8)


def test_an_examination_uses_what_was_met_last() -> None:
    blueprint, pool = starter()["examination"]
    met = {pick.candidate.id for name in FORMS[:5] for pick in next(draws(name))}

    form = assemble(blueprint, [replace(one, met=int(one.id in met)) for one in pool], seed=1)

    assert met.isdisjoint(pick.candidate.id for pick in form)


# Small pools, by hand

ids = count(1)


def candidate(ref: str, objective: str = "a", *, kind: str = "single_choice", **more: object) -> Candidate:
    return Candidate(id=next(ids), ref=ref, course="c", objective=objective, kind=kind, **more)  # type: ignore[arg-type]


def one_section(*, critical_min: int = 0, **draw: int) -> Blueprint:
    return Blueprint((Section("Part", draw=draw),), critical_min=critical_min)


def test_what_was_met_is_used_when_nothing_else_is_left() -> None:
    pool = [candidate("a1", met=1), candidate("a2", met=1), candidate("a3")]

    refs = {pick.candidate.ref for pick in assemble(one_section(a=2), pool, seed=1)}

    assert "a3" in refs
    assert len(refs) == 2


def test_what_was_met_longer_ago_comes_before_what_was_met_last() -> None:
    pool = [candidate("a1", met=2), candidate("a2", met=1), candidate("a3", met=2)]

    assert [pick.candidate.ref for pick in assemble(one_section(a=1), pool, seed=1)] == ["a2"]


def test_a_minimum_goes_before_the_wish_for_unseen_questions() -> None:
    pool = [candidate("a1", is_critical=True, met=1), candidate("a2")]

    assert [pick.candidate.ref for pick in assemble(one_section(a=1, critical_min=1), pool, seed=1)] == ["a1"]


def test_questions_that_name_each_other_are_never_asked_together() -> None:
    pool = [
        candidate("a1", not_with=frozenset({"b1"})),
        candidate("b1", "b", not_with=frozenset({"a1"})),
        candidate("a2"),
        candidate("b2", "b"),
    ]

    for seed in range(50):
        assert_stands_together(assemble(one_section(a=1, b=1), pool, seed=seed))


def test_one_question_naming_another_is_enough_to_keep_them_apart() -> None:
    pool = [candidate("a1", not_with=frozenset({"b1"})), candidate("b1", "b"), candidate("a2"), candidate("b2", "b")]

    for seed in range(50):
        refs = {pick.candidate.ref for pick in assemble(one_section(a=1, b=1), pool, seed=seed)}
        assert refs != {"a1", "b1"}


def test_two_questions_of_one_case_are_never_asked_together() -> None:
    pool = [candidate("a1", case="x"), candidate("a2", case="x"), candidate("a3")]

    for seed in range(50):
        refs = {pick.candidate.ref for pick in assemble(one_section(a=2), pool, seed=seed)}
        assert refs != {"a1", "a2"}


@pytest.mark.parametrize(
    ("blueprint", "words"),
    [
        (one_section(a=5), "a: 5 asked for, 4 in the pool."),
        (one_section(z=1), "z: 1 asked for, 0 in the pool."),
        (one_section(a=2, critical_min=3), "Critical questions: at least 3 asked for, at most 1 possible."),
        (
            Blueprint((Section("All", count=9, course="c"),), default_max=4),
            "All: 9 asked for, its objectives give at most 8.",
        ),
        (
            Blueprint((Section("All", draw={"a": 1}),), kinds={"scenario": Limit(2)}),
            "Questions of the kind scenario: at least 2 asked for, at most 0 possible.",
        ),
        (
            Blueprint((Section("All", draw={"a": 1}, kinds={"numeric": Limit(1)}),)),
            "Questions of the kind numeric in All: at least 1 asked for, at most 0 possible.",
        ),
    ],
)
def test_a_refusal_names_what_cannot_be_met(blueprint: Blueprint, words: str) -> None:
    pool = [candidate("a1", is_critical=True), *(candidate(f"a{n}") for n in (2, 3, 4))]
    pool += [candidate(f"b{n}", "b") for n in (1, 2, 3, 4)]

    with pytest.raises(CannotAssemble) as refusal:
        assemble(blueprint, pool, seed=1)

    assert words in refusal.value.messages
    assert check(blueprint, pool) == refusal.value.messages


def test_a_refusal_names_questions_that_exclude_each_other() -> None:
    pool = [candidate("a1", not_with=frozenset({"b1"})), candidate("b1", "b", not_with=frozenset({"a1"}))]

    with pytest.raises(CannotAssemble, match="may not stand together: a1, b1"):
        assemble(one_section(a=1, b=1), pool, seed=1)


def test_a_refusal_names_the_limit_that_is_one_too_many() -> None:
    pool = [candidate("a1", is_critical=True), candidate("a2", kind="scenario")]
    blueprint = replace(one_section(a=1, critical_min=1), kinds={"scenario": Limit(1)})

    with pytest.raises(CannotAssemble, match="Critical questions: at least 1 asked for"):
        assemble(blueprint, pool, seed=1)


def possible(blueprint: Blueprint, pool: list[Candidate]) -> bool:
    """Every form there is, one by one."""
    size = blueprint.size
    (section,) = blueprint.sections
    for chosen in combinations(pool, size):
        objectives = Counter(pick.objective for pick in chosen)
        right_counts = (
            objectives == Counter(section.draw)
            if section.draw
            else all(count <= blueprint.default_max for count in objectives.values())
        )
        kinds = Counter(pick.kind for pick in chosen)
        refs = {pick.ref for pick in chosen}
        if (
            right_counts
            and sum(pick.is_critical for pick in chosen) >= blueprint.critical_min
            and all(
                limit.at_least <= kinds[kind] <= (size if limit.at_most is None else limit.at_most)
                for kind, limit in blueprint.kinds.items()
            )
            and all(refs.isdisjoint(pick.not_with) for pick in chosen)
        ):
            return True
    return False


@st.composite
def small_pools(draw: st.DrawFn) -> tuple[Blueprint, list[Candidate]]:
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from("abc"), st.sampled_from(["numeric", "scenario"]), st.booleans(), st.integers(0, 2)
            ),
            min_size=1,
            max_size=8,
        )
    )
    pairs = draw(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=6))
    excluded: dict[int, set[str]] = {}
    for one, other in pairs:
        if one != other and max(one, other) < len(rows):
            excluded.setdefault(one, set()).add(f"q{other}")
            excluded.setdefault(other, set()).add(f"q{one}")
    pool = [
        Candidate(n, f"q{n}", "c", objective, kind, critical, not_with=frozenset(excluded.get(n, ())), met=met)
        for n, (objective, kind, critical, met) in enumerate(rows)
    ]
    if draw(st.booleans()):
        section = Section("Part", count=draw(st.integers(1, 5)), course="c")
    else:
        section = Section(
            "Part", draw={code: draw(st.integers(1, 2)) for code in draw(st.sets(st.sampled_from("abc"), min_size=1))}
        )
    at_least = draw(st.integers(0, 2))
    limit = Limit(at_least, draw(st.one_of(st.none(), st.integers(at_least, 3))))
    blueprint = Blueprint(
        (section,),
        default_max=draw(st.integers(1, 2)),
        kinds={"scenario": limit},
        critical_min=draw(st.integers(0, 3)),
    )
    return blueprint, pool


@settings(max_examples=300, deadline=None)
@given(small_pools(), st.integers(0, 2**32))
def test_a_form_is_found_exactly_when_there_is_one(small: tuple[Blueprint, list[Candidate]], seed: int) -> None:
    blueprint, pool = small

    reasons = check(blueprint, pool, seeds=1)

    assert bool(reasons) is not possible(blueprint, pool)
    if not reasons:
        assert possible(blueprint, [pick.candidate for pick in assemble(blueprint, pool, seed=seed)])
