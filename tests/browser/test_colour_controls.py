"""Colours are picked, ranked, adjusted and mixed by keyboard; the picture follows and the answer is what was set."""

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from courses.models import Course
from quizzes import colour, kinds, pigments
from quizzes.models import Attempt, Item, Question, QuestionVersion, Quiz, Response
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
def quiz(database: None) -> Quiz:
    course = making.make_course("colours", lessons=1)
    for mode in MODES:
        ask(course, mode)
    return making.make_quiz(course, {"M1.1a": len(MODES)})


@pytest.fixture
def tess(quiz: Quiz) -> User:
    """A new trainee for each test."""
    return person(f"tess-{uuid4()}@example.com", "Tess Trainee")


@pytest.fixture
def attempt(quiz: Quiz, tess: User) -> Attempt:
    assert quiz.course is not None
    making.study_all(tess, quiz.course)
    return quiz.begin(tess, declared=True)


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


def test_a_sample_moves_by_the_keys_and_only_what_was_touched_is_an_answer(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "adjust")
    question = go_to(page, asked)
    number = papers.control(page, asked, "lightness")
    slide = question.get_by_role("slider", name="Lightness")
    before = fill_of(question)
    start = float(str(number.get_attribute("placeholder")))

    slide.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowDown")
    set_to = f"{start + 0.5 + 0.1 - 5 - 0.5:.1f}"

    expect(number).to_have_value(set_to)
    expect(slide).to_have_attribute("aria-valuetext", set_to.removesuffix(".0"))
    expect(question.locator("[data-said]")).to_contain_text(f"Lightness {set_to.removesuffix('.0')}, chroma")
    assert fill_of(question) != before
    assert saved(page, asked) == {"lightness": set_to}

    number.focus()
    page.keyboard.press("ArrowUp")
    expect(number).to_have_value(f"{float(set_to) + 0.5:.1f}")
    number.fill("44,5")
    expect(slide).to_have_js_property("value", "44.5")

    number.fill("")
    assert saved(page, asked) is None
    assert fill_of(question) == before


def test_the_picture_of_a_sample_is_the_servers_and_beyond_a_screen_it_says_so(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "adjust")
    question = go_to(page, asked)
    note = question.locator("[data-outside]")
    for values, is_shown in (((38.6, 3.7, 74.2), True), ((60, 140, 40), False), ((2, 30, 200), False)):
        for name, value in zip(("lightness", "chroma", "hue"), values, strict=True):
            papers.control(page, asked, name).fill(str(value))
        sample = colour.from_lch(*values)

        assert fill_of(question) == colour.to_hex(sample)
        assert colour.on_screen(sample) is is_shown
        expect(note).to_be_visible(visible=not is_shown)
    expect(question.locator("[data-said]")).to_contain_text("No screen shows this colour.")


AGREE = """async ([samples, mixtures]) => {
  const lab = await import("/static/js/elements/colour-lab.js");
  return [
    samples.map((sample) => [lab.toHex(lab.fromLch(...sample)), lab.isOnScreen(lab.fromLch(...sample))]),
    mixtures.map((mixture) => [lab.toHex(lab.mixed(mixture)), ...lab.toLab(lab.mixed(mixture))]),
  ];
}"""


def test_browser_and_server_see_the_same_colours(page: Page) -> None:
    samples = [(L, C, h) for L in range(1, 100, 7) for C in (0, 3.7, 20, 60, 150) for h in range(0, 360, 37)]
    fills = ("#232225", "#3d2c21", "#8b8f96", "#cbb79d", "#000000", "#ffffff")
    trios = zip(fills, fills[1:], fills[2:], strict=False)
    mixtures = [[(one, n), (two, 4), (three, 9 - n)] for one, two, three in trios for n in (1, 5, 8)]
    drawn, mixed = page.evaluate(AGREE, [samples, mixtures])

    for sample, (fill, is_shown) in zip(samples, drawn, strict=True):
        lab = colour.from_lch(*sample)
        assert near(fill, colour.to_hex(lab)), sample
        assert is_shown is colour.on_screen(lab), sample
    for mixture, (fill, *values) in zip(mixtures, mixed, strict=True):
        lab = pigments.mixed(mixture)
        assert near(fill, colour.to_hex(lab)), mixture
        assert values == pytest.approx([lab.L, lab.a, lab.b], abs=0.002)


