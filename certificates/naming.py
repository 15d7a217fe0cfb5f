"""Which letters our faces can set, and which face sets which part of a text.

A letter that no face holds is refused when a name is confirmed, never dropped from the paper. Scripts whose
letters join or change places (Arabic, Devanagari) are in no face, so they are refused too. A loose mark, as in
the Yoruba "ọ̀", is set on the Latin letter before it; anywhere else it is refused.
"""

import json
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

FACES = Path(__file__).resolve().parent / "faces"
FALLBACKS = ("wide", "armenian", "georgian")
Place = tuple[int, int, int]  # middle, foot, head, in thousandths of the size
SPACES = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2011": "-"})


class Unprintable(Exception):
    """A text holds letters that no face of ours can set."""

    def __init__(self, missing: Iterable[str]) -> None:
        self.missing = list(missing)
        names = ", ".join(f"{letter} ({unicodedata.name(letter, 'no name')})" for letter in self.missing)
        super().__init__(f"No face holds: {names}")


@cache
def letters() -> dict[str, frozenset[str]]:
    """The letters each face holds."""
    held: dict[str, list[list[int]]] = json.loads((FACES / "letters.json").read_text(encoding="utf-8"))
    return {
        face: frozenset(chr(letter) for first, last in spans for letter in range(first, last + 1))
        for face, spans in held.items()
    }


def spelt(text: str) -> str:
    """Composed letters and plain spaces: the spelling that is set."""
    return " ".join(unicodedata.normalize("NFC", text).translate(SPACES).split())


@cache
def marks() -> tuple[int, dict[str, Place], dict[str, Place]]:
    """How high a small letter is, and where letters and the marks on them have their middle, foot and head."""
    found = json.loads((FACES / "marks.json").read_text(encoding="utf-8"))
    return found["x_height"], found["letters"], found["marks"]


def _loose(text: str) -> list[str]:
    """Marks with no Latin letter to stand on."""
    _height, bases, loose = marks()
    carried, found = False, []
    for letter in text:
        if letter not in loose:
            carried = letter in bases
        elif not carried:
            found.append(letter)
    return found


def runs(text: str, face: str) -> list[tuple[str, str]]:
    """Parts of the text with the face that sets each. One face for the whole is better than two that differ."""
    if _loose(text):
        raise Unprintable(printable(text))
    for candidate in (face, *FALLBACKS):
        if letters()[candidate].issuperset(text):
            return [(candidate, text)]
    parts: list[tuple[str, str]] = []
    for letter in text:
        holder = next((name for name in (face, *FALLBACKS) if letter in letters()[name]), None)
        if holder is None:
            raise Unprintable(printable(text))
        if parts and letter in marks()[2]:
            # The mark goes where its letter is, so the letter comes to the face that has the mark.
            before, words = parts.pop()
            parts += [(before, words[:-1])] if words[:-1] else []
            parts.append((holder, words[-1] + letter))
        elif parts and parts[-1][0] == holder:
            parts[-1] = (holder, parts[-1][1] + letter)
        else:
            parts.append((holder, letter))
    return parts


def printable(name: str) -> list[str]:
    """The letters of the name that no face can set, each once; an empty list when all can be."""
    held = frozenset[str]().union(*(letters()[face] for face in ("name", *FALLBACKS)))
    return list(dict.fromkeys([*(letter for letter in spelt(name) if letter not in held), *_loose(spelt(name))]))


def settable(text: str, face: str = "text", instead: str = "?") -> str:
    """The text with a question mark for each letter that cannot be set: for words that are not ours to refuse."""
    _height, bases, loose = marks()
    held = frozenset[str]().union(*(letters()[name] for name in (face, *FALLBACKS)))
    carried, told = False, []
    for letter in spelt(text):
        if letter in loose:
            told.append(letter if carried else instead)
            continue
        told.append(letter if letter in held else instead)
        carried = letter in bases and letter in held
    return "".join(told)


def check(name: str) -> None:
    """Refuse a name the certificate could not carry, and say which letters stop it."""
    missing = printable(name)
    if missing:
        message = ngettext(
            "The certificate cannot print the character %(letters)s. "
            "Write your name in Latin, Greek, Cyrillic, Armenian or Georgian letters, for example as in your passport.",
            "The certificate cannot print the characters %(letters)s. "
            "Write your name in Latin, Greek, Cyrillic, Armenian or Georgian letters, for example as in your passport.",
            len(missing),
        )
        shown = " ".join(missing[:6]) + (_(" and others") if len(missing) > 6 else "")
        raise ValidationError(message, code="unprintable", params={"letters": shown})
