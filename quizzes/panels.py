"""What a course page, a programme and Today show of quizzes: where one stands, the way in, and what is due."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import Enrolment, Programme
from courses.panels import Panel, Step
from quizzes.models import Attempt, Quiz
from quizzes.models.attempt import Mode, State
from quizzes.opening import Opening, look_all
from quizzes.practising import asking, pace

_gathered: ContextVar[dict[int, Opening] | None] = ContextVar("openings of the page that is being made", default=None)


@contextmanager
def gathered_once() -> Iterator[None]:
    """While one page is made, all its parts share one look at the quizzes."""
    token = _gathered.set({})
    try:
        yield
    finally:
        _gathered.reset(token)


def _openings(trainee: User, wanted: Callable[[Quiz], bool]) -> dict[int, Opening]:
    shared = _gathered.get()
    live = Quiz.objects.filter(current__isnull=False).select_related("course", "programme", "current")
    if shared is None:
        return look_all([quiz for quiz in live if wanted(quiz)], trainee)
    if not shared:
        shared |= look_all(live.filter(pk__in=Quiz.objects.reached_by(trainee).order_by().values("pk")), trainee)
    return {pk: opening for pk, opening in shared.items() if wanted(opening.quiz)}


def _panel(opening: Opening, template: str) -> Panel:
    version = opening.version
    step = Step(
        title=opening.quiz.title,
        href=opening.quiz.get_absolute_url(),
        minutes=version.time_limit_minutes if version else None,
        done=opening.is_clear,
        words=_words(opening),
    )
    return Panel(template, {"opening": opening, "quiz": opening.quiz, "version": version}, step)


def _words(opening: Opening) -> str:
    """What Today says of a quiz that is next, beyond that it is the quiz."""
    if opening.follow_up_after:
        return _("You passed. The safety-critical questions you missed are to be answered once more.")
    if opening.open_attempt:
        return _("Your paper is open.")
    return ""


def of_courses(trainee: User, enrolments: list[Enrolment]) -> dict[int, Sequence[Panel]]:
    courses = {enrolment.course_id for enrolment in enrolments}
    openings = _openings(trainee, lambda quiz: quiz.course_id in courses) if courses else {}
    return {
        opening.quiz.course_id: [_panel(opening, "quizzes/_course_panel.html")]
        for opening in openings.values()
        if opening.quiz.course_id
    }


def of_programmes(trainee: User, programmes: list[Programme]) -> dict[int, Sequence[Panel]]:
    wanted = {programme.pk for programme in programmes}
    openings = _openings(trainee, lambda quiz: quiz.programme_id in wanted) if wanted else {}
    return {
        opening.quiz.programme_id: [_panel(opening, "quizzes/_course_panel.html")]
        for opening in openings.values()
        if opening.quiz.programme_id
    }


def of_today(trainee: User, enrolments: list[Enrolment]) -> list[Panel]:
    """What is due: an open paper, a follow-up that holds a certificate back, practice."""
    if not enrolments:
        return []
    return [*_waiting(trainee), *_practice(trainee)]


def _waiting(trainee: User) -> list[Panel]:
    openings = _openings(trainee, lambda _quiz: True) if _may_wait(trainee) else {}
    due = [
        (opening, _("Your paper is open"), opening.open_attempt.get_absolute_url())
        for opening in openings.values()
        if opening.open_attempt
    ] + [
        (opening, _("Safety-critical questions are to be answered again"), opening.quiz.get_absolute_url())
        for opening in openings.values()
        if opening.follow_up_after
    ]
    return [Panel("quizzes/_today_panel.html", {"due": due})] if due else []


def _may_wait(trainee: User) -> bool:
    """One query that spares most people the whole look: is a paper open, or was anything critical missed in a pass?"""
    counting = Attempt.objects.filter(trainee=trainee, mode__in=(Mode.GRADED, Mode.FOLLOW_UP))
    held = Q(results__passed=True, results__critical_missed__gt=0)
    return counting.filter(Q(state=State.OPEN) | held).exists()


def _practice(trainee: User) -> list[Panel]:
    due = asking.due(trainee, timezone.now())
    return [Panel("quizzes/_practice_today.html", {"due": due, "sitting_minutes": pace.SITTING // 60})] if due else []
