"""Several processes as one: started together, stopped together, none left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import FrameType

GRACE = 15.0
PR_SET_PDEATHSIG = 1


def _die_with(parent: int) -> Callable[[], None]:
    """What a child does before it becomes its program: ask Linux for SIGTERM when its parent dies."""
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def prepare() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died in between
            os._exit(0)

    return prepare


class Group:
    """Children that live and die together. Each has a process group of its own, so that Ctrl-C reaches only us
    and is passed on once."""

    def __init__(self) -> None:
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.parent = os.getppid()
        self.asked_to_stop = False

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.children[name] = subprocess.Popen(  # noqa: S603  our own commands
            list(command),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),
        )

    def dead(self) -> str | None:
        """The name of a child that ended by itself, if one did."""
        return next((name for name, child in self.children.items() if child.poll() is not None), None)

    def should_stop(self) -> bool:
        return self.asked_to_stop or os.getppid() != self.parent

    def wait(self) -> str | None:
        """Until asked to stop (None), or until a child ends by itself (its name)."""
        while not self.should_stop():
            if name := self.dead():
                return name
            time.sleep(0.2)
        return None

    def stop(self) -> None:
        """SIGTERM once to each child; after the grace SIGKILL to what is left of its group."""
        for child in self.children.values():
            with suppress(ProcessLookupError):
                child.terminate()
        end = time.monotonic() + GRACE
        for child in self.children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=max(0.1, end - time.monotonic()))
        for child in self.children.values():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
