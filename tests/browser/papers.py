"""Hands and eyes for a paper: open it, answer an item, read what it says."""

from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

from quizzes.models import Attempt, Item
from tests import school

ON_DEVICE = "Saved on this device. Waiting for a connection."


def open_paper(page: Page, attempt: Attempt) -> None:
    """Opened, and this window writes."""
    with page.expect_response("**/claim/"):
        page.goto(f"/quizzes/attempts/{attempt.pk}/")


def go_to(page: Page, number: int) -> None:
    """To a question, by the navigator."""
    if not page.locator("[data-navigator]").get_attribute("open"):
        page.locator("[data-navigator]").evaluate("details => { details.open = true }")
    page.locator(f'[data-goto="{number}"]').click()
    expect(question(page, number)).to_be_visible()


def question(page: Page, number: int) -> Locator:
    return page.locator(f'[data-question="{number}"]')


def control(page: Page, item: Item, name: str) -> Locator:
    return page.locator(f'[name="i{item.pk}-{name}"]')


def give(page: Page, item: Item, fields: Mapping[str, list[str]] | None = None) -> None:
    """Answer an item of the question that is in view; without fields, rightly."""
    fields = school.right_answer(item) if fields is None else fields
    for name, values in in_order(fields):
        place = control(page, item, name)
        for value in values if place.count() else []:  # the only unit of a number has no control
            kind = str(place.first.evaluate("control => control.type"))
            if kind in {"radio", "checkbox"}:
                place.and_(page.locator(f'[value="{value}"]')).check()
            elif kind.startswith("select"):
                place.select_option(value)
            else:
                place.fill(value)


def in_order(fields: Mapping[str, list[str]]) -> list[tuple[str, list[str]]]:
    """Rows that are numbered move as they are: the first place first, so that each stays where it was put."""
    return sorted(fields.items(), key=lambda field: (len(field[1]), field[1] or [""]))


def holds(page: Page, item: Item) -> dict[str, list[str]]:
    """What the item's controls hold now, as the form would send it."""
    pairs: list[list[str]] = page.evaluate(
        "prefix => [...new FormData(document.querySelector('[data-paper]'))]"
        ".filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value])",
        f"i{item.pk}-",
    )
    held: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in {"seq", "flag"} and value:
            held.setdefault(name, []).append(value)
    return {name: sorted(values) for name, values in held.items()}


def is_right(page: Page, item: Item) -> bool:
    """Whether the controls hold the right answer."""
    wanted = {
        name: sorted(values)
        for name, values in school.right_answer(item).items()
        if any(values) and control(page, item, name).count()
    }
    return holds(page, item) == wanted


def state(page: Page) -> Locator:
    """The words of the save state that are in view."""
    return page.locator("[data-save-state] > :not([hidden])")


def expect_saved(page: Page) -> None:
    expect(state(page)).to_have_text("Saved")
