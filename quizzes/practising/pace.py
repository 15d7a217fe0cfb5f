"""How long practice takes: seconds a question of each kind, days, and what fits into one sitting."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

SITTING = 600  # seconds
NEW_A_DAY = 10  # cards never answered before
USUAL = 60
SECONDS = {
    "true_false": 25,
    "single_choice": 40,
    "short_text": 40,
    "multiple_response": 50,
    "numeric": 55,
    "depth_band": 55,
    "hotspot": 55,
    "colour_match": 65,
    "matching": 70,
    "ordering": 75,
    "matrix": 75,
    "scenario": 110,
}


def seconds(kind: str) -> int:
    return SECONDS.get(kind, USUAL)


def minutes(total: int) -> int:
    """Rounded up: nobody minds being done early."""
    return max(1, -(-total // 60))


def fitting(kinds: Iterable[str]) -> int:
    """How many of these questions, in this order, make one sitting: at least one, if there is any."""
    used = count = 0
    for kind in kinds:
        used += seconds(kind)
        if count and used > SITTING:
            break
        count += 1
    return count


def today(at: datetime) -> date:
    """The calendar day where the academy is."""
    return at.astimezone(ZoneInfo(settings.ACADEMY_TIME_ZONE)).date()


def start_of(day: date) -> datetime:
    """The moment that day begins there."""
    return timezone.make_aware(datetime.combine(day, time()), ZoneInfo(settings.ACADEMY_TIME_ZONE))
