"""Needles are set in a section, steps put in order, cases answered: by keys, by hand, without a script."""

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from quizzes import kinds
from quizzes.models import Attempt, Item, Quiz, Response
from tests.browser import papers
from tests.browser.conftest import Windows
from tests.browser.test_every_page import AXE, RUN_AXE, THEMES, WIDTHS, sideways
from tests.cast import person
from tests.quizzes import bank, making

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("PICTURES", "")


def of_bank(ref: str) -> dict[str, Any]:
    return dict(next(entry for entry in bank.entries() if entry["id"] == ref))


def example(kind: str, number: int) -> dict[str, Any]:
    return dict(kinds.get(kind).examples[number].source)


ASKED: dict[str, dict[str, Any]] = {
    "point": of_bank("Q-M2-002"),
    "value": example("depth_band", 3),
    "band": of_bank("Q-M2-011"),
    "order": of_bank("Q-M1-017"),
    "left-out": example("ordering", 1),
    "case": of_bank("Q-M1-042"),
    "case-of-three": example("scenario", 1),
}


@pytest.fixture(scope="module")
def quiz(database: None) -> Quiz:
    course = making.make_course("depths", lessons=1)
    for name, source in ASKED.items():
        making.add_entry(course, f"Q-{name}", source)
    return making.make_quiz(course, {"M1.1a": len(ASKED)})


@pytest.fixture
def tess(quiz: Quiz) -> User:
    """A new trainee for each test."""
    return person(f"tess-{uuid4()}@example.com", "Tess Trainee")


@pytest.fixture
def attempt(quiz: Quiz, tess: User) -> Attempt:
    assert quiz.course is not None
    making.study_all(tess, quiz.course)
    return quiz.begin(tess, declared=True)


@pytest.fixture
def page(windows: Windows, tess: User, attempt: Attempt) -> Page:
    page = windows.open(tess, reduced_motion="reduce", viewport={"width": 1440, "height": 900})
    papers.open_paper(page, attempt)
    return page


def item(attempt: Attempt, name: str) -> Item:
    return next(each for each in making.items_of(attempt) if each.question_version.question.ref == f"Q-{name}")


def go_to(page: Page, asked: Item) -> Locator:
    papers.go_to(page, asked.position)
    return papers.question(page, asked.position)


def saved(page: Page, asked: Item) -> Any:
    expect(papers.state(page)).to_have_text("Saved")
    return Response.objects.get(item=asked).body


def tap(question: Locator, depth: float, reach: float = 3) -> None:
    """On the drawing, right of its rule: 64 of its 400 units are air, 330 are skin."""
    drawing = question.locator("[data-section]")
    box = drawing.bounding_box()
    assert box
    drawing.click(position={"x": box["width"] / 2, "y": box["height"] * (64 + depth / reach * 330) / 400})


@pytest.mark.parametrize("name", ASKED)
def test_each_control_is_fit_to_be_seen(page: Page, attempt: Attempt, name: str) -> None:
    asked = item(attempt, name)
    question = go_to(page, asked)
    page.evaluate(AXE)
    wrongs = []
    for state in ("empty", "set"):
        if state == "set":
            papers.give(page, asked)
        for width, height in {**WIDTHS, 360: 740, 320: 256}.items():
            page.set_viewport_size({"width": width, "height": height})
            for theme in THEMES if width in WIDTHS else THEMES[:1]:
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                wrongs += [f"{state} {theme} {width}: {finding}" for finding in page.evaluate(RUN_AXE)]
                if PICTURES:
                    page.screenshot(path=Path(PICTURES, f"ctl-{name}-{state}-{theme}-{width}.png"), full_page=True)
            wrongs += sideways(page, width)
            if width >= 360:
                wrongs += [f"{width}: {text} is {size} px" for text, size in small_words(question)]
    if PICTURES:
        page.emulate_media(forced_colors="active", color_scheme="light")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.screenshot(path=Path(PICTURES, f"ctl-{name}-forced-1440.png"), full_page=True)

    assert not list(dict.fromkeys(wrongs))


