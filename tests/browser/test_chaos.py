"""One paper through everything at once: what was typed last is what is stored and marked, whatever happened between.

The server is a real process with data of its own, killed without warning and started again in the middle.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import papers
from tests.browser.windows import PATIENCE

pytestmark = pytest.mark.browser
STEPS = 40
Fields = dict[str, list[str]]
WAIT_FOR_IT = """
import sys, time, urllib.request
until = time.monotonic() + 60
while time.monotonic() < until:
    try:
        urllib.request.urlopen(sys.argv[1], timeout=5); break
    except OSError:
        time.sleep(0.05)
"""


class Portal:
    """Gunicorn as `manage.py start` runs it, on a free port, with a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.site = f"http://localhost:{self.port}"
        inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
        self.environment = inherited | {
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        for name in ("cache", "public", "private"):
            (folder / name).mkdir()
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, act: str, given: Any) -> Any:
        command = [sys.executable, "-m", "tests.browser.apart", act]
        answer = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env=self.environment,
            input=json.dumps(given),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(answer.stdout)

    def start(self) -> None:
        web = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        web += ["--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "error"]
        self.process = subprocess.Popen(
            [*web, "--config", "python:portal.serving"],
            cwd=settings.BASE_DIR,
            env=self.environment,
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        subprocess.run([sys.executable, "-c", WAIT_FOR_IT, f"{self.site}/livez"], check=True)

    def kill(self) -> None:
        """As a power cut would: master and workers, no goodbye."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


class Journey:
    """A trainee with two windows and bad luck, and what they typed last."""

    def __init__(self, portal: Portal, context: BrowserContext, seed: int) -> None:
        self.portal, self.context = portal, context
        self.paper = paper = portal.ask("begin", seed)
        self.rng = Random(seed)
        self.items = [SimpleNamespace(**item) for item in paper["items"]]
        self.typed: dict[int, Fields] = {}  # by item: what must count in the end
        self.aside: dict[int, Fields] = {}  # typed in a window that was taken over, not used so far
        self.log: list[str] = []
        self.address = f"/quizzes/attempts/{paper['attempt']}/"
        self.page = self.context.new_page()
        self.other: Page | None = None
        self.sign_in(self.page)
        papers.open_paper(self.page, self.attempt)

    @property
    def attempt(self) -> Any:
        return SimpleNamespace(pk=self.paper["attempt"])

    def sign_in(self, page: Page) -> None:
        page.goto("/accounts/login/")
        page.get_by_role("textbox", name="E-mail").fill(self.paper["address"])
        page.get_by_role("textbox", name="Password").fill(self.paper["password"])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/today/")

    # What a step may be

    def type(self) -> None:
        item = self.rng.choice(self.items)
        self.typed[item.pk] = self.put(self.page, item)
        self.aside.pop(item.pk, None)

    def put(self, page: Page, item: Any) -> Fields:
        """Another answer than the one that stands there; what the controls then hold was typed."""
        papers.go_to(page, item.position)
        before = papers.holds(page, item)
        answers = [fields for fields in item.answers if fields]
        self.rng.shuffle(answers)
        for fields in answers:
            for box in papers.question(page, item.position).locator("input[type=checkbox]:not([name$=-flag])").all():
                box.set_checked(False)
            papers.give(page, item, fields)
            if papers.holds(page, item) != before:
                break
        return papers.holds(page, item)

    def lose_the_network_and_type(self) -> None:
        self.context.set_offline(True)
        self.type()
        expect(papers.state(self.page)).to_have_text(papers.ON_DEVICE)
        self.type()
        self.context.set_offline(False)
        papers.expect_saved(self.page)

    def reload(self) -> None:
        with self.page.expect_response("**/claim/"):
            self.page.reload()
        papers.expect_saved(self.page)

    def reload_without_waiting(self) -> None:
        """What was typed a moment ago is not yet sent."""
        self.type()
        self.reload()

    def open_a_second_window(self) -> None:
        papers.expect_saved(self.page)
        if self.other:
            self.other.close()
        self.other, self.page = self.page, self.context.new_page()
        papers.open_paper(self.page, self.attempt)
        papers.expect_saved(self.page)

    def type_in_the_older_window(self) -> None:
        """It is told that it was taken over; what was typed there is kept aside."""
        if not self.other or self.other.get_by_role("dialog").is_visible():
            return
        papers.expect_saved(self.page)
        # Of one control: the window closes over its paper as soon as it is told.
        item = self.rng.choice([item for item in self.items if item.kind in {"true_false", "single_choice"}])
        self.aside[item.pk] = self.put(self.other, item)
        expect(self.other.get_by_role("dialog")).to_be_visible()

    def come_back_to_the_older_window(self) -> None:
        if not self.other or not self.other.get_by_role("dialog").is_visible():
            return
        papers.expect_saved(self.page)
        self.page, self.other = self.other, self.page
        with self.page.expect_response("**/claim/"):
            self.page.get_by_role("link", name="Go on here").click()
        papers.expect_saved(self.page)

    def use_what_was_kept(self) -> None:
        papers.expect_saved(self.page)
        self.reload()
        offered = self.page.locator(".kept-aside")
        if not offered.count():
            return
        heading = offered.first.locator("h2").inner_text()
        number = int("".join(sign for sign in heading if sign.isdigit()))
        item = next(item for item in self.items if item.position == number)
        with self.page.expect_response("**/claim/"):
            offered.first.get_by_role("button", name="Use this answer").click()
        papers.expect_saved(self.page)
        self.typed[item.pk] = self.aside.pop(item.pk)

    def kill_the_server(self) -> None:
        self.type()
        self.portal.kill()
        self.type()
        expect(papers.state(self.page)).to_have_text(papers.ON_DEVICE)
        self.portal.start()
        self.come_online()

    def lose_the_session(self) -> None:
        papers.expect_saved(self.page)
        self.context.clear_cookies()
        self.type()
        expect(papers.state(self.page)).not_to_have_text("Saved")
        elsewhere = self.context.new_page()
        self.sign_in(elsewhere)
        elsewhere.close()
        self.come_online()

    def come_online(self) -> None:
        """The network is there again: no need to wait for the next try."""
        self.page.evaluate("dispatchEvent(new Event('online'))")
        papers.expect_saved(self.page)

    # All of it

    def go(self) -> None:
        rare = [self.kill_the_server, self.lose_the_session]
        often: list[Callable[[], None]] = [
            *[self.type] * 6,
            *[self.lose_the_network_and_type, self.reload, self.reload_without_waiting] * 1,
            *[self.open_a_second_window, self.type_in_the_older_window, self.type_in_the_older_window],
            *[self.come_back_to_the_older_window, self.use_what_was_kept],
        ]
        steps = [self.rng.choice(often) for _step in range(STEPS)]
        for act in rare:
            steps[self.rng.randrange(STEPS // 4, STEPS)] = act
        for step in steps:
            self.log.append(step.__name__)
            step()

    def told(self) -> Any:
        """What the portal stored and marked, beside what was typed."""
        return self.portal.ask("read", {"attempt": self.paper["attempt"], "typed": self.typed})

    def hand_in(self) -> None:
        papers.expect_saved(self.page)
        self.page.get_by_role("button", name="Look over and hand in").last.click()
        self.page.wait_for_url("**/hand-in/")
        self.page.get_by_role("button", name="Hand in", exact=True).click()
        self.page.wait_for_url("**/result/")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    portal = Portal(tmp_path_factory.mktemp("apart"))
    portal.ask("set_up", None)
    portal.start()
    yield portal
    portal.kill()


@pytest.fixture
def context(browser: Browser, portal: Portal) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=portal.site)
    context.set_default_timeout(PATIENCE)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    yield context
    context.close()
    assert not faults


@pytest.mark.parametrize("seed", [3, 11])
def test_what_was_typed_last_is_what_is_marked(context: BrowserContext, portal: Portal, seed: int) -> None:
    journey = Journey(portal, context, seed)

    journey.go()
    journey.hand_in()

    told = journey.told()
    assert all(item["typed"] == item["stored"] for item in told["items"].values()), (journey.log, told)
    assert told["state"] == "graded"
    assert told["raw"] == told["wanted"]


def test_what_was_kept_aside_and_never_used_does_not_count(context: BrowserContext, portal: Portal) -> None:
    journey = Journey(portal, context, 1)
    journey.open_a_second_window()
    journey.type_in_the_older_window()

    journey.hand_in()

    assert journey.aside
    assert all(item["stored"] is None for item in journey.told()["items"].values())
