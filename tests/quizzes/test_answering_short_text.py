"""A few words count however they are spaced, cased or pointed; what must not be said is heard first."""

from copy import deepcopy
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from quizzes import kinds
from quizzes.kinds import wording
from quizzes.kinds.base import KindError, Marked, Unreadable
from quizzes.kinds.wording import Pattern

TEXT = kinds.get("short_text")
WATER: dict[str, Any] = dict(TEXT.examples[0].source)
GONE = object()


def marked(said: str, *, critical: bool = True, **changes: Any) -> Marked:
    body, key = TEXT.parse({**WATER, **changes})
    return TEXT.mark(body, key, {}, TEXT.read(body, {}, {"text": [said]}), critical=critical)


@pytest.mark.parametrize(
    "said",
    [
        "sterile water",
        "STERILE  WATER",
        "\tSterile\u00a0water ",
        "sterile-water.",
        "“sterile water”",
        "\uff33\uff54\uff45\uff52\uff49\uff4c\uff45 water",  # full-width letters
        "ste\u00adrile wa\u200bter",  # a soft hyphen, a space of no width
        "sterilised water",
        "Sterilisation's water",
    ],
)
def test_the_same_words_count_however_they_are_written(said: str) -> None:
    assert marked(said).fraction == 1


@pytest.mark.parametrize(
    "said", ["sterile", "water sterile", "sterile waters", "un sterile water", "sterilewater", "*"]
)
def test_other_words_do_not(said: str) -> None:
    assert marked(said).fraction == 0


def test_a_wording_may_earn_a_share() -> None:
    assert marked("Water!").fraction == Fraction(1, 2)
    assert marked("water", accept=[{"text": "sterile water"}, {"text": "water", "share": 0.1}]).fraction == Fraction(
        1, 10
    )


def test_of_wordings_that_both_fit_the_better_counts() -> None:
    accept = [{"text": "wat*", "share": 0.25}, {"text": "wate*"}]

    assert marked("water", accept=accept).fraction == 1
    assert marked("watt", accept=accept).fraction == Fraction(1, 4)


def test_case_folds_as_the_language_does() -> None:
    assert marked("STRASSE", accept=[{"text": "straße"}]).fraction == 1
    assert marked("e\u0301lan", accept=[{"text": "\u00e9lan"}]).fraction == 1


def test_signs_count_where_the_author_says_so() -> None:
    exact: dict[str, Any] = {"accept": [{"text": "1003-RL"}], "refuse": [], "ignore_punctuation": False}

    assert marked("1003-rl", **exact).fraction == 1
    assert marked("1003 rl", **exact).fraction == 0
    assert marked("1003 rl", **{**exact, "ignore_punctuation": True}).fraction == 1


@pytest.mark.parametrize(
    ("said", "missed", "told"),
    [
        ("Tap-water", True, "Tap water carries germs into the skin."),
        ("boiled water", True, "Boiled is not the same as sterile."),
        ("vinegar", True, None),  # worth nothing: it does not show that the safe answer is known
        ("sterile water", False, None),
    ],
)
def test_what_must_not_be_said_has_words_of_its_own(said: str, missed: bool, told: str | None) -> None:
    body, key = TEXT.parse(WATER)

    assert marked(said).critical_missed is missed
    assert TEXT.remarks(body, key, {}, {"text": said}) == ([told] if told else [])


def test_without_a_dangerous_wording_anything_less_than_right_misses_a_critical_question() -> None:
    assert marked("vinegar", refuse=[]).critical_missed
    assert marked("water", refuse=[]).critical_missed
    assert not marked("sterile water", refuse=[]).critical_missed
    assert not marked("vinegar", refuse=[], critical=False).critical_missed


def test_what_is_refused_goes_before_what_counts() -> None:
    accept, refuse = [{"text": "steril*"}], [{"text": "sterilish", "feedback": "There is no such thing."}]

    assert marked("sterile", accept=accept, refuse=refuse).fraction == 1
    assert marked("sterilish", accept=accept, refuse=refuse).fraction == 0


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("steril*", "sterile", True),
        ("steril*", "steril", True),
        ("steril*", "sterile water", False),
        ("*ile", "sterile", True),
        ("s*e", "se", True),
        ("s*e", "s", False),
        ("aba*aba", "aba", False),
        ("a*b*c", "axxbyyc", True),
        ("a*b*c", "acb", False),
        ("a**c", "abc", True),
    ],
)
def test_a_star_stands_for_letters_within_its_word(pattern: str, text: str, fits: bool) -> None:
    assert Pattern(pattern, punctuation=False).matches(wording.words(text, punctuation=False)) is fits


