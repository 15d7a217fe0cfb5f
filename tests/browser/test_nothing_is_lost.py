"""Whatever happens to the window, the network or the session: what was answered stays answered."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from quizzes.models import Attempt, Item, Outcome, Response, ResponseEvent, Result
from tests import school
from tests.browser import papers
from tests.browser.conftest import Windows
from tests.browser.windows import sign_in
from tests.cast import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def attempt(tess: User) -> Attempt:
    school.enrol_and_study(tess)
    return school.begin(tess)


@pytest.fixture
def items(attempt: Attempt) -> list[Item]:
    return school.items_of(attempt)


@pytest.fixture
def page(windows: Windows, tess: User, attempt: Attempt) -> Page:
    """The paper, open and claimed by this window."""
    page = windows.open(tess)
    papers.open_paper(page, attempt)
    return page


# A network on which everything takes its time.
SLOWLY = """
const send = window.fetch;
window.fetch = (...request) => new Promise((done) => setTimeout(done, 1500)).then(() => send(...request));
"""


def kept(item: Item) -> bool:
    return Response.objects.get(item=item).body is not None


def answer_all(page: Page, items: list[Item]) -> None:
    for item in items:
        papers.go_to(page, item.position)
        papers.give(page, item)


def hand_in(page: Page) -> None:
    page.get_by_role("button", name="Look over and hand in").first.click()
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.wait_for_url("**/result/")


def with_an_order(tess: User, attempt: Attempt) -> tuple[Attempt, Item]:
    """A paper that asks for an order: what one attempt has not asked, the next one does."""
    while True:
        for item in school.items_of(attempt):
            if item.question_version.kind == "ordering":
                return attempt, item
        school.hand_in(attempt, wrong=4)
        attempt = school.begin(tess)


def test_an_answer_is_saved_as_it_is_given(page: Page, items: list[Item]) -> None:
    answer_all(page, items)
    papers.expect_saved(page)

    assert all(kept(item) for item in items)
    page.reload()
    for item in items:
        assert papers.is_right(page, item)
    expect(page.locator("[data-answered-count]")).to_have_text("4")


def test_reloading_and_going_back_open_the_same_question(page: Page, items: list[Item]) -> None:
    papers.go_to(page, 3)
    page.reload()
    expect(papers.question(page, 3)).to_be_visible()

    page.go_back()
    expect(papers.question(page, 1)).to_be_visible()


def test_without_a_network_answers_wait_on_the_device(page: Page, attempt: Attempt, items: list[Item]) -> None:
    context = page.context
    context.set_offline(True)
    answer_all(page, items[:3])
    expect(papers.state(page)).to_have_text(papers.ON_DEVICE)
    page.close()
    context.set_offline(False)
    assert not any(kept(item) for item in items)

    page = context.new_page()
    page.goto(f"/quizzes/attempts/{attempt.pk}/")

    papers.expect_saved(page)
    for item in items[:3]:
        assert papers.is_right(page, item)
        assert kept(item)


def test_the_network_coming_back_is_enough(page: Page, items: list[Item]) -> None:
    page.context.set_offline(True)
    papers.give(page, items[0])
    expect(papers.state(page)).to_have_text(papers.ON_DEVICE)

    page.context.set_offline(False)

    papers.expect_saved(page)
    assert kept(items[0])


def test_handing_in_waits_for_the_network(page: Page, attempt: Attempt, items: list[Item]) -> None:
    answer_all(page, items)
    page.get_by_role("button", name="Look over and hand in").first.click()
    page.wait_for_url("**/hand-in/")
    page.context.set_offline(True)
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.locator("[data-told]")).to_contain_text("there is no connection")

    page.context.set_offline(False)
    page.get_by_role("button", name="Hand in", exact=True).click()

    page.wait_for_url("**/result/")
    assert Result.objects.get(attempt=attempt).percent == 10_000


def test_an_older_window_is_told_and_its_answer_offered_back(page: Page, attempt: Attempt, items: list[Item]) -> None:
    newer = page.context.new_page()
    papers.open_paper(newer, attempt)

    papers.give(page, items[0])
    expect(page.get_by_role("dialog")).to_contain_text("open in another window")
    expect(papers.state(page)).to_have_text("Open in another window")
    assert not kept(items[0])

    page.get_by_role("link", name="Go on here").click()
    page.get_by_role("button", name="Use this answer").click()
    expect(page.get_by_text("That answer counts now.")).to_be_visible()
    papers.expect_saved(page)
    assert kept(items[0])
    assert papers.is_right(page, items[0])


def test_an_answer_typed_offline_does_not_overwrite_another_devices(
    windows: Windows, tess: User, page: Page, attempt: Attempt, items: list[Item]
) -> None:
    telephone = windows.open(tess)
    page.context.set_offline(True)
    papers.give(page, items[0])
    expect(papers.state(page)).to_have_text(papers.ON_DEVICE)
    papers.open_paper(telephone, attempt)
    papers.give(telephone, items[0])
    papers.expect_saved(telephone)
    before = Response.objects.get(item=items[0])

    page.context.set_offline(False)

    expect(page.get_by_role("dialog")).to_be_visible()
    after = Response.objects.get(item=items[0])
    assert (after.epoch, after.seq) == (before.epoch, before.seq)


def test_a_lost_session_keeps_the_answers_until_the_next(
    page: Page, tess: User, attempt: Attempt, items: list[Item]
) -> None:
    page.context.clear_cookies(name="session")
    papers.give(page, items[0])
    expect(papers.state(page)).to_contain_text("You were signed out. Your answers are on this device.")
    assert not kept(items[0])

    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail").fill(tess.email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.wait_for_url(f"**/quizzes/attempts/{attempt.pk}/**")
    papers.expect_saved(page)
    assert papers.is_right(page, items[0])
    assert kept(items[0])


def test_signing_in_beside_the_paper_is_enough(windows: Windows, page: Page, tess: User, items: list[Item]) -> None:
    page.context.clear_cookies()
    papers.give(page, items[0])
    expect(papers.state(page)).to_contain_text("You were signed out")

    sign_in(page.context, tess, windows.site)

    papers.expect_saved(page)
    assert kept(items[0])


def fault(route: Route) -> None:
    route.fulfill(status=500, content_type="text/html", body="<h1>Out of order</h1>")


def fault_in_json(route: Route) -> None:
    route.fulfill(status=503, content_type="application/json", body='{"message": "later"}')


def cut(route: Route) -> None:
    route.abort("connectionreset")


def lost_answer(route: Route) -> None:
    """The server kept it, but its word never arrived."""
    route.fetch()
    route.abort("connectionreset")


@pytest.mark.parametrize("trouble", [fault, fault_in_json, cut, lost_answer])
def test_a_server_in_trouble_is_asked_again(
    windows: Windows, page: Page, items: list[Item], trouble: Callable[[Route], None]
) -> None:
    windows.watch.excuse("answered 50[03]: POST")
    asked: list[Route] = []

    def once_or_twice(route: Route) -> None:
        asked.append(route)
        if len(asked) <= 2:
            trouble(route)
        else:
            route.continue_()

    page.route("**/responses/", once_or_twice)
    papers.give(page, items[0])
    expect(papers.state(page)).to_have_text(papers.ON_DEVICE)

    papers.expect_saved(page)
    assert kept(items[0])
    assert 3 <= len(asked) <= 5  # with a pause each time, never in a storm
    assert ResponseEvent.objects.filter(item=items[0], outcome=Outcome.APPLIED).count() <= len(asked)


def test_what_is_on_its_way_is_there_before_handing_in(page: Page, attempt: Attempt, items: list[Item]) -> None:
    page.add_init_script(SLOWLY)
    page.reload()
    answer_all(page, items)
    hand_in(page)

    assert Result.objects.get(attempt=attempt).percent == 10_000


def test_a_save_after_handing_in_leads_to_the_result(page: Page, attempt: Attempt, items: list[Item]) -> None:
    school.hand_in(attempt)

    papers.give(page, items[0])

    page.wait_for_url("**/result/")
    assert Result.objects.get(attempt=attempt).percent == 10_000


def test_time_running_out_hands_in_what_is_there(page: Page, attempt: Attempt, items: list[Item]) -> None:
    papers.give(page, items[0])
    papers.expect_saved(page)
    now = timezone.now()
    Attempt.objects.filter(pk=attempt.pk).update(
        deadline_at=now + timedelta(seconds=5), hard_deadline_at=now + timedelta(seconds=35)
    )
    page.reload()

    page.wait_for_url("**/result/")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    attempt.refresh_from_db()
    assert attempt.is_graded
    assert kept(items[0])


def test_a_flag_is_kept_and_told(page: Page, items: list[Item]) -> None:
    page.get_by_label("Flag for later").and_(page.locator(":visible")).check()
    papers.expect_saved(page)

    page.reload()
    assert Response.objects.get(item=items[0]).flagged
    assert not kept(items[0])
    expect(page.locator('[data-goto="1"]')).to_contain_text("not answered, flagged")


def focus(page: Page, wanted: str) -> None:
    """By the Tab key alone."""
    press_until(page, "Tab", f":is({wanted}):focus")


def press_until(page: Page, key: str, wanted: str) -> None:
    for _press in range(80):
        if page.locator(wanted).count():
            return
        page.keyboard.press(key)
    raise AssertionError(f"The key {key} does not lead to {wanted}")


def answer_by_keys(page: Page, item: Item) -> None:
    for name, values in papers.in_order(school.right_answer(item)):
        field = f'[name="i{item.pk}-{name}"]'
        for value in values if page.locator(field).count() else []:
            kind = str(page.locator(field).first.evaluate("control => control.type"))
            focus(page, field + (f'[value="{value}"]' if kind == "checkbox" else ""))
            if kind == "checkbox":
                page.keyboard.press("Space")
            elif kind == "radio":
                page.keyboard.press("Space")
                press_until(page, "ArrowDown", f"{field}[value='{value}']:checked")
            elif kind.startswith("select"):
                page.keyboard.press("Home")
                press_until(page, "ArrowDown", f"{field}:has(option[value='{value}']:checked)")
            else:
                page.keyboard.type(value)


def test_the_whole_paper_by_keyboard(page: Page, attempt: Attempt, items: list[Item]) -> None:
    for item in items:
        answer_by_keys(page, item)
        focus(page, f'[data-question="{item.position}"] .btn--go')
        page.keyboard.press("Enter")
    page.wait_for_url("**/hand-in/")
    focus(page, "form[data-submission] [type=submit]")
    page.keyboard.press("Enter")

    page.wait_for_url("**/result/")
    assert Result.objects.get(attempt=attempt).percent == 10_000


def test_an_order_is_made_with_buttons_that_keep_the_focus(windows: Windows, tess: User, attempt: Attempt) -> None:
    attempt, item = with_an_order(tess, attempt)
    page = windows.open(tess)
    papers.open_paper(page, attempt)
    papers.go_to(page, item.position)
    rows = papers.question(page, item.position).locator("[data-rows] > li")
    last = rows.last.locator("[data-text]").inner_text()
    up = page.get_by_role("button", name=f"Up: {last}")
    said = papers.question(page, item.position).locator("[data-said]")

    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_be_focused()
    expect(said).to_have_text(f"{last}, now 2 of 3")
    page.keyboard.press("Enter")

    expect(rows.first.locator("[data-text]")).to_have_text(last)
    expect(said).to_have_text(f"{last}, now 1 of 3")
    expect(page.get_by_role("button", name=f"Down: {last}")).to_be_focused()  # at the end its partner takes over
    papers.expect_saved(page)
    assert kept(item)
    page.reload()
    expect(rows.first.locator("[data-text]")).to_have_text(last)


def test_the_whole_paper_without_javascript(windows: Windows, tess: User, attempt: Attempt, items: list[Item]) -> None:
    page = windows.open(tess, java_script_enabled=False)
    page.goto(f"/quizzes/attempts/{attempt.pk}/")
    for item in items:
        papers.give(page, item)
        button = papers.question(page, item.position).locator(".btn--go")
        with page.expect_navigation():
            button.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ready to hand in?")
    expect(page.get_by_text("Every question has an answer.")).to_be_visible()
    page.get_by_role("button", name="Hand in", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Passed")
    assert Result.objects.get(attempt=attempt).percent == 10_000


def test_an_order_without_javascript(windows: Windows, tess: User, attempt: Attempt) -> None:
    attempt, item = with_an_order(tess, attempt)
    page = windows.open(tess, java_script_enabled=False)
    page.goto(f"/quizzes/attempts/{attempt.pk}/?q={item.position}")
    rows = papers.question(page, item.position).locator("[data-rows] > li")
    last = rows.last.locator("[data-text]").inner_text()

    with page.expect_navigation():
        page.get_by_role("button", name=f"Up: {last}").click()

    expect(rows.nth(1).locator("[data-text]")).to_have_text(last)
    assert kept(item)


def test_an_answer_given_before_the_claim_is_through_counts(
    windows: Windows, tess: User, attempt: Attempt, items: list[Item]
) -> None:
    page = windows.open(tess)
    page.add_init_script(SLOWLY)
    page.goto(f"/quizzes/attempts/{attempt.pk}/")
    papers.give(page, items[0])

    papers.expect_saved(page)
    attempt.refresh_from_db()
    assert attempt.writer_epoch == 1
    assert kept(items[0])


def test_a_page_that_was_drawn_before_the_last_save_arrived_shows_that_answer(
    windows: Windows, tess: User, attempt: Attempt
) -> None:
    """The page is asked for, then the save of the page before it is answered: the new page knows nothing of it."""
    page = windows.open(tess)
    papers.open_paper(page, attempt)
    stale = page.content()
    item = school.items_of(attempt)[0]
    papers.give(page, item)
    papers.expect_saved(page)
    typed = papers.holds(page, item)

    page.route(f"**/attempts/{attempt.pk}/", lambda route: route.fulfill(body=stale, content_type="text/html"))
    page.reload()

    expect(papers.question(page, 1)).to_be_visible()
    expect(page.locator('[data-goto="1"].is-answered')).to_have_count(1)
    assert papers.holds(page, item) == typed
