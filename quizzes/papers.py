"""A frozen paper as a page may show it: no key and no feedback is even read from the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse

from quizzes import kinds
from quizzes.kinds.base import Fields, Kind
from quizzes.models.answer_file import AnswerFile
from quizzes.models.attempt import Attempt, Outcome
from quizzes.models.item import Item, ResponseEvent

if TYPE_CHECKING:
    from quizzes.models.item import Response


# What a page of the paper needs; above all, not the key.
SHOWN = (
    *("attempt", "position", "section", "drawn", "max_mark"),
    *("question_version__kind", "question_version__stem", "question_version__body"),
    *("response__body", "response__flagged", "response__epoch", "response__seq"),
)


@dataclass(frozen=True)
class PaperItem:
    """One question with its control's context and the answer kept now."""

    item: Item
    kind: Kind
    template: str  # the control: include with q=public, prefix=prefix, value=fields
    stem: str
    public: dict[str, Any]
    fields: Fields  # the kept answer as form fields, without the prefix
    answered: bool
    flagged: bool
    epoch: int  # the numbers of the kept answer: the next save goes above them
    seq: int
    position: int
    section: int
    max_mark: int  # 1/10 000

    @property
    def prefix(self) -> str:
        """What the names of this item's form fields start with."""
        return f"i{self.item.pk}-"


@dataclass(frozen=True)
class KeptAside:
    """An answer from a window that was taken over; the trainee may still want it."""

    event: ResponseEvent
    item_id: int
    position: int
    fields: Fields
    words: list[str]  # the answer in words
    usable: bool  # not where it would take back a step that was stored since
    received_at: datetime


def read(attempt: Attempt) -> list[PaperItem]:
    return _shown(attempt, _items(attempt))


def read_one(attempt: Attempt, item_id: int) -> PaperItem:
    """One question of the paper as it stands now. Raises Item.DoesNotExist for one of another paper."""
    return _shown(attempt, [_items(attempt).get(pk=item_id)])[0]


def _items(attempt: Attempt) -> QuerySet[Item]:
    return (
        Item.objects.filter(attempt=attempt)
        .select_related("question_version", "response")
        .only(*SHOWN)
        .order_by("position")
    )


def _shown(attempt: Attempt, items: Iterable[Item]) -> list[PaperItem]:
    items = list(items)
    named = {(item.response.body or {}).get("file") for item in items if _is_by_person(item)} - {None}
    files = AnswerFile.objects.in_bulk(named) if named else {}
    return [_item(item, files, read_outs=attempt.read_outs) for item in items]


def _is_by_person(item: Item) -> bool:
    return kinds.get(item.question_version.kind).by_person


def _item(item: Item, files: Mapping[int, AnswerFile], *, read_outs: bool) -> PaperItem:
    version = item.question_version
    response: Response = item.response
    kind = kinds.get(version.kind)
    public = kind.shown(version.body, item.drawn, response.body, read_outs=read_outs)
    if public.get("takes_file"):
        public |= _file_of(item, files)
    return PaperItem(
        item=item,
        kind=kind,
        template=kind.template,
        stem=version.stem,
        public=public,
        fields=kind.fields(version.body, item.drawn, response.body),
        answered=response.body is not None,
        flagged=response.flagged,
        epoch=response.epoch,
        seq=response.seq,
        position=item.position,
        section=item.section,
        max_mark=item.max_mark,
    )


def _file_of(item: Item, files: Mapping[int, AnswerFile]) -> dict[str, Any]:
    """Where a file is sent, and the one that belongs to the answer now."""
    row = files.get((item.response.body or {}).get("file", 0))
    return {
        "upload": reverse("quizzes:file_create", args=[item.attempt_id, item.pk]),
        "file": {"name": row.name, "href": row.get_absolute_url()} if row and row.item_id == item.pk else None,
    }


def kept_aside(attempt: Attempt) -> list[KeptAside]:
    """The last such answer of each item, unless it equals what counts or was followed by a newer answer."""
    aside = ResponseEvent.objects.filter(item__attempt=attempt, outcome__in=(Outcome.OTHER_TAB, Outcome.STALE))
    if not aside.exists():  # as nearly always: a question much cheaper than the next
        return []
    events = (
        aside.select_related("item__question_version", "item__response")
        .defer("item__question_version__key", "item__question_version__feedback")
        .order_by("pk")
    )
    latest: dict[int, ResponseEvent] = {}
    for event in events:
        response = event.item.response
        own = event.outcome == Outcome.STALE and event.client == response.client
        answered_since = response.saved_at is not None and response.saved_at > event.received_at
        if own or answered_since or event.body is None or event.body == response.body:
            latest.pop(event.item_id, None)
        else:
            latest[event.item_id] = event
    return [_aside(event) for event in sorted(latest.values(), key=lambda event: event.item.position)]


def _aside(event: ResponseEvent) -> KeptAside:
    version = event.item.question_version
    kind = kinds.get(version.kind)
    return KeptAside(
        event=event,
        item_id=event.item_id,
        position=event.item.position,
        fields=kind.fields(version.body, event.item.drawn, event.body),
        words=kind.answer_words(version.body, event.item.drawn, event.body),
        usable=kind.follows(version.body, event.item.response.body, event.body),
        received_at=event.received_at,
    )
