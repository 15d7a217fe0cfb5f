"""The process in which strangers' files are opened: started clean, it forks one child for each file, under limits.

It never held a secret or a connection to the database, because it is no child of Django: an interpreter that loads what
reads files, and then waits. A child inherits that, gets one socket, and may open nothing else: no file, no connection,
no process. Whatever a file does to it ends with the child. When the portal goes away, the keeper and its children go.
"""

from __future__ import annotations

import array
import codecs
import contextlib
import ctypes
import gc
import json
import os
import resource
import select
import signal
import socket
import struct
import time
from typing import Any

from certificates.examining.opening import opened

MEMORY = 512 * 1024 * 1024  # bytes of addresses
CPU = 5  # seconds
WALL = 8.0  # seconds
LARGEST_RESULT = 400_000  # bytes
IDLE = 900  # seconds without a file, then it ends; the next file starts another
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
CODECS = ("utf-8", "utf-16", "utf-16-be", "utf-16-le", "latin-1", "ascii", "cp1252", "pdfdoc", "idna", "punycode")

prctl = ctypes.CDLL(None, use_errno=True).prctl


def confine() -> None:
    """What a child may use. Everything it needs is loaded: from here on it can open nothing."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU + 1))
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        resource.setrlimit(limit, (0, 0))


def _received(connection: socket.socket) -> tuple[dict[str, Any], bytes]:
    """A line of JSON with its length before it, then the file, until the other side is done."""
    content = bytearray()
    while part := connection.recv(1 << 16):
        content += part
    (length,) = struct.unpack(">I", content[:4])
    return json.loads(content[4 : 4 + length]), bytes(content[4 + length :])


def _answer(connection: socket.socket) -> None:
    from asn1crypto import x509

    told, content = _received(connection)
    chains = {
        fingerprint: [x509.Certificate.load(bytes.fromhex(one)) for one in chain]
        for fingerprint, chain in told["chains"].items()
    }
    try:
        result = json.dumps(opened(told["kind"], content, chains)).encode()
    except (MemoryError, RecursionError):
        result = b""
    if not result or len(result) > LARGEST_RESULT:
        result = b'{"outcome": "too_much"}'
    connection.sendall(result)


def _child(connection: socket.socket) -> None:
    """Never returns."""
    code = 1
    try:
        gc.disable()
        confine()
        _answer(connection)
        code = 0
    except BaseException:  # it has no one to tell; the other side sees that no answer came
        code = 1
    finally:
        os._exit(code)


def _given(control: socket.socket) -> socket.socket | None:
    """The socket that the portal hands over for one file; None when the portal is gone."""
    size = array.array("i").itemsize
    message, ancillary, _flags, _address = control.recvmsg(1, socket.CMSG_SPACE(size))
    if not message:
        return None
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            handle = array.array("i")
            handle.frombytes(data[:size])
            return socket.socket(fileno=handle[0])
    raise OSError("A message without a socket.")


class Children:
    """Who is at work, and until when."""

    def __init__(self) -> None:
        self.until: dict[int, float] = {}

    def start(self, connection: socket.socket, control: socket.socket) -> None:
        pid = os.fork()
        if pid == 0:
            control.close()
            _child(connection)
        self.until[pid] = time.monotonic() + WALL
        connection.close()

    def look_after(self) -> None:
        """Bury the dead, end who overstays."""
        for pid, until in list(self.until.items()):
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)  # not waited for yet, so the number is still its own
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                del self.until[pid]

    def end(self) -> None:
        for pid in self.until:
            os.kill(pid, signal.SIGKILL)


def _warm() -> None:
    """Load now what would be loaded at first use: a child can open no file."""
    from certificates.examining import warming

    for name in CODECS:
        with contextlib.suppress(LookupError):
            codecs.lookup(name)
    warming.load()
    gc.collect()
    gc.freeze()


def keep(handle: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the portal decides when to stop, and its end is seen
    control = socket.socket(fileno=handle)
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _warm()
    control.send(b"r")
    children, last = Children(), time.monotonic()
    waiting = select.poll()
    waiting.register(control, select.POLLIN)
    while time.monotonic() - last < IDLE:
        if waiting.poll(50 if children.until else 10_000):
            connection = _given(control)
            if connection is None:
                break
            last = time.monotonic()
            children.start(connection, control)
        children.look_after()
    children.end()
