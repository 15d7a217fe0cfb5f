"""Practice by keyboard and without a script; a checked answer in a paper that is written by its script."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from quizzes.models import Attempt, Card, Item, ItemCheck, PracticeAnswer, Quiz, Response
from quizzes.practising import dealing
from tests import school
from tests.browser import papers
from tests.browser.conftest import Windows
from tests.browser.practice import behaving

pytestmark = pytest.mark.browser


@pytest.fixture
def studied(tess: User) -> None:
    """A course that lets its questions be practised once its lessons are studied."""
    school.open_small()
    school.enrol_and_study(tess)
    Quiz.objects.filter(course__slug="needles").update(current=None)
    assert dealing.deal(tess)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_sitting_from_today_to_its_end(windows: Windows, tess: User, studied: None, scripts: bool) -> None:
    page = windows.open(tess, java_script_enabled=scripts)
    page.goto("/today/")
    page.locator("main").get_by_role("link", name="Practise").click()
    page.get_by_role("button", name="Practise now").click()
    total = Card.objects.of(tess).count()

    for number in range(1, total + 1):
        expect(page.get_by_text(f"Question {number} of {total}", exact=True)).to_be_visible()
        page.get_by_role("button", name="I do not know").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Not known yet")).to_be_visible()
        expect(page.get_by_text("It comes again tomorrow.")).to_be_visible()
        page.get_by_role("link", name="Next question" if number < total else "Finish").focus()
        page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("That is enough for today")
    assert PracticeAnswer.objects.filter(card__trainee=tess).count() == total


def test_back_and_reload_ask_nothing_twice(windows: Windows, tess: User, studied: None) -> None:
    page = windows.open(tess)
    page.goto("/practice/")
    page.get_by_role("button", name="Practise now").click()
    expect(page.get_by_role("button", name="I do not know")).to_be_visible()  # a click does not wait for its page
    question = page.url
    page.reload()
    page.get_by_role("button", name="I do not know").click()
    expect(page.get_by_text("Not known yet")).to_be_visible()
    told = page.url
    page.go_back()
    expect(page.get_by_text("Not known yet")).to_have_count(0)
    page.get_by_role("button", name="I do not know").click()

    expect(
        page.get_by_text("You have answered this question already.").or_(page.get_by_text("Not known yet")).first
    ).to_be_visible()
    page.goto(told)
    assert question != told
    assert PracticeAnswer.objects.values("card", "turn").distinct().count() == PracticeAnswer.objects.count()


def test_a_checked_answer_is_what_was_typed_and_stays(windows: Windows, tess: User) -> None:
    school.open_small()
    behaving(Quiz.objects.get(course__slug="needles"), "check")
    school.enrol_and_study(tess)
    attempt = school.begin(tess)
    page = windows.open(tess)
    papers.open_paper(page, attempt)
    item = school.items_of(attempt)[0]

    papers.give(page, item)
    papers.question(page, 1).get_by_role("button", name="Check this answer").click()

    expect(papers.question(page, 1).locator(".checked-answer")).to_contain_text("Right")
    expect(papers.question(page, 1).locator("fieldset[disabled]").first).to_be_visible()
    assert ItemCheck.objects.get().response == Response.objects.get(item=item).body
    page.locator(f'[name="i{item.pk}-flag"]').check()
    papers.expect_saved(page)
    second = school.items_of(attempt)[1]
    papers.go_to(page, 2)
    papers.give(page, second)
    papers.expect_saved(page)
    hand_in(page_attempt=attempt, item=item)


def hand_in(*, page_attempt: Attempt, item: Item) -> None:
    """What was told is what is marked."""
    result = Attempt.objects.get(pk=page_attempt.pk).submit([], client="test")
    assert result
    check = ItemCheck.objects.get()
    assert item.markings.get().mark == check.mark
