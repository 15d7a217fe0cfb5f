"""Pictures of every page: `python -m tests.browser.pictures FOLDER [part of a name]`."""

import os
import sys
from pathlib import Path

import pytest


def main(folder: str, names: str = "") -> int:
    Path(folder).mkdir(parents=True, exist_ok=True)
    os.environ["PICTURES"] = str(Path(folder).resolve())
    tests = str(Path(__file__).with_name("test_every_page.py"))
    chosen = ["-k", names] if names else []
    return int(pytest.main(["-q", "-m", "browser", "-p", "no:randomly", "--tb=line", *chosen, tests]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
