"""Named points at which a test may kill this process, to see that nothing is lost there.

Outside tests a point does nothing. `STIPPLE_FAULT=<name>` kills the process at the point of that name;
`STIPPLE_FAULT_ONCE=<file>` lets it happen one time only, whoever comes first.
"""

import os
import signal
from pathlib import Path


def point(name: str) -> None:
    """Kill this process here, with SIGKILL, if the environment asks for it."""
    if os.environ.get("STIPPLE_FAULT") != name:
        return
    if marker := os.environ.get("STIPPLE_FAULT_ONCE"):
        try:
            Path(marker).touch(exist_ok=False)
        except FileExistsError:
            return
    os.kill(os.getpid(), signal.SIGKILL)
