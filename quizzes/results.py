"""What became of an attempt: the result as a plan, and the feedback question by question."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedIn
from quizzes import following_up
from quizzes.models import Attempt, Result
from quizzes.opening import look
from quizzes.reviewing import Topic, corrections, sections, topics
from quizzes.taking import mine


@dataclass(frozen=True)
class ScoreRule:
    """Where things stand on the drawn rule, in its units: 0 to 100 percent is 20 to 620."""

    mine: int
    passes: int

    @classmethod
    def of(cls, percent: int, pass_percent: int) -> "ScoreRule":
        """Both in hundredths of a percent."""
        return cls(mine=max(4, percent * 6 // 100), passes=20 + pass_percent * 6 // 100)


def heading(attempt: Attempt, result: Result, *, is_held: bool) -> str:
    if attempt.is_follow_up:
        return _("Not all right yet") if result.critical_missed else _("All right now")
    if is_held:
        return _("Passed, with one thing left")
    return _("Passed") if result.passed else _("Not passed this time")


@require_safe
@never_cache
def result(request: SignedIn, pk: int) -> HttpResponse:
    """The outcome, the score against the pass mark, what was weak, and what comes next."""
    attempt = mine(request, pk)
    if not attempt.is_over():
        return redirect("quizzes:attempt", pk=attempt.pk)
    found = attempt.result
    if found is None:  # time ran out and the sweep has not come by yet, or a person still marks it
        return render(request, "quizzes/result_waiting.html", {"attempt": attempt})
    if attempt.is_practice:
        return _round(request, attempt, found)
    shows_score, shows_feedback = attempt.shows("score"), attempt.shows("feedback")
    opening = look(attempt.quiz, request.user)
    held = opening.follow_up_after is not None and opening.follow_up_after.pk == attempt.pk
    # Of the paper that was passed; a later round that went right has freed it.
    is_held = opening.follow_up_after is not None and opening.passed_attempt == attempt
    found_topics = topics(attempt, found) if shows_score or is_held else []
    return render(
        request,
        "quizzes/result.html",
        {
            "attempt": attempt,
            "result": found,
            "version": attempt.quiz_version,
            "heading": heading(attempt, found, is_held=is_held),
            "is_held": is_held,
            "holding": _holding(attempt, found_topics) if is_held else [],
            "corrections": corrections(attempt) if found.rev > 1 else [],
            "shows_score": shows_score,
            "shows_feedback": shows_feedback,
            "feedback_first": shows_feedback and held and not opening.follow_up_is_ready,
            "percent": found.percent / 100,
            "pass_percent": attempt.quiz_version.pass_percent // 100,
            "rule": ScoreRule.of(found.percent, attempt.quiz_version.pass_percent),
            "weak": [topic for topic in found_topics if shows_score and not topic.full],
            "strong": [topic for topic in found_topics if shows_score and topic.full],
            "parts": sections(found) if shows_score and attempt.quiz.is_examination else [],
            "opening": opening,
        },
    )


@dataclass(frozen=True)
class Holding:
    """One safety-critical question that is still to be answered right."""

    position: int  # on the paper it was missed on
    is_of_follow_up: bool
    topic: Topic | None


def _holding(passed: Attempt, found: list[Topic]) -> list[Holding]:
    by_code = {topic.code: topic for topic in found}
    return [
        Holding(item.position, item.attempt_id != passed.pk, by_code.get(item.question_version.objective))
        for item in following_up.still_missed(passed)
    ]


def _round(request: SignedIn, attempt: Attempt, found: Result) -> HttpResponse:
    """What became of a round of practice: how it went, and nothing more, since nothing hangs on it."""
    shows_score = attempt.shows("score")
    context = {
        "attempt": attempt,
        "percent": found.percent / 100,
        "shows_score": shows_score,
        "shows_feedback": attempt.shows("feedback"),
        "weak": [topic for topic in topics(attempt, found) if not topic.full] if shows_score else [],
    }
    return render(request, "quizzes/round_result.html", context)


@require_POST
def feedback_create(request: SignedIn, pk: int) -> HttpResponse:
    """Open the feedback. That it was opened is remembered: a follow-up begins only after it."""
    attempt = mine(request, pk)
    attempt.close_if_over()
    attempt.open_feedback()
    return redirect("quizzes:feedback", pk=attempt.pk)


@require_safe
@never_cache
def feedback(request: SignedIn, pk: int) -> HttpResponse:
    """Each question again: own answer, right answer, why, and where it is taught."""
    attempt = mine(request, pk)
    found = attempt.result
    if found is None or not hasattr(attempt, "feedback_opened"):
        return redirect("quizzes:result", pk=attempt.pk)
    lessons = {topic.code: topic.lessons for topic in topics(attempt, found)}
    review = [(item, lessons.get(item.objective, ())) for item in attempt.review()]
    return render(
        request,
        "quizzes/feedback.html",
        {"attempt": attempt, "result": found, "review": review, "opening": look(attempt.quiz, request.user)},
    )
