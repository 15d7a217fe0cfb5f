"""Reads the answers to a quiz into arrays: a stream of plain rows, a few bytes kept of each, no object an item.

Who counts: closed and marked graded attempts, the first of each trainee. Whoever tries again has read the feedback and
is, more often than not, one who failed; counted twice they would make hard questions look harder and good ones look
learned. Follow-ups, practice and previews never count. How often a question was drawn is asked of all graded attempts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, IntegerField, Min, QuerySet, TextField
from django.db.models.functions import Cast

from quizzes.analysis.reading import Reader
from quizzes.models.attempt import Attempt, Mode, Outcome, State
from quizzes.models.item import Item, ResponseEvent
from quizzes.models.marking import Marking, Result
from quizzes.models.question import Question, QuestionVersion
from quizzes.models.quiz import Quiz
from quizzes.models.regrade import CountedAnswer

log = logging.getLogger("quizzes")

CHUNK = 20_000
Ints = npt.NDArray[np.int64]
# The columns, in the order they are read. Ten thousand papers of sixty items are some thirty megabytes.
COLUMNS: dict[str, type[np.generic]] = {
    "item": np.int64,
    "attempt": np.int64,
    "version": np.int64,
    "rev": np.int16,
    "mark": np.int32,
    "most": np.int32,
    "missed": np.int8,
    "answered": np.int8,
    "counted": np.int8,
    "seconds": np.int32,
    "said": np.int32,
}


class Whole(Cast):
    """A number as the database gives it: millions of calls of `int` less."""

    def __init__(self, name: str) -> None:
        super().__init__(name, IntegerField())

    def get_db_converters(self, connection: BaseDatabaseWrapper) -> list[Any]:
        return []


@dataclass
class Gathered:
    """The answers, a column each; `said` are places in `reader.said`."""

    attempts: Ints  # those analysed, ascending
    papers: int  # all closed graded attempts
    passed: int  # of those analysed
    columns: dict[str, npt.NDArray[Any]]
    reader: Reader
    first_right: dict[int, bool] = field(
        default_factory=dict
    )  # item -> was a first answer right that was changed later
    drawn: dict[int, tuple[int, int]] = field(default_factory=dict)  # question -> papers it stood on, papers since


def gather(quiz: Quiz) -> Gathered:
    firsts, papers = _first_attempts(quiz)
    reader = Reader(QuestionVersion.objects.filter(question__in=Question.objects.of_quiz(quiz)))
    columns = _latest(_stream(quiz, reader, _counted_late(quiz)), firsts)
    return Gathered(
        attempts=firsts,
        papers=papers,
        passed=_passed(quiz, firsts),
        columns=columns,
        reader=reader,
        first_right=_changed(quiz, reader, columns),
        drawn=_drawn(quiz),
    )


def closed(quiz: Quiz) -> QuerySet[Attempt]:
    return Attempt.objects.graded().filter(quiz=quiz, state=State.GRADED)


def _first_attempts(quiz: Quiz) -> tuple[Ints, int]:
    first: dict[int, int] = {}
    papers = 0
    for trainee, attempt in closed(quiz).order_by("trainee", "number").values_list("trainee", "pk").iterator():
        first.setdefault(trainee, attempt)
        papers += 1
    return np.array(sorted(first.values()), dtype=np.int64), papers


def _passed(quiz: Quiz, firsts: Ints) -> int:
    """How many of the analysed attempts were passed, by their latest result."""
    results = Result.objects.filter(attempt__quiz=quiz, attempt__mode=Mode.GRADED, attempt__state=State.GRADED)
    latest = dict(results.order_by("rev").values_list("attempt", "passed").iterator())
    return sum(latest.get(int(attempt), False) for attempt in firsts)


def _counted_late(quiz: Quiz) -> dict[int, str]:
    """Item -> an answer that came late and was counted by a person: it took the place of the kept one."""
    late = CountedAnswer.objects.filter(item__attempt__quiz=quiz).order_by("pk")
    return dict(late.values_list("item", Cast("event__body", TextField())))


def _stream(quiz: Quiz, reader: Reader, late: dict[int, str]) -> dict[str, npt.NDArray[Any]]:
    """Every marking with its item and answer, chunk by chunk into arrays."""
    markings = Marking.objects.filter(
        item__attempt__quiz=quiz, item__attempt__mode=Mode.GRADED, item__attempt__state=State.GRADED
    ).order_by()
    rows = markings.values_list(
        "item",
        "item__attempt",
        "question_version",
        "rev",
        "mark",
        "item__max_mark",
        Whole("critical_missed"),
        Whole("answered"),
        Whole("counted"),
        "item__response__active_seconds",
        Cast("item__response__body", TextField()),
    )
    kept: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in COLUMNS}
    for chunk in _chunks(rows.iterator(chunk_size=CHUNK)):
        items, attempts, versions, *plain, bodies = zip(*chunk, strict=True)
        if late:
            bodies = tuple(late.get(item, body) for item, body in zip(items, bodies, strict=True))
        values = (items, attempts, versions, *plain, reader.read(versions, bodies))
        for (name, kind), column in zip(COLUMNS.items(), values, strict=True):
            kept[name].append(np.array([value or 0 for value in column] if name == "seconds" else column, dtype=kind))
    return {
        name: np.concatenate(kept.pop(name)) if kept[name] else np.zeros(0, dtype=kind)
        for name, kind in COLUMNS.items()
    }


def _chunks(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _latest(columns: dict[str, npt.NDArray[Any]], firsts: Ints) -> dict[str, npt.NDArray[Any]]:
    """Of the analysed attempts, each item's latest marking, ordered by item; attempts become places in `firsts`."""
    keep = np.isin(columns["attempt"], firsts)
    order = np.lexsort((columns["rev"], columns["item"]))
    order = order[keep[order]]
    items = columns["item"][order]
    last = np.ones(len(items), dtype=bool)
    last[:-1] = items[1:] != items[:-1]
    order = order[last]
    order = order[columns["counted"][order] == 1]  # a correction took the others off their papers
    for name in list(columns):  # one by one, so that never two full copies of everything are held
        columns[name] = columns[name][order]
    columns["attempt"] = np.searchsorted(firsts, columns["attempt"]).astype(np.int32)
    return columns


