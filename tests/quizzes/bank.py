"""The starter programme's questions as the bank writes them, and one of every kind and mode."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "courses" / "programmes" / "smp"


@cache
def entries() -> tuple[dict[str, Any], ...]:
    files = sorted(FOLDER.glob("*/questions.yaml"))
    return tuple(entry for file in files for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["questions"])


@cache
def one_of_each() -> tuple[dict[str, Any], ...]:
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for entry in entries():
        found.setdefault((entry["kind"], entry.get("mode"), entry.get("scoring")), entry)
    return tuple(found.values())


def ref(entry: dict[str, Any]) -> str:
    return str(entry["id"])
