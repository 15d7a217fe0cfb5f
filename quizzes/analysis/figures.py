"""From arrays of answers to the figures of a quiz and of each of its questions, as plain JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from quizzes.analysis import findings, statistics
from quizzes.analysis.gathering import Gathered
from quizzes.analysis.reading import NOTHING, UNREADABLE, guess, tallies
from quizzes.models.question import MARK, QuestionVersion

FORMAT = 1  # of what is stored: counted up when it changes, so that what is kept is worked out anew

Floats = npt.NDArray[np.float64]
Column = npt.NDArray[Any]


def figures(gathered: Gathered) -> dict[str, Any]:
    c = gathered.columns
    reader = gathered.reader
    people = len(gathered.attempts)
    heads = {int(version): reader.head(int(version)) for version in np.unique(c["version"])}
    rows, questions = _by_question(c, heads)
    mark, most, attempt = c["mark"].astype(np.float64), c["most"].astype(np.float64), c["attempt"]
    total = np.bincount(attempt, weights=mark, minlength=people)
    whole = np.bincount(attempt, weights=most, minlength=people)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(most > 0, mark / most, 0.0)
        left = whole[attempt] - most
        rest = np.where(left > 0, (total[attempt] - mark) / left, np.nan)
        percent = np.where(whole > 0, total / whole, 0.0)
    third = statistics.thirds(percent)
    fixed = _fixed(c, rows, people)
    typical = _typical(c, rows)
    found = []
    for place, head in enumerate(questions):
        mine = rows[place]
        one = _question(gathered, head, mine, share=share[mine], rest=rest[mine], third=third)
        one["paper"] = None
        found.append((head, one))
    paper = None
    if fixed is not None:
        items, whole_paper = statistics.analyse(*fixed)
        paper = asdict(whole_paper)
        for (_head, one), item in zip(found, items, strict=True):
            one["paper"] = asdict(item)
    shown = _newest(found)
    for head, one in shown:
        one["findings"] = [asdict(finding) for finding in _judged(head, one, typical)]
    return {
        "format": FORMAT,
        "people": people,
        "papers": gathered.papers,
        "passed": gathered.passed,
        "fixed": fixed is not None,
        "paper": paper,
        "typical_seconds": typical,
        "questions": [one for _head, one in sorted(shown, key=lambda pair: _urgency(pair[1]))],
        "unanswered": sorted(set(gathered.drawn) - {head.question_id for head, _one in shown}),
    }


def _by_question(c: dict[str, Column], heads: dict[int, QuestionVersion]) -> tuple[list[Column], list[QuestionVersion]]:
    """The rows of each question (versions that differ by a typo are one), in one sort."""
    if not len(c["version"]):
        return [], []
    versions, where = np.unique(c["version"], return_inverse=True)
    head_of = np.array([heads[int(version)].pk for version in versions])[where]
    order = np.argsort(head_of, kind="stable")
    known, starts = np.unique(head_of[order], return_index=True)
    by_pk = {head.pk: head for head in heads.values()}
    return np.split(order, starts[1:]), [by_pk[int(pk)] for pk in known]


def _fixed(c: dict[str, Column], rows: list[Column], people: int) -> tuple[Floats, Floats] | None:
    """Marks and maxima where all met the very same questions, else None."""
    if not rows or any(len(mine) != people for mine in rows):
        return None
    marks = np.empty((people, len(rows)))
    maxima = np.empty(len(rows))
    for place, mine in enumerate(rows):
        most = c["most"][mine]
        if most.min() != most.max() or len(np.unique(c["attempt"][mine])) != people:
            return None
        marks[c["attempt"][mine], place] = c["mark"][mine] / MARK
        maxima[place] = most[0] / MARK
    return marks, maxima


def _typical(c: dict[str, Column], rows: list[Column]) -> float | None:
    """The median question's median time."""
    medians = []
    for mine in rows:
        seconds = c["seconds"][mine]
        seconds = seconds[seconds > 0]
        if len(seconds):
            medians.append(float(np.median(seconds)))
    return float(np.median(medians)) if medians else None


