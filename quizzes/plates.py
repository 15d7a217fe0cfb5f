"""Drawings that ship with us, as a question may use them: their name, their template, their size."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from courses.block_kinds import plate_template

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SIZE = re.compile(r'viewBox="0 0 (\d{1,4}) (\d{1,4})"')
FOLDER = Path(settings.BASE_DIR) / "templates" / Path(plate_template("any")).parent


@dataclass(frozen=True)
class Drawing:
    """`width` and `height` are those of its own view box."""

    name: str
    width: int
    height: int


@cache
def find(name: str) -> Drawing | None:
    """The drawing of that name, if there is one and it says how large it is."""
    file = FOLDER / f"{name}.html"
    if len(name) > 80 or not NAME.fullmatch(name) or not file.is_file():
        return None
    size = SIZE.search(file.read_text(encoding="utf-8"))
    return Drawing(name, int(size[1]), int(size[2])) if size else None


def names() -> list[str]:
    """What an author can choose from."""
    return sorted(file.stem for file in FOLDER.glob("*.html"))
