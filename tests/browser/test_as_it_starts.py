"""The portal as `make run` starts it: packed files under hashed names, real web and worker processes."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from portal.demo import PASSWORD, PEOPLE
from tests.browser import papers
from tests.browser.conftest import Windows

pytestmark = pytest.mark.browser
STOPS_WITHIN = 30


@pytest.fixture
def started(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"DATA_DIR": str(tmp_path), "PORT": str(port), "DEMO": "1"}
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    log = (tmp_path / "log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "start"],
        cwd=settings.BASE_DIR,
        env=inherited | own,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        address = next((line.split()[1] for line in process.stdout if line.startswith("Ready: ")), "")
        log.seek(0)
        assert address, log.read()
        yield address.rstrip("/")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=STOPS_WITHIN)
        log.close()


@pytest.fixture
def page(browser: Browser, started: str) -> Iterator[Page]:
    windows = Windows(browser, started)
    yield windows.open()
    for context in windows.contexts:
        context.close()
    assert not windows.watch.found()


def test_a_trainee_begins_on_what_was_shipped(page: Page) -> None:
    page.goto("/")
    sheets = page.locator("link[rel=stylesheet]").evaluate_all("links => links.map((link) => link.href)")
    assert all(re.search(r"\.[0-9a-f]{12}\.css$", sheet) for sheet in sheets)

    page.goto("/accounts/login/")
    page.get_by_role("textbox", name="E-mail").fill(PEOPLE[0].email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/today/")
    page.get_by_role("link", name="Look at the course").click()
    page.get_by_role("button", name="Enrol", exact=True).click()
    page.get_by_role("link", name="Open the lesson").click()
    studied = page.get_by_role("button", name="Mark as studied")
    while studied.count():
        with page.expect_navigation():
            studied.click()
    page.goto("/today/")
    page.get_by_role("link", name="Continue").click()
    page.get_by_role("link", name="Confirm your name").click()
    page.get_by_role("button", name="Confirm this name").click()
    page.get_by_label("I declare that the answers will be my own work").check()
    page.get_by_role("button", name="Begin the attempt").click()

    # The script and the modules it asks for are all there: a change is saved.
    page.locator("[data-current] [name$=-flag]").check()
    papers.expect_saved(page)
    expect(page.locator("[data-current] .eyebrow")).to_contain_text("Question 1 of")
