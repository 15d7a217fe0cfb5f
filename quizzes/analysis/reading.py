"""What an answer says, as the lines of the question's table it counts under; each different answer is read once."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache

from quizzes import kinds
from quizzes.kinds.base import Tally
from quizzes.models.question import ChangeKind, QuestionVersion

log = logging.getLogger("quizzes")

MOST_KNOWN = 100_000  # answers remembered
LONGEST_KNOWN = 300  # characters: longer ones hardly come twice

Lines = tuple[str, ...]
NOTHING, UNREADABLE = 0, 1  # places in `said`


class Reader:
    """Versions that differ by a typo alone are one question; it is shown by its latest version."""

    def __init__(self, versions: Iterable[QuestionVersion]) -> None:
        self.said: list[Lines] = [(), ()]
        self._places: dict[Lines, int] = {}
        self._known: dict[tuple[int, str], int] = {}
        self._right: dict[tuple[int, str], bool] = {}
        self._parsed = lru_cache(maxsize=4096)(json.loads)
        self._heads: dict[int, QuestionVersion] = {}
        self._troubled: set[int] = set()
        by_question: dict[int, list[QuestionVersion]] = {}
        for version in versions:
            by_question.setdefault(version.question_id, []).append(version)
        for mine in by_question.values():
            self._join(sorted(mine, key=lambda version: version.number))

    def _join(self, versions: Sequence[QuestionVersion]) -> None:
        head: QuestionVersion | None = None
        for version in reversed(versions):
            head = head or version
            self._heads[version.pk] = head
            if version.change_kind != ChangeKind.TYPO:
                head = None

    def head(self, version: int) -> QuestionVersion:
        """The version that stands for this one."""
        if version not in self._heads:  # of a question that was moved to another course since
            found = QuestionVersion.objects.get(pk=version)
            self._join(list(QuestionVersion.objects.filter(question=found.question_id).order_by("number")))
        return self._heads[version]

    def read(self, versions: Sequence[int], bodies: Sequence[str | None]) -> list[int]:
        """For each answer (JSON as text) the place of its lines in `said`."""
        known = self._known
        if len(known) > MOST_KNOWN:
            known.clear()
        return [
            NOTHING if body is None else known.get((version, body)) or self._learn(version, body)
            for version, body in zip(versions, bodies, strict=True)
        ]

    def _learn(self, version: int, body: str) -> int:
        place = self._place(version, body)
        if len(body) <= LONGEST_KNOWN:
            self._known[version, body] = place
        return place

    def _place(self, version: int, body: str) -> int:
        head = self.head(version)
        kind = kinds.get(head.kind)
        response = json.loads(body)
        if response is None:
            return NOTHING
        try:
            held = kind.accept(head.body, response)
            lines = None if held is None else tuple(kind.tallied(head.body, head.key, held))
        except Exception:  # a table less is no reason to have no analysis at all
            if head.pk not in self._troubled:
                log.exception("An answer to question version %s could not be counted.", head.pk)
            self._troubled.add(head.pk)
            return UNREADABLE
        if lines is None:
            return UNREADABLE
        if lines not in self._places:
            self._places[lines] = len(self.said)
            self.said.append(lines)
        return self._places[lines]

    def are_one(self, first: str, second: str) -> bool:
        """The same answer, whatever the order its parts were written in."""
        return first == second or self._parsed(first) == self._parsed(second)

    def is_right(self, version: int, body: str) -> bool:
        known = self._right.get((version, body))
        if known is None:
            known = self._judge(version, body)
            if len(body) <= LONGEST_KNOWN and len(self._right) < MOST_KNOWN:
                self._right[version, body] = known
        return known

    def _judge(self, version: int, body: str) -> bool:
        head = self.head(version)
        marked = kinds.get(head.kind).mark(head.body, head.key, {}, json.loads(body), critical=head.is_critical)
        return marked.fraction >= 1


def tallies(version: QuestionVersion) -> list[Tally]:
    """The lines of its table; none where its kind cannot say."""
    try:
        return kinds.get(version.kind).tallies(version.body, version.key)
    except Exception:
        log.exception("Question version %s has no table.", version.pk)
        return []


def guess(version: QuestionVersion) -> float | None:
    """What blind chance earns."""
    try:
        share = kinds.get(version.kind).guess(version.body, version.key)
    except Exception:
        log.exception("What chance earns at question version %s cannot be said.", version.pk)
        return None
    return None if share is None else float(share)
