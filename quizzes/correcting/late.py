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
from quizzes.models.attempt import Mode, Outcome, State
from quizzes.models.item import ResponseEvent
from quizzes.models.marking import Cause, Marking
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
