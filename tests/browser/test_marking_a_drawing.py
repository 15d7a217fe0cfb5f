"""Marks on a drawing: by touch, by keys alone, by the names of places, and without JavaScript."""

import os
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from courses.models import Programme
from quizzes import kinds
from quizzes.models import Attempt, Item, Response
from tests import school
from tests.browser import papers
from tests.browser.conftest import Windows
from tests.browser.test_every_page import AXE, RUN_AXE, THEMES, WIDTHS, sideways
from tests.quizzes import making

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def attempt(tess: User) -> Attempt:
    """A paper of one drawing, on which three marks can be set."""
    slug = f"drawing-{uuid4()}"
    programme = Programme.objects.create(slug=slug, title="Drawings")
    course = making.make_course(slug, programme=programme, lessons=1, code="D1")
    entry = {**kinds.get("hotspot").examples[0].source, "marks": 3}
    making.add_entry(course, "D-1", entry, objective="D1.1a")
    making.study_all(tess, course)
    return making.make_quiz(course, {"D1.1a": 1}).begin(tess, declared=True)


@pytest.fixture
def item(attempt: Attempt) -> Item:
    return school.items_of(attempt)[0]


@pytest.fixture
def page(windows: Windows, tess: User, attempt: Attempt) -> Page:
    page = windows.open(tess, viewport={"width": 390, "height": 844})
    papers.open_paper(page, attempt)
    return page


def drawing(page: Page) -> Locator:
    return page.get_by_role("application", name="Cross-hair on the drawing")


def said(page: Page) -> Locator:
    return page.locator("hot-spot [role=status]")


def marks(page: Page) -> Locator:
    return page.locator(".hotspot__mark")


def kept(item: Item) -> list[list[int]]:
    body = Response.objects.get(item=item).body
    return list(body["marks"]) if body else []


def test_the_keyboard_alone_sets_and_takes_away_marks(page: Page, item: Item) -> None:
    drawing(page).focus()
    expect(said(page)).to_have_text("E4")  # the middle of the drawing

    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowUp")
    expect(said(page)).to_have_text("C3")
    page.keyboard.press("Enter")
    expect(said(page)).to_have_text("Mark 1 at C3, 2 marks left")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    expect(said(page)).to_have_text("Mark 2 at C3, one mark left")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(said(page)).to_have_text("Mark 3 at D3, no mark left")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(said(page)).to_have_text("No mark left. Take one away first.")
    for _step in range(2):
        page.keyboard.press("ArrowUp")
    expect(said(page)).to_have_text("D3, mark 3")
    page.keyboard.press("Delete")
    expect(said(page)).to_have_text("Mark 3 taken away, one mark left")

    expect(marks(page)).to_have_count(2)
    papers.expect_saved(page)
    assert kept(item) == [[312, 416], [332, 416]]


def test_the_cross_hair_stays_on_the_drawing(page: Page, item: Item) -> None:
    drawing(page).focus()
    for _step in range(12):
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Shift+ArrowDown")
    expect(said(page)).to_have_text("H6")
    for _step in range(12):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    papers.expect_saved(page)
    assert kept(item) == [[1000, 916]]


def test_a_touch_sets_a_mark_and_a_touch_on_it_takes_it_away(page: Page, item: Item) -> None:
    box = drawing(page).bounding_box()
    assert box is not None
    middle = {"x": box["width"] / 2, "y": box["height"] / 2}

    drawing(page).click(position=middle)  # type: ignore[arg-type]
    expect(marks(page)).to_have_count(1)
    papers.expect_saved(page)
    [[x, y]] = kept(item)
    assert abs(x - 500) <= 6 >= abs(y - 500)

    drawing(page).click(position={"x": middle["x"] + 5, "y": middle["y"] + 5})
    expect(marks(page)).to_have_count(0)
    papers.expect_saved(page)
    assert kept(item) == []