def near(one: str, other: str) -> bool:
    """The same hex value, give or take one step where a rounding falls on the edge."""
    return all(abs(int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) <= 1 for at in (1, 3, 5))


def test_parts_are_counted_up_and_down_and_a_fourth_pigment_waits(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "mix")
    question = go_to(page, asked)
    more = question.get_by_role("button", name="One part more of Warm sand")
    for _press in range(3):
        more.press("Enter")
    papers.control(page, asked, "parts-0").press("ArrowUp")
    papers.control(page, asked, "parts-1").fill("2")

    expect(question.locator("[data-recipe]")).to_have_text(
        "1 part A Soft black, 2 parts B Deep brown, 3 parts D Warm sand"
    )
    expect(question.locator("[data-said]")).to_have_text(
        "1 part A Soft black, 2 parts B Deep brown, 3 parts D Warm sand"
    )
    mixture = pigments.mixed([("#232225", 1), ("#3d2c21", 2), ("#cbb79d", 3)])
    assert fill_of(question) == colour.to_hex(mixture)
    assert question.locator("[data-strip] rect").count() == 3
    assert saved(page, asked) == {"parts": {"a": 1, "b": 2, "d": 3}}

    question.get_by_role("button", name="One part more of Ash grey").press("Enter")
    expect(question.locator("[data-many]")).to_be_visible()
    expect(papers.control(page, asked, "parts-2")).to_have_value("")
    papers.control(page, asked, "parts-0").press("ArrowDown")
    question.get_by_role("button", name="One part more of Ash grey").press("Enter")
    expect(question.locator("[data-many]")).to_be_hidden()
    assert saved(page, asked) == {"parts": {"b": 2, "c": 1, "d": 3}}

    for place in range(4):
        papers.control(page, asked, f"parts-{place}").fill("0")
    papers.control(page, asked, "parts-3").blur()
    expect(page.locator(f'[data-goto="{asked.position}"]')).not_to_contain_class("is-answered")
    assert saved(page, asked) is None


def test_patches_are_ranked_by_number_or_step_by_step(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "rank")
    question = go_to(page, asked)
    letters = question.locator("[data-letter]")
    papers.control(page, asked, "position-2").select_option("1")
    papers.control(page, asked, "position-0").select_option("2")

    expect(letters).to_have_text(["C", "A", "", ""])
    papers.control(page, asked, "position-0").select_option("1")
    expect(letters).to_have_text(["A", "C", "", ""])  # they change places

    question.get_by_role("button", name="Patch D: closer").press("Enter")
    expect(letters).to_have_text(["A", "C", "D", "B"])
    expect(question.locator("[data-said]")).to_have_text("Patch D, now 3 of 4")
    question.get_by_role("button", name="Patch A: closer").press("Enter")
    expect(letters).to_have_text(["A", "C", "D", "B"])
    held = saved(page, asked)["positions"]
    assert sorted(held.values()) == [1, 2, 3, 4]


def test_the_chosen_patch_comes_to_lie_beside_the_target(page: Page, attempt: Attempt) -> None:
    asked = item(attempt, "choose_closest")
    question = go_to(page, asked)
    question.get_by_role("radio", name="Patch A").focus()
    page.keyboard.press("ArrowRight")
    chosen = question.get_by_role("radio", name="Patch B")

    expect(chosen).to_be_checked()
    expect(question.locator("[data-name]")).to_have_text("Patch B")
    expect(question.locator("[data-beside] rect")).to_have_attribute("fill", str(chosen.get_attribute("data-fill")))


def test_what_was_set_is_there_again_after_a_reload(page: Page, attempt: Attempt) -> None:
    mixed, adjusted = item(attempt, "mix"), item(attempt, "adjust")
    go_to(page, mixed)
    papers.give(page, mixed)
    go_to(page, adjusted)
    papers.give(page, adjusted)
    pictures = [fill_of(papers.question(page, each.position)) for each in (mixed, adjusted)]
    assert saved(page, adjusted)
    page.reload()

    assert [fill_of(papers.question(page, each.position)) for each in (mixed, adjusted)] == pictures
    assert papers.is_right(page, mixed)
    assert papers.is_right(page, adjusted)


