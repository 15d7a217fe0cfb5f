"""What practice has shown a trainee: papers that count use such questions later than others."""

from __future__ import annotations

from accounts.models import User
from quizzes.models.attempt import Mode
from quizzes.models.item import Item
from quizzes.models.practice import Card


def practised(trainee: User) -> set[int]:
    """Ids of the questions whose answers practice has told; one query."""
    cards = Card.objects.of(trainee).filter(turn__gt=0).order_by().values_list("question", flat=True)
    rounds = Item.objects.filter(attempt__trainee=trainee, attempt__mode=Mode.PRACTICE).order_by()
    return set(cards.union(rounds.values_list("question", flat=True)))
