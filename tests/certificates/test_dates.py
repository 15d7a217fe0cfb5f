"""Issue and expiry are calendar days where the academy is; a certificate stands through the end of its last day."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from pytest_django import Settings

from accounts.models import User
from certificates import issuing
from certificates.dates import academy_day, months_later
from certificates.models import Certificate, Standing
from courses.models import Course


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 11, 23), 12, date(2027, 11, 23)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 30), 13, date(2027, 12, 30)),
    ],
)
def test_months_go_by_the_calendar(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


def test_a_day_begins_where_the_academy_is(settings: Settings) -> None:
    moment = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)

    settings.ACADEMY_TIME_ZONE = "Europe/London"
    assert academy_day(moment) == date(2026, 7, 1)
    settings.ACADEMY_TIME_ZONE = "America/New_York"
    assert academy_day(moment) == date(2026, 6, 30)


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "America/Los_Angeles"])
def test_it_stands_to_the_last_moment_of_its_last_day_there(
    zone: str, tess: User, hygiene: Course, settings: Settings
) -> None:
    settings.ACADEMY_TIME_ZONE = zone
    with time_machine.travel(datetime(2028, 2, 29, 12, tzinfo=ZoneInfo(zone)), tick=False):
        issuing.award(hygiene.achievement, tess, earned_at=datetime(2028, 2, 29, 12, tzinfo=ZoneInfo(zone)))
    certificate = Certificate.objects.get()

    assert (certificate.issued_on, certificate.expires_on) == (date(2028, 2, 29), date(2029, 2, 28))
    with time_machine.travel(datetime(2029, 2, 28, 23, 59, 59, tzinfo=ZoneInfo(zone)), tick=False):
        assert certificate.standing == Standing.VALID.value
    with time_machine.travel(datetime(2029, 3, 1, 0, 0, 0, tzinfo=ZoneInfo(zone)), tick=False):
        assert certificate.standing == Standing.EXPIRED.value
