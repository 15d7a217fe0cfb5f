"""What a course page, a programme and Today show of quizzes: where one stands, and the way in."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import Enrolment, Programme
from courses.panels import Panel, Step
from quizzes.models import Quiz
from quizzes.opening import Opening, look_all


def _quizzes() -> list[Quiz]:
    return list(Quiz.objects.filter(current__isnull=False).select_related("course", "programme", "current"))


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
    quizzes = [quiz for quiz in _quizzes() if quiz.course_id in courses] if courses else []
    openings = look_all(quizzes, trainee) if quizzes else {}
    return {
        quiz.course_id: [_panel(openings[quiz.pk], "quizzes/_course_panel.html")] for quiz in quizzes if quiz.course_id
    }


def of_programmes(trainee: User, programmes: list[Programme]) -> dict[int, Sequence[Panel]]:
    wanted = {programme.pk for programme in programmes}
    quizzes = [quiz for quiz in _quizzes() if quiz.programme_id in wanted] if wanted else []
    openings = look_all(quizzes, trainee) if quizzes else {}
    return {
        quiz.programme_id: [_panel(openings[quiz.pk], "quizzes/_course_panel.html")]
        for quiz in quizzes
        if quiz.programme_id
    }


def of_today(trainee: User, enrolments: list[Enrolment]) -> list[Panel]:
    """What is due: an open paper, a follow-up that holds a certificate back."""
    quizzes = _quizzes() if enrolments else []
    openings = look_all(quizzes, trainee) if quizzes else {}
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
