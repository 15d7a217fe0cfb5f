"""Counts an answer that came too late to count by itself: by a person, with a reason, and only if it helps."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from quizzes import kinds, worth
from quizzes.correcting import Refused, letters, papers, rejudging
from quizzes.correcting.planning import Standing, outcome
from quizzes.models.attempt import FeedbackOpened, Mode, Outcome, State
from quizzes.models.item import ResponseEvent
from quizzes.models.item_check import ItemCheck
from quizzes.models.marking import Cause, Marking
from quizzes.models.practice import PracticeAnswer
from quizzes.models.regrade import CountedAnswer

COUNTABLE = (Outcome.LATE, Outcome.CLOSED, Outcome.OTHER_TAB, Outcome.STALE)


def count(event: ResponseEvent, *, by: User, reason: str) -> CountedAnswer:
    """Mark the item by this answer. Counting it twice is counting it once. Raises `Refused` with words."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why this answer is to count. The trainee will read it."))
    if event.outcome not in COUNTABLE or event.body is None:
        raise Refused(_("There is no answer here that could be counted."))
    with transaction.atomic():
        attempt = rejudging.locked(event.item.attempt_id)
        counted = CountedAnswer.objects.filter(event=event).first()
        if counted:
            return counted
        if was_told(event):
            raise Refused(_("When this answer came, the trainee had been told how this question is answered."))
        if attempt.state != State.GRADED or attempt.mode not in (Mode.GRADED, Mode.FOLLOW_UP):
            raise Refused(_("This paper is not marked yet, or does not count. Nothing can be added to it."))
        (paper,) = papers.read([event.item_id])
        last = Marking.objects.select_related("question_version").filter(item=event.item_id).order_by("-rev")[0]
        if kinds.get(last.question_version.kind).by_person:
            raise Refused(_("People mark this question. Ask for the answer to be marked by them."))
        old = next(line for line in paper.lines if line.item == event.item_id)
        if not old.counted:
            raise Refused(_("This question was taken off the paper, so no answer to it counts."))
        marked = papers.mark(last.question_version, paper.item, event.body)
        if marked is None:
            raise Refused(_("This answer cannot be read as an answer to the question."))
        if not kinds.get(paper.item.question_version.kind).follows(
            paper.item.question_version.body, paper.body, event.body
        ):
            raise Refused(_("This answer takes back a step of the case, and what came of that step was read by then."))
        if marked.again.mark < old.mark or (marked.again.critical_missed and not old.is_missed and old.is_critical):
            raise Refused(
                _("This answer would earn less than what is counted now. An answer that came late only helps.")
            )
        now = timezone.now()
        new: Standing = replace(old, mark=marked.again.mark, critical_missed=marked.again.critical_missed)
        corrected = rejudging.write(
            paper.attempt,
            rejudging.Judged(
                item=paper.item,
                mark=new.mark,
                critical_missed=new.critical_missed,
                marker_version=marked.marker_version,
                answered=marked.answered,
                detail=marked.detail,
            ),
            outcome(
                [new if line.item == old.item else line for line in paper.lines],
                worth.rules_of(paper.attempt),
                is_follow_up=paper.attempt.is_follow_up,
            ),
            cause=Cause.LATE_ANSWER,
            by=by,
            now=now,
            reason=reason,
        )
        row = CountedAnswer.objects.create(
            event=event, item=paper.item, marking=corrected.marking, by=by, reason=reason, counted_at=now
        )
        letters.tell(paper.attempt, paper.item, corrected, reason=reason, key=f"late-answer:{event.pk}")
    return row


def was_told(event: ResponseEvent) -> bool:
    """Whether the right answer could be read before this one came: in feedback, at a check, or in practice."""
    item, trainee = event.item, event.item.attempt.trainee_id
    begun = item.attempt.started_at
    return (
        ItemCheck.objects.filter(item=item, checked_at__lt=event.received_at).exists()
        or FeedbackOpened.objects.filter(
            attempt__trainee=trainee,
            attempt__items__question=item.question_id,
            opened_at__gte=begun,
            opened_at__lt=event.received_at,
        ).exists()
        or PracticeAnswer.objects.filter(
            card__trainee=trainee,
            card__question=item.question_id,
            answered_at__gte=begun,
            answered_at__lt=event.received_at,
        ).exists()
    )
