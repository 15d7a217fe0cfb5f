"""The lessons of a course as a line with a pointer: the depth rule and the beads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from courses import durations
from courses.models import Course, Lesson
from courses.panels import Panel


@dataclass(frozen=True)
class Line:
    """One tick of the rule."""

    label: str
    href: str
    state: str  # done, here or open
    meta: str = ""


@dataclass(frozen=True)
class Outline:
    course: Course
    lessons: Sequence[Lesson]
    studied: frozenset[int]
    here: Lesson
    number: int  # of the course in its programme
    courses: int
    panels: Sequence[Panel] = ()

    @property
    def position(self) -> int:
        return self.lessons.index(self.here) + 1

    @property
    def next(self) -> Lesson | None:
        return self.lessons[self.position] if self.position < len(self.lessons) else None

    @property
    def words(self) -> str:
        """Which course this is, and how long the lessons not studied yet take."""
        words = _("Course %(number)s of %(total)s.") % {"number": self.number, "total": self.courses}
        left = sum(_minutes(lesson) for lesson in self.lessons if lesson.pk not in self.studied)
        if left:
            words += " " + _("About %(time)s left.") % {"time": durations.in_words(left)}
        return words

    @property
    def beads(self) -> list[str]:
        return [self._state(lesson) for lesson in self.lessons]

    @property
    def lines(self) -> list[Line]:
        lines = []
        for lesson in self.lessons:
            lesson.course = self.course
            lines.append(
                Line(str(lesson), lesson.get_absolute_url(), self._state(lesson), _("%d min") % _minutes(lesson))
            )
        for panel in self.panels:
            if step := panel.step:
                meta = _("%d min") % step.minutes if step.minutes else ""
                lines.append(Line(step.title, step.href, "done" if step.done else "open", meta))
        return lines

    def _state(self, lesson: Lesson) -> str:
        if lesson.pk == self.here.pk:
            return "here"
        return "done" if lesson.pk in self.studied else "open"


def _minutes(lesson: Lesson) -> int:
    return lesson.current.minutes if lesson.current else 0
