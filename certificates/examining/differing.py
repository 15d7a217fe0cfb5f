"""The words of a page beside the words of the register. Plain sums over lines; it decides nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from certificates.codes import grouped, normalise
from certificates.examining.finding import Difference
from certificates.models import Certificate

Lines = Sequence[Sequence[object]]  # (size, letters) in the order in which they are set

LARGE = 0.7  # of the largest line: the name, which is set by far the largest
LONGEST = 200
MOST_ADDED = 8
NUMBER = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
DAY = re.compile(r"\b\d{1,2}\.? [^\W\d_]{3,12} \d{4}\b|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b")


def squashed(words: str) -> str:
    """Only what a reader would call different: no case, no spaces, one spelling for each letter."""
    return "".join(unicodedata.normalize("NFKC", words).casefold().split())


def _same(shown: str, true: str) -> bool:
    if squashed(shown) == squashed(true):
        return True
    # Marks are set after the letters they stand over, so their order may differ. That of letters and digits may not.
    return _letters_and_marks(shown) == _letters_and_marks(true)


def _letters_and_marks(words: str) -> tuple[str, list[str]]:
    signs = unicodedata.normalize("NFKD", squashed(words))
    marks = [sign for sign in signs if unicodedata.combining(sign)]
    return "".join(sign for sign in signs if not unicodedata.combining(sign)), sorted(marks)


def day_in_words(day: date) -> str:
    return date_format(day, "j F Y")


def differences(lines: Lines, certificate: Certificate) -> tuple[Difference, ...]:
    """Name, title, dates and number as they stand on the page, where they are not the register's."""
    said = certificate.statement
    sized = [(float(str(size)), str(letters)) for size, letters in lines]
    name, title = said["holder"]["name"], said["achievement"]["title"]
    number = _number(sized, certificate.code)
    found = [
        _difference(_("Name"), _name(sized, name, title), name),
        _difference(_("Title"), _title(sized, title, said), title),
        *_days(sized, certificate),
        _difference(_("Certificate number"), number, certificate.grouped_code),
    ]
    return tuple(one for one in found if one is not None)


def _difference(label: str, shown: str, true: str) -> Difference | None:
    return None if _same(shown, true) else Difference(label, shown[:LONGEST], true)


def _name(lines: list[tuple[float, str]], true: str, title: str) -> str:
    """All that is set as large as a name."""
    largest = max((size for size, _letters in lines), default=0.0)
    large = [letters for size, letters in lines if size >= LARGE * largest and squashed(letters) not in squashed(title)]
    return _together(large, true)


def _title(lines: list[tuple[float, str]], true: str, said: Mapping[str, Any]) -> str:
    """The largest after the name, but for the academy's own."""
    largest = max((size for size, _letters in lines), default=0.0)
    others = squashed(f"{said['issuer']['name']} {said['holder']['name']}")
    rest = [
        (size, letters)
        for size, letters in lines
        if squashed(letters) not in others and (size < LARGE * largest or squashed(letters) in squashed(true))
    ]
    second = max((size for size, _letters in rest), default=0.0)
    return _together([letters for size, letters in rest if size >= second - 0.2], true)


def _together(parts: list[str], true: str) -> str:
    """The parts as one; said twice is said once."""
    return " ".join(dict.fromkeys(parts)) if squashed("".join(parts)) != squashed(true) else true


def _number(lines: list[tuple[float, str]], code: str) -> str:
    """What looks like a number of ours on the page: each of them once."""
    seen = dict.fromkeys(found[0] for _size, letters in lines for found in NUMBER.finditer(letters))
    others = [words for words in seen if normalise(words) != code]
    if others:
        return " ".join([*(words for words in seen if normalise(words) == code), *others])
    return grouped(code) if seen else ""


def _days(lines: list[tuple[float, str]], certificate: Certificate) -> list[Difference | None]:
    """Each date of the page that is neither; it stands after the word that says which of the two it should be."""
    true = {
        "issued": day_in_words(certificate.issued_on),
        "expires": day_in_words(certificate.expires_on),
    }
    labels = {"issued": _("Issued"), "expires": _("Valid through the end of")}
    dated = [(place, found[0]) for place, (_size, letters) in enumerate(lines) for found in DAY.finditer(letters)]
    shown: dict[str, list[str]] = {"issued": [], "expires": []}
    for place, words in dated:
        shown[_which(lines, place, words, labels, true)].append(words)
    found = []
    for which, label in labels.items():
        words = " ".join(dict.fromkeys(shown[which]))
        found.append(_difference(label, words, true[which]))
    return found


def _which(lines: list[tuple[float, str]], place: int, words: str, labels: dict[str, str], true: dict[str, str]) -> str:
    for _size, letters in [lines[place], *([lines[place - 1]] if place else [])]:
        for which, label in sorted(labels.items(), key=lambda item: -len(item[1])):
            if squashed(label) in squashed(letters):
                return which
    return "issued" if squashed(words) == squashed(true["issued"]) else "expires"


def of_words(lines: Lines, sealed: Lines) -> tuple[str, ...]:
    """Lines of the page that were not there when it was sealed."""
    before = {squashed(str(letters)) for _size, letters in sealed}
    added = dict.fromkeys(str(letters)[:LONGEST] for _size, letters in lines if squashed(str(letters)) not in before)
    return tuple(added)[:MOST_ADDED]
