"""When a pass is asked for anew. Floors above know since when; here it parts the attempts of a person into periods.

An attempt counts in the period it was begun in. The last moment begins the period of today: what was passed before
it neither closes the quiz nor completes anything anew. Where nobody answers, there is one period without end.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from quizzes.models.quiz import Quiz

Source = Callable[[int, Sequence[Quiz]], Mapping[int, Sequence[datetime]]]

_sources: list[Source] = []


@dataclass(frozen=True)
class Period:
    """From one moment up to, and without, another; None: no end on that side."""

    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def around(cls, moments: Iterable[datetime], at: datetime | None = None) -> Self:
        """The period in which `at` lies; without it the last one."""
        ordered = sorted(moments)
        before = [moment for moment in ordered if at is None or moment <= at]
        after = [moment for moment in ordered if at is not None and moment > at]
        return cls(before[-1] if before else None, after[0] if after else None)

    def holds(self, moment: datetime) -> bool:
        return (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)


def register(source: Source) -> Source:
    """`source(trainee_id, quizzes)` answers by quiz id with the moments since which a pass was asked for anew."""
    if source not in _sources:
        _sources.append(source)
    return source


def moments(trainee_id: int, quizzes: Sequence[Quiz]) -> dict[int, list[datetime]]:
    """By quiz id, from every source: a query each, however many quizzes."""
    found: dict[int, list[datetime]] = {}
    for source in _sources if quizzes else ():
        for quiz_id, asked in source(trainee_id, quizzes).items():
            found.setdefault(quiz_id, []).extend(asked)
    return found


def period(quiz: Quiz, trainee_id: int, at: datetime | None = None) -> Period:
    """The period of one quiz in which `at` lies; without it today's."""
    return Period.around(moments(trainee_id, [quiz]).get(quiz.pk, ()), at)
