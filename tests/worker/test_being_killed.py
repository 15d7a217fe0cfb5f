"""Killed with SIGKILL at each step, embedded and grown: one certificate, one file, one letter, no less and no more."""

import signal
from pathlib import Path

import pytest

from tests.worker.machines import DONE, PATIENCE, Machine

pytestmark = [pytest.mark.worker, pytest.mark.xdist_group("killed")]

# Where the process of the page is killed in which the trainee hands in.
HANDING_IN = [
    "award:written",  # before the commit: nothing is there, and handing in again does it
    "job:announcing",  # after the commit, before a message leaves: the sweep finds the job
]
# Where the worker is killed.
WORKING = [
    "draw:claimed",
    "draw:credential",
    "draw:drawn",
    "draw:sealed",
    "draw:stored",
    "draw:recorded",
    "draw:mailed",
    "job:worked",
    "mail:claimed",
]


@pytest.mark.parametrize("point", HANDING_IN)
def test_killed_while_handing_in_one_is_certified_once(machine: Machine, struck: Path, point: str) -> None:
    faults = {"STIPPLE_FAULT": point, "STIPPLE_FAULT_ONCE": str(struck)}
    assert machine.process("-m", "tests.worker.scene", "pass", **faults).returncode == -signal.SIGKILL
    assert machine.scene("tell")["certificates"] == (0 if point == "award:written" else 1)

    machine.scene("pass")
    machine.start_worker()

    assert machine.wait_until_done() == DONE


@pytest.mark.parametrize("point", WORKING)
def test_a_killed_worker_leaves_one_certificate_and_one_letter(machine: Machine, struck: Path, point: str) -> None:
    machine.scene("pass")
    killed = machine.start_worker(STIPPLE_FAULT=point, STIPPLE_FAULT_ONCE=str(struck))
    assert killed.wait(timeout=PATIENCE) == -signal.SIGKILL
    assert struck.exists()
    machine.stop_workers()  # its beat
    machine.start_worker()

    assert machine.wait_until_done() == DONE


def test_due_work_is_done_without_any_broker(machine: Machine) -> None:
    machine.scene("pass")
    machine.run("manage.py", "work", "--once")

    assert machine.scene("tell") == DONE