def test_stars_match_as_a_search_through_everything_would() -> None:
    def slow(pattern: str, text: str) -> bool:
        if not pattern:
            return not text
        if pattern[0] == "*":
            return any(slow(pattern[1:], text[start:]) for start in range(len(text) + 1))
        return bool(text) and pattern[0] == text[0] and slow(pattern[1:], text[1:])

    texts = ["".join(signs) for length in range(1, 6) for signs in product("ab", repeat=length)]
    for pattern in ("".join(signs) for length in range(1, 5) for signs in product("ab*", repeat=length)):
        quick = Pattern(pattern, punctuation=False)
        assert [text for text in texts if quick.matches([text])] == [text for text in texts if slow(pattern, text)]


@pytest.mark.parametrize("text", ["a" * 20_000, "ab" * 10_000, "a " * 10_000, "\ufdfa" * 20_000, "\u0301" * 20_000])
@pytest.mark.parametrize("pattern", ["a*a*a*a*a*a*a*a*bb*", "*a*a*a*a*a*a*a*a*a*a*c*", "a* a* a*"])
def test_a_long_answer_takes_one_pass(pattern: str, text: str) -> None:
    """Tried again at every star, this would take longer than the course."""
    body, key = TEXT.parse({**WATER, "accept": [{"text": pattern}], "refuse": []})

    assert not Pattern(pattern, punctuation=False).matches(wording.words(text, punctuation=False))
    assert TEXT.mark(body, key, {}, {"text": text}, critical=True).detail == {"unreadable": True}


def test_too_long_an_answer_is_refused_in_words() -> None:
    with pytest.raises(Unreadable, match="at most 12 characters"):
        marked("thirteen char", max_length=12, accept=[{"text": "twelve"}], refuse=[])


@pytest.mark.parametrize(
    ("where", "what", "path"),
    [
        (("accept",), [], "accept"),
        (("accept",), GONE, "accept"),
        (("accept",), "sterile water", "accept"),
        (("accept", 0), "sterile water", "accept[0]"),
        (("accept", 0, "text"), "  ", "accept[0].text"),
        (("accept", 0, "text"), "*", "accept[0].text"),
        (("accept", 0, "text"), "sterile * water", "accept[0].text"),
        (("accept", 0, "text"), "?!", "accept[0].text"),
        (("accept", 0, "text"), "x" * 81, "accept[0].text"),
        (("accept", 1, "text"), "STERILE water.", "accept[1].text"),
        (("accept", 2, "share"), 0, "accept[2].share"),
        (("accept", 2, "share"), 1.5, "accept[2].share"),
        (("accept", 2, "share"), "half", "accept[2].share"),
        (("accept",), [{"text": "water", "share": 0.5}], "accept"),
        (("accept", 0, "text"), "tap water", "refuse[0].text"),
        (("accept", 0, "text"), "boiling hot-water", "accept[0].text"),
        (("refuse", 0, "feedback"), GONE, "refuse[0].feedback"),
        (("refuse", 0, "critical"), "yes", "refuse[0].critical"),
        (("refuse", 0, "share"), 1, "refuse[0].share"),
        (("refuse",), {"text": "x"}, "refuse"),
        (("refuse",), [{"text": f"w{n}", "feedback": "No."} for n in range(27)], "refuse"),
        (("ignore_punctuation",), "no", "ignore_punctuation"),
        (("max_length",), 0, "max_length"),
        (("max_length",), 201, "max_length"),
        (("max_length",), 12.5, "max_length"),
    ],
)
def test_a_list_that_contradicts_itself_is_refused(where: tuple[Any, ...], what: Any, path: str) -> None:
    source = deepcopy(WATER)
    if path == "accept[0].text" and what == "boiling hot-water":
        source["refuse"][1]["text"] = "boil* *t water"
    target: Any = source
    for step in where[:-1]:
        target = target[step]
    if what is GONE:
        del target[where[-1]]
    else:
        target[where[-1]] = what

    with pytest.raises(KindError) as refused:
        TEXT.parse(source)

    assert refused.value.path == path
    assert refused.value.message
