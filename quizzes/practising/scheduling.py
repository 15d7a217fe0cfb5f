"""When a card comes again, by the FSRS library. Plain values only: a state, a rating, a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any

from fsrs import Card, Rating, Scheduler

LONGEST = 365  # days: what is certified for a year is asked once a year at the least

# Whole days, no steps of minutes: what was missed comes again the next day, in another sitting. Without chance, so that
# the same answers always lead to the same day.
SCHEDULER = Scheduler(
    desired_retention=0.9, learning_steps=(), relearning_steps=(), maximum_interval=LONGEST, enable_fuzzing=False
)


def rate(share: Fraction, *, easy: bool = False) -> int:
    """Wrong, partly right, right; easy only where the trainee says so of a right answer."""
    if share >= 1:
        return Rating.Easy if easy else Rating.Good
    return Rating.Hard if share > 0 else Rating.Again


def review(state: dict[str, Any], rating: int, day: date) -> tuple[dict[str, Any], date]:
    """The card's next state and the day it comes again, always after `day`. An empty state is a card never answered."""
    noon = datetime.combine(day, time(12), UTC)  # the library counts whole days between two moments
    before = Card.from_dict(state) if state else Card(card_id=0, due=noon)  # type: ignore[arg-type]
    after, _log = SCHEDULER.review_card(before, Rating(rating), review_datetime=noon)
    return dict(after.to_dict()), after.due.date()