def test_a_place_written_by_name_is_drawn_and_comes_back(page: Page, item: Item) -> None:
    page.get_by_label("Mark 1", exact=True).fill("c3")
    page.get_by_label("Mark 3", exact=True).fill("F3 690,400")
    expect(marks(page)).to_have_count(2)
    expect(marks(page).locator("text")).to_have_text(["1", "3"])
    papers.expect_saved(page)
    assert kept(item) == [[312, 416], [690, 400]]

    page.reload()
    expect(page.get_by_label("Mark 1", exact=True)).to_have_value("C3")
    expect(page.get_by_label("Mark 2", exact=True)).to_have_value("F3 690,400")
    expect(marks(page)).to_have_count(2)

    page.get_by_role("button", name="Take away mark 1").click()
    expect(page.get_by_label("Mark 1", exact=True)).to_be_focused()
    expect(marks(page)).to_have_count(1)


def test_what_is_on_the_device_is_drawn_when_the_page_comes_back(page: Page, item: Item) -> None:
    page.context.set_offline(True)
    drawing(page).focus()
    page.keyboard.press("Enter")
    expect(papers.state(page)).to_have_text(papers.ON_DEVICE)
    page.context.set_offline(False)
    page.route("**/responses/", lambda route: route.abort())
    page.reload()

    expect(marks(page)).to_have_count(1)
    expect(page.get_by_label("Mark 1", exact=True)).to_have_value("E4 500,500")
    page.unroute("**/responses/")


def test_nonsense_is_told_and_not_drawn(page: Page, item: Item) -> None:
    page.get_by_label("Mark 1", exact=True).fill("Z9")

    expect(page.locator(f"#told-{item.pk}")).to_have_text("Z9 is not on the drawing, which goes from A1 to H6.")
    expect(marks(page)).to_have_count(0)


def test_every_mark_is_large_enough_to_be_touched(page: Page) -> None:
    page.get_by_label("Mark 1", exact=True).fill("C3")
    box = marks(page).locator(".hotspot__ring").bounding_box()
    drop = page.get_by_role("button", name="Take away mark 1").bounding_box()

    assert box is not None
    assert drop is not None
    assert min(box["width"], box["height"], drop["width"], drop["height"]) >= 24


def test_names_alone_do_without_javascript(windows: Windows, tess: User, attempt: Attempt, item: Item) -> None:
    page = windows.open(tess, java_script_enabled=False)
    page.goto(attempt.get_absolute_url())
    expect(page.get_by_role("application")).to_have_count(0)
    page.get_by_label("Mark 1", exact=True).fill("C3")
    page.get_by_label("Mark 2", exact=True).fill("F3")
    page.get_by_role("button", name="Look over and hand in").first.click()
    page.goto(attempt.get_absolute_url())

    expect(marks(page)).to_have_count(2)
    assert kept(item) == [[312, 416], [687, 416]]


def test_the_feedback_draws_the_key_beside_the_marks(page: Page, attempt: Attempt, item: Item) -> None:
    page.get_by_label("Mark 1", exact=True).fill("C3")
    page.get_by_label("Mark 2", exact=True).fill("D5")
    papers.expect_saved(page)
    page.goto(f"{attempt.get_absolute_url()}hand-in/")
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.wait_for_url("**/result/")
    page.get_by_role("button", name="Read the feedback, question by question").click()
    page.wait_for_url("**/feedback/")
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")

    expect(page.locator(".hotspot__region")).to_have_count(3)
    expect(marks(page)).to_have_count(2)
    expect(page.locator(".hotspot-key figcaption")).to_contain_text("Sunburned skin: to be marked")
    page.evaluate(AXE)
    found = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        found += sideways(page, width)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            found += page.evaluate(RUN_AXE)
            if PICTURES:
                page.screenshot(path=Path(PICTURES, f"feedback-drawing-{theme}-{width}.png"), full_page=True)
    assert not found
