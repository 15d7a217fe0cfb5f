"""From signing up to a certificate that a stranger can check, in one browser."""

import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from certificates.models import Certificate
from quizzes.models import Attempt, Item
from tests import school
from tests.browser import papers
from tests.browser.conftest import Windows
from tests.cast import person

pytestmark = pytest.mark.browser
NAME = "Željka O’Neill"


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()


def follow(page: Page, label: str) -> None:
    page.get_by_role("link", name=label, exact=True).click()


def sign_up(page: Page) -> User:
    page.goto("/")
    page.get_by_role("link", name="Create account").first.click()
    page.get_by_role("textbox", name="E-mail").fill("zeljka@example.com")
    page.get_by_role("textbox", name="Password").fill("a plain long password")
    page.get_by_label("I agree to the terms and the privacy notice").check()
    page.get_by_label("I am at least 18 years old").check()
    press(page, "Create account")
    newcomer = page.url
    follow(page, "Read the code in the demo mailbox")
    page.locator(".ways-list a").first.click()
    code = re.search(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", page.locator(".letter").inner_text(), re.MULTILINE)
    assert code, page.locator(".letter").inner_text()
    page.goto(newcomer)
    page.get_by_role("textbox", name="Code").fill(code[0])
    press(page, "Confirm")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    return User.objects.get(email="zeljka@example.com")


def study_needles(page: Page) -> None:
    page.goto("/courses/")
    follow(page, "Needles")
    press(page, "Enrol")
    expect(page.get_by_text("You are enrolled in Needles.")).to_be_visible()
    follow(page, "Open the lesson")
    page.get_by_label("Until it is blunt").check()
    press(page, "Check my answer")
    expect(page.get_by_text("Not right yet")).to_be_visible()
    page.get_by_label("Once").check()
    press(page, "Check my answer")
    expect(page.locator(".verdict-line--pass")).to_contain_text("Right")
    page.get_by_role("button", name="Mark as studied").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The steps")
    page.get_by_role("button", name="Mark as studied").click()


def begin_quiz(page: Page, person: User) -> Attempt:
    page.goto("/today/")
    follow(page, "Continue")
    follow(page, "Confirm your name")
    page.get_by_role("textbox", name=re.compile("name", re.IGNORECASE)).fill(NAME)
    press(page, "Confirm this name")
    page.get_by_label("I declare that the answers will be my own work").check()
    with page.expect_response("**/claim/"):
        press(page, "Begin the attempt")
    return Attempt.objects.get(trainee=person)


def decode(pdf: Path) -> str:
    """What a telephone sees when it looks at the printed page."""
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", pdf, pdf.with_suffix("")], check=True)
    found = subprocess.run(
        ["zbarimg", "--quiet", "--raw", pdf.with_suffix(".png")], check=True, capture_output=True, text=True
    )
    return min(found.stdout.split(), key=len)  # the other one is for checks without a connection


def test_from_signing_up_to_a_checked_certificate(
    windows: Windows, small_school: None, settings: Any, tmp_path: Path
) -> None:
    settings.DEMO = True  # whoever has no account yet reads the code on a page
    page = windows.open()

    # sign up, study, begin
    person = sign_up(page)
    study_needles(page)
    attempt = begin_quiz(page, person)

    # the network goes, the window too
    first, *others = school.items_of(attempt)
    papers.give(page, first)
    papers.expect_saved(page)
    page.context.set_offline(True)
    for item in others:
        papers.go_to(page, item.position)
        papers.give(page, item)
    expect(papers.state(page)).to_have_text(papers.ON_DEVICE)
    page.close()

    # both come back
    page = windows.contexts[0].new_page()
    page.context.set_offline(False)
    page.goto("/today/")
    page.goto(f"/quizzes/attempts/{attempt.pk}/")
    papers.expect_saved(page)
    for item in others:
        assert papers.is_right(page, item)

    # hand in
    page.get_by_role("button", name="Look over and hand in").last.click()
    expect(page.get_by_text("Every question has an answer.")).to_be_visible()
    press(page, "Hand in")
    expect(page.get_by_role("heading", level=1)).to_have_text("Passed")

    # the certificate
    follow(page, "Your certificates")
    follow(page, "Needles")
    expect(page.get_by_role("button", name="Copy the link")).to_be_visible()
    with page.expect_download() as waiting:
        follow(page, "Download the PDF")
    pdf = tmp_path / "certificate.pdf"
    waiting.value.save_as(pdf)
    words = subprocess.run(["pdftotext", pdf, "-"], check=True, capture_output=True, text=True).stdout
    assert NAME in words
    address = decode(pdf)
    assert Certificate.objects.get(holder=person).code in address.upper()

    # anyone checks it
    stranger = windows.open()
    stranger.goto(urlsplit(address).path)
    expect(stranger.get_by_role("status").first).to_contain_text("Valid")
    expect(stranger.get_by_role("heading", level=1)).to_have_text(NAME)


def test_a_failed_attempt_ends_in_a_plan(windows: Windows, tess: User) -> None:
    quiz = school.enrol_and_study(tess).course.quiz
    page = windows.open(tess)
    page.goto(quiz.get_absolute_url())
    page.get_by_label("I declare that the answers will be my own work").check()
    press(page, "Begin the attempt")
    page.get_by_role("button", name="Look over and hand in").last.click()
    expect(page.get_by_text("4 questions are not answered")).to_be_visible()
    press(page, "Hand in")

    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed this time")
    expect(page.get_by_text("You have 2 attempts left now.")).to_be_visible()
    expect(page.get_by_role("link", name="One needle, one client")).to_be_visible()


def test_what_was_missed_is_put_right_and_the_certificate_released(windows: Windows, small_school: None) -> None:
    trainee, attempt = someone_asked_two_critical_questions()
    page = windows.open(trainee)

    # all known but one critical question: passed, and held
    papers.open_paper(page, attempt)
    missed = next(item for item in school.items_of(attempt) if item.question_version.is_critical)
    for item in school.items_of(attempt):
        papers.go_to(page, item.position)
        papers.give(page, item, another_choice(item) if item == missed else None)
    page.get_by_role("button", name="Look over and hand in").last.click()
    press(page, "Hand in")
    expect(page.get_by_role("heading", level=1)).to_have_text("Passed, with one thing left")
    assert not Certificate.objects.filter(holder=trainee).exists()

    # the feedback, then the question once more
    press(page, "Read the feedback")
    expect(page.get_by_text("Safety-critical.")).to_be_visible()
    press(page, "Begin the follow-up")
    (again,) = school.items_of(Attempt.objects.get(follows=attempt))
    papers.give(page, again)
    page.get_by_role("button", name="Look over and hand in").last.click()
    press(page, "Hand in")

    expect(page.get_by_role("heading", level=1)).to_have_text("All right now")
    follow(page, "Your certificates")
    expect(page.get_by_role("link", name="Needles", exact=True)).to_be_visible()
    assert Certificate.objects.filter(holder=trainee).count() == 1


def someone_asked_two_critical_questions() -> tuple[User, Attempt]:
    """Only then can one of them be missed and the paper be passed."""
    while True:
        trainee = person(f"{uuid4()}@example.com", "Tess Trainee")
        school.enrol_and_study(trainee)
        attempt = school.begin(trainee)
        if sum(item.question_version.is_critical for item in school.items_of(attempt)) == 2:
            return trainee, attempt


def another_choice(item: Item) -> dict[str, list[str]]:
    """Not the right one."""
    return {"choice": ["1" if school.right_answer(item)["choice"] == ["0"] else "0"]}
