"""The life of a regrade: asked for, looked at, approved by a second person, applied attempt by attempt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from jobs.faults import point
from jobs.running import enqueue
from quizzes import kinds
from quizzes.correcting import Refused, letters, papers, rejudging
from quizzes.correcting.planning import Plan, Who, may_approve
from quizzes.models.attempt import Mode, State
from quizzes.models.item import Item
from quizzes.models.marking import Cause
from quizzes.models.question import Question, QuestionVersion
from quizzes.models.regrade import RUNNING, Policy, Regrade, RegradeChange, RegradeState, RegradeStep

CHUNK = 200
AT_ONCE = 500  # attempts; more are looked at in a job
Move = RegradeStep.Move
FORECAST = (
    *("result_rev", "before_mark", "after_mark", "before_critical", "after_critical", "counted", "kept", "unreadable"),
    *("before_percent", "after_percent", "before_passed", "after_passed", "before_missed", "after_missed", "changes"),
    "moved",
)


class Moved(Exception):
    """An attempt changed since the dry run, and not only in its numbers."""


# Asking for it


def ask_for(
    question: Question,
    *,
    to_version: QuestionVersion,
    by: User,
    reason: str,
    from_version: QuestionVersion | None = None,
    policy: str = Policy.BEST_OF,
) -> Regrade:
    """Ask for a regrade and make its dry run. Raises `Refused` with words."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why. The trainees will read it."))
    if policy not in Policy.values:
        raise Refused(_("Choose what becomes of the marks."))
    _check_versions(question, to_version, from_version, policy)
    try:
        with transaction.atomic():
            regrade = Regrade.objects.create(
                question=question,
                from_version=from_version,
                to_version=to_version,
                policy=policy,
                reason=reason,
                asked_by=by,
            )
            _step(regrade, Move.ASKED, by)
    except IntegrityError as error:
        if Regrade.objects.running().filter(question=question).exists():
            raise Refused(
                _("A regrade of this question is under way already. Finish or cancel that one first.")
            ) from error
        raise
    look(regrade)
    return regrade


def _check_versions(
    question: Question, to_version: QuestionVersion, from_version: QuestionVersion | None, policy: str
) -> None:
    versions = [version for version in (to_version, from_version) if version]
    if any(version.question_id != question.pk for version in versions):
        raise Refused(_("That version belongs to another question."))
    if policy not in papers.BY_KEY:
        if from_version and from_version.number > to_version.number:
            raise Refused(_("Choose an earlier version to mark again."))
        return
    if kinds.get(to_version.kind).by_person:
        raise Refused(_("People marked this question, so no new key can. Give full marks, or take it off the papers."))
    if from_version and from_version.number >= to_version.number:
        raise Refused(_("Choose an earlier version to mark again."))
    if to_version.number == 1:
        raise Refused(_("There is only one version, so there is no new right answer to mark by."))


# The dry run


def look(regrade: Regrade) -> None:
    """Make the dry run, or make it again. Where many were asked the question, a job does."""
    with transaction.atomic():
        if not Regrade.objects.filter(pk=regrade.pk, state=RegradeState.DRY).update(looked_at=None):
            raise Refused(_("This regrade is approved or over, so its dry run stays as it is."))
        many = papers.chosen(regrade).count() > AT_ONCE
        if many:
            enqueue("regrade_look", f"{regrade.pk}:{regrade.steps.count()}", {"regrade_id": regrade.pk})
    if not many:
        look_now(regrade)
    regrade.refresh_from_db()


def look_now(regrade: Regrade) -> None:
    """A fixed number of queries for each few hundred attempts. Safe to repeat."""
    for changes in _worked_out(regrade):
        _keep(changes)
    with transaction.atomic():
        now = timezone.now()
        if Regrade.objects.filter(pk=regrade.pk, state=RegradeState.DRY, looked_at=None).update(looked_at=now):
            _step(regrade, Move.LOOKED, None)


