"""Colours are picked, ranked, adjusted and mixed by keyboard; the picture follows and the answer is what was set."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from courses.models import Course
from quizzes import kinds
from quizzes.models import Attempt, Item, Question, QuestionVersion, Response
from tests.browser import papers
from tests.browser.conftest import Windows
from tests.browser.test_every_page import AXE, RUN_AXE, THEMES, WIDTHS, sideways
from tests.cast import person
from tests.quizzes import bank, making

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("PICTURES", "")
MODES = ("choose_closest", "rank", "verdict", "adjust", "mix")


def entry(mode: str) -> dict[str, Any]:
    """As the bank asks it; what the bank has none of, as the kind's own example."""
    for each in (*bank.entries(), *(example.source for example in kinds.get("colour_match").examples)):
        if each["kind"] == "colour_match" and each["mode"] == mode:
            return dict(each)
    raise LookupError(mode)


def ask(course: Course, mode: str) -> None:
    source = entry(mode)
    body, key = kinds.get("colour_match").parse(source)
    question = Question.objects.create(programme=course.programme, course=course, ref=f"Q-{mode}")
    question.current = QuestionVersion.objects.create(
        question=question,
        number=1,
        kind="colour_match",
        stem=source["stem"],
        body=body,
        key=key,
        feedback=source["feedback"],
        objective="M1.1a",
        content_hash=mode,
        mark=making.MARK,
    )
    question.save(update_fields=["current"])


@pytest.fixture(scope="module")
def attempt(database: None) -> Attempt:
    course = making.make_course("colours", lessons=1)
    for mode in MODES:
        ask(course, mode)
    quiz = making.make_quiz(course, {"M1.1a": len(MODES)})
    tess = person("tess-colours@example.com", "Tess Trainee")
    making.study_all(tess, course)
    return quiz.begin(tess, declared=True)


@pytest.fixture
def tess(attempt: Attempt) -> User:
    return attempt.trainee


def item(attempt: Attempt, mode: str) -> Item:
    return next(each for each in making.items_of(attempt) if each.question_version.body["mode"] == mode)


@pytest.fixture
def page(windows: Windows, tess: User, attempt: Attempt) -> Page:
    page = windows.open(tess, reduced_motion="reduce", viewport={"width": 1440, "height": 900})
    papers.open_paper(page, attempt)
    return page


def go_to(page: Page, asked: Item) -> Locator:
    papers.go_to(page, asked.position)
    return papers.question(page, asked.position)


def saved(page: Page, asked: Item) -> Any:
    expect(papers.state(page)).to_have_text("Saved")
    return Response.objects.get(item=asked).body


def fill_of(question: Locator) -> str:
    """The colour of the sample or the mixture in view."""
    return str(question.locator("[data-mine] rect").get_attribute("fill"))


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_is_fit_to_be_seen(page: Page, attempt: Attempt, mode: str) -> None:
    asked = item(attempt, mode)
    go_to(page, asked)
    if mode != "verdict":
        papers.give(page, asked)
    page.evaluate(AXE)
    wrongs = []
    for width, height in {**WIDTHS, 360: 740, 320: 256}.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in THEMES if width in WIDTHS else THEMES[:1]:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            wrongs += [f"{theme} {width}: {finding}" for finding in page.evaluate(RUN_AXE)]
            if PICTURES:
                page.screenshot(path=Path(PICTURES, f"colour-{mode}-{theme}-{width}.png"), full_page=True)
        wrongs += sideways(page, width)
    page.emulate_media(forced_colors="active", color_scheme="light")
    if PICTURES:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.screenshot(path=Path(PICTURES, f"colour-{mode}-forced-1440.png"), full_page=True)

    assert not list(dict.fromkeys(wrongs))
