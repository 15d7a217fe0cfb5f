"""Calendar days where the academy is: what is issued and what expires is said in days, not in moments."""

from calendar import monthrange
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def academy_zone() -> ZoneInfo:
    return ZoneInfo(settings.ACADEMY_TIME_ZONE)


def academy_day(moment: datetime) -> date:
    """The calendar day that moment falls on where the academy is."""
    return moment.astimezone(academy_zone()).date()


def academy_today() -> date:
    return academy_day(timezone.now())


def months_later(day: date, months: int) -> date:
    """By the calendar; the last day of the month where the same day does not exist (29 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
