"""One command starts everything and, however it is stopped, leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = [pytest.mark.worker, pytest.mark.xdist_group("started")]

READY_WITHIN = 120
# Stands for make, which does not die of Ctrl-C before its child has ended.
PARENT = """
import signal, subprocess, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.exit(subprocess.call([sys.executable, "manage.py", "start"]))
"""
GONE_WITHIN = 25


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Started:
    """`manage.py start` in demo mode on data of its own, as the child of a parent that can be killed."""

    def __init__(self, folder: Path, seeded: Path) -> None:
        self.folder, self.port = folder, free_port()
        shutil.copytree(seeded, folder / "data")
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PARENT],
                cwd=settings.BASE_DIR,
                env={
                    "PATH": os.environ["PATH"],
                    "DATA_DIR": str(folder / "data"),
                    "PORT": str(self.port),
                    "DEMO": "1",
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self) -> str:
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end and self.process.poll() is None:
            if "Ready:" in self.log.read_text():
                return self.log.read_text()
            time.sleep(0.2)
        raise AssertionError(self.log.read_text())

    def processes(self) -> dict[int, str]:
        """Every process that was started on this data, whoever its parent is now."""
        mark = f"DATA_DIR={self.folder / 'data'}".encode()
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # gone meanwhile
                continue
        return {pid: command for pid, command in found.items() if command}

    def left_behind(self) -> dict[int, str]:
        end = time.monotonic() + GONE_WITHIN
        while (left := self.processes()) and time.monotonic() < end:
            time.sleep(0.2)
        return left

    def the_starter(self) -> int:
        return next(pid for pid, command in self.processes().items() if command.endswith("manage.py start "))


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a portal that was started before, so that each test starts warm."""
    folder = tmp_path_factory.mktemp("seeded")
    for command in (["migrate", "--verbosity", "0"], ["seed", "--verbosity", "0"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env={"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "DEMO": "1"},
            check=True,
        )
    return folder


@pytest.fixture
def started(tmp_path: Path, seeded: Path) -> Iterator[Started]:
    one = Started(tmp_path, seeded)
    yield one
    for pid in one.processes():
        os.kill(pid, signal.SIGKILL)
    one.process.wait()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_it_says_ready_when_pages_answer_and_stops_whole(started: Started) -> None:
    told = started.wait_until_ready()

    with urllib.request.urlopen(f"http://127.0.0.1:{started.port}/", timeout=5) as page:
        assert page.status == 200
    for who in ("trainee", "instructor", "clinic", "administrator", "password"):
        assert who in told.lower()
    assert "Traceback" not in told

    os.killpg(started.process.pid, signal.SIGINT)  # Ctrl-C reaches the whole group

    assert started.left_behind() == {}
    assert "Stopped" in started.log.read_text()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_it_stops_whole_when_its_parent_is_killed(started: Started) -> None:
    started.wait_until_ready()

    started.process.kill()

    assert started.left_behind() == {}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_nothing_is_left_when_the_starter_itself_is_killed(started: Started) -> None:
    started.wait_until_ready()

    os.kill(started.the_starter(), signal.SIGKILL)

    assert started.left_behind() == {}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_all_stop_when_one_process_dies(started: Started) -> None:
    started.wait_until_ready()
    beat = next(pid for pid, command in started.processes().items() if " beat " in command)

    os.kill(beat, signal.SIGKILL)

    assert started.left_behind() == {}
    assert "beat" in started.log.read_text()
