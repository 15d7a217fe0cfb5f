"""The first page after signing in: one thing to do next, and how far one has come."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from courses import panels, progress
from courses.models import Enrolment
from quizzes import panels as quiz_panels


@require_safe
def today(request: SignedIn) -> HttpResponse:
    with quiz_panels.gathered_once():
        return _today(request)


def _today(request: SignedIn) -> HttpResponse:
    enrolments = list(
        Enrolment.objects.of(request.user)
        .select_related("course", "completion")
        .order_by("course__position", "course_id")
    )
    for enrolment in enrolments:
        enrolment.trainee = request.user
    programmes = progress.of_programmes(request.user, enrolments=enrolments)
    begun = [each for each in programmes if each.is_begun]
    ahead = progress.next_for(request.user, enrolments)
    ready = [each.programme for each in begun if each.is_ready]
    by_programme = panels.for_programmes(request.user, ready) if ready else {}
    main = next(
        (each for each in begun if ahead and each.programme.pk == ahead.course.programme_id),
        begun[0] if begun else None,
    )
    return render(
        request,
        "portal/today.html",
        {
            "ahead": ahead,
            "quiz": _quiz_of(ahead, enrolments),
            "examination": None if ahead else _left(part for parts in by_programme.values() for part in parts),
            "main": main,
            "suggested": _suggested(programmes),
            "programmes": [(each, by_programme.get(each.programme.pk, [])) for each in begun],
            "panels": panels.for_today(request.user, enrolments),
        },
    )


def _quiz_of(ahead: progress.Next | None, enrolments: list[Enrolment]) -> panels.Step | None:
    """Where a course goes on once its lessons are studied."""
    if ahead is None or ahead.lesson is not None:
        return None
    mine = [enrolment for enrolment in enrolments if enrolment.course_id == ahead.course.pk]
    return _left(quiz_panels.of_courses(mine[0].trainee, mine).get(ahead.course.pk, []))


def _left(parts: Iterable[panels.Panel]) -> panels.Step | None:
    return next((part.step for part in parts if part.step and not part.step.done), None)


def _suggested(programmes: list[progress.ProgrammeProgress]) -> progress.CourseProgress | None:
    """The first course, in the order of the programmes, that one is not enrolled in."""
    courses = [course for programme in programmes for course in programme.courses]
    return next((course for course in courses if not course.is_enrolled and course.lessons), None)
