"""Every page in light and dark, on a telephone and on a wide screen: axe finds nothing, nothing runs off the side."""

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Page as Window
from playwright.sync_api import Response

from tests.browser import world as worlds
from tests.browser.conftest import Windows
from tests.browser.pages import PAGES, Page
from tests.browser.world import World

pytestmark = pytest.mark.browser

THEMES = ("light", "dark")
WIDTHS = {390: 844, 1440: 900}  # and how high
NARROWEST = 360
PICTURES = os.environ.get("PICTURES", "")  # a folder: `python -m tests.browser.pictures` names it
AXE = Axe().axe_script
RUN_AXE = """async () => {
  return (await axe.run(document, {resultTypes: ["violations"], preload: false})).violations.flatMap((rule) =>
    rule.nodes.map((node) =>
      `${rule.id}: ${node.target.join(" ")}: ${node.any.concat(node.all, node.none)[0]?.message}`));
}"""
HEADERS = {
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "",
    "permissions-policy": "camera=()",
}


@pytest.fixture(scope="module")
def world(database: None) -> World:
    return worlds.make()


@pytest.fixture
def window(windows: Windows, world: World, page: Page) -> Window:
    person = world.people[page.who] if page.who else None
    return windows.open(person, reduced_motion="reduce", viewport={"width": 390, "height": 844})


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page(windows: Windows, window: Window, world: World, page: Page, settings: Any) -> None:
    settings.DEMO = page.demo
    windows.watch.excuse("answered 503: GET .*/cannot-check/")
    if page.template:
        words = render_to_string(page.template, {}, request=_request())
        window.route(f"**{page.where}", lambda route: route.fulfill(content_type="text/html", body=words))
    answer = window.goto(page.address(world))
    assert answer is not None
    assert answer.status == page.status
    if not page.template:
        carries_headers(answer)
    if page.first:
        page.first(window)

    window.set_viewport_size({"width": NARROWEST, "height": 740})
    wrongs = [*frame(window), *sideways(window, NARROWEST)]
    window.evaluate(AXE)
    for width, height in WIDTHS.items():
        window.set_viewport_size({"width": width, "height": height})
        for theme in THEMES:
            window.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            wrongs += [f"{theme} {width}: {finding}" for finding in window.evaluate(RUN_AXE)]
            if PICTURES:
                window.screenshot(path=Path(PICTURES, f"{page}-{theme}-{width}.png"), full_page=True)
        wrongs += sideways(window, width)

    assert not list(dict.fromkeys(wrongs))


def _request() -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return request


def carries_headers(answer: Response) -> None:
    headers = answer.all_headers()
    for name, words in HEADERS.items():
        assert words in headers[name]


def frame(window: Window) -> list[str]:
    """One heading of the first level, no level skipped, a title that says the page's own name first."""
    wrongs = []
    levels: list[int] = window.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((heading) => Number(heading.tagName[1]))"
    )
    if levels.count(1) != 1:
        wrongs.append(f"{levels.count(1)} headings of the first level")
    own = window.title().partition("·")[0].strip()
    if not own:
        wrongs.append("no name of its own in the title")
    return wrongs


def sideways(window: Window, width: int) -> list[str]:
    over = window.evaluate("document.documentElement.scrollWidth - innerWidth")
    if over <= 0:
        return []
    culprits = window.evaluate(
        "[...document.querySelectorAll('body *')].filter((part) => part.getBoundingClientRect().right > innerWidth + 1)"
        ".slice(0, 3).map((part) => `${part.tagName.toLowerCase()}.${part.className.baseVal ?? part.className}`)"
    )
    return [f"{width}: {over} px too wide, at {culprits}"]