def small_words(question: Locator) -> list[list[Any]]:
    """Words of the drawing that come out smaller than twelve pixels."""
    found: list[list[Any]] = question.evaluate(
        """question => [...question.querySelectorAll("[data-section] text")].map((text) =>
          [text.textContent, parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().d])
          .filter(([, size]) => size < 12)"""
    )
    return found


def test_a_needle_starts_nowhere_and_goes_by_the_keys(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "value")
    question = go_to(page, asked)
    field, slide = papers.control(page, asked, "depth"), question.get_by_role("slider")
    expect(question.locator(".needle")).to_have_count(0)
    expect(slide).to_have_attribute("aria-valuetext", "not set")

    slide.focus()
    page.keyboard.press("ArrowRight")
    expect(field).to_have_value("0.05")
    for key in ("PageDown", "PageDown", "ArrowLeft", "Shift+ArrowRight"):
        page.keyboard.press(key)

    expect(field).to_have_value("0.51")
    expect(slide).to_have_attribute("aria-valuetext", "0.51 mm below the surface, in this layer: Reticular dermis")
    expect(question.locator(".needle__text")).to_have_text("0.51 mm")
    assert saved(page, asked) == {"depth": "0.51"}

    page.keyboard.press("Shift+ArrowLeft")
    expect(slide).to_have_attribute(
        "aria-valuetext", "0.5 mm below the surface, where Papillary dermis meets Reticular dermis"
    )
    page.keyboard.press("Home")
    expect(field).to_have_value("0")
    question.get_by_role("button", name="Take the mark away").press("Enter")
    expect(field).to_be_focused()
    expect(question.locator(".needle")).to_have_count(0)
    assert saved(page, asked) is None


def test_a_tap_on_the_section_is_the_same_value(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "point")
    question = go_to(page, asked)
    tap(question, 0.3)

    expect(papers.control(page, asked, "depth")).to_have_value("0.3")
    expect(question.get_by_role("slider")).to_have_js_property("value", "0.3")
    expect(question.locator("[data-said]")).to_have_text("0.3 mm below the surface")  # and not in which layer
    assert saved(page, asked) == {"depth": "0.3"}


def test_another_view_is_no_answer_and_is_said(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "point")
    question = go_to(page, asked)
    near = question.get_by_role("button", name="0 to 1.5 mm")
    near.press("Enter")

    expect(near).to_have_attribute("aria-pressed", "true")
    expect(question.locator("[data-said]")).to_have_text("Shown: 0 to 1.5 mm.")
    assert Response.objects.get(item=asked).seq == 0
    tap(question, 0.33, reach=1.5)
    expect(papers.control(page, asked, "depth")).to_have_value("0.33")
    papers.control(page, asked, "depth").fill("2,4")
    expect(question.get_by_role("button", name="0 to 3 mm")).to_have_attribute("aria-pressed", "true")
    near.press("Enter")
    expect(question.locator(".needle__text")).to_have_text("↓ 2.4 mm")
    question.get_by_role("slider").press("+")
    expect(question.get_by_role("button", name="Fit")).to_have_attribute("aria-pressed", "true")
    expect(question.locator(".needle__text")).to_have_text("2.4 mm")


def test_a_band_has_two_needles_and_a_tap_moves_the_nearer(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "band")
    question = go_to(page, asked)
    tap(question, 0.6)
    tap(question, 1.2)
    tap(question, 1.0)

    expect(papers.control(page, asked, "low")).to_have_value("0.6")
    expect(papers.control(page, asked, "high")).to_have_value("1")
    expect(question.locator(".needle")).to_have_count(2)
    expect(question.locator("[data-said]")).to_have_text("To: 1 mm below the surface")
    question.get_by_role("slider", name="From").press("ArrowLeft")
    assert saved(page, asked) == {"low": "0.55", "high": "1"}


def test_a_needle_follows_the_mouse(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "value")
    question = go_to(page, asked)
    drawing = question.locator("[data-section]")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * (64 + 110) / 400)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * (64 + 55) / 400, steps=4)
    page.mouse.up()

    expect(papers.control(page, asked, "depth")).to_have_value("0.5")


