"""The words on a page of a PDF, as its fonts tell them: what stands there, how large, and in which order.

It runs in the examining process and knows no framework. It reads what is set, not how it looks: letters painted over
others are both there, and a font may lie about its letters. So its words are shown to people, never trusted.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

MOST_WORDS = 20_000  # letters of a page; a certificate has about a thousand
MOST_LINES = 400
DEEPEST = 4  # forms inside forms
MOST_OPERATORS = 200_000
LARGEST_STREAM = 4_000_000  # bytes, unpacked
GAP = 0.2  # of the size: a step to the right that wide is a space
OPERATORS = "q Q cm BT Tf TL Td TD Tm T* ' \" Tj TJ Do"  # what sets letters; nearly all of a page is lines and colours

Matrix = tuple[float, float, float, float, float, float]
PLAIN: Matrix = (1, 0, 0, 1, 0, 0)


class TooMuch(Exception):
    """It unpacks to more than any certificate."""


@dataclass
class Line:
    """Letters set in one go."""

    size: float
    letters: str


def times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def unpacked(stream: Any) -> bytes:
    """A stream's bytes. Raises `TooMuch` before they are too many."""
    weigh(stream)
    content: bytes = stream.read_bytes()
    if len(content) > LARGEST_STREAM:
        raise TooMuch
    return content


def weigh(stream: Any) -> None:
    """Unpack it layer by layer, no further than the limit. (What is packed otherwise, the process's memory limits.)"""
    filters = stream.get("/Filter", [])
    names = [str(name) for name in (filters if isinstance(filters, pikepdf.Array) else [filters])]
    if not names or any(name not in {"/FlateDecode", "/Fl"} for name in names):
        return
    content = bytes(stream.read_raw_bytes())
    for _layer in names:
        opened = zlib.decompressobj()
        try:
            content = opened.decompress(content, LARGEST_STREAM + 1)
        except zlib.error:
            return  # broken: whoever reads it will find that out
        if len(content) > LARGEST_STREAM:
            raise TooMuch


@dataclass
class Font:
    """From the bytes of a string to letters."""

    letters: dict[bytes, str] = field(default_factory=dict)
    wide: int = 1  # bytes a sign

    def read(self, text: bytes) -> str:
        if not self.letters and self.wide == 1:
            return text.decode("cp1252", "replace")
        step = self.wide
        parts = (text[place : place + step] for place in range(0, len(text), step))
        return "".join(self.letters.get(part, "\ufffd") for part in parts)


HEX = re.compile(rb"<\s*([0-9A-Fa-f\s]*)>")
SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
RANGE = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]+)>\s*(<[0-9A-Fa-f\s]+>|\[[^\]]*\])")
PAIR = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]*)>")


def _bytes(digits: bytes) -> bytes:
    clean = b"".join(digits.split())
    return bytes.fromhex((clean + b"0" * (len(clean) % 2)).decode())


def _letters(digits: bytes) -> str:
    return _bytes(digits).decode("utf-16-be", "replace")


def font_of(row: Any) -> Font:
    """What its ToUnicode table says; without one, letters as Western Europe has them."""
    font = Font(wide=2 if row.get("/Subtype") == "/Type0" else 1)
    table = row.get("/ToUnicode")
    if not isinstance(table, pikepdf.Stream):
        return font
    for kind, words in SECTION.findall(unpacked(table)):
        if kind == b"bfchar":
            for code, letters in PAIR.findall(words):
                font.letters[_bytes(code)] = _letters(letters)
            continue
        for first, last, target in RANGE.findall(words):
            low, width = int(b"".join(first.split()), 16), len(_bytes(first))
            high = min(int(b"".join(last.split()), 16), low + 0xFFFF)
            if target.startswith(b"["):
                listed = HEX.findall(target)
                for code, letters in zip(range(low, high + 1), listed, strict=False):
                    font.letters[code.to_bytes(width, "big")] = _letters(letters)
            else:
                start = _letters(target[1:-1])
                if not start:
                    continue
                for code in range(low, high + 1):
                    letter = ord(start[-1]) + code - low
                    if letter < 0x110000 and not 0xD800 <= letter < 0xE000:
                        font.letters[code.to_bytes(width, "big")] = start[:-1] + chr(letter)
        if len(font.letters) > 0x20000:
            raise TooMuch
    if font.letters:
        font.wide = max(len(code) for code in font.letters)
    return font


