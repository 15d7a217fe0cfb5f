"""Writes a new judgement of one answer: a marking, a result, and what follows from them. Rows are only added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.models import User
from quizzes import completing, grading, signals, worth
from quizzes.models.attempt import Attempt, ClosedBy, Mode, State
from quizzes.models.item import Item
from quizzes.models.marking import Cause, Marking, Result
from quizzes.models.question import QuestionVersion
from quizzes.models.regrade import Voiding

if TYPE_CHECKING:
    from quizzes.models.regrade import Regrade


@dataclass(frozen=True)
class Judged:
    """What one item is judged to be worth now. What is None stays as the last marking said."""

    item: Item
    mark: int
    critical_missed: bool
    counted: bool = True
    version: QuestionVersion | None = None
    marker_version: int | None = None
    answered: bool | None = None
    detail: dict[str, Any] | None = None


@dataclass(frozen=True)
class Corrected:
    marking: Marking
    before: Result
    after: Result


def locked(attempt_id: int) -> Attempt:
    """The attempt, held until the commit: two judgements of one paper take turns. Inside a transaction.

    With it whatever else decides what its quiz completes: a follow-up handed in, or the last lesson studied, at this
    moment either sees the correction or is seen by it. The same order everywhere: papers, then the enrolment or person.
    """
    one = Attempt.objects.only("quiz", "trainee", "mode").get(pk=attempt_id)
    rows = Attempt.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    rows = rows.filter(quiz=one.quiz_id, trainee=one.trainee_id, mode__in=(Mode.GRADED, Mode.FOLLOW_UP, one.mode))
    rows = rows.select_related("quiz_version", "quiz__course", "quiz__programme", "trainee")
    held = {row.pk: row for row in rows}
    completing.hold(held[attempt_id].quiz, one.trainee_id)
    return held[attempt_id]


def write(
    attempt: Attempt,
    judged: Judged,
    outcome: grading.Outcome,
    *,
    cause: Cause,
    by: User | None,
    now: datetime,
    regrade: Regrade | None = None,
    reason: str = "",
) -> Corrected:
    """Append the marking and the result, complete or hold what follows, and announce it. `attempt` is `locked`."""
    at = begun(attempt)
    was_clear = completing.is_clear(attempt.quiz, attempt.trainee_id, at)
    last = Marking.objects.filter(item=judged.item).order_by("-rev")[0]
    before = Result.objects.filter(attempt=attempt).order_by("-rev")[0]
    marking = Marking.objects.create(
        item=judged.item,
        rev=last.rev + 1,
        question_version=judged.version or last.question_version,
        marker_version=last.marker_version if judged.marker_version is None else judged.marker_version,
        mark=judged.mark,
        critical_missed=judged.critical_missed,
        answered=last.answered if judged.answered is None else judged.answered,
        detail=last.detail if judged.detail is None else judged.detail,
        counted=judged.counted,
        marked_by=None if regrade else by,
        comment=reason,
        regrade=regrade,
        marked_at=now,
    )
    after = Result.objects.create(
        attempt=attempt, rev=before.rev + 1, cause=cause, actor=by, made_at=now, **worth.columns(outcome)
    )
    attempt.result = after
    is_clear = completing.is_clear(attempt.quiz, attempt.trainee_id, at)
    _void_what_is_not_needed(attempt, now, by, regrade)
    if is_clear:
        completing.complete(attempt.quiz, attempt.trainee)
    signals.result_corrected.send(
        sender=Attempt,
        attempt=attempt,
        before=before,
        after=after,
        regrade=regrade,
        by=by,
        was_clear=was_clear,
        is_clear=is_clear,
    )
    return Corrected(marking, before, after)


def begun(attempt: Attempt) -> datetime:
    """When the paper was begun that this one belongs to: a renewal asks for a pass of its own."""
    return attempt.follows.started_at if attempt.follows else attempt.started_at


def _void_what_is_not_needed(attempt: Attempt, now: datetime, by: User | None, regrade: Regrade | None) -> None:
    """An open follow-up that asks nothing that is still missed is closed without being marked."""
    running = Attempt.objects.filter(
        quiz=attempt.quiz_id, trainee=attempt.trainee_id, mode=Mode.FOLLOW_UP, state=State.OPEN
    ).first()
    if running is None:
        return
    passed = completing.passed_attempt(attempt.quiz, attempt.trainee_id, begun(attempt))
    left = completing.still_missed(passed, completing.rounds_of(passed)) if passed else {}
    asked = set(running.items.values_list("question_version__objective", flat=True))
    if passed and running.follows_id == passed.pk and asked & set(left):
        return
    voided = (
        Attempt.objects.filter(pk=running.pk)
        .open()
        .update(state=State.VOID, submitted_at=now, closed_by=ClosedBy.STAFF)
    )
    if voided:  # else it was handed in at this very moment, and stands
        words = _("What it asked is no longer counted as missed.")
        Voiding.objects.create(attempt=running, regrade=regrade, by=by, reason=words, voided_at=now)
