"""Colours are picked, ranked, adjusted and mixed, and marked by how near they came and on which side they lie."""

import json
from copy import deepcopy
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes import colour, kinds, pigments
from quizzes.kinds import nearness
from quizzes.kinds.base import Example, KindError, Marked, Unreadable
from quizzes.kinds.nearness import Miss
from quizzes.writing import fields
from tests.quizzes import bank

KIND = kinds.get("colour_match")
EXAMPLES = [pytest.param(example, id=f"{example.source['mode']}-{n}") for n, example in enumerate(KIND.examples)]
every_example = pytest.mark.parametrize("example", EXAMPLES)
ENTRIES = [entry for entry in bank.entries() if entry["kind"] == "colour_match"]
MODES = {"choose_closest", "cooler_same_lightness", "darker_same_hue", "rank", "verdict", "adjust", "mix"}
quick = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def entry(mode: str, **answer: Any) -> dict[str, Any]:
    """The last example of a mode, with another answer where one is given."""
    source = deepcopy(dict([each for each in KIND.examples if each.source["mode"] == mode][-1].source))
    return source | {"answer": answer} if answer else source


def marked(source: dict[str, Any], response: Any, *, critical: bool = True) -> Marked:
    body, key = KIND.parse(source)
    return KIND.mark(body, key, {}, response, critical=critical)


def away(lightness: float = 0, b: float = 0) -> dict[str, str]:
    """A response so far from the target of the adjusting example."""
    target = colour.from_hex("#5f5a55")
    sample = colour.Lab(target.L + lightness, target.a, target.b + b)
    values = {"lightness": sample.L, "chroma": sample.chroma, "hue": sample.hue}
    return {name: f"{value:.6f}" for name, value in values.items()}


def off(response: dict[str, str]) -> Decimal:
    body, _key = KIND.parse(entry("adjust"))
    set_to = (float(response[name]) for name in ("lightness", "chroma", "hue"))
    return Miss.of(colour.from_lch(*set_to), colour.from_hex(body["target"]["hex"])).delta


# Points


def test_every_mode_has_an_example() -> None:
    assert {example.source["mode"] for example in KIND.examples} == MODES


@given(lightness=st.floats(-20, 20), b=st.floats(-20, 20))
@quick
def test_points_fall_in_a_straight_line_between_the_two_differences(lightness: float, b: float) -> None:
    response = away(lightness, b)
    delta, worth = off(response), marked(entry("adjust", d1=2, d2=7.5), response).fraction

    assert worth == min(Fraction(1), max(Fraction(0), (Fraction("7.5") - Fraction(delta)) / Fraction("5.5")))


def test_a_tolerance_is_all_or_nothing() -> None:
    source = entry("adjust", tolerance_delta_e_2000=2)
    worth = {marked(source, away(lightness)).fraction for lightness in (-9, -3, -1, 0, 1, 3, 9)}

    assert worth == {Fraction(0), Fraction(1)}


def test_a_number_left_empty_stays_as_it_was_at_the_start() -> None:
    source = entry("adjust")
    start = colour.from_hex(source["start"]["hex"])
    only, all_three = {"lightness": "38.6"}, {"chroma": f"{start.chroma:.1f}", "hue": f"{start.hue:.1f}"}

    assert marked(source, only) == marked(source, {**only, **all_three})


def test_the_detail_of_a_marking_explains_it_and_is_always_the_same() -> None:
    source, response = entry("adjust"), away(-4, 2)
    detail = marked(source, response).detail

    assert set(detail) == {"delta_e_2000", "lightness", "chroma", "hue"}
    assert detail["lightness"] == "-4.0000"
    assert detail["delta_e_2000"] == str(off(response))
    assert json.dumps(detail) == json.dumps(marked(deepcopy(source), json.loads(json.dumps(response))).detail)


# Direction and the critical limit


@pytest.mark.parametrize(
    ("rule", "wrong", "other"),
    [
        ("not_darker", {"lightness": -4.0}, {"lightness": 4.0}),
        ("not_lighter", {"lightness": 4.0}, {"lightness": -4.0}),
        ("not_warmer", {"b": 4.0}, {"b": -4.0}),
        ("not_cooler", {"b": -4.0}, {"b": 4.0}),
    ],
)
def test_on_the_forbidden_side_nearness_earns_nothing(rule: str, wrong: Any, other: Any) -> None:
    source = entry("adjust", d1=1, d2=8, direction=rule)

    assert marked(source, away(**wrong)).fraction == 0
    assert 0 < marked(source, away(**other)).fraction < 1
    assert (
        marked(source, away(*(0.1 * value for value in (wrong.get("lightness", 0), wrong.get("b", 0))))).fraction == 1
    )


