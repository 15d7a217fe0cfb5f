"""Broker, disk or database are down for a while: nothing is lost, nothing comes twice."""

import os
import shutil
import sqlite3
import time

import pytest

from tests.worker.machines import DONE, Grown, Machine

pytestmark = [pytest.mark.worker, pytest.mark.xdist_group("down")]

A_MINUTE = 60


def _break_broker(machine: Machine) -> None:
    if isinstance(machine, Grown):
        machine.broker.shut()
        return
    for name in ("broker", "broker-control"):  # a file where the folder was: nothing can be read or written there
        shutil.rmtree(machine.folder / name, ignore_errors=True)
        (machine.folder / name).write_text("")


def _mend_broker(machine: Machine) -> None:
    if isinstance(machine, Grown):
        machine.broker.open()
        return
    for name in ("broker", "broker-control"):
        (machine.folder / name).unlink()
        (machine.folder / name).mkdir()


def _alive(machine: Machine) -> bool:
    return all(worker.poll() is None for worker in machine.workers)


def test_a_broker_that_is_down_for_a_minute_only_delays(machine: Machine) -> None:
    machine.start_worker()
    time.sleep(5)
    _break_broker(machine)
    machine.scene("pass")
    time.sleep(A_MINUTE)
    told = machine.scene("tell")
    assert told["certificates"] == 1, "the award needs no broker"
    _mend_broker(machine)

    assert machine.wait_until_done() == DONE
    assert _alive(machine), machine.log()


def test_passing_while_no_worker_runs_loses_nothing(machine: Machine) -> None:
    machine.scene("pass")
    machine.start_worker()

    assert machine.wait_until_done() == DONE


def test_a_full_disk_leaves_no_half_file_and_the_job_goes_on_once_there_is_room(machine: Machine) -> None:
    private = machine.folder / "private"
    private.mkdir(exist_ok=True)
    # A name space of its own: the small disk is the worker's alone, and gone with it.
    apart = ("unshare", "-m") if os.getuid() == 0 else ("unshare", "-rm")
    small = f'mount -t tmpfs -o size=16k tmpfs "{private}" && exec "$@"'
    full = machine.start_worker(inside=(*apart, "sh", "-c", small, "sh"))
    machine.scene("pass")
    end = time.monotonic() + 60
    while "No space left" not in machine.log() and time.monotonic() < end:
        time.sleep(0.5)
    assert "No space left" in machine.log()
    assert full.poll() is None, "a full disk stops no worker"
    assert machine.scene("tell")["files that are whole"] == 0
    machine.stop_workers()
    machine.start_worker()

    assert machine.wait_until_done() == DONE
    assert not list(private.rglob("*.part"))


def test_a_database_that_is_restarted_only_delays(machine: Machine) -> None:
    worker = machine.start_worker()
    time.sleep(5)
    machine.scene("pass")
    if isinstance(machine, Grown):
        for _time in range(3):
            machine.postgres.restart()
            time.sleep(1)
    else:  # nothing to restart: somebody holds the file for longer than anybody waits
        with sqlite3.connect(machine.folder / "portal.sqlite3", isolation_level=None) as held:
            held.execute("BEGIN EXCLUSIVE")
            time.sleep(15)
            held.execute("ROLLBACK")
        held.close()

    assert machine.wait_until_done() == DONE
    assert worker.poll() is None, machine.log()
