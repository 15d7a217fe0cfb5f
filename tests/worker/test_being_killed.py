"""A real worker on the embedded broker, killed with SIGKILL at each step: one certificate, one letter, no less."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

pytestmark = [pytest.mark.worker, pytest.mark.xdist_group("killed")]

POINTS = [
    "draw:claimed",
    "draw:drawn",
    "draw:stored",
    "draw:recorded",
    "draw:mailed",
    "job:worked",
    "mail:claimed",
]
DONE = {
    "certificates": 1,
    "files that are whole": 1,
    "letters": 1,
    "letters delivered": 1,
    "jobs left": 0,
}
PATIENCE = 60


class Machine:
    """A portal of its own: its data, its broker, and one worker at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(folder),
            "JOB_LEASE_SECONDS": "3",
            "SWEEP_SECONDS": "1",
        }
        self.workers: list[subprocess.Popen[bytes]] = []

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def scene(self, what: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.run("-m", "tests.worker.scene", what))
        return told

    def start_worker(self, **faults: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "--app", "portal", "--quiet", "worker", "--beat"]
        command += ["--schedule", str(self.folder / "schedule"), "--pool", "threads", "--concurrency", "2"]
        command += ["--queues", "default,issuing,mail", "--without-gossip", "--without-mingle"]
        worker = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env={**self.environment, "DJANGO_SETTINGS_MODULE": "portal.settings", **faults},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.workers.append(worker)
        return worker

    def wait_until_done(self) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while (told := self.scene("tell")) != DONE and time.monotonic() < end:
            time.sleep(1)
        return told

    def stop(self) -> None:
        for worker in self.workers:
            try:  # the whole session: beat is a process beside its worker
                os.killpg(worker.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            worker.wait()


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a portal where someone has just passed a course and no worker has run yet."""
    made = Machine(tmp_path_factory.mktemp("passed") / "data")
    made.run("manage.py", "migrate", "--verbosity", "0")
    # Two jobs wait: the certificate's file, and cards of practice for the lessons that were studied.
    nothing_yet = {"files that are whole": 0, "letters": 0, "letters delivered": 0, "jobs left": 2}
    assert made.scene("pass") == DONE | nothing_yet
    return made.folder


@pytest.fixture
def machine(tmp_path: Path, passed: Path) -> Iterator[Machine]:
    shutil.copytree(passed, tmp_path / "data")
    made = Machine(tmp_path / "data")
    yield made
    made.stop()


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_worker_leaves_one_certificate_and_one_letter(machine: Machine, tmp_path: Path, point: str) -> None:
    killed = machine.start_worker(STIPPLE_FAULT=point, STIPPLE_FAULT_ONCE=str(tmp_path / "struck"))
    assert killed.wait(timeout=PATIENCE) == -signal.SIGKILL
    assert (tmp_path / "struck").exists()
    machine.stop()
    machine.start_worker()

    assert machine.wait_until_done() == DONE


def test_passing_while_no_worker_runs_loses_nothing(machine: Machine) -> None:
    machine.start_worker()

    assert machine.wait_until_done() == DONE


def test_due_work_is_done_without_any_broker(machine: Machine) -> None:
    machine.run("manage.py", "work", "--once")

    assert machine.scene("tell") == DONE