def _question(
    gathered: Gathered, head: QuestionVersion, mine: Column, *, share: Floats, rest: Floats, third: Column
) -> dict[str, Any]:
    c = gathered.columns
    count = len(mine)
    figures = statistics.pooled(share, rest)
    pairs = int(np.count_nonzero(~np.isnan(rest)))
    seconds = c["seconds"][mine]
    seconds = seconds[seconds > 0]
    right = c["mark"][mine] >= c["most"][mine]
    group = third[c["attempt"][mine]]
    drawn, since = gathered.drawn.get(head.question_id, (count, gathered.papers))
    missed, answered = int(c["missed"][mine].sum()), int(c["answered"][mine].sum())
    return {
        "question": head.question_id,
        "version": head.pk,
        "number": head.number,
        "is_critical": head.is_critical,
        "answers": count,
        "answered": answered,
        "right": int(right.sum()),
        "missed": missed,
        "facility": figures.facility,
        "facility_interval": _interval(statistics.wilson(figures.facility, count)),
        "standard_deviation": figures.standard_deviation,
        "guess": guess(head),
        "item_rest": figures.item_rest,
        "item_rest_interval": _interval(statistics.fisher(figures.item_rest, pairs)),
        "efficiency": figures.efficiency,
        "seconds": statistics.quartiles(seconds),
        "timed": len(seconds),
        "changes": _changes(gathered, mine, right),
        "drawn": drawn,
        "drawn_of": since,
        "groups": _by_third(group),
        "right_groups": _by_third(group[right]),
        **_table(gathered, c["said"][mine], c["answered"][mine] > 0, group),
    }


def _interval(found: statistics.Interval | None) -> list[float] | None:
    return None if found is None else [found.low, found.high]


def _by_third(group: Column) -> list[int]:
    return [int(count) for count in np.bincount(group, minlength=3)]


def _changes(gathered: Gathered, mine: Column, right: Column) -> dict[str, int]:
    """Of answers whose last form is not their first: what became of them."""
    counted = {"right_wrong": 0, "wrong_right": 0, "wrong_wrong": 0, "right_right": 0}
    if gathered.first_right:
        for item, now in zip(gathered.columns["item"][mine], right, strict=True):
            first = gathered.first_right.get(int(item))
            if first is not None:
                counted[f"{'right' if first else 'wrong'}_{'right' if now else 'wrong'}"] += 1
    return counted


def _table(gathered: Gathered, said: Column, answered: Column, group: Column) -> dict[str, Any]:
    """How many of each third count under each line, under none, and gave no answer."""
    lines: dict[str, list[int]] = {}
    other = [0, 0, 0]
    cells, counts = np.unique(said.astype(np.int64) * 3 + group, return_counts=True)
    for cell, count in zip(cells, counts, strict=True):
        place, which = divmod(int(cell), 3)
        for code in gathered.reader.said[place]:
            lines.setdefault(code, [0, 0, 0])[which] += int(count)
        if place != NOTHING and (place == UNREADABLE or not gathered.reader.said[place]):
            other[which] += int(count)
    return {"lines": lines, "other": other, "blank": _by_third(group[~answered])}


def _newest(found: list[tuple[QuestionVersion, dict[str, Any]]]) -> list[tuple[QuestionVersion, dict[str, Any]]]:
    """Of each question the latest version that was answered; how many answers the earlier ones had."""
    newest: dict[int, tuple[QuestionVersion, dict[str, Any]]] = {}
    earlier: dict[int, int] = {}
    for head, one in sorted(found, key=lambda pair: pair[0].number):
        before = newest.get(head.question_id)
        if before:
            earlier[head.question_id] = earlier.get(head.question_id, 0) + before[1]["answers"]
        newest[head.question_id] = (head, one)
    for question, (_head, one) in newest.items():
        one["earlier_answers"] = earlier.get(question, 0)
    return list(newest.values())


def _judged(head: QuestionVersion, one: dict[str, Any], typical: float | None) -> list[findings.Finding]:
    def thirds(counts: list[int]) -> tuple[int, int, int]:
        return counts[0], counts[1], counts[2]

    def interval(pair: list[float] | None) -> statistics.Interval | None:
        return None if pair is None else statistics.Interval(*pair)

    answers = one["answers"]
    seen = findings.Seen(
        answers=answers,
        answered=one["answered"],
        facility=one["facility"],
        share=interval(one["facility_interval"]),
        item_rest=one["item_rest"],
        correlation=interval(one["item_rest_interval"]),
        guess=one["guess"],
        is_critical=one["is_critical"],
        missed=one["missed"],
        missed_share=statistics.wilson(one["missed"] / answers, answers),
        open_share=statistics.wilson(1 - one["answered"] / answers, answers),
        groups=thirds(one["groups"]),
        right=thirds(one["right_groups"]),
        lines=[
            findings.Line(
                tally.words,
                thirds(one["lines"].get(tally.code, [0, 0, 0])),
                tally.is_key,
                tally.is_critical,
                tally.group,
            )
            for tally in tallies(head)
        ],
        median_seconds=one["seconds"][1] if one["seconds"] else None,
        timed=one["timed"],
        right_to_wrong=one["changes"]["right_wrong"],
        wrong_to_right=one["changes"]["wrong_right"],
    )
    return findings.judge(seen, typical_seconds=typical)


def _urgency(one: dict[str, Any]) -> tuple[int, float, int]:
    """Most urgent first; then what tells people apart least."""
    severity = findings.URGENCY.index(one["findings"][0]["severity"])
    r = one["item_rest"]
    return severity, 2.0 if r is None else r, one["question"]
