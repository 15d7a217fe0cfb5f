"""A small academy: hygiene, depth after it, a programme over both, and a place for files."""

from collections.abc import Callable
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from certificates import issuing, throttling
from certificates.dates import academy_zone
from certificates.models import Achievement, Certificate
from courses.models import Course, Programme

Earn = Callable[..., Certificate]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Settings) -> Path:
    """Every test's files are its own."""
    private = {**settings.STORAGES["private"]}
    private["OPTIONS"] = {**private["OPTIONS"], "location": str(tmp_path / "private")}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    settings.SITE_URL = "https://academy.example"
    return tmp_path / "private"


@pytest.fixture(autouse=True)
def _nobody_asked_yet() -> None:
    """What this process counted for the test before counts no more."""
    throttling.forget()


@pytest.fixture
def programme(db: None) -> Programme:
    return Programme.objects.create(slug="theory", title="Theory")


@pytest.fixture
def hygiene(programme: Programme) -> Course:
    course = Course.objects.create(programme=programme, code="M1", slug="clean", title="Hygiene", validity_months=12)
    Achievement.objects.create(
        course=course,
        slug="clean",
        title="Hygiene and infection control",
        validity_months=12,
        areas=["Hand hygiene", "Sharps"],
        sentences=[
            "It shows tested knowledge on the day of issue. It is neither a licence nor proof of practical skill."
        ],
    )
    return course


@pytest.fixture
def depth(programme: Programme, hygiene: Course) -> Course:
    course = Course.objects.create(programme=programme, code="M2", slug="deep", title="Depth", validity_months=24)
    course.prerequisites.add(hygiene)
    Achievement.objects.create(course=course, slug="deep", title="Depth control", validity_months=24)
    return course


@pytest.fixture
def competence(programme: Programme, hygiene: Course, depth: Course) -> Achievement:
    return Achievement.objects.create(
        programme=programme,
        slug="theory-competence",
        title="Certificate of competence",
        validity_months=24,
        areas=["Hygiene", "Depth"],
        current_while=hygiene.achievement,
    )


@pytest.fixture
def earn() -> Earn:
    """Award a course's or a programme's certificate, as of `days_ago`, without the way there."""

    def award(holder: User, achievement: Achievement, *, days_ago: int = 0, **changes: Any) -> Certificate:
        same_hour = timezone.now().astimezone(academy_zone()) - timedelta(days=days_ago)
        now = same_hour.astimezone(UTC)  # where clocks go back an hour, no moment equals that of another zone
        words = issuing.words(achievement, holder.name, now=now) | changes
        return Certificate.objects.create(holder=holder, achievement=achievement, **words)

    return award


@pytest.fixture
def certificate(tess: User, hygiene: Course, earn: Earn) -> Certificate:
    """Tess's hygiene certificate, standing, not drawn yet."""
    return earn(tess, hygiene.achievement)


@pytest.fixture
def today() -> date:
    from certificates.dates import academy_today

    return academy_today()
