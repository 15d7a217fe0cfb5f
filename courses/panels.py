"""What higher floors show on pages of this one: a quiz and a certificate on the course page, what is due on Today."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.models import User
    from courses.models import Course, Enrolment, Programme


@dataclass(frozen=True)
class Step:
    """A line in the outline of the course, after its lessons: the quiz."""

    title: str
    href: str
    minutes: int | None = None
    done: bool = False
    words: str = ""  # why it is what comes next, where that is not plain


@dataclass(frozen=True)
class Panel:
    """One part of a page: a template and the small context it is included with (as `panel`)."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    step: Step | None = None  # also a line in the outline (course panels only)


CoursePanels = Callable[["User", "list[Enrolment]"], Mapping[int, Sequence[Panel]]]
OfferPanels = Callable[["list[Course]"], Mapping[int, Sequence[Panel]]]
ProgrammePanels = Callable[["User", "list[Programme]"], Mapping[int, Sequence[Panel]]]
TodayPanels = Callable[["User", "list[Enrolment]"], Sequence[Panel]]

# Floors introduce themselves from the top down; on a page the nearest comes first: the quiz, then its certificate.
_course: dict[str, CoursePanels] = {}
_offer: dict[str, OfferPanels] = {}
_programme: dict[str, ProgrammePanels] = {}
_today: dict[str, TodayPanels] = {}


def register(name: str, fn: CoursePanels) -> None:
    """`fn(trainee, enrolments)` -> course id -> panels, for the course page. One set of queries for the whole page."""
    _course[name] = fn


def register_offer(name: str, fn: OfferPanels) -> None:
    """`fn(courses)` -> course id -> panels, for whoever is not enrolled: what the certificate says and does not."""
    _offer[name] = fn


def register_programme(name: str, fn: ProgrammePanels) -> None:
    """`fn(trainee, programmes)` -> programme id -> panels: the final examination, the certificate of competence."""
    _programme[name] = fn


def register_today(fn: TodayPanels, name: str = "") -> None:
    """`fn(trainee, enrolments)` -> panels for the first page after signing in: what is due, what was earned."""
    _today[name or f"{fn.__module__}.{fn.__qualname__}"] = fn


def for_courses(trainee: User, enrolments: list[Enrolment]) -> dict[int, list[Panel]]:
    found: dict[int, list[Panel]] = {}
    for fn in reversed(_course.values()):
        for course_id, panels in fn(trainee, enrolments).items():
            found.setdefault(course_id, []).extend(panels)
    return found


def for_offers(courses: list[Course]) -> dict[int, list[Panel]]:
    found: dict[int, list[Panel]] = {}
    for fn in reversed(_offer.values()):
        for course_id, panels in fn(courses).items():
            found.setdefault(course_id, []).extend(panels)
    return found


def for_programmes(trainee: User, programmes: list[Programme]) -> dict[int, list[Panel]]:
    found: dict[int, list[Panel]] = {}
    for fn in reversed(_programme.values()):
        for programme_id, panels in fn(trainee, programmes).items():
            found.setdefault(programme_id, []).extend(panels)
    return found


def for_today(trainee: User, enrolments: list[Enrolment]) -> list[Panel]:
    return [panel for fn in reversed(_today.values()) for panel in fn(trainee, enrolments)]