class Reader:
    """Walks over the operators of a page and its forms, and keeps the letters."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.count = 0
        self.operators = 0
        self.fonts: dict[Any, Font] = {}

    def _font(self, row: Any) -> Font:
        key = row.objgen if row.is_indirect else id(row)
        if key not in self.fonts:
            self.fonts[key] = font_of(row)
        return self.fonts[key]

    def _keep(self, letters: str, size: float, *, joins: bool) -> None:
        if not letters:
            return
        self.count += len(letters)
        if self.count > MOST_WORDS or len(self.lines) > MOST_LINES:
            raise TooMuch
        if joins and self.lines:
            self.lines[-1].letters += letters
        else:
            self.lines.append(Line(round(size, 1), letters))

    def walk(self, stream: Any, resources: Any, place: Matrix = PLAIN, depth: int = 0) -> None:
        if depth > DEEPEST:
            return
        for part in _parts(stream):
            weigh(part)
        matrix, kept = place, []
        font, size = Font(), 0.0
        text, line = PLAIN, PLAIN
        leading = 0.0
        joins = False
        for step in pikepdf.parse_content_stream(stream, OPERATORS):
            operands: Any = step.operands
            self.operators += 1
            if self.operators > MOST_OPERATORS:
                raise TooMuch
            name = str(step.operator)
            if name == "q":
                kept.append((matrix, font, size))
            elif name == "Q" and kept:
                matrix, font, size = kept.pop()
            elif name == "cm":
                matrix = times(_matrix(operands), matrix)
            elif name == "BT":
                text = line = PLAIN
                joins = False
            elif name == "Tf":
                size = float(operands[1])
                rows = resources.get("/Font")
                row = rows.get(str(operands[0])) if rows is not None else None
                font = self._font(row) if isinstance(row, pikepdf.Dictionary) else Font()
            elif name == "TL":
                leading = float(operands[0])
            elif name in {"Td", "TD"}:
                across, up = float(operands[0]), float(operands[1])
                line = times((1, 0, 0, 1, across, up), line)
                text = line
                leading = -up if name == "TD" else leading
                joins = joins and up == 0
            elif name == "Tm":
                moved = _matrix(operands)
                joins = joins and moved[5] == line[5]
                text = line = moved
            elif name in {"T*", "'", '"'}:
                line = times((1, 0, 0, 1, 0, -leading), line)
                text, joins = line, False
            if name in {"Tj", "'", '"', "TJ"} and operands:
                whole = times(text, matrix)
                height = size * (abs(whole[2]) + abs(whole[3]))
                self._keep(self._shown(operands[-1], font), height, joins=joins)
                joins = True
            elif name == "Do" and operands:
                self._form(str(operands[0]), resources, matrix, depth)

    def _shown(self, operand: Any, font: Font) -> str:
        if isinstance(operand, pikepdf.String):
            return font.read(bytes(operand))
        letters = []
        for part in operand:
            if isinstance(part, pikepdf.String):
                letters.append(font.read(bytes(part)))
            elif float(part) < -1000 * GAP:
                letters.append(" ")
        return "".join(letters)

    def _form(self, name: str, resources: Any, matrix: Matrix, depth: int) -> None:
        forms = resources.get("/XObject")
        form = forms.get(name) if forms is not None else None
        if isinstance(form, pikepdf.Stream) and form.get("/Subtype") == "/Form":
            own = form.get("/Matrix")
            inner = times(_matrix(own), matrix) if own is not None else matrix
            self.walk(form, form.get("/Resources", resources), inner, depth + 1)


def _parts(stream: Any) -> list[Any]:
    """A page's content may be in pieces."""
    if isinstance(stream, pikepdf.Stream):
        return [stream]
    content = stream.obj.get("/Contents")
    pieces = list(content)[:1000] if isinstance(content, pikepdf.Array) else [content]
    return [piece for piece in pieces if isinstance(piece, pikepdf.Stream)]


def _matrix(operands: Any) -> Matrix:
    a, b, c, d, e, f = (float(value) for value in operands)
    return (a, b, c, d, e, f)


def lines_of(page: Any) -> list[Line]:
    """The lines of a page in the order in which they are set, notes laid over it at the end."""
    reader = Reader()
    reader.walk(page, page.obj.get("/Resources", pikepdf.Dictionary()))
    for stream in _overlaid(page):
        reader.walk(stream, stream.get("/Resources", pikepdf.Dictionary()), depth=1)
    tidy = (Line(line.size, clean(line.letters)) for line in reader.lines)
    return [line for line in tidy if line.letters]


def _overlaid(page: Any) -> Iterator[Any]:
    notes = page.obj.get("/Annots")
    if not isinstance(notes, pikepdf.Array):
        return
    for place, note in enumerate(notes):
        if place == 50:
            raise TooMuch
        looks = note.get("/AP") if isinstance(note, pikepdf.Dictionary) else None
        normal = looks.get("/N") if isinstance(looks, pikepdf.Dictionary) else None
        if isinstance(normal, pikepdf.Stream):
            yield normal


def clean(letters: str) -> str:
    """One line for a page: no control signs, one space where there are several."""
    kept = (" " if unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} else letter for letter in letters)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))
