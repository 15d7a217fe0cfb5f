"""What a course page, a programme page and Today show of certificates: a query or two each."""

from collections.abc import Mapping, Sequence

from accounts.models import User
from certificates.models import Achievement, Certificate
from courses.models import Course, Enrolment, Programme
from courses.panels import Panel

SHOWN_ON_TODAY = 6


def of_courses(trainee: User, enrolments: list[Enrolment]) -> Mapping[int, Sequence[Panel]]:
    achievements = Achievement.objects.filter(course__in={enrolment.course_id for enrolment in enrolments})
    newest = _newest(trainee)
    return {
        achievement.course_id: [_panel(achievement, newest.get(achievement.pk))]
        for achievement in achievements
        if achievement.course_id is not None
    }


def of_offers(courses: list[Course]) -> Mapping[int, Sequence[Panel]]:
    """What the certificate will say, and what it does not, for whoever thinks of enrolling."""
    return {
        achievement.course_id: [_panel(achievement, None)]
        for achievement in Achievement.objects.filter(course__in=courses)
        if achievement.course_id is not None
    }


def of_programmes(trainee: User, programmes: list[Programme]) -> Mapping[int, Sequence[Panel]]:
    achievements = Achievement.objects.filter(programme__in=programmes)
    newest = _newest(trainee)
    return {
        achievement.programme_id: [_panel(achievement, newest.get(achievement.pk))]
        for achievement in achievements
        if achievement.programme_id is not None
    }


def of_today(trainee: User, enrolments: list[Enrolment]) -> Sequence[Panel]:
    newest = _newest(trainee)
    if not newest:
        return []
    # What needs attention first, then what ends first.
    shown = sorted(newest.values(), key=lambda held: (not held.conditions, held.standing, held.expires_on))
    return [
        Panel("certificates/_today.html", {"certificates": shown[:SHOWN_ON_TODAY], "more": len(shown) > SHOWN_ON_TODAY})
    ]


def _newest(trainee: User) -> dict[int, Certificate]:
    """The newest certificate of each achievement."""
    held = Certificate.objects.held_by(trainee).order_by("cycle", "edition").together()
    return {certificate.achievement_id: certificate for certificate in held}


def _panel(achievement: Achievement, certificate: Certificate | None) -> Panel:
    return Panel("certificates/_course_panel.html", {"achievement": achievement, "certificate": certificate})
