"""A case is walked by keys alone, waits for a lost network, survives a reload, and works without JavaScript."""

from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from courses.models import Programme
from quizzes import kinds
from quizzes.models import AnswerFile, Attempt, Item, Response
from tests import school
from tests.browser import papers
from tests.browser.conftest import Windows
from tests.quizzes import making

pytestmark = pytest.mark.browser


@pytest.fixture
def attempt(tess: User) -> Attempt:
    """A paper of a case and a written answer."""
    slug = f"steps-{uuid4()}"
    programme = Programme.objects.create(slug=slug, title="Steps")
    course = making.make_course(slug, programme=programme, lessons=2, code="S1")
    for number, kind in enumerate(("branching_case", "written_answer"), start=1):
        making.add_entry(course, f"S-{number}", kinds.get(kind).examples[0].source, objective=f"S1.{number}a")
    making.study_all(tess, course)
    return making.make_quiz(course, {"S1.1a": 1, "S1.2a": 1}).begin(tess, declared=True)


def of_kind(attempt: Attempt, kind: str) -> Item:
    return next(item for item in school.items_of(attempt) if item.question_version.kind == kind)


@pytest.fixture
def case(attempt: Attempt) -> Item:
    return of_kind(attempt, "branching_case")


@pytest.fixture
def page(windows: Windows, tess: User, attempt: Attempt, case: Item) -> Page:
    page = windows.open(tess, viewport={"width": 390, "height": 844})
    papers.open_paper(page, attempt)
    papers.go_to(page, case.position)
    return page


def heading(page: Page) -> Locator:
    return page.locator("[data-current] [data-walk-heading]")


def path(item: Item) -> list[str]:
    body = Response.objects.get(item=item).body
    return list(body["path"]) if body else []


def test_the_keyboard_alone_walks_a_case_to_its_end(page: Page, case: Item) -> None:
    page.locator("[data-current] input[type=radio]").first.focus()
    page.keyboard.press(" ")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(heading(page)).to_contain_text("She asks when to come back.")
    expect(heading(page)).to_be_focused()
    assert path(case) == ["a.1"]

    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(heading(page)).to_have_text("The case ends here. Your steps are saved.")
    expect(heading(page)).to_be_focused()
    assert path(case) == ["a.1", "b.2"]
    expect(page.locator("[data-answered-count]")).to_have_text("1")


def test_a_choice_alone_is_no_step(page: Page, case: Item) -> None:
    page.locator("[data-current] input[type=radio]").first.check()
    page.locator("[data-current] [name$=-flag]").check()
    papers.expect_saved(page)

    assert path(case) == []
    expect(page.locator("[data-answered-count]")).to_have_text("0")


def test_the_button_without_a_choice_says_what_to_do(page: Page) -> None:
    page.get_by_role("button", name="Take this step").click()

    expect(page.locator("[data-current] .told")).to_have_text("Choose what you would do first, then take the step.")


def test_a_step_waits_for_the_network_and_goes_on_by_itself(page: Page, case: Item) -> None:
    page.context.set_offline(True)
    page.locator("[data-current] input[type=radio]").first.check()
    page.get_by_role("button", name="Take this step").click()
    expect(page.locator("[data-current] .told")).to_contain_text("waits for the connection")
    page.locator("[data-current] [name$=-flag]").check()  # the step is not lost by what is done meanwhile
    assert path(case) == []

    page.context.set_offline(False)

    expect(heading(page)).to_contain_text("She asks when to come back.", timeout=20_000)
    expect(page.locator("[data-current] .told")).to_be_empty()
    papers.expect_saved(page)
    assert path(case) == ["a.1"]
    assert Response.objects.get(item=case).flagged


def test_a_step_that_waited_survives_a_reload(page: Page, case: Item) -> None:
    page.route("**/responses/", lambda route: route.abort())
    page.locator("[data-current] input[type=radio]").first.check()
    page.get_by_role("button", name="Take this step").click()
    expect(page.locator("[data-current] .told")).to_contain_text("waits for the connection")
    page.unroute("**/responses/")

    page.reload()

    expect(heading(page)).to_contain_text("She asks when to come back.")
    papers.expect_saved(page)
    assert path(case) == ["a.1"]


def test_a_step_taken_elsewhere_is_shown_and_said(page: Page, case: Item, attempt: Attempt) -> None:
    epoch = Attempt.objects.get(pk=attempt.pk).writer_epoch
    attempt.save_answer(case.pk, {"step-1": ["1"]}, epoch=epoch, seq=90, client="elsewhere")

    page.locator("[data-current] input[type=radio]").first.check()
    page.get_by_role("button", name="Take this step").click()

    expect(heading(page)).to_contain_text("She asks when to come back.")
    expect(page.locator("[data-current] .told")).to_contain_text("Another choice was taken at this step before")
    expect(page.locator("[data-current] .walk__taken")).to_contain_text("Ask how she cared for it")
    assert path(case) == ["a.2"]


def test_a_case_is_walked_without_javascript(windows: Windows, tess: User, attempt: Attempt, case: Item) -> None:
    page = windows.open(tess, java_script_enabled=False)
    page.goto(f"{attempt.get_absolute_url()}?q={case.position}")
    page.get_by_label("Put the session off").check()
    page.get_by_role("button", name="Take this step").click()
    page.get_by_label("When it has healed").check()
    page.get_by_role("button", name="Take this step").click()

    expect(page.get_by_text("The case ends here.")).to_be_visible()
    assert path(case) == ["a.1", "b.1"]


def test_a_file_and_words_make_one_answer(page: Page, attempt: Attempt) -> None:
    item = of_kind(attempt, "written_answer")
    papers.go_to(page, item.position)
    page.locator("[data-current] textarea").fill("Read the file.")
    page.locator("[data-current] input[type=file]").set_input_files(
        {"name": "healing.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}
    )
    expect(page.get_by_role("link", name="healing.pdf")).to_be_visible()
    papers.expect_saved(page)
    file = AnswerFile.objects.get(item=item)
    assert Response.objects.get(item=item).body == {"text": "Read the file.", "file": file.pk}

    page.reload()
    expect(page.get_by_role("link", name="healing.pdf")).to_be_visible()
    page.get_by_role("button", name="Take the file off").click()
    papers.expect_saved(page)
    assert Response.objects.get(item=item).body == {"text": "Read the file."}


def test_what_is_no_file_of_ours_is_refused_at_the_field(page: Page, attempt: Attempt) -> None:
    papers.go_to(page, of_kind(attempt, "written_answer").position)

    page.locator("[data-current] input[type=file]").set_input_files(
        {"name": "answer.pdf", "mimeType": "application/pdf", "buffer": b"MZ"}
    )

    expect(page.locator("[data-current] [data-told]")).to_contain_text("neither a PDF nor")
    assert not AnswerFile.objects.filter(item__attempt=attempt).exists()
