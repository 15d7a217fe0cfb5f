"""Checks an answer within its attempt: what it says then is locked, and told at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from quizzes import grading, kinds
from quizzes.models.attempt import Attempt, AttemptOver, TakenOver
from quizzes.models.item import Item, Response
from quizzes.models.item_check import ItemCheck
from quizzes.models.quiz import Behaviour, ReviewWhen
from quizzes.practising import telling
from quizzes.practising.telling import Told

if TYPE_CHECKING:
    from datetime import datetime


class CannotCheck(Exception):
    """Why this answer cannot be checked now, in words."""


def offers(attempt: Attempt) -> bool:
    """Whether answers on this paper may be checked one by one."""
    return attempt.quiz_version.behaviour == Behaviour.CHECK


def check(attempt: Attempt, item_id: int, *, epoch: int) -> ItemCheck:
    """Lock the answer that is kept now. Guarded like a save; twice is once.

    Raises Item.DoesNotExist, CannotCheck, TakenOver, AttemptOver.
    """
    item = Item.objects.select_related("question_version").get(pk=item_id, attempt=attempt)
    kind = kinds.get(item.question_version.kind)
    if not offers(attempt) or kind.by_person or kind.by_steps:
        raise CannotCheck(_("Answers on this paper are told after it is handed in."))
    now = timezone.now()
    with transaction.atomic():
        mine = Attempt.objects.filter(pk=attempt.pk).accepting(now)
        if not mine.filter(writer_epoch=epoch).update(saved_at=now):
            raise TakenOver if mine.exists() else AttemptOver
        before = ItemCheck.objects.filter(item=item).first()
        if before:
            return before
        return _lock(item, Response.objects.get(item=item).body, now)


def _lock(item: Item, body: object, now: datetime) -> ItemCheck:
    if body is None:
        raise CannotCheck(_("Give an answer first, then check it."))
    version = item.question_version
    marked = kinds.get(version.kind).mark(version.body, version.key, item.drawn, body, critical=version.is_critical)
    return ItemCheck.objects.create(
        item=item, response=body, mark=grading.mark_of(marked.fraction, item.max_mark), checked_at=now
    )


def told_of(attempt: Attempt) -> dict[int, Told]:
    """By item: what is told about each locked answer; one query, none where a paper offers no checks.

    The key is told only where the review policy shows it at once.
    """
    if not offers(attempt):
        return {}
    with_key = attempt.review_when("key") == ReviewWhen.AT_ONCE
    made: Iterable[ItemCheck] = ItemCheck.objects.filter(item__attempt=attempt).select_related("item__question_version")
    return {
        one.item_id: telling.tell(one.item.question_version, one.item.drawn, one.response, with_key=with_key)
        for one in made
    }
