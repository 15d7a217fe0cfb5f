"""Hands a file to the process that opens strangers' files, and waits for what it says: never long, never for ever."""

from __future__ import annotations

import json
import logging
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any

log = logging.getLogger("certificates")

AT_ONCE = 2  # files opened side by side, for each process of the portal
QUEUE = 3.0  # seconds a file waits for its turn
START = 20.0  # seconds for the keeper to be ready
PATIENCE = 9.0  # seconds for one file: a little more than the keeper gives it
LARGEST_RESULT = 500_000
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
sys.path.insert(0, sys.argv[2])
from certificates.examining.keeper import keep
keep(int(sys.argv[1]))
"""

Chains = Mapping[str, Sequence[bytes]]  # by the fingerprint of the certificate that signs: leaf first, root last


class Busy(Exception):
    """Nothing was looked at: too many files at once, or no process to open them."""


class Keeper:
    """The process and the socket to it. Started when first needed, and again when it has ended."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = 0

    def hand_over(self, connection: socket.socket) -> None:
        with self._lock:
            for _try in range(2):
                control = self._running()
                try:
                    socket.send_fds(control, [b"f"], [connection.fileno()])
                except OSError:
                    self._forget()  # it ended, as it does when it had nothing to do for long
                else:
                    return
        raise Busy

    def stop(self) -> None:
        with self._lock:
            self._forget()

    @property
    def is_up(self) -> bool:
        """Whether it still runs; a moment after it was killed it may still seem to."""
        process = self._process
        if process is None or self._owner != os.getpid():
            return False
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            return True
        return False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._owner == os.getpid() else None

    def _running(self) -> socket.socket:
        if self._owner == os.getpid() and self._control and self._process and self._process.poll() is None:
            return self._control
        self._forget()
        return self._start()

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # -I: nothing of our surroundings decides what it loads; an empty environment: no secret goes along.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-c", PROGRAM, str(theirs.fileno()), str(ROOT)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8"},
                cwd="/",
            )
        ours.settimeout(START)
        try:
            is_ready = ours.recv(1) == b"r"
        except OSError:
            is_ready = False
        if not is_ready:
            ours.close()
            self._process.kill()
            self._process.wait()
            self._process = None
            log.error("The process that opens dropped files did not start.")
            raise Busy
        self._control, self._owner = ours, os.getpid()
        return ours

    def _forget(self) -> None:
        """Close our end, which ends it. One that belongs to the process we were forked from is left alone."""
        if self._control:
            self._control.close()
        if self._process and self._owner == os.getpid():
            try:
                self._process.wait(1)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = self._control = None


keeper = Keeper()
_places = BoundedSemaphore(AT_ONCE)


def opened(kind: str, content: bytes, chains: Chains) -> dict[str, Any]:
    """What the file says, as plain values. Raises `Busy`; a file that is too much for the process is an outcome."""
    if not _places.acquire(timeout=QUEUE):
        raise Busy
    try:
        for is_last in (False, True):
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
            with ours:
                with theirs:
                    keeper.hand_over(theirs)
                result = _asked(ours, kind, content, chains)
            if result is not None:
                return result
            if is_last or keeper.is_up:  # the child went and its keeper did not: the file was too much for it
                break
        return {"outcome": "too_much"}
    finally:
        _places.release()


def _asked(ours: socket.socket, kind: str, content: bytes, chains: Chains) -> dict[str, Any] | None:
    """What the child says; None when it went without a word, or took too long."""
    told = {"kind": kind, "chains": {name: [one.hex() for one in chain] for name, chain in chains.items()}}
    head = json.dumps(told).encode()
    answer = bytearray()
    until = time.monotonic() + PATIENCE
    try:
        ours.settimeout(PATIENCE)
        ours.sendall(struct.pack(">I", len(head)) + head + content)
        ours.shutdown(socket.SHUT_WR)
        while len(answer) <= LARGEST_RESULT:
            ours.settimeout(max(until - time.monotonic(), 0.01))
            part = ours.recv(1 << 16)
            if not part:
                break
            answer += part
        result = json.loads(answer)
    except (OSError, ValueError):  # the keeper ends a child that does not end
        return None
    return result if isinstance(result, dict) and isinstance(result.get("outcome"), str) else None
