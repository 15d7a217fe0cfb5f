"""One sitting of practice: begun, answered card by card, each once, and nothing of it counts."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from quizzes import kinds
from quizzes.kinds.base import Drawn, Response
from quizzes.models.practice import Card, PracticeAnswer, PracticeEase, PracticeSitting, Rating
from quizzes.practising import asking, dealing, pace, scheduling, telling

LONGEST = 3600  # seconds: longer than this, somebody was away


def begin(trainee: User, at: datetime | None = None) -> PracticeSitting | None:
    """Today's open sitting, or a new one of what is due; None when nothing is."""
    now = at or timezone.now()
    since = pace.start_of(pace.today(now))
    open_one = PracticeSitting.objects.filter(trainee=trainee, begun_at__gte=since).last()
    if open_one:
        coming, _done, _total = asking.next_of(open_one)
        if coming:
            return open_one
    dealing.deal(trainee, now)
    cards = asking.plan(trainee, now)
    if not cards:
        return None
    return PracticeSitting.objects.create(trainee=trainee, cards=[[card.pk, card.turn] for card in cards], begun_at=now)


def drawn(card: Card) -> Drawn:
    """What chance decides for the card's coming turn: the same at every look, another at every turn."""
    version = card.question.current
    if version is None:
        return {}
    rng = Random(f"{card.pk}:{card.turn}:{version.pk}")  # noqa: S311  a draw that can be repeated, no secret
    return kinds.get(version.kind).draw(version.body, rng)


def answer(card: Card, sitting: PracticeSitting, response: Response, *, seconds: int | None = None) -> PracticeAnswer:
    """Mark and remember it, and let the card come again when it should. A second answer to the same turn changes
    nothing and returns the first. `card` comes with its question's current version."""
    version = card.question.current
    if version is None:
        raise ValueError("This card has nothing to ask.")
    now = timezone.now()
    chance = drawn(card)
    told = telling.tell(version, chance, response)
    rating = scheduling.rate(told.fraction)
    state, day = scheduling.review(card.state, rating, pace.today(now))
    due_at, turn = pace.start_of(day), card.turn + 1
    with transaction.atomic():
        # Guard first: of two windows, one finds the card at this turn.
        mine = Card.objects.filter(pk=card.pk, turn=card.turn)
        changes: dict[str, Any] = {"turn": turn, "state": state, "due_at": due_at}
        if not card.turn:
            changes["first_answered_at"] = now
        if not mine.update(**changes):
            return PracticeAnswer.objects.get(card=card, turn=turn)
        return PracticeAnswer.objects.create(
            card=card,
            turn=turn,
            sitting=sitting,
            question_version=version,
            drawn=chance,
            response=response,
            share=told.share,
            rating=rating,
            before=card.state,
            due_at=due_at,
            seconds=seconds if seconds is not None and 0 <= seconds <= LONGEST else None,
            answered_at=now,
        )


def may_be_easy(answered: PracticeAnswer) -> bool:
    """Right, not said yet, and the card was not answered again since."""
    return answered.rating == Rating.GOOD and not hasattr(answered, "ease") and answered.card.turn == answered.turn


def say_easy(answered: PracticeAnswer) -> PracticeEase | None:
    """“That was easy”: the same review again, rated so. Safe to repeat; None when it cannot be said any more."""
    if answered.rating != Rating.GOOD:
        return None
    state, day = scheduling.review(answered.before, Rating.EASY, pace.today(answered.answered_at))
    due_at = pace.start_of(day)
    with transaction.atomic():
        if not Card.objects.filter(pk=answered.card_id, turn=answered.turn).update(state=state, due_at=due_at):
            return None
        ease, _made = PracticeEase.objects.get_or_create(answer=answered, defaults={"due_at": due_at})
    return ease
