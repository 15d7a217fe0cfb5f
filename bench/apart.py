"""Measures in a fresh process on a scratch portal: its own data, an empty database, the starter programme."""

import json
import os
import subprocess
import sys
import tempfile
from typing import Any


def measured_apart(
    module: str, *, rounds: int, burst: int, database: str | None, before: tuple[list[str], ...] = (), **settings: str
) -> dict[str, Any]:
    """What `python -m module --measure` tells in its last line. `before` are more `manage.py` commands."""
    with tempfile.TemporaryDirectory(prefix="stipple-bench-") as folder:
        environment = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}},
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            **settings,
        }
        if database:
            environment |= {"DATABASE_URL": database, "SECRET_KEY": "bench", "WHORL_SECRET": "bench"}
        for command in (["migrate", "--verbosity", "0"], *before, ["load_programme", "courses/programmes/smp"]):
            subprocess.run([sys.executable, "manage.py", *command], env=environment, check=True, stdout=sys.stderr)
        again = [sys.executable, "-m", module, "--measure", "--rounds", str(rounds), "--burst", str(burst)]
        told = subprocess.run(again, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found
