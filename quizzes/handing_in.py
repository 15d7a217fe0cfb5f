"""Closes an attempt and says what it was worth: by the trainee's hand or by the clock, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from types import MappingProxyType

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from quizzes import concluding, files, grading, kinds, saving
from quizzes.kinds.base import Response as Body
from quizzes.kinds.base import Unreadable
from quizzes.models.attempt import Answer, Attempt, ClosedBy, Outcome, State, TakenOver
from quizzes.models.item import Item, Response, ResponseEvent
from quizzes.models.item_check import ItemCheck
from quizzes.models.marking import Cause, Marking, Result

COLUMNS = ("epoch", "seq", "client", "body", "flagged", "saved_at", "active_seconds")  # what an answer writes


@dataclass
class _Arrived:
    """One answer as it was sent along with the hand-in."""

    item: Item
    epoch: int
    seq: int
    flagged: bool | None
    active: int = 0  # seconds in view
    body: Body = None
    unreadable: bool = False

    @property
    def turn(self) -> tuple[int, int]:
        return (self.epoch, self.seq)

    def follows(self, before: Body) -> bool:
        """Whether it may take the place of what is kept: a stored step of a case is never taken back."""
        version = self.item.question_version
        return kinds.get(version.kind).follows(version.body, before, self.body)


@dataclass
class _Kept:
    """What became of the answers sent along, before it is written in two statements."""

    client: str
    events: list[tuple[ResponseEvent, Outcome]] = field(default_factory=list)
    changed: list[Response] = field(default_factory=list)

    def note(self, answer: _Arrived, outcome: Outcome) -> None:
        event = ResponseEvent(
            item=answer.item,
            client=self.client,
            epoch=answer.epoch,
            seq=answer.seq,
            body=answer.body,
            flagged=answer.flagged,
        )
        self.events.append((event, outcome))

    def write(self, now: datetime) -> None:
        if self.changed:
            # The rows are all there: an insert that always meets them is half the work of bulk_update's CASE … WHEN.
            Response.objects.bulk_create(
                self.changed, update_conflicts=True, unique_fields=["pk"], update_fields=[*COLUMNS]
            )
        saving.remember(self.events, now)


def submit(
    attempt: Attempt,
    answers: Iterable[Answer],
    *,
    client: str,
    epoch: int | None = None,
    active: Mapping[int, int] = MappingProxyType({}),
) -> Result | None:
    now = timezone.now()
    items = _items(attempt)
    arrived = _read(items, answers, client, active)  # immutable rows and plain reading: before the write lock
    with transaction.atomic():
        guard = Attempt.objects.filter(pk=attempt.pk).accepting(now)
        if epoch is not None:
            guard = guard.filter(writer_epoch=epoch)
        finish = Case(When(deadline_at__lt=now, then=F("deadline_at")), default=Value(now))
        closed = guard.update(state=State.SUBMITTED, submitted_at=finish, closed_by=ClosedBy.TRAINEE)
        stands = _row(attempt)
        if not closed and not stands.is_over(now):
            raise TakenOver
        responses = _responses(stands)
        if closed:
            _apply(arrived, responses, stands, client, now)
            _grade(stands, items, responses, now)
        else:
            _keep_late(arrived, responses, stands, client, now)
    if not closed:
        stands.close_if_over(now)
    return _take_over(attempt, stands)


def close_if_over(attempt: Attempt, at: datetime) -> bool:
    if not attempt.is_open or not attempt.is_over(at):
        return False
    items = _items(attempt)
    with transaction.atomic():
        # Granted time moves the deadline in the row: the row decides, not what was read before.
        overdue = Attempt.objects.filter(pk=attempt.pk).overdue(at)
        closed = overdue.update(state=State.SUBMITTED, submitted_at=F("deadline_at"), closed_by=ClosedBy.CLOCK)
        stands = _row(attempt)
        if closed:
            _grade(stands, items, _responses(stands), at)
    _take_over(attempt, stands)
    return bool(closed)


def _row(attempt: Attempt) -> Attempt:
    """What the database says now, with all that grading and completing ask for."""
    return Attempt.objects.select_related("quiz_version", "quiz__programme", "trainee").get(pk=attempt.pk)


def _items(attempt: Attempt) -> list[Item]:
    items = list(Item.objects.filter(attempt=attempt).select_related("question_version").order_by("position"))
    for item in items:
        kinds.get(item.question_version.kind)  # found (at first: imported) before any lock is taken
    return items


def _responses(attempt: Attempt) -> dict[int, Response]:
    return {response.item_id: response for response in Response.objects.filter(item__attempt=attempt)}


def _take_over(attempt: Attempt, stands: Attempt) -> Result | None:
    """Let the caller's object say what the row says now."""
    for name in ("state", "submitted_at", "closed_by", "writer_epoch", "deadline_at", "hard_deadline_at", "saved_at"):
        setattr(attempt, name, getattr(stands, name))
    attempt.result = stands.result
    return attempt.result


