"""What counts as the same few words: case, spacing, width and, where wanted, punctuation are forgiven. Plain text only.

A star in a pattern stands for any run of letters within its word, also none. Matching takes one pass over the text,
whatever the pattern: pieces between stars are searched from left to right and never tried again.
"""

import unicodedata
from collections.abc import Sequence

STAR = "*"
APOSTROPHES = frozenset("'’‘ʼ`´")


def is_text(value: str) -> bool:
    """Whether it can be stored and sent: no NUL, no half of a surrogate pair."""
    return "\x00" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)


def words(text: str, *, punctuation: bool, keep: str = "") -> list[str]:
    """The words of a text in the form they are compared in. With `punctuation` its signs count as written."""
    seen = "".join(map(_visible, text))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    return (folded if punctuation else "".join(_unpointed(sign, keep) for sign in folded)).split()


def _visible(sign: str) -> str:
    """Without what nobody sees, such as a soft hyphen or a space of no width."""
    match unicodedata.category(sign):
        case "Cf" | "Cs":
            return ""
        case "Cc":
            return " "
        case _:
            return sign


def _unpointed(sign: str, keep: str) -> str:
    if sign in keep or unicodedata.category(sign)[0] not in "PS":
        return sign
    return "" if sign in APOSTROPHES else " "


class Pattern:
    """An author's wording, with or without stars."""

    def __init__(self, text: str, *, punctuation: bool) -> None:
        self.words = words(text, punctuation=punctuation, keep=STAR)
        self.pieces = [word.split(STAR) for word in self.words]

    @property
    def bare(self) -> bool:
        """A word of stars alone would let anything through; so would no word at all."""
        return not self.words or any(not any(pieces) for pieces in self.pieces)

    @property
    def plainest(self) -> str:
        """The shortest text that it matches."""
        return " ".join("".join(pieces) for pieces in self.pieces)

    def matches(self, said: Sequence[str]) -> bool:
        return len(said) == len(self.pieces) and all(map(_fits, self.pieces, said))


def _fits(pieces: Sequence[str], word: str) -> bool:
    if len(pieces) == 1:
        return word == pieces[0]
    first, *middle, last = pieces
    if len(word) < len(first) + len(last) or not word.startswith(first) or not word.endswith(last):
        return False
    at, end = len(first), len(word) - len(last)
    for piece in middle:
        found = word.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