def test_without_a_script_parts_and_numbers_are_typed_and_drawn_by_the_server(
    windows: Windows, tess: User, attempt: Attempt
) -> None:
    page = windows.open(tess, java_script_enabled=False)
    page.goto(attempt.get_absolute_url())
    mixed, adjusted, ranked = (item(attempt, mode) for mode in ("mix", "adjust", "rank"))
    papers.control(page, mixed, "parts-0").fill("1")
    papers.control(page, mixed, "parts-1").fill("")
    papers.control(page, mixed, "parts-2").fill("")
    papers.control(page, mixed, "parts-3").fill("4")
    papers.control(page, adjusted, "lightness").fill("60")
    papers.control(page, adjusted, "chroma").fill("")
    papers.control(page, adjusted, "hue").fill("")
    question = papers.question(page, mixed.position)
    assert question.locator("[data-step]").first.is_hidden()
    assert papers.question(page, adjusted.position).locator("[data-slide]").first.is_hidden()
    question.get_by_role("button", name="Show this mixture").click()

    assert fill_of(papers.question(page, mixed.position)) == colour.to_hex(
        pigments.mixed([("#232225", 1), ("#cbb79d", 4)])
    )
    assert fill_of(papers.question(page, adjusted.position)) != adjusted.question_version.body["start"]["hex"]
    papers.question(page, ranked.position).get_by_role("button", name="Patch B: closer").click()
    expect(papers.control(page, ranked, "position-1")).not_to_have_value("")
    assert Response.objects.get(item=mixed).body == {"parts": {"a": 1, "d": 4}}


def test_whoever_was_granted_numbers_sees_them_beside_every_patch(
    windows: Windows, tess: User, attempt: Attempt
) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(read_outs=True)
    page = windows.open(tess, reduced_motion="reduce", viewport={"width": 1440, "height": 900})
    papers.open_paper(page, attempt)
    wrongs = []
    for mode, patches in {"choose_closest": 5, "rank": 5, "verdict": 2, "adjust": 2, "mix": 6}.items():
        asked = item(attempt, mode)
        question = go_to(page, asked)
        if mode != "verdict":
            papers.give(page, asked)
        expect(question.locator(".reads:visible")).to_have_count(patches)
        page.evaluate(AXE)
        for width in (1440, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            wrongs += [*sideways(page, width), *page.evaluate(RUN_AXE)]
            if PICTURES:
                page.screenshot(path=Path(PICTURES, f"colour-{mode}-reads-{width}.png"), full_page=True)
    target = colour.from_hex("#5f5a55")
    assert f"L* {target.L:.2f}" in papers.question(page, item(attempt, "adjust").position).inner_text()
    mixture = pigments.mixed([("#232225", 1), ("#3d2c21", 2), ("#cbb79d", 6)])
    assert f"b* {mixture.b:.2f}" in papers.question(page, item(attempt, "mix").position).inner_text()
    assert not list(dict.fromkeys(wrongs))


def test_feedback_lays_the_answer_beside_its_target_once_more(windows: Windows, tess: User, attempt: Attempt) -> None:
    making.hand_in(attempt)
    page = windows.open(tess, viewport={"width": 1440, "height": 900})
    page.goto(f"{attempt.get_absolute_url()}result/")
    page.get_by_role("button", name="Read the feedback").click()
    page.wait_for_url("**/feedback/")
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")

    expect(page.locator(".booth--review")).to_have_count(len(MODES))
    mixture = pigments.mixed([("#232225", 1), ("#3d2c21", 2), ("#cbb79d", 6)])
    expect(page.locator(f".booth--review rect[fill='{colour.to_hex(mixture)}']").last).to_be_visible()
    if PICTURES:
        page.screenshot(path=Path(PICTURES, "colour-feedback-1440.png"), full_page=True)