@pytest.mark.parametrize(
    ("too", "past", "short"),
    [
        ("dark", {"lightness": -6.1}, {"lightness": -5.9}),
        ("light", {"lightness": 6.1}, {"lightness": 5.9}),
        ("warm", {"b": 6.1}, {"b": 5.9}),
        ("cool", {"b": -6.1}, {"b": -5.9}),
    ],
)
def test_only_past_the_critical_limit_is_a_critical_miss_whatever_the_points(too: str, past: Any, short: Any) -> None:
    source = entry("adjust", d1=1, d2=9, critical_too=too, critical_beyond=6)

    assert marked(source, away(**past)).critical_missed
    assert marked(source, away(**past)).fraction > 0
    assert not marked(source, away(**short)).critical_missed
    assert not marked(source, away(*(-value for value in (past.get("lightness", 0), past.get("b", 0))))).critical_missed
    assert not marked(source, away(**past), critical=False).critical_missed
    assert marked(source, None).critical_missed


def test_without_a_limit_anything_less_than_right_is_a_critical_miss() -> None:
    source = entry("adjust", d1=1, d2=9)

    assert marked(source, away(3)).critical_missed
    assert not marked(source, away(0.2)).critical_missed


@given(lightness=st.floats(-30, 30), b=st.floats(-30, 30))
@quick
def test_what_is_fully_right_is_never_a_critical_miss(lightness: float, b: float) -> None:
    mark = marked(entry("adjust", d1=2, d2=9, critical_too="warm", critical_beyond=3), away(lightness, b))

    assert not (mark.critical_missed and mark.fraction == 1)


# Mixing


