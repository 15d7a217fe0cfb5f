"""One Chromium, one server, and windows that watch themselves."""

import os
import shutil
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests import school
from tests.browser.watching import Watch
from tests.browser.windows import ARGUMENTS, PATIENCE, sign_in
from tests.cast import person


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed (Debian package chromium)")
    # Playwright's loop runs in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def test_database(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Made here: pytest-django makes one only where a test asks by a mark, which would also empty it each time."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def site(test_database: None) -> Iterator[str]:
    """The portal's address. It serves whatever the test database holds at the moment."""
    server = LiveServer("localhost")
    yield server.url
    server.stop()


class Windows:
    """Opens windows; each person has cookies of their own."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.browser = browser
        self.site = site
        self.watch = Watch(site)
        self.contexts: list[BrowserContext] = []

    def context(self, person: User | None = None, **options: Any) -> BrowserContext:
        context = self.browser.new_context(base_url=self.site, **options)
        context.set_default_timeout(PATIENCE)
        self.watch.follow(context)
        if person:
            sign_in(context, person, self.site)
        self.contexts.append(context)
        return context

    def open(self, person: User | None = None, **options: Any) -> Page:
        return self.context(person, **options).new_page()


@pytest.fixture
def windows(browser: Browser, site: str) -> Iterator[Windows]:
    """Windows onto the portal; the test fails for anything a page may not do."""
    opened = Windows(browser, site)
    yield opened
    for context in opened.contexts:
        context.close()
    assert not opened.watch.found()


@pytest.fixture(scope="module")
def database(test_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One database for a file of tests, because emptying it takes longer than a test: each has people of its own."""
    with django_db_blocker.unblock():
        yield
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def small_school(database: None) -> None:
    school.open_small()


@pytest.fixture
def tess(small_school: None) -> User:
    """A new trainee for each test."""
    return person(f"tess-{uuid4()}@example.com", "Tess Trainee")