def _changed(quiz: Quiz, reader: Reader, columns: dict[str, npt.NDArray[Any]]) -> dict[int, bool]:
    """Items whose first kept answer was another than the last: was that first one right?

    Judged by the version that the last one was judged by. Where an answer is moved into place (a slider), its first
    answer is where it first came to rest.
    """
    items, versions, said = columns["item"], columns["version"], columns["said"]
    applied = ResponseEvent.objects.filter(
        item__attempt__quiz=quiz, item__attempt__mode=Mode.GRADED, outcome=Outcome.APPLIED, body__isnull=False
    ).order_by()
    several = applied.values("item").annotate(first=Min("pk"), saves=Count("pk")).filter(saves__gt=1)
    firsts = ResponseEvent.objects.filter(pk__in=several.values("first"))
    found: dict[int, bool] = {}
    rows = firsts.order_by().values_list("item", Cast("body", TextField()), Cast("item__response__body", TextField()))
    for item, first, last in rows.iterator(chunk_size=CHUNK):
        place = int(np.searchsorted(items, item))
        if place == len(items) or items[place] != item or first == last or not said[place]:
            continue
        if last is None or not reader.are_one(first, last):
            found[item] = reader.is_right(int(versions[place]), first)
    return found


def _drawn(quiz: Quiz) -> dict[int, tuple[int, int]]:
    """Question -> the papers it stood on, and the papers drawn since it was there to be drawn."""
    papers = Attempt.objects.graded().filter(quiz=quiz).exclude(state=State.VOID)
    starts = np.array([moment.timestamp() for moment in papers.values_list("started_at", flat=True).iterator()])
    starts.sort()
    stood = dict(
        Item.objects.filter(attempt__in=papers)
        .order_by()
        .values("question")
        .annotate(n=Count("pk"))
        .values_list("question", "n")
    )
    pool = Question.objects.of_quiz(quiz).askable()
    since = dict(pool.order_by().annotate(at=Min("versions__published_at")).values_list("pk", "at"))
    return {
        question: (
            stood.get(question, 0),
            len(starts) - int(np.searchsorted(starts, at.timestamp())) if (at := since.get(question)) else len(starts),
        )
        for question in {*stood, *since}
    }
