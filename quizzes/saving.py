"""Keeps an answer: the attempt's guard first, then the larger (epoch, seq), and every save as an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from quizzes import files, kinds
from quizzes.kinds.base import Response as Body
from quizzes.kinds.base import Unreadable
from quizzes.models.attempt import Attempt, AttemptOver, ClosedBy, Outcome, Saved, State
from quizzes.models.item import CLIENT_LENGTH, Item, Response, ResponseEvent
from quizzes.models.item_check import ItemCheck

BIGGEST = 2_147_483_647  # what a positive integer column holds on every database


def are_numbers(epoch: int, seq: int) -> bool:
    return 0 <= epoch <= BIGGEST and 0 < seq <= BIGGEST


def is_client(client: str) -> bool:
    return 0 < len(client) <= CLIENT_LENGTH and client.isprintable()


def claim(attempt: Attempt) -> int:
    with transaction.atomic():
        mine = Attempt.objects.filter(pk=attempt.pk)
        if not mine.accepting(timezone.now()).update(writer_epoch=F("writer_epoch") + 1):
            raise AttemptOver
        # The row is ours until the commit, so two windows never read the same epoch.
        attempt.writer_epoch = mine.values_list("writer_epoch", flat=True).get()
    return attempt.writer_epoch


def save(
    attempt: Attempt,
    item_id: int,
    data: Mapping[str, list[str]],
    *,
    epoch: int,
    seq: int,
    client: str,
    flagged: bool | None = None,
    active: int = 0,
) -> Saved:
    item = (
        Item.objects.select_related("question_version")
        .only("attempt", "drawn", "question_version__kind", "question_version__body")
        .get(pk=item_id, attempt=attempt)
    )
    if not are_numbers(epoch, seq) or not is_client(client):
        return Saved(Outcome.UNREADABLE, attempt.writer_epoch, 0, _("This save cannot be read. Reload the page."))
    try:
        _check_step(item, data)
        body = read(item, data)
        if files.foreign([(item, body)]):
            raise Unreadable(_("This file does not belong to this question. Upload it again."))
    except Unreadable as error:
        event = ResponseEvent(item=item, client=client, epoch=epoch, seq=seq, flagged=flagged)
        remember([(event, Outcome.UNREADABLE)], timezone.now())
        return Saved(Outcome.UNREADABLE, epoch, seq, str(error))
    return keep(attempt, item, body, epoch=epoch, seq=seq, client=client, flagged=flagged, active=active)


def take_back(attempt: Attempt, event: ResponseEvent, *, epoch: int, seq: int, client: str) -> Saved:
    item = Item.objects.select_related("question_version").get(pk=event.item_id, attempt=attempt)
    if not are_numbers(epoch, seq) or not is_client(client):
        return Saved(Outcome.UNREADABLE, attempt.writer_epoch, 0, _("This save cannot be read. Reload the page."))
    return keep(attempt, item, event.body, epoch=epoch, seq=seq, client=client)


def read(item: Item, data: Mapping[str, list[str]]) -> Body:
    version = item.question_version
    return kinds.get(version.kind).read(version.body, item.drawn, data)


def _check_step(item: Item, data: Mapping[str, list[str]]) -> None:
    """Before it is read: whether a later step can be read at all would say how the case goes on."""
    version = item.question_version
    kind = kinds.get(version.kind)
    if kind.by_steps and kind.skips(version.body, Response.objects.get(item=item).body, data):
        raise Unreadable(_("This step is not open yet. The page now shows how the case stands."))


def keep(
    attempt: Attempt,
    item: Item,
    body: Body,
    *,
    epoch: int,
    seq: int,
    client: str,
    flagged: bool | None = None,
    active: int = 0,
) -> Saved:
    now = timezone.now()
    event = ResponseEvent(item=item, client=client, epoch=epoch, seq=seq, body=body, flagged=flagged)
    with transaction.atomic():
        guard = Attempt.objects.filter(pk=attempt.pk, writer_epoch=epoch).accepting(now)
        open_to_us = guard.update(saved_at=now)
        locked = ItemCheck.objects.locked(attempt).get(item.pk) if open_to_us else None
        against = _against(item, event) if open_to_us and locked is None else None
        if locked is not None and body not in (None, locked):  # a control that is shut sends nothing
            words = _("You have checked this answer, so it stays as it was.")
            saved = Saved(Outcome.CHECKED, epoch, seq, words)
        elif against:
            saved = against
        elif open_to_us:
            body = body if locked is None else locked
            more: dict[str, Any] = {} if flagged is None else {"flagged": flagged}
            if active:
                more["active_seconds"] = Greatest(F("active_seconds"), Value(active))
            applied = (
                Response.objects.filter(item=item)
                .filter(Q(epoch__lt=epoch) | Q(epoch=epoch, seq__lt=seq))
                .update(epoch=epoch, seq=seq, client=client, body=body, saved_at=now, **more)
            )
            saved = Saved(Outcome.APPLIED, epoch, seq) if applied else _superseded(item, event)
        else:
            saved = _refused(attempt, item, now)
        # Last, because an event is appended with its outcome and never touched again.
        remember([(event, saved.outcome)], now)
    if saved.outcome == Outcome.LATE:
        attempt.close_if_over(now)  # whoever touches it first
    return saved


def remember(events: Iterable[tuple[ResponseEvent, Outcome]], at: datetime) -> None:
    """Append events; one that is there already stays as it was, and one that was applied is not news any more.

    A save that was kept aside and counts after all, because it came again with the hand-in, is told of twice.
    """
    rows = []
    for event, outcome in events:
        event.outcome, event.received_at = outcome, at
        rows.append(event)
    if others := [row for row in rows if row.outcome != Outcome.APPLIED]:
        there = ResponseEvent.objects.filter(item__in={row.item_id for row in others}, outcome=Outcome.APPLIED)
        applied = set(there.values_list("item", "client", "epoch", "seq"))
        rows = [row for row in rows if row.outcome == Outcome.APPLIED or _name(row) not in applied]
    ResponseEvent.objects.bulk_create(rows, ignore_conflicts=True)


def _name(event: ResponseEvent) -> tuple[int, str, int, int]:
    return event.item_id, event.client, event.epoch, event.seq


def _against(item: Item, event: ResponseEvent) -> Saved | None:
    """A save that would take back a stored step. The attempt's row is ours, so nobody takes another meanwhile.

    Only kinds answered step by step are asked, so that no other save pays for it.
    """
    version = item.question_version
    kind = kinds.get(version.kind)
    if not kind.by_steps:
        return None
    kept = Response.objects.get(item=item)
    if kind.follows(version.body, kept.body, event.body):
        return None
    if kind.follows(version.body, event.body, kept.body):
        if (event.epoch, event.seq) <= (kept.epoch, kept.seq):
            return None  # an earlier step of the same way, arriving late: merely old
        words = _("This case has gone on since, in another window. The page now shows how it stands.")
    else:
        words = _("Another choice was taken at this step before, in another window. That one stands.")
    return Saved(Outcome.NOT_NEXT, kept.epoch, kept.seq, words)


def _superseded(item: Item, event: ResponseEvent) -> Saved:
    """Older than what is kept, unless it is a retry of the very save that is kept."""
    kept = Response.objects.get(item=item)
    retry = (kept.epoch, kept.seq, kept.client) == (event.epoch, event.seq, event.client)
    return Saved(Outcome.APPLIED if retry else Outcome.STALE, kept.epoch, kept.seq)


def _refused(attempt: Attempt, item: Item, now: datetime) -> Saved:
    stands = Attempt.objects.get(pk=attempt.pk)
    kept = Response.objects.only("epoch", "seq").get(item=item)
    if stands.is_over(now):
        in_time = stands.state != State.OPEN and stands.closed_by != ClosedBy.CLOCK
        words = _("This attempt is handed in.") if in_time else _("The time is up. Your saved answers were handed in.")
        return Saved(Outcome.CLOSED if in_time else Outcome.LATE, stands.writer_epoch, kept.seq, words)
    words = _("Another window has taken over this attempt. This answer is kept aside there.")
    return Saved(Outcome.OTHER_TAB, stands.writer_epoch, kept.seq, words)
