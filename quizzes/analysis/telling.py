"""Findings in plain words: a tag for the table; for whoever looks closer what it may mean and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.analysis.findings import ENOUGH, FEW, PLAIN, STOP, WATCH, WELL

LOOKS = {
    STOP: ("stop", ""),
    WATCH: ("wait", "eye"),
    WELL: ("pass", ""),
    PLAIN: ("plain", "minus"),
    FEW: ("plain", "clock"),
}
Params = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    severity: str
    tag: str
    heading: str
    means: str
    advice: str

    @property
    def tone(self) -> str:
        return LOOKS[self.severity][0]

    @property
    def icon(self) -> str:
        return LOOKS[self.severity][1]


def letter(place: int) -> str:
    """What a line of the table is called: A, B, C …"""
    return chr(ord("A") + place) if place < 26 else str(place + 1)


def tell(finding: Mapping[str, Any]) -> Told:
    tag, heading, means, advice = WORDS[finding["code"]](finding["params"])
    return Told(finding["severity"], tag, heading, means, advice)


Words = tuple[str, str, str, str]


def _line(params: Params) -> str:
    words = str(params["words"])
    words = words if len(words) <= 80 else f"{words[:79]}…"
    return _("%(group)s: “%(words)s”") % {"group": params["group"], "words": words} if params["group"] else f"“{words}”"


def _check_key(params: Params) -> Words:
    tag = _("Strong trainees miss it: check the key")
    advice = _(
        "Read the question and its right answer as somebody would who knows the subject well. If the key is wrong, "
        "correct it in a draft and look at a regrade: it shows who would gain or lose before anything changes."
    )
    if "place" not in params:
        means = _(
            "Those who did well on the rest have it right less often than those who did badly. That hardly comes about "
            "by chance: the key, the wording or a picture is usually at fault."
        )
        return tag, _("The weaker half did better"), means, advice
    means = _(
        "Of the strongest third %(top)s%% answered %(letter)s, %(line)s, and %(right)s%% had it right. When people "
        "who know the rest get one question wrong together, the key or the wording is usually at fault."
    ) % {"top": params["top"], "letter": letter(params["place"]), "line": _line(params), "right": params["top_right"]}
    return tag, _("Strong trainees chose %(line)s") % {"line": _line(params)}, means, advice


def _draws_best(params: Params) -> Words:
    name = letter(params["place"])
    means = _("%(letter)s, %(line)s, was the answer of %(top)s%% of the strongest third.") % {
        "letter": name,
        "line": _line(params),
        "top": params["top"],
    }
    advice = _(
        "Ask whether it can be defended. If it can, change it or count it as right. If it cannot, those who know much "
        "share a mistaken belief: take it up in the lesson."
    )
    heading = _("%(line)s draws the best") % {"line": _line(params)}
    return _("A wrong answer draws the best: look at %(letter)s") % {"letter": name}, heading, means, advice


def _unsafe(params: Params) -> Words:
    share, line = params["share"], _line(params)
    return (
        _("Safety: %(share)s%% answered %(line)s") % {"share": share, "line": line},
        _("%(share)s%% answered what is unsafe") % {"share": share},
        _("%(line)s is an answer that could harm a client, and it is no rare slip.") % {"line": line},
        _("Teach it again before you change the question. Those who answered so are held until they have it right."),
    )


def _missed(params: Params) -> Words:
    return (
        _("Safety: %(share)s%% missed it") % params,
        _("%(share)s%% missed what is safety-critical") % params,
        _("Everybody who practises has to know this. So many misses are seldom carelessness."),
        _("Look at the table for what was answered instead, and at the lesson that teaches it."),
    )


def _easy(params: Params) -> Words:
    return (
        _("Very easy: tells people apart poorly"),
        _("Nearly everybody has it right"),
        _("A question that everybody answers says little about who knows more. It still takes time from the others."),
        _("Make the wrong answers more tempting, ask for the reason behind it, or keep it as an opening question."),
    )


def _guessed(params: Params) -> Words:
    return (
        _("No better than guessing"),
        _("Right no more often than by blind chance"),
        _("Chance alone would earn %(guess)s%%. The words may mislead, the key may be wrong, or it was never taught.")
        % params,
        _("Check the key first, then whether a lesson teaches it, then the wording."),
    )


def _hard(params: Params) -> Words:
    return (
        _("Hard: few have it right"),
        _("Only %(share)s%% of the marks were won") % params,
        _("It may be a good question about something that was taught too little, or one that asks too much at once."),
        _("See which wrong answer is chosen most: it names the misunderstanding to take up in the lesson."),
    )


def _poor(params: Params) -> Words:
    return (
        _("Tells people apart poorly"),
        _("Strong and weak trainees answer it alike"),
        _(
            "Who has it right says little about who knows the rest. Often it asks for a detail, or two answers are "
            "near enough."
        ),
        _("Look for a second answer that can be defended, and for words that only some understand."),
    )


def _turned(params: Params) -> Words:
    return (
        _("Many change from right to wrong"),
        _("%(share)s%% had it right and changed it") % params,
        _("The first answer was right and something in the question made them doubt it."),
        _("Look for words such as “always” or “not”, and for an option that sounds more careful than the right one."),
    )


def _slow(params: Params) -> Words:
    return (
        _("Slow"),
        _("It takes far longer than the others"),
        _("Half of the trainees needed %(seconds)s seconds or more; a typical question of this quiz takes %(typical)s.")
        % params,
        _("Shorten what has to be read, or give it more marks: its time is missing elsewhere."),
    )


def _open(params: Params) -> Words:
    return (
        _("Often left open"),
        _("%(share)s%% gave no answer") % params,
        _("Either the time ran out before they came to it, or they did not see how it is answered."),
        _("Try it as a trainee sees it, on a telephone too."),
    )


def _works(params: Params) -> Words:
    return (
        _("Works well"),
        _("Works well"),
        _("Those who know the rest know this too, and it is neither too easy nor beyond everybody."),
        _("Nothing to do."),
    )


def _known(params: Params) -> Words:
    return (
        _("Works well: nearly all know it"),
        _("Nearly everybody knows it"),
        _("It hardly tells people apart, but it asks for what keeps clients safe, and that should be known by all."),
        _("Nothing to do."),
    )


def _plain(params: Params) -> Words:
    return (
        _("Nothing stands out"),
        _("Nothing stands out"),
        _("The figures give no reason to worry. How well it tells people apart is still uncertain."),
        _("Nothing to do; more answers will tell more."),
    )


def _few(params: Params) -> Words:
    count = int(params["answers"])
    tag = ngettext("%(count)s answer: too few to judge", "%(count)s answers: too few to judge", count)
    return (
        tag % {"count": count},
        _("Too few answers to judge"),
        _("Under %(enough)s answers a single good or bad day moves every figure, so none is read here.")
        % {"enough": ENOUGH},
        _("Wait for more answers."),
    )


WORDS: dict[str, Callable[[Params], Words]] = {
    "check_key": _check_key,
    "draws_best": _draws_best,
    "unsafe": _unsafe,
    "missed": _missed,
    "easy": _easy,
    "guessed": _guessed,
    "hard": _hard,
    "poor": _poor,
    "turned": _turned,
    "slow": _slow,
    "open": _open,
    "works": _works,
    "known": _known,
    "plain": _plain,
    "few": _few,
}