def _worked_out(regrade: Regrade) -> Iterator[list[RegradeChange]]:
    """Every answer that is not applied yet, in chunks, as it would be changed now."""
    done = RegradeChange.objects.filter(regrade=regrade, applied_at__isnull=False)
    ids = list(papers.chosen(regrade).exclude(pk__in=done.values("item")).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        yield [_change(regrade, paper) for paper in papers.read(ids[start : start + CHUNK])]


def _change(regrade: Regrade, paper: papers.Paper) -> RegradeChange:
    plan, marked = papers.look(regrade, paper)
    return RegradeChange(
        regrade=regrade,
        item=paper.item,
        result_rev=paper.result.rev,
        before_mark=plan.old.mark,
        after_mark=plan.new.mark,
        before_critical=plan.old.is_missed,
        after_critical=plan.new.is_missed,
        counted=plan.new.counted,
        kept=plan.kept,
        unreadable=marked is None and regrade.policy in papers.BY_KEY,
        before_percent=paper.result.percent,
        after_percent=plan.after.percent,
        before_passed=paper.result.passed,
        after_passed=plan.after.passed,
        before_missed=paper.result.critical_missed,
        after_missed=plan.after.critical_missed,
        changes=plan.changes,
    )


def _keep(changes: Iterable[RegradeChange]) -> None:
    """Write the forecasts, over older ones where there are any."""
    RegradeChange.objects.bulk_create(
        changes, update_conflicts=True, unique_fields=["regrade", "item"], update_fields=FORECAST
    )


# Approving it


def who_may(regrade: Regrade, by: User) -> Who:
    teachers = set(regrade.question.course.teachings.filter(user__is_active=True).values_list("user", flat=True))
    staff = set(User.objects.filter(is_staff=True, is_active=True).values_list("pk", flat=True))
    concerned = _concerned(regrade, teachers | staff)
    return may_approve(by.pk, asker=regrade.asked_by_id, teachers=teachers, staff=staff, concerned=concerned)


def _concerned(regrade: Regrade, people: set[int]) -> set[int]:
    """Those of them whose own paper it would change, or may: one that is not marked yet is looked at when applying."""
    own = Item.objects.filter(question=regrade.question_id, attempt__trainee__in=people)
    own = own.filter(attempt__mode__in=(Mode.GRADED, Mode.FOLLOW_UP))
    touched = Q(regrade_changes__regrade=regrade, regrade_changes__changes=True)
    coming = Q(attempt__state__in=(State.OPEN, State.SUBMITTED))
    return set(own.filter(touched | coming).values_list("attempt__trainee", flat=True))


def words_for(who: Who) -> str:
    return {
        Who.MAY: "",
        Who.ASKED_IT: _("You asked for this regrade, so somebody else has to approve it."),
        Who.NOBODY_ELSE: _(
            "A regrade needs a second person, and there is none: no other instructor teaches this course, and no other "
            "administrator exists. Add one of them, then ask them to approve it."
        ),
        Who.INSTRUCTOR_FIRST: _("This course has another instructor. Ask them to approve it."),
        Who.OWN_PAPER: _("Your own paper asks this question, so somebody else has to approve it."),
        Who.STRANGER: _("Only instructors of this course and administrators approve its regrades."),
    }[who]


def approve(regrade: Regrade, by: User) -> None:
    refused = words_for(who_may(regrade, by))
    if refused:
        raise Refused(refused)
    now = timezone.now()
    with transaction.atomic():
        ready = Regrade.objects.filter(pk=regrade.pk, state=RegradeState.DRY, looked_at__isnull=False)
        # What was read is what is approved: a dry run made again since asks for another look.
        if not ready.filter(looked_at=regrade.looked_at).update(
            state=RegradeState.APPROVED, approved_by=by, approved_at=now
        ):
            raise Refused(_("This regrade moved meanwhile. Look at it again."))
        _step(regrade, Move.APPROVED, by)
    regrade.refresh_from_db()


def cancel(regrade: Regrade, by: User, note: str = "") -> None:
    """Stop it: at any time before it is being applied."""
    with transaction.atomic():
        if not Regrade.objects.filter(pk=regrade.pk, state__in=RUNNING, begun_at=None).update(
            state=RegradeState.CANCELLED
        ):
            raise Refused(_("This regrade is being applied or is over, so it cannot be cancelled."))
        _step(regrade, Move.CANCELLED, by, note)
    regrade.refresh_from_db()


# Applying it


def ask(regrade: Regrade, by: User) -> None:
    """Hand an approved regrade to the worker, once."""
    now = timezone.now()
    with transaction.atomic():
        begun = Regrade.objects.filter(pk=regrade.pk, state=RegradeState.APPROVED, begun_at=None).update(begun_at=now)
        if begun:
            _step(regrade, Move.BEGUN, by)
            key = f"{regrade.pk}:{regrade.steps.count()}"
            enqueue("regrade_apply", key, {"regrade_id": regrade.pk, "by": by.pk})
    regrade.refresh_from_db()
    if not begun and regrade.state not in (RegradeState.APPROVED, RegradeState.APPLIED):
        raise Refused(_("This regrade is not approved."))


def apply_now(regrade: Regrade) -> None:
    """Mark the answers again, each attempt in a transaction of its own. Safe to repeat at any point."""
    if regrade.state != RegradeState.APPROVED:
        return
    moved = _look_again(regrade)
    if not moved:
        left = RegradeChange.objects.filter(regrade=regrade, applied_at=None).order_by("item__attempt", "pk")
        for pk, attempt in left.values_list("pk", "item__attempt"):
            try:
                apply_one(regrade, pk, attempt)
            except Moved:
                moved += 1
            point("regrade:applied-one")
    if moved:
        _put_back(regrade, moved)
        return
    with transaction.atomic():
        now = timezone.now()
        if Regrade.objects.filter(pk=regrade.pk, state=RegradeState.APPROVED).update(
            state=RegradeState.APPLIED, applied_at=now
        ):
            _step(regrade, Move.APPLIED, None)


def _look_again(regrade: Regrade) -> int:
    """Bring the forecasts up to date; how many of them now say something else than what was approved."""
    approved = {change.item_id: change for change in regrade.changes.filter(applied_at=None)}
    differs = 0
    for changes in _worked_out(regrade):
        fresh = []
        for change in changes:
            before = approved.get(change.item_id)
            if before is None or before.result_rev != change.result_rev:
                change.moved = True
                fresh.append(change)
            differs += _is_news(before, change)
        _keep(fresh)
    return differs


def _is_news(before: RegradeChange | None, now: RegradeChange) -> bool:
    """Whether the second person would want to see this before it is applied."""
    if before is None:  # handed in since: marked again like the others, unless that would take something away
        return now.loses or now.becomes_held
    return (before.gains, before.loses, before.becomes_held, before.is_freed) != (
        now.gains,
        now.loses,
        now.becomes_held,
        now.is_freed,
    )


def apply_one(regrade: Regrade, change_id: int, attempt_id: int) -> None:
    """One attempt: worked out once more under its lock, claimed, written, told."""
    with transaction.atomic():
        attempt = rejudging.locked(attempt_id)
        now = timezone.now()
        change = RegradeChange.objects.get(pk=change_id)
        if change.applied_at:
            return  # done already, by another worker or before a crash
        if not Regrade.objects.filter(pk=regrade.pk, state=RegradeState.APPROVED).exists():
            raise Moved
        (paper,) = papers.read([change.item_id])
        fresh = _change(regrade, paper)
        news: dict[str, Any] = {}
        if fresh.result_rev != change.result_rev:
            if _is_news(change, fresh):
                raise Moved
            news = {name: getattr(fresh, name) for name in FORECAST} | {"moved": True}
        claimed = RegradeChange.objects.filter(pk=change_id, applied_at=None).update(applied_at=now, **news)
        if claimed and fresh.changes and attempt.state == State.GRADED:
            _write(regrade, paper, now)


def _write(regrade: Regrade, paper: papers.Paper, now: datetime) -> None:
    plan, marked = papers.look(regrade, paper)
    corrected = rejudging.write(
        paper.attempt,
        _judged(regrade, paper, plan, marked),
        plan.after,
        cause=Cause.REGRADE,
        by=regrade.approved_by,
        now=now,
        regrade=regrade,
        reason=regrade.reason,
    )
    letters.tell(paper.attempt, paper.item, corrected, reason=regrade.reason, key=f"regraded:{regrade.pk}")


def _judged(regrade: Regrade, paper: papers.Paper, plan: Plan, marked: papers.Marked | None) -> rejudging.Judged:
    told: dict[str, Any] = {}
    if marked and plan.new.mark == marked.again.mark:  # else the old mark stands, with what was said about it
        told = {"marker_version": marked.marker_version, "answered": marked.answered, "detail": marked.detail}
    return rejudging.Judged(
        item=paper.item,
        mark=plan.new.mark,
        critical_missed=plan.new.critical_missed,
        counted=plan.new.counted,
        version=regrade.to_version,
        **told,
    )


def _put_back(regrade: Regrade, moved: int) -> None:
    """Something else would happen than what was approved: a dry run again, to be approved again."""
    words = ngettext(
        "%(count)d paper has moved since the dry run. Look at it and approve it again.",
        "%(count)d papers have moved since the dry run. Look at them and approve it again.",
        moved,
    )
    for changes in _worked_out(regrade):
        _keep(changes)
    with transaction.atomic():
        now = timezone.now()
        if Regrade.objects.filter(pk=regrade.pk, state=RegradeState.APPROVED).update(
            state=RegradeState.DRY, approved_by=None, approved_at=None, begun_at=None, looked_at=now
        ):
            _step(regrade, Move.BACK, None, words % {"count": moved})


def _step(regrade: Regrade, move: str, by: User | None, note: str = "") -> None:
    RegradeStep.objects.create(regrade=regrade, move=move, by=by, note=note)
