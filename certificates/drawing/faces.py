"""The faces as reportlab knows them, and how wide what they set is."""

from collections.abc import Mapping
from functools import cache, lru_cache
from json import loads
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from certificates.naming import FACES, marks, runs

Kerning = Mapping[str, int]


@cache
def open_faces() -> None:
    """Open the faces. Only used letters are embedded, and nothing is written as text that could be bytes."""
    rl_config.useA85 = 0
    for face in ("name", "display", "text", "strong", "mono", "wide", "armenian", "georgian"):
        pdfmetrics.registerFont(TTFont(face, str(FACES / f"{face}.ttf"), asciiReadable=0))


@cache
def font(face: str) -> Any:
    return pdfmetrics.getFont(face)


@cache
def kerning() -> Mapping[str, Kerning]:
    pairs: dict[str, dict[str, int]] = loads((FACES / "kerning.json").read_text(encoding="utf-8"))
    return pairs


@lru_cache(maxsize=8192)  # the same labels, areas and sentences stand on many certificates
def thousandths(words: str, face: str, tracking: int) -> float:
    """How wide the words are, in thousandths of the size."""
    total = 0.0
    for holder, part in runs(words, face):
        widths, pairs = font(holder).face.charWidths, kerning().get(holder, {})
        total += sum(widths[ord(letter)] for letter in part)
        total += sum(pairs.get(part[place : place + 2], 0) for place in range(len(part) - 1))
        total += tracking * (len(part) - 1)
    return total


def mark_place(part: str, place: int, widths: Mapping[int, int]) -> tuple[int, int]:
    """How far a mark moves right and up from the end of its letter, over or under the marks already there."""
    height, letters, loose = marks()
    base = place - 1
    while part[base] in loose:
        base -= 1
    middle, foot, head = letters[part[base]]
    for mark in part[base + 1 : place + 1]:
        mark_middle, mark_foot, mark_head = loose[mark]
        up = min(0, foot) if mark_head <= 0 else max(0, head - height)
        foot, head = (foot, mark_head + up) if mark_head > 0 else (mark_foot + up, head)
    return middle - mark_middle - round(widths[ord(part[base])]), up
