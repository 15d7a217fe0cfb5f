"""A statement -> the bytes of its certificate. The only folder that knows reportlab.

Same statement, same bytes. What costs time is done once per process: faces are slim files opened once, the
lines that are the same on every certificate are one form, compressed beforehand. Reportlab's faces are not safe
to share between threads, so one lock stands around all drawing.
"""

import io
from collections.abc import Mapping
from threading import Lock
from typing import Any

from django.utils import timezone
from django.utils.translation import override
from reportlab.pdfgen.canvas import Canvas

from certificates.drawing.faces import open_faces
from certificates.drawing.layout import put_seal, put_words
from certificates.drawing.measures import HEIGHT, WIDTH
from certificates.drawing.page import Page
from certificates.drawing.summary import Column, SummaryWords, put_report
from certificates.tags import Drawn, Tag

__all__ = ["Column", "Drawn", "SummaryWords", "Tag", "draw", "summary"]

_lock = Lock()


def summary(words: SummaryWords) -> bytes:
    """A report as PDF, ready to be sealed. A letter that cannot be set becomes a question mark."""
    from certificates.sealing.completing import completed

    drawn = put_report(words, _lock)
    described = {"locale": words.locale, "issued_on": timezone.now().isoformat(timespec="seconds")}
    return completed(drawn.pdf, drawn.tags, statement=described, credential=None)


def draw(statement: Mapping[str, Any], whorl: bytes, token: str = "") -> Drawn:
    """The certificate as PDF. Raises `naming.Unprintable` rather than drop a letter."""
    with _lock, override(statement["locale"]):
        open_faces()
        sheet = io.BytesIO()
        page = Page(Canvas(
            sheet, pagesize=(WIDTH, HEIGHT), pageCompression=1, initialFontName="text", invariant=1,  # type: ignore[arg-type]
            lang=statement["locale"],
        ))  # fmt: skip
        page.describe(statement)
        page.put_art()
        put_words(page, statement)
        put_seal(page, statement, whorl, token)
        page.canvas.showPage()
        page.canvas.save()
        return Drawn(sheet.getvalue(), page.tags)
