"""A report on upright sheets: who asked for what and when, and a table over as many sheets as it needs.

Its words come from people (names in a clinic's list), so a letter that our faces cannot set becomes a question mark
and a note says so: a report is never refused for a name.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.pdfgen.canvas import Canvas

from certificates.drawing.faces import open_faces
from certificates.drawing.measures import HAIRLINE, INK, INK_2, INK_3, MARK, PETROL
from certificates.drawing.page import Page
from certificates.naming import settable, spelt
from certificates.tags import Drawn

WIDTH, HEIGHT = 595.28, 841.89  # A4, standing
LEFT, RIGHT, TOP, FOOT = 48.0, WIDTH - 48.0, HEIGHT - 52.0, 62.0
GAP = 9.0  # between columns
SIZE, LEADING = 8.5, 11.5


@dataclass(frozen=True)
class Column:
    """A column: what stands above it, and its share of the width beside the others."""

    heading: str
    share: float = 1.0


@dataclass(frozen=True)
class SummaryWords:
    """All that a report says. `facts` are labelled lines above the table, `footnotes` paragraphs below it."""

    title: str
    asked_by: str
    moment: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    facts: Sequence[tuple[str, str]] = ()
    footnotes: Sequence[str] = ()
    issuer: str = "Stipple"
    locale: str = field(default="en-gb")


class Report:
    """Sheets filled from the top downwards."""

    def __init__(self, page: Page, words: SummaryWords) -> None:
        self.page, self.words = page, words
        self.sheet = 1
        self.y = TOP
        self.has_replaced = False
        whole = RIGHT - LEFT - GAP * (len(words.columns) - 1)
        shares = sum(column.share for column in words.columns)
        self.widths = [whole * column.share / shares for column in words.columns]

    def said(self, text: str, face: str = "text") -> str:
        """The text as our faces can set it."""
        told = settable(text, face)
        self.has_replaced = self.has_replaced or told != spelt(text)
        return told

    def head(self) -> None:
        page, words = self.page, self.words
        with page.artifact():
            page.dots(MARK, 84, LEFT + 9, self.y + 4, 9, PETROL)
        with page.tagged("P"):
            page.text(LEFT + 24, self.y, self.said(words.issuer, "display"), "display", 11, INK)
        self.y -= 38
        with page.tagged("H1"):
            for line in page.wrapped(self.said(words.title, "display"), "display", 21, RIGHT - LEFT):
                page.text(LEFT, self.y, line, "display", 21, INK, tracking=-10)
                self.y -= 26
        self.y -= 2
        for label, value in ((_("Asked by"), words.asked_by), (_("Made"), words.moment), *words.facts):
            with page.tagged("P"):
                page.text(LEFT, self.y, self.said(label) + " ", "text", 8.5, INK_3)
                for line in page.wrapped(self.said(value), "text", 9.5, RIGHT - LEFT - 110) or [""]:
                    page.text(LEFT + 110, self.y, line, "text", 9.5, INK_2)
                    self.y -= 14
        self.y -= 10

    def foot(self) -> None:
        page = self.page
        with page.artifact():
            page.text(LEFT, 36, self.said(f"{self.words.title} · {self.words.moment}")[:110], "text", 7.5, INK_3)
            page.text(RIGHT, 36, _("Page %(number)s") % {"number": self.sheet}, "text", 7.5, INK_3, align=1)

    def turn(self) -> None:
        self.foot()
        self.page.turn()
        self.sheet += 1
        self.y = TOP

    def headings(self, *, again: bool = False) -> None:
        """The row of headings; on later sheets it is repeated for the eye alone."""
        page = self.page
        cells = [
            page.wrapped(self.said(column.heading, "strong"), "strong", SIZE, width)
            for column, width in zip(self.words.columns, self.widths, strict=True)
        ]
        with page.artifact() if again else page.group("TR"):
            self._cells(cells, None if again else "TH", "strong", INK)
        page.line(LEFT, self.y + LEADING - 4, RIGHT, INK_3)
        self.y -= 5

    def row(self, values: Sequence[str]) -> None:
        page = self.page
        cells = [
            page.wrapped(self.said(value), "text", SIZE, width)
            for value, width in zip(values, self.widths, strict=True)
        ]
        if self.y - LEADING * max(map(len, cells)) < FOOT:
            self.turn()
            self.headings(again=True)
        with page.group("TR"):
            self._cells(cells, "TD", "text", INK_2)
        page.line(LEFT, self.y + LEADING - 4, RIGHT, HAIRLINE)
        self.y -= 4

    def _cells(self, cells: Sequence[Sequence[str]], kind: str | None, face: str, colour: str) -> None:
        x, deepest = LEFT, self.y
        for lines, width in zip(cells, self.widths, strict=True):
            y = self.y
            if kind is None:
                y = self._cell(x, y, lines, face, colour)
            else:
                with self.page.tagged(kind, scope="Column" if kind == "TH" else ""):
                    y = self._cell(x, y, lines, face, colour)
            deepest = min(deepest, y)
            x += width + GAP
        self.y = min(deepest, self.y - LEADING)

    def _cell(self, x: float, y: float, lines: Sequence[str], face: str, colour: str) -> float:
        for line in lines:
            self.page.text(x, y, line, face, SIZE, colour)
            y -= LEADING
        return y

    def notes(self) -> None:
        footnotes = list(self.words.footnotes)
        if self.has_replaced:
            footnotes.append(_("A question mark stands for a letter that cannot be printed here."))
        self.y -= 8
        for note in footnotes:
            lines = self.page.wrapped(self.said(note), "text", 8.5, RIGHT - LEFT)
            if self.y - 12 * len(lines) < FOOT:
                self.turn()
            with self.page.tagged("P"):
                for line in lines:
                    self.page.text(LEFT, self.y, line, "text", 8.5, INK_2)
                    self.y -= 12
            self.y -= 3


def put_report(words: SummaryWords, lock: Lock) -> Drawn:
    """The report, drawn under the lock that stands around all drawing."""
    with lock, override(words.locale):
        open_faces()
        sheets = io.BytesIO()
        page = Page(Canvas(
            sheets, pagesize=(WIDTH, HEIGHT), pageCompression=1, initialFontName="text", invariant=1,  # type: ignore[arg-type]
            lang=words.locale,
        ))  # fmt: skip
        page.canvas.setTitle(words.title)
        page.canvas.setAuthor(words.issuer)
        page.canvas.setCreator("Stipple")
        report = Report(page, words)
        report.head()
        with page.group("Table"):
            report.headings()
            for row in words.rows:
                report.row(row)
        report.notes()
        report.foot()
        page.canvas.showPage()
        page.canvas.save()
        return Drawn(sheets.getvalue(), page.tags)
