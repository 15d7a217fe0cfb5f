"""Sheets: type set letter by letter with our own kerning, shapes as plain operators, each with what it is."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import segno
from django.utils.translation import gettext as _
from reportlab.pdfgen.canvas import Canvas

from certificates.codes import grouped
from certificates.drawing.art import number
from certificates.drawing.background import Background
from certificates.drawing.faces import font, kerning, mark_place, thousandths
from certificates.drawing.measures import MILLIMETRE, PETROL
from certificates.naming import marks, runs, spelt
from certificates.tags import Box, Tag
from courses.whorl import dots


class Page:
    """What is drawn goes to the canvas as it comes, within `tagged` or `artifact`: nothing stands outside of these."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.tags = Tag("Document")
        self._within = [self.tags]
        self._sheet = -1
        self.turn()

    def turn(self) -> None:
        """Begin the next sheet."""
        if self._sheet >= 0:
            self.canvas.showPage()
        self._sheet += 1
        self._pieces = 0
        # What reportlab writes at the top of a page would stand outside of every tag.
        self.canvas._preamble = ""  # type: ignore[attr-defined]
        self.code: list[str] = self.canvas._code  # type: ignore[attr-defined]

    @contextmanager
    def group(self, kind: str) -> Iterator[None]:
        """What is tagged within belongs together, as the rows of a table do."""
        tag = Tag(kind)
        self._within[-1].parts.append(tag)
        self._within.append(tag)
        yield
        self._within.pop()

    @contextmanager
    def tagged(self, kind: str, *, alt: str = "", box: Box | None = None, scope: str = "") -> Iterator[None]:
        """What is drawn within is one element of that kind."""
        tag = Tag(kind, page=self._sheet, piece=self._pieces, alt=alt, box=box, scope=scope)
        self._within[-1].parts.append(tag)
        self.code.append(f"/{kind} <</MCID {self._pieces}>> BDC")
        self._pieces += 1
        yield
        self.code.append("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn within says nothing: lines and ornament."""
        self.code.append("/Artifact BMC")
        yield
        self.code.append("EMC")

    def describe(self, statement: Mapping[str, Any]) -> None:
        self.canvas.setTitle(f"{statement['achievement']['title']} · {statement['holder']['name']}")
        self.canvas.setAuthor(statement["issuer"]["name"])
        self.canvas.setSubject(_("Certificate %(number)s") % {"number": grouped(statement["code"])})
        self.canvas.setCreator("Stipple")

    def put_art(self) -> None:
        """The lines every certificate has, as one form compressed beforehand."""
        document = self.canvas._doc  # type: ignore[attr-defined]
        document.addForm("art", Background())
        with self.artifact():
            self.canvas.doForm("art")

    def text(
        self,
        x: float,
        y: float,
        words: str,
        face: str,
        size: float,
        colour: str,
        *,
        align: float = 0,
        tracking: int = 0,
    ) -> None:
        """One line. `align` 0 starts at x, .5 is centred on it, 1 ends there."""
        x -= self.width(words.rstrip(), face, size, tracking) * align
        has_marks = any(letter in marks()[2] for letter in words)
        if has_marks:  # whoever copies or hears the text gets the letters, not the order in which they are set
            self.code.append(f"/Span <</ActualText <FEFF{words.encode('utf-16-be').hex()}>>> BDC")
        self.code.append(f"BT {colour} rg {number(x)} {number(y)} Td")
        for holder, part in runs(words, face):
            self._show(part, holder, size, tracking)
        self.code.append("ET")
        if has_marks:
            self.code.append("EMC")

    def _show(self, part: str, face: str, size: float, tracking: int) -> None:
        opened, document = font(face), self.canvas._doc  # type: ignore[attr-defined]
        pairs, loose = kerning().get(face, {}), marks()[2]
        shown: list[str] = []
        current = -1
        for place, letter in enumerate(part):
            if letter in loose:
                [(_subset, byte)] = opened.splitString(letter, document)
                right, up = mark_place(part, place, opened.face.charWidths)
                self.code.append(f"[{''.join(shown)}] TJ {number(up * size / 1000)} Ts")
                self.code.append(f"[{-right} <{byte.hex()}> {right}] TJ 0 Ts")
                shown = []
                continue
            [(subset, byte)] = opened.splitString(letter, document)
            if subset != current:
                if shown:
                    self.code.append(f"[{''.join(shown)}] TJ")
                shown, current = [], subset
                self.code.append(f"{opened.getSubsetInternalName(subset, document)} {number(size)} Tf")
            shown.append(f"<{byte.hex()}>")
            nearer = -(pairs.get(part[place : place + 2], 0) + tracking)
            if nearer and place + 1 < len(part):
                shown.append(str(nearer))
        self.code.append(f"[{''.join(shown)}] TJ")

    def width(self, words: str, face: str, size: float, tracking: int = 0) -> float:
        return thousandths(words, face, tracking) * size / 1000

    def wrapped(self, words: str, face: str, size: float, width: float) -> list[str]:
        """Lines no wider than `width`; a word that is wider than a line is cut. Who copies them finds the spaces."""
        lines: list[str] = []
        line = ""
        # A line may also end after a hyphen, as in a double name.
        for gap, word in re.findall(r"(^| |(?<=-))([^ -]*-+|[^ -]+)", spelt(words)):
            longer = f"{line}{gap}{word}"
            if self.width(longer, face, size) <= width:
                line = longer
                continue
            if line:
                lines.append(line + gap)
            line = word
            while self.width(line, face, size) > width and len(line) > 1:
                cut = next(
                    end
                    for end in range(len(line) - 1, 0, -1)
                    if end == 1 or self.width(line[:end], face, size) <= width
                )
                lines.append(line[:cut])
                line = line[cut:]
        return [*lines, line] if line else lines

    def fitted(self, words: str, face: str, width: float, sizes: Sequence[float]) -> tuple[list[str], float]:
        """The largest size at which the words need one line, else the largest for two, else as it comes."""
        for most in (1, 2):
            for size in sizes if most == 2 else sizes[: max(2, len(sizes) - 2)]:
                lines = self.wrapped(words, face, size, width)
                if len(lines) <= most:
                    return lines, size
        return self.wrapped(words, face, sizes[-1] * 0.72, width), sizes[-1] * 0.72

    def fit(
        self, x: float, y: float, words: str, face: str, size: float, width: float, colour: str, *, align: float = 0
    ) -> None:
        """One line, made smaller until it fits."""
        wide = self.width(words, face, size)
        self.text(x, y, words, face, size * min(1, width / wide) if wide else size, colour, align=align)

    def paragraph(self, x: float, y: float, words: str, face: str, size: float, colour: str, *, width: float) -> None:
        """Centred lines, downwards."""
        for line in self.wrapped(words, face, size, width):
            self.text(x, y, line, face, size, colour, align=0.5)
            y -= size * 1.4

    def line(self, x: float, y: float, to: float, colour: str) -> None:
        with self.artifact():
            self.code.append(f"q {colour} RG .6 w {number(x)} {number(y)} m {number(to)} {number(y)} l S Q")

    def tick(self, x: float, y: float) -> None:
        points = f"{number(x)} {number(y + 2.6)} m {number(x + 2.4)} {number(y)} l {number(x + 7)} {number(y + 6)} l"
        with self.artifact():
            self.code.append(f"q {PETROL} RG 1.3 w 1 J 1 j {points} S Q")

    def seal(self, seed: bytes, count: int, x: float, y: float, radius: float, colour: str, *, alt: str) -> None:
        """A whorl that says something: the one grown from this certificate's words."""
        with self.tagged("Figure", alt=alt, box=(x - radius, y - radius, x + radius, y + radius)):
            self.dots(seed, count, x, y, radius, colour)

    def dots(self, seed: bytes, count: int, x: float, y: float, radius: float, colour: str) -> None:
        """A whorl. Each dot is the round end of a line too short to see."""
        grown = dots(seed, count)
        self.code.append(f"q {colour} RG 1 J")
        self.code.extend(
            f"{dot.r * radius * 2:.3f} w {x + dot.x * radius:.2f} {y - dot.y * radius:.2f} m "
            f"{x + dot.x * radius + 0.01:.2f} {y - dot.y * radius:.2f} l S"
            for dot in grown
        )
        self.code.append("Q")

    def code_square(
        self, address: str, x: float, y: float, side: float, *, alt: str, error: str = "q", unit: float = 0
    ) -> float:
        """A QR code centred on x and y, on white, with a quiet zone of four modules around it; how wide it became.

        `side` is that of the whole square. It grows where a module would become smaller than `unit`.
        """
        matrix = segno.make(address, error=error, micro=False, boost_error=False, mask=2).matrix
        modules = len(matrix) + 8
        unit = max(side / modules, unit or 0.5 * MILLIMETRE)
        whole = modules * unit
        corner = (x - whole / 2, y + whole / 2)
        box = (corner[0], corner[1] - whole, corner[0] + whole, corner[1])
        with self.tagged("Figure", alt=alt, box=box):
            self.code.append(
                f"q 1 1 1 rg {number(box[0])} {number(box[1])} {number(whole)} {number(whole)} re f "
                f"0 0 0 rg {unit:.5f} 0 0 -{unit:.5f} {corner[0] + 4 * unit:.4f} {corner[1] - 4 * unit:.4f} cm"
            )
            self.code.append(" ".join(_bars(matrix)) + " f Q")
        return whole


def _bars(matrix: Iterable[bytearray]) -> Iterable[str]:
    """Each unbroken run of dark modules in a row is one rectangle."""
    for row, modules in enumerate(matrix):
        start = None
        for column, dark in enumerate([*modules, 0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                yield f"{start} {row} {column - start} 1 re"
                start = None
