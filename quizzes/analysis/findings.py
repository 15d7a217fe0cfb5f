"""What figures mean for whoever wrote the question: rules over plain numbers, codes out; words are `telling`'s.

Below `ENOUGH` answers nothing is judged. Above it most rules look at the end of the confidence interval that speaks for
the question, not at the figure itself: they speak where chance is an unlikely explanation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from quizzes.analysis.statistics import Interval, two_shares

ENOUGH = 30  # answers

STOP, WATCH, WELL, PLAIN, FEW = "stop", "watch", "well", "plain", "few"
URGENCY = (STOP, WATCH, PLAIN, WELL, FEW)

EASY = 0.9
HARD = 0.4
GOOD = 0.2  # item-rest correlation
POOR = 0.2  # one whose interval ends below tells people apart poorly
DRAWN = 0.2  # of the strongest third
UNSAFE = 0.1
OPEN = 0.1  # left without an answer
TURNED = 0.1  # from right to wrong
SLOW_TIMES, SLOW_SECONDS = 2.0, 60.0
SURE = 1.645  # standard errors: one side, 95 %


@dataclass(frozen=True)
class Line:
    """One line of the table; how many of the weakest, middle and strongest third count under it."""

    words: str
    thirds: tuple[int, int, int]
    is_key: bool = False
    is_critical: bool = False
    group: str = ""


@dataclass(frozen=True)
class Seen:
    """What is known of one question."""

    answers: int  # people who met it
    answered: int
    facility: float | None
    share: Interval | None
    item_rest: float | None
    correlation: Interval | None
    guess: float | None
    is_critical: bool
    missed: int  # critical misses
    missed_share: Interval | None
    open_share: Interval | None
    groups: tuple[int, int, int]  # people in each third who met it
    right: tuple[int, int, int]  # fully right, by third
    lines: Sequence[Line]
    median_seconds: float | None
    timed: int
    right_to_wrong: int
    wrong_to_right: int


@dataclass(frozen=True)
class Finding:
    code: str
    severity: str
    params: dict[str, Any] = field(default_factory=dict)


def judge(seen: Seen, *, typical_seconds: float | None) -> list[Finding]:
    """Most urgent first; never empty."""
    if seen.answers < ENOUGH or seen.facility is None:
        return [Finding("few", FEW, {"answers": seen.answers})]
    found = [
        *_key(seen),
        *_safety(seen),
        *_difficulty(seen),
        *_habits(seen, typical_seconds),
    ]
    found.sort(key=lambda finding: URGENCY.index(finding.severity))
    return found or [_verdict(seen)]


def _verdict(seen: Seen) -> Finding:
    if seen.item_rest is not None and seen.item_rest >= GOOD and seen.correlation and seen.correlation.low > 0:
        return Finding("works", WELL)
    if seen.is_critical and seen.facility is not None and seen.facility >= EASY:
        return Finding("known", WELL)  # of a safety question that is what one hopes for
    return Finding("plain", PLAIN)


def _key(seen: Seen) -> list[Finding]:
    """Is the right answer the right one?"""
    rival = _rival(seen)
    r, interval = seen.item_rest, seen.correlation
    against = interval is not None and interval.high < 0
    if against or (r is not None and r < 0 and rival is not None):
        params = _named(seen, rival) if rival is not None else {}
        return [Finding("check_key", STOP, {**params, "top_right": _percent(seen.right[2], seen.groups[2])})]
    lure = _lure(seen) if rival is None else rival
    return [] if lure is None else [Finding("draws_best", WATCH, _named(seen, lure))]


def _wrong(seen: Seen) -> list[int]:
    return [place for place, line in enumerate(seen.lines) if not line.is_key]


def _rival(seen: Seen) -> int | None:
    """The wrong line that more of the strongest third stand under than have the question right."""
    wrong = _wrong(seen)
    if not wrong or not any(line.is_key for line in seen.lines):
        return None
    most = max(wrong, key=lambda place: seen.lines[place].thirds[2])
    chosen = seen.lines[most].thirds[2]
    ahead = two_shares(chosen, seen.groups[2], seen.right[2], seen.groups[2])
    return most if ahead is not None and ahead > SURE and chosen >= DRAWN * seen.groups[2] else None


def _lure(seen: Seen) -> int | None:
    """The wrong line that draws the strongest third more than the weakest."""
    best, place_of_best = SURE, None
    for place in _wrong(seen):
        weak, _middle, strong = seen.lines[place].thirds
        more = two_shares(strong, seen.groups[2], weak, seen.groups[0])
        if more is not None and more > best and strong >= DRAWN * seen.groups[2]:
            best, place_of_best = more, place
    return place_of_best


def _named(seen: Seen, place: int) -> dict[str, Any]:
    line = seen.lines[place]
    return {"place": place, "words": line.words, "group": line.group, "top": _percent(line.thirds[2], seen.groups[2])}


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _safety(seen: Seen) -> list[Finding]:
    dangers = [line for line in seen.lines if line.is_critical]
    if dangers:
        worst = max(dangers, key=lambda line: sum(line.thirds))
        count = sum(worst.thirds)
        if count >= UNSAFE * seen.answers:
            share = _percent(count, seen.answers)
            return [Finding("unsafe", WATCH, {"share": share, "words": worst.words, "group": worst.group})]
    if seen.is_critical and seen.missed_share is not None and seen.missed_share.low > UNSAFE:
        return [Finding("missed", WATCH, {"share": _percent(seen.missed, seen.answers)})]
    return []


def _difficulty(seen: Seen) -> list[Finding]:
    facility = seen.facility or 0.0
    poor = seen.correlation is not None and seen.correlation.high < POOR
    telling = seen.item_rest is not None and seen.item_rest >= GOOD
    if facility >= EASY:
        return [] if telling or seen.is_critical else [Finding("easy", WATCH)]
    if seen.guess is not None and seen.share is not None and seen.share.low <= seen.guess:
        return [Finding("guessed", WATCH, {"guess": round(100 * seen.guess)})]
    if seen.share is not None and seen.share.high < HARD:
        return [Finding("hard", WATCH, {"share": round(100 * facility)})]
    return [Finding("poor", WATCH)] if poor else []


def _habits(seen: Seen, typical: float | None) -> list[Finding]:
    found = []
    turned = seen.right_to_wrong
    if turned >= TURNED * seen.answers and turned > seen.wrong_to_right:
        found.append(Finding("turned", WATCH, {"share": _percent(turned, seen.answers)}))
    median = seen.median_seconds
    if median is not None and typical and seen.timed >= ENOUGH:
        times = median / typical
        if times >= SLOW_TIMES and median >= SLOW_SECONDS:
            found.append(Finding("slow", WATCH, {"seconds": round(median), "typical": round(typical)}))
    if seen.open_share is not None and seen.open_share.low > OPEN:
        found.append(Finding("open", WATCH, {"share": _percent(seen.answers - seen.answered, seen.answers)}))
    return found
