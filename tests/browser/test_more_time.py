"""Time that is granted while a paper is open reaches the window it is written in."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from quizzes import accommodating
from quizzes.models import Attempt
from tests import school
from tests.browser import papers
from tests.browser.conftest import Windows
from tests.cast import person

pytestmark = pytest.mark.browser


@pytest.fixture
def attempt(tess: User) -> Attempt:
    school.enrol_and_study(tess)
    return school.begin(tess)


def grant(trainee: User) -> None:
    ines = User.objects.filter(email="ines@example.com").first() or person("ines@example.com", "Ines Instructor")
    accommodating.grant(trainee, quiz=None, by=ines, reason="A letter.", extra_minutes=20)


def nearly_over(attempt: Attempt, seconds: int) -> None:
    """As if it had begun earlier: the time runs out in a moment."""
    end = timezone.now() + timedelta(seconds=seconds)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=end, hard_deadline_at=end + timedelta(seconds=30))


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_it_is_told_with_the_next_save(windows: Windows, tess: User, attempt: Attempt) -> None:
    page = windows.open(tess)
    papers.open_paper(page, attempt)
    grant(tess)

    papers.give(page, school.items_of(attempt)[0])

    told = page.locator("time-left [data-spoken]")
    expect(told).to_contain_text("You were given more time")
    expect(told).to_be_visible()
    picture(page, "more-time")


@pytest.mark.parametrize("rest", ["", "hand-in/"])
def test_a_window_whose_time_runs_out_asks_before_it_hands_in(
    windows: Windows, tess: User, attempt: Attempt, rest: str
) -> None:
    nearly_over(attempt, 8)
    page = windows.open(tess)
    page.goto(f"{attempt.get_absolute_url()}{rest}")
    expect(page.locator("time-left [data-shown]")).to_contain_text("0:0")
    grant(tess)

    expect(page.locator("time-left [data-spoken]")).to_contain_text("You were given more time")

    assert Attempt.objects.get(pk=attempt.pk).is_open
    assert page.url.endswith(f"{attempt.get_absolute_url()}{rest}")
