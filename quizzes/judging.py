"""People mark what the machine cannot: one of them, a second where it is close or unsafe, a third where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from jobs.mail import send_letter
from quizzes import agreeing, concluding, grading, kinds
from quizzes.kinds.written_answer import Criterion, WrittenAnswer
from quizzes.models.answer_file import AnswerFile
from quizzes.models.attempt import Attempt, State
from quizzes.models.item import Item
from quizzes.models.judgement import Judgement
from quizzes.models.marking import Cause, Marking, Result
from quizzes.models.quiz import Quiz

if TYPE_CHECKING:
    from quizzes.models.question import QuestionVersion


class Moved(Exception):
    """Somebody else has marked this answer since it was opened. Its message may be shown."""


@dataclass(frozen=True)
class Judged:
    """What one marker's turn led to."""

    judgement: Judgement
    marking: Marking | None  # None: another marker is needed
    result: Result | None  # the attempt's, where that was its last answer


def taught_by(marker: User) -> QuerySet[Item]:
    """Answers for people to mark, on closed papers of quizzes this person teaches, and not their own."""
    by_person = [kind.name for kind in kinds.all_kinds() if kind.by_person]
    return (
        Item.objects.filter(question_version__kind__in=by_person, attempt__quiz__in=Quiz.objects.taught_by(marker))
        .exclude(attempt__trainee=marker)
        .exclude(attempt__state=State.OPEN)
        .select_related("attempt__quiz", "attempt__quiz_version", "question_version", "response")
    )


def waiting(marker: User) -> QuerySet[Item]:
    """Those not settled yet, the oldest hand-in first; `turn` is the one to be taken next."""
    marked = Marking.objects.filter(item=OuterRef("pk"))
    found = taught_by(marker).filter(~Exists(marked), attempt__state=State.SUBMITTED)
    return found.annotate(turn=Count("judgements") + 1).order_by("attempt__submitted_at", "pk")


def open_to(marker: User) -> QuerySet[Item]:
    """Those whose next turn this person may take: nobody marks an answer twice."""
    taken = Judgement.objects.filter(item=OuterRef("pk"), marker=marker)
    return waiting(marker).filter(~Exists(taken))


def kind_of(version: QuestionVersion) -> WrittenAnswer:
    return cast(WrittenAnswer, kinds.get(version.kind))


def rubric_of(item: Item) -> tuple[Criterion, ...]:
    version = item.question_version
    return kind_of(version).rubric(version.body, version.key)


def file_of(item: Item) -> AnswerFile | None:
    """The file that belongs to the answer, if there is one."""
    return AnswerFile.objects.filter(item=item, pk=(item.response.body or {}).get("file", 0)).first()


def rules_of(item: Item) -> agreeing.Rules:
    key = item.question_version.key
    return agreeing.Rules(
        max_mark=item.max_mark,
        pass_percent=item.attempt.quiz_version.pass_percent,
        margin=int(Decimal(key["margin"]) * 100),
        agree_within=int(Decimal(key["agree_within"]) * 100),
    )


def judge(item: Item, marker: User, *, turn: int, levels: Mapping[str, int], comment: str = "") -> Judged:
    """Take one turn. `levels` holds the index of a level for every criterion.

    The item comes from `taught_by(marker)`. Raises Moved when this turn was taken, or the answer settled, meanwhile.
    """
    version, now = item.question_version, timezone.now()
    kind = kind_of(version)
    marked = kind.judged(version.body, version.key, levels, critical=True)
    with transaction.atomic():
        # The attempt's row is ours until the commit: its answers are marked one after the other.
        held = Attempt.objects.filter(pk=item.attempt_id, state=State.SUBMITTED)
        before = list(Judgement.objects.filter(item=item)) if held.update(state=State.SUBMITTED) else None
        if before is None or len(before) != turn - 1 or Marking.objects.filter(item=item).exists():
            raise Moved(_("Somebody else has marked this answer meanwhile. Yours was not needed and is not kept."))
        if any(each.marker_id == marker.pk for each in before):
            raise Moved(_("You have marked this answer already."))
        made = Judgement.objects.create(
            item=item,
            turn=turn,
            marker=marker,
            levels=dict(levels),
            mark=grading.mark_of(marked.fraction, item.max_mark),
            critical=marked.critical_missed,
            comment=comment,
            made_at=now,
        )
        marking = _settle(item, [*before, made], now)
        return Judged(made, marking, _conclude(item.attempt_id, marker, now) if marking else None)


def _settle(item: Item, taken: Sequence[Judgement], now: datetime) -> Marking | None:
    """The marking, once the markers have come to one."""
    turns = [agreeing.Turn(each.mark, each.critical) for each in taken]
    settled = agreeing.settle(turns, rules_of(item))
    if settled is None:
        return None
    version = item.question_version
    said = taken[-1:] if len(taken) == 3 else taken  # the third decides, so the third speaks
    of_one_mind = all(each.levels == said[0].levels for each in said)
    return Marking.objects.create(
        item=item,
        question_version=version,
        marker_version=kind_of(version).version,
        mark=settled.mark,
        critical_missed=version.is_critical and settled.critical,
        answered=True,
        detail={
            "by_person": True,
            "marks": [turn.mark for turn in turns],
            "levels": dict(said[0].levels) if of_one_mind else {},
        },
        marked_by=taken[-1].marker,
        comment="\n\n".join(each.comment for each in said if each.comment),
        marked_at=now,
    )


def said_of(marking: Marking, version: QuestionVersion) -> list[str]:
    """What the trainee reads of how people marked it: the level found for each criterion, and what was written."""
    detail = marking.detail
    if not detail.get("by_person") or marking.question_version_id != version.pk:
        return []
    rubric = kind_of(version).rubric(version.body, version.key)
    levels = detail.get("levels", {})
    lines = [f"{each.text}: {each.levels[levels[each.id]].text}" for each in rubric if each.id in levels]
    return [*lines, marking.comment] if marking.comment else lines


def _conclude(attempt_id: int, marker: User, now: datetime) -> Result | None:
    """The attempt's result, if that was the last answer to be marked."""
    found = Marking.objects.filter(item__attempt=attempt_id).select_related("item__question_version").order_by("rev")
    latest = {marking.item_id: marking for marking in found}
    if len(latest) < Item.objects.filter(attempt=attempt_id).count():
        return None
    attempt = Attempt.objects.select_related("quiz_version", "quiz__programme", "trainee").get(pk=attempt_id)
    result = concluding.conclude(attempt, latest.values(), cause=Cause.JUDGED, at=now, actor=marker)
    if result:
        _tell(attempt)
    return result


def _tell(attempt: Attempt) -> None:
    """The letter that it is marked, once; what came of it stands on the page."""
    send_letter(
        key=f"attempt-marked:{attempt.pk}",
        to=attempt.trainee.email,
        kind="attempt-marked",
        template="quizzes/email/marked",
        context={"attempt": attempt, "trainee": attempt.trainee},
        user=attempt.trainee,
    )