def test_steps_move_by_buttons_and_the_focus_stays(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "order")
    question = go_to(page, asked)
    texts = question.locator("[data-text]")
    last = texts.last.inner_text()
    up = question.get_by_role("button", name=f"Up: {last}")
    up.press("Enter")

    expect(texts.nth(3)).to_have_text(last)
    expect(up).to_be_focused()
    expect(question.locator("[data-said]")).to_have_text(f"{last}, now 4 of 5")
    assert sorted(saved(page, asked)["positions"].values()) == [1, 2, 3, 4, 5]


def test_a_step_is_dragged_by_its_grip(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "order")
    question = go_to(page, asked)
    texts = question.locator("[data-text]")
    first = texts.first.inner_text()
    grips = question.locator("[data-grip]")
    grips.first.hover()
    page.mouse.down()
    box = grips.nth(2).bounding_box()
    assert box
    page.mouse.move(box["x"] + 5, box["y"] + box["height"], steps=12)
    page.mouse.up()

    expect(texts.nth(2)).to_have_text(first)
    expect(question.locator("[data-said]")).to_have_text(f"{first}, now 3 of 5")
    assert len(saved(page, asked)["positions"]) == 5


def test_a_step_that_does_not_belong_is_left_out_and_put_back(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "left-out")
    question = go_to(page, asked)
    leave = question.get_by_role("button", name="Leave out: Shake the water off")
    leave.press("Enter")

    expect(question.locator("[data-text]").last).to_have_text("Shake the water off")
    expect(question.locator("[data-said]")).to_have_text("Shake the water off, left out")
    back = question.get_by_role("button", name="Put back: Shake the water off")
    expect(back).to_be_focused()
    question.get_by_role("button", name="Down: Dry").press("Enter")
    question.get_by_role("button", name="Down: Dry").press("Enter")
    assert saved(page, asked) == {"positions": {"a": 3, "c": 1, "d": 2}, "out": ["b"]}

    page.reload()
    expect(question.locator("[data-text]")).to_have_text(["Wet", "Soap", "Dry", "Shake the water off"])
    back.press("Enter")
    assert saved(page, asked) == {"positions": {"a": 3, "b": 4, "c": 1, "d": 2}}


def test_each_part_of_a_case_says_whether_it_is_answered(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "case-of-three")
    question = go_to(page, asked)
    states = question.locator("case-part [data-state]")
    expect(states).to_have_text(["not answered", "not answered", "not answered"])
    question.get_by_role("slider").press("PageDown")
    question.get_by_role("radio", name="False").check()

    expect(states).to_have_text(["answered", "answered", "not answered"])
    assert saved(page, asked) == {"parts": {"p1": {"depth": "0.25"}, "p2": {"choice": False}}}
    page.reload()
    expect(states).to_have_text(["answered", "answered", "not answered"])
    expect(question.locator(".needle")).to_have_count(1)


def test_without_a_script_numbers_are_typed_and_the_server_draws_the_needle(
    windows: Windows, tess: User, attempt: Attempt
) -> None:
    page = windows.open(tess, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(attempt.get_absolute_url())
    value, left, case = (item(attempt, name) for name in ("value", "left-out", "case-of-three"))
    question = papers.question(page, value.position)
    expect(question.locator(".needle")).to_have_count(0)
    assert question.locator("[data-slide]").is_hidden()
    assert question.get_by_role("button", name="0 to 1.5 mm").is_hidden()
    papers.control(page, value, "depth").fill("0,55")
    papers.control(page, left, "position-1").select_option("out")
    papers.control(page, case, "part-0-depth").fill("1")
    papers.question(page, left.position).get_by_role("button", name="Up: Soap").click()

    expect(question.locator(".needle__text")).to_have_text("0.55 mm")
    expect(papers.question(page, case.position).locator(".needle")).to_have_count(1)
    assert Response.objects.get(item=value).body == {"depth": "0.55"}
    assert Response.objects.get(item=left).body == {"positions": {"a": 1, "c": 3, "d": 2}, "out": ["b"]}
    if PICTURES:
        page.screenshot(path=Path(PICTURES, "ctl-no-script-390.png"), full_page=True)