def test_the_same_ratio_is_the_same_mixture() -> None:
    one, twice = ([("#232225", 1), ("#cbb79d", 3)], [("#232225", 2), ("#cbb79d", 6)])

    assert colour.difference(pigments.mixed(one), pigments.mixed(twice)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("fill", ["#000000", "#ffffff", "#232225", "#cbb79d", "#7f0010"])
def test_a_pigment_alone_looks_like_itself(fill: str) -> None:
    assert colour.difference(pigments.mixed([(fill, 3)]), colour.from_hex(fill)) < 0.5


def test_a_little_black_darkens_more_than_its_share() -> None:
    black, sand = colour.from_hex("#232225"), colour.from_hex("#cbb79d")
    mixture = pigments.mixed([("#232225", 1), ("#cbb79d", 9)])

    assert black.L < mixture.L < 0.9 * sand.L + 0.1 * black.L - 20


@given(st.lists(st.tuples(st.from_regex(colour.HEX, fullmatch=True), st.integers(1, 9)), min_size=1, max_size=3))
@quick
def test_every_mixture_can_be_shown_and_lies_between_its_pigments(mixture: list[tuple[str, int]]) -> None:
    found = pigments.mixed(mixture)
    lights = [colour.from_hex(fill).L for fill, _parts in mixture]

    assert colour.on_screen(found)
    assert max(lights) + 0.5 >= found.L


def test_no_parts_are_no_mixture() -> None:
    with pytest.raises(ValueError, match=r".*"):
        pigments.mixed([])


def read(**parts: str) -> Any:
    body, _key = KIND.parse(entry("mix"))
    return KIND.read(body, {}, {name.replace("_", "-"): [text] for name, text in parts.items()})


def test_parts_are_read_as_people_write_them_and_nought_is_not_used() -> None:
    assert read(parts_0="1", parts_1=" 2 ", parts_2="0", parts_3="6,0") == {"parts": {"a": 1, "b": 2, "d": 6}}
    assert read(parts_0="0", parts_1="") is None


@pytest.mark.parametrize("parts", ["10", "-1", "1.5", "one", "1e1", "٣"])
def test_parts_that_are_none_are_refused_in_words(parts: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(parts_0=parts)
    assert refused.value.message


def test_a_fourth_pigment_is_refused_in_words() -> None:
    with pytest.raises(Unreadable) as refused:
        read(parts_0="1", parts_1="1", parts_2="1", parts_3="1")
    assert "three pigments" in refused.value.message


@pytest.mark.parametrize(
    "stored",
    [
        {"parts": {}},
        {"parts": {"a": 0}},
        {"parts": {"a": True}},
        {"parts": {"a": 1.0}},
        {"parts": {"a": 10}},
        {"parts": {"z": 1}},
        {"parts": ["a"]},
        {"parts": {"a": 1, "b": 1, "c": 1, "d": 1}},
        {"parts": {"a": 1}, "more": 1},
        {"lightness": "50"},
    ],
)
def test_a_stored_mixture_that_nobody_could_have_sent_is_worth_nothing(stored: Any) -> None:
    mark = marked(entry("mix"), stored)

    assert (mark.fraction, mark.detail, mark.critical_missed) == (Fraction(0), {"unreadable": True}, True)


def test_a_mixture_is_marked_by_its_nearness_to_the_target() -> None:
    source = entry("mix")

    assert marked(source, {"parts": {"a": 1, "b": 2, "d": 6}}).fraction == 1
    assert 0 < marked(source, {"parts": {"a": 2, "b": 2, "d": 6}}).fraction < 1
    assert marked(source, {"parts": {"d": 6}}).fraction == 0
    assert marked(source, {"parts": {"d": 6}}).critical_missed is False
    assert marked(source, {"parts": {"a": 9}}).critical_missed is True


# Words


@pytest.mark.parametrize(
    ("lightness", "b", "words"),
    [
        (-4.1, 1.2, "4.1 too dark and a little too warm"),
        (4.1, 0.2, "4.1 too light"),
        (0.6, -3.0, "3.0 too cool and a little too light"),
        (0.1, 0.1, ""),
    ],
)
def test_a_miss_is_told_by_its_sides(lightness: float, b: float, words: str) -> None:
    target = colour.from_hex("#5f5a55")
    miss = Miss.of(colour.Lab(target.L + lightness, target.a, target.b + b), target)

    assert nearness.in_words(miss) == words


def test_feedback_gives_the_sides_in_words_and_the_differences_with_their_signs() -> None:
    body, key = KIND.parse(entry("adjust"))
    told = KIND.remarks(body, key, {}, away(-12, 2.5))

    assert told[0] == "Your sample is 12.0 too dark and 2.5 too warm."
    assert told[1] == "Difference 9.79: ΔL −12.0, ΔC +2.4, ΔH +0.5."
    assert told[2:] == [
        "Here a colour that is too dark earns nothing, however near it is.",
        "It is past the safety limit: more than 10 too dark.",
    ]
    assert KIND.remarks(body, key, {}, away(-0.2)) == ["Difference 0.17: ΔL −0.2, ΔC +0.0, ΔH +0.0."]


def test_a_mixture_is_told_by_its_pigments() -> None:
    body, key = KIND.parse(entry("mix"))

    assert KIND.answer_words(body, {}, {"parts": {"d": 6, "a": 1}}) == ["1 part A Soft black, 6 parts D Warm sand"]
    assert "For example 1 part A Soft black" in KIND.key_words(body, key, {})[0]
    assert KIND.remarks(body, key, {}, {"parts": {"a": 1}})[0].startswith("Your mixture is")


# What a page may know


@every_example
def test_numbers_are_shown_only_to_whoever_was_granted_them(example: Example) -> None:
    body, _key = KIND.parse(example.source)
    drawn = KIND.draw(body, Random(1))
    plain = json.dumps(KIND.shown(body, drawn, None))
    granted = KIND.shown(body, drawn, None, read_outs=True)

    assert "reads" not in plain
    assert f"{body['target']['lab']['L']:.2f}" not in plain
    assert granted["target_reads"][0] == ["L*", f"{body['target']['lab']['L']:.2f}"]
    assert all(row["reads"] for row in granted.get("pigments", []))
    assert {**granted, "mode": 0} != KIND.shown(body, drawn, None)
    assert json.loads(json.dumps(granted)) == granted


@every_example
def test_the_key_of_a_colour_is_never_shown(example: Example) -> None:
    body, _key = KIND.parse(example.source)
    shown = json.dumps(KIND.shown(body, KIND.draw(body, Random(1)), None, read_outs=True))

    for secret in ("answer", "tolerance", "d1", "d2", "direction", "critical", "solution", "delta"):
        assert f'"{secret}' not in shown


def test_a_sample_is_drawn_from_what_is_kept_even_without_a_script() -> None:
    from django.template.loader import render_to_string

    body, _key = KIND.parse(entry("mix"))
    held = {"parts": {"a": 1, "b": 2, "d": 6}}
    context = {"q": KIND.shown(body, {}, held), "prefix": "i1-", "value": KIND.fields(body, {}, held), "stem": "Mix"}
    page = render_to_string(KIND.template, context)

    assert "1 part A Soft black, 2 parts B Deep brown, 6 parts D Warm sand" in page
    assert f'fill="{colour.to_hex(pigments.mixed([("#232225", 1), ("#3d2c21", 2), ("#cbb79d", 6)]))}"' in page


@pytest.mark.parametrize(("typed", "fill"), [("44", "#6f6861"), ("no number", "#8a8076"), ("400", "#8a8076")])
def test_a_sample_is_drawn_from_what_was_typed_or_stays_at_the_start(typed: str, fill: str) -> None:
    from django.template.loader import render_to_string

    body, _key = KIND.parse(entry("adjust"))
    q = KIND.public(body, {})
    page = render_to_string(KIND.template, {"q": q, "prefix": "i1-", "value": {"lightness": [typed]}, "stem": "Adjust"})
    drawn = colour.from_lch(44, *(float(number["start"]) for number in q["asked"][1:]))

    assert f'fill="{colour.to_hex(drawn) if typed == "44" else fill}"' in page


# Writing one


@pytest.mark.parametrize("source", [*ENTRIES, *(dict(example.source) for example in KIND.examples)])
def test_an_entry_can_be_written_again_from_what_is_stored(source: dict[str, Any]) -> None:
    body, key = KIND.parse(source)
    again = KIND.source(body, key)
    through_the_form = fields.read(KIND.form, fields.fill(KIND.form, again))

    assert KIND.compose(json.loads(json.dumps(again))) == (body, key)
    assert KIND.compose(through_the_form) == (body, key)


GONE = object()
WRONG: list[tuple[str, tuple[Any, ...], Any, str]] = [
    ("adjust", ("target",), {"hex": "tan"}, "target.hex"),
    ("adjust", ("target",), {"hex": "#5F5A55"}, "target.hex"),
    ("adjust", ("target",), {"lab": {"L": 50, "a": 90, "b": -90}}, "target.lab"),
    ("adjust", ("target",), {"lab": {"L": 120, "a": 0, "b": 0}}, "target.lab"),
    ("adjust", ("target",), {"lab": {"L": 38.5, "a": 1}}, "target.lab.b"),
    ("adjust", ("target",), {"hex": "#5f5a55", "lab": {"L": 39, "a": 1.02, "b": 3.6}}, "target.lab.L"),
    ("adjust", ("start",), {"hex": "#5f5a56"}, "answer.d1"),
    ("adjust", ("answer", "d2"), 1.5, "answer.d2"),
    ("adjust", ("answer", "d2"), 1, "answer.d2"),
    ("adjust", ("answer", "d2"), 90, "answer.d2"),
    ("adjust", ("answer", "d2"), GONE, "answer.d2"),
    ("adjust", ("answer", "d1"), 0, "answer.d1"),
    ("adjust", ("answer", "d1"), 101, "answer.d1"),
    ("adjust", ("answer", "d1"), "1", "answer.d1"),
    ("adjust", ("answer", "direction"), "not_redder", "answer.direction"),
    ("adjust", ("answer", "critical_too"), "red", "answer.critical_too"),
    ("adjust", ("answer", "critical_too"), GONE, "answer.critical_too"),
    ("adjust", ("answer", "critical_beyond"), GONE, "answer.critical_beyond"),
    ("adjust", ("answer", "critical_beyond"), 1, "answer.critical_beyond"),
    ("adjust", ("answer", "tolerance_delta_e_2000"), 2, "answer.d1"),
    ("adjust", ("answer", "lenient"), True, "answer.lenient"),
    ("adjust", ("pigments",), [], "pigments"),
    ("mix", ("pigments",), GONE, "pigments"),
    ("mix", ("pigments",), [], "pigments"),
    ("mix", ("pigments", 0, "hex"), "#3d2c21", "pigments[1].hex"),
    ("mix", ("pigments", 0, "name"), "Deep brown", "pigments[1].name"),
    ("mix", ("pigments", 0, "name"), GONE, "pigments[0].name"),
    ("mix", ("pigments", 0, "id"), "b", "pigments[1].id"),
    ("mix", ("pigments", 0, "parts"), 1.5, "pigments[0].parts"),
    ("mix", ("pigments", 0, "parts"), 10, "pigments[0].parts"),
    ("mix", ("pigments", 0, "parts"), 9, "pigments"),
    ("mix", ("pigments", 2, "parts"), 9, "pigments"),
    ("mix", ("pigments", 0, "share"), 1, "pigments[0].share"),
    ("mix", ("target",), {"hex": "#ffffff"}, "pigments"),
    ("mix", ("shuffle",), True, "shuffle"),
    ("mix", ("start",), {"hex": "#ffffff"}, "start"),
]  # fmt: skip


@pytest.mark.parametrize(("mode", "where", "what", "path"), WRONG)
def test_an_entry_that_cannot_be_asked_is_refused(mode: str, where: tuple[Any, ...], what: Any, path: str) -> None:
    source = entry(mode)
    target: Any = source
    for step in where[:-1]:
        target = target[step]
    if what is GONE:
        del target[where[-1]]
    else:
        target[where[-1]] = what

    with pytest.raises(KindError) as refused:
        KIND.parse(source)

    assert refused.value.path == path
    assert refused.value.message


def test_more_than_eight_pigments_are_refused() -> None:
    source = entry("mix")
    source["pigments"] += [{"id": f"p{n}", "name": f"Grey {n}", "hex": f"#{n}0{n}0{n}0"} for n in range(1, 6)]

    with pytest.raises(KindError) as refused:
        KIND.parse(source)
    assert refused.value.path == "pigments"


def test_a_target_may_be_given_by_its_numbers_alone() -> None:
    body, _key = KIND.parse(entry("adjust") | {"target": {"lab": {"L": 38.55, "a": 1.02, "b": 3.6}}})

    assert body["target"] == {"hex": "#5f5a55", "lab": {"L": 38.55, "a": 1.02, "b": 3.6}}


@pytest.mark.parametrize("mode", ["rank", "choose_closest"])
def test_two_samples_equally_far_leave_no_order(mode: str) -> None:
    source = entry(mode) | {"target": {"hex": "#808080"}}
    source["options"] = [{"id": "a", "hex": "#708573"}, {"id": "b", "hex": "#738876"}]
    source["answer"] = ["a", "b"] if mode == "rank" else "a"

    with pytest.raises(KindError) as refused:
        KIND.parse(source)
    assert refused.value.path == "options"


# Counting answers


@pytest.mark.parametrize("source", [*ENTRIES, *(dict(example.source) for example in KIND.examples)])
def test_every_answer_counts_under_a_line_of_its_table(source: dict[str, Any]) -> None:
    body, key = KIND.parse(source)
    lines = {line.code: line for line in KIND.tallies(body, key)}
    right = KIND.tallied(body, key, KIND.solve(body, key))

    assert len(lines) == len(KIND.tallies(body, key))
    assert all(lines[code].is_key for code in right)
    for seed in range(20):
        held = KIND.random(body, Random(seed))
        assert KIND.accept(body, held) == held
        assert KIND.tallied(body, key, held)
        assert set(KIND.tallied(body, key, held)) <= set(lines)


def test_misses_are_counted_by_how_far_and_to_which_side() -> None:
    body, key = KIND.parse(entry("adjust"))

    assert KIND.tallied(body, key, away(0.3)) == ["within"]
    assert KIND.tallied(body, key, away(-3)) == ["between", "too-dark"]
    assert KIND.tallied(body, key, away(b=9)) == ["beyond", "too-warm"]
    assert KIND.tallied(body, key, away(-11)) == ["beyond", "too-dark", "past-limit"]
    assert [line.code for line in KIND.tallies(body, key) if line.is_critical] == ["past-limit"]


def test_a_rank_is_counted_by_the_neighbours_it_turned_round() -> None:
    body, key = KIND.parse(entry("rank"))  # b, c, a

    assert KIND.tallied(body, key, {"positions": {"a": 3, "b": 1, "c": 2}}) == ["all-right"]
    assert KIND.tallied(body, key, {"positions": {"a": 3, "b": 2, "c": 1}}) == ["b-after-c"]
    assert KIND.tallied(body, key, {"positions": {"b": 1}}) == ["b-after-c", "c-after-a"]
