"""Setting up says in one line what this machine lacks."""

import ast
import subprocess
import sys
from pathlib import Path

from django.conf import settings

SCRIPT = Path(settings.BASE_DIR) / "portal" / "bootstrap.py"


def test_a_python_that_is_too_old_is_told_in_one_line() -> None:
    pretend = f"import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"

    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("Cannot start: Python 3.11 or newer is needed, this is 3.9.")
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_old_python_can_read_it_at_all() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 7))