def _read(items: list[Item], answers: Iterable[Answer], client: str, active: Mapping[int, int]) -> list[_Arrived]:
    """Answers that can be numbered; one that cannot be read is remembered and changes nothing."""
    by_id = {item.pk: item for item in items}
    arrived = []
    for item_id, data, epoch, seq, flagged in answers:
        if item_id not in by_id:
            raise Item.DoesNotExist
        if not saving.are_numbers(epoch, seq) or not saving.is_client(client):
            continue
        answer = _Arrived(by_id[item_id], epoch, seq, flagged, active.get(item_id, 0))
        try:
            answer.body = saving.read(answer.item, data)
        except Unreadable:
            answer.unreadable = True
        arrived.append(answer)
    foreign = files.foreign((answer.item, answer.body) for answer in arrived)
    for answer in arrived:
        if foreign and answer.body and (answer.item.pk, answer.body.get("file")) in foreign:
            answer.body, answer.unreadable = None, True
    return arrived


def _apply(
    arrived: list[_Arrived], responses: dict[int, Response], attempt: Attempt, client: str, now: datetime
) -> None:
    kept = _Kept(client)
    locked = ItemCheck.objects.locked(attempt)
    for answer in sorted(arrived, key=lambda answer: answer.turn):
        response = responses[answer.item.pk]
        held = locked.get(answer.item.pk)
        if held is not None and answer.body is None:  # a control that is shut sends nothing
            answer.body = held
        if held is not None and answer.body != held:
            kept.note(answer, Outcome.CHECKED)
        elif answer.unreadable:
            kept.note(answer, Outcome.UNREADABLE)
        elif answer.epoch > attempt.writer_epoch:  # no window was ever given this number
            kept.note(answer, Outcome.OTHER_TAB)
        elif answer.turn > (response.epoch, response.seq) and not answer.follows(response.body):
            kept.note(answer, Outcome.NOT_NEXT)
        elif answer.turn > (response.epoch, response.seq):
            response.epoch, response.seq, response.client = answer.epoch, answer.seq, client
            response.body, response.saved_at = answer.body, now
            response.active_seconds = max(response.active_seconds, answer.active)
            if answer.flagged is not None:
                response.flagged = answer.flagged
            if response not in kept.changed:
                kept.changed.append(response)
            kept.note(answer, Outcome.APPLIED)
        elif answer.body != response.body:  # an older one, or one of the same number from another page
            kept.note(answer, Outcome.STALE)
    kept.write(now)


def _keep_late(
    arrived: list[_Arrived], responses: dict[int, Response], attempt: Attempt, client: str, now: datetime
) -> None:
    """Answers that came after the end: remembered, never counted."""
    by_hand = attempt.state != State.OPEN and attempt.closed_by != ClosedBy.CLOCK
    kept = _Kept(client)
    for answer in arrived:
        response = responses[answer.item.pk]
        if answer.turn > (response.epoch, response.seq):
            kept.note(answer, Outcome.CLOSED if by_hand else Outcome.LATE)
    kept.write(now)


def _grade(attempt: Attempt, items: list[Item], responses: dict[int, Response], now: datetime) -> None:
    """Marks for every item that the machine can mark, and the result unless people have still to mark one."""
    markings = []
    for item in items:
        version, body = item.question_version, responses[item.pk].body
        kind = kinds.get(version.kind)
        if kind.by_person and kind.accept(version.body, body) is not None:
            continue
        marked = kind.mark(version.body, version.key, item.drawn, body, critical=version.is_critical)
        markings.append(
            Marking(
                item=item,
                question_version=version,
                marker_version=kind.version,
                mark=grading.mark_of(Fraction(marked.fraction), item.max_mark),
                critical_missed=marked.critical_missed,
                answered=marked.answered,
                detail=marked.detail,
                marked_at=now,
            )
        )
    Marking.objects.bulk_create(markings)
    if len(markings) < len(items):
        attempt.result = None
    else:
        concluding.conclude(attempt, markings, cause=Cause.HANDED_IN, at=now)
