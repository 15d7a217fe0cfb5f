"""What stands where: the words on the left, the seal and the QR code on the right."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from certificates.codes import grouped
from certificates.drawing.measures import (
    DOT,
    HAIRLINE,
    INK,
    INK_2,
    INK_3,
    LEFT,
    MARK,
    MIDDLE,
    PETROL,
    PORCELAIN,
    RIGHT,
    SAYS,
    SEAL_DOTS,
    SQUARE,
)
from certificates.drawing.page import Page
from certificates.naming import runs, spelt


def put_words(page: Page, statement: Mapping[str, Any]) -> None:
    issuer, achievement = statement["issuer"], statement["achievement"]
    with page.artifact():
        page.dots(MARK, 84, LEFT + 13, 529, 13, PETROL)
    with page.tagged("P"):
        page.text(LEFT + 34, 524.5, issuer["name"], "display", 14, INK, tracking=-14)
    kind = _("Certificate of competence") if achievement["kind"] == "programme" else _("Certificate")
    with page.tagged("P"):
        page.text(RIGHT, 524.5, kind, "text", 10.5, INK_3, align=1)

    name = spelt(statement["holder"]["name"])
    parts = runs(name, "name")  # decided for the whole name, so that its lines do not differ
    face = parts[0][0] if len(parts) == 1 else "name"
    lines, size = page.fitted(name, face, RIGHT - LEFT, [64, 58, 52, 46, 42, 38, 34])
    leading = 1.02 if face == "name" else 1.2  # the other faces stand taller
    y = 428.0 if len(lines) == 1 else 448.0
    with page.tagged("H1"):
        for line in lines:
            page.text(LEFT - size * 0.035, y, line, face, size, INK, tracking=-24)
            y -= size * leading
    y += size * leading - 33
    has_line = _("has earned the") if achievement["kind"] == "programme" else _("has passed")
    with page.tagged("P"):
        page.text(LEFT, y, has_line, "text", 11.5, INK_3)
    lines, size = page.fitted(achievement["title"], "display", RIGHT - LEFT, [21, 19, 17])
    with page.tagged("H2"):
        for line in lines:
            y -= size * 1.24
            page.text(LEFT, y, line, "display", size, INK_2, tracking=-10)
    y -= 26
    page.line(LEFT, y, RIGHT, HAIRLINE)
    y = _ledger(page, statement, y) - 15
    page.line(LEFT, y, RIGHT, HAIRLINE)
    y = _areas(page, statement["areas"], y - 20)
    _limits(page, statement["sentences"], y)


def _ledger(page: Page, statement: Mapping[str, Any], y: float) -> float:
    """What a checker compares, two by two: to the eye a ledger, to whoever hears it a table of labels and values."""
    issuer = statement["issuer"]
    second = LEFT + (RIGHT - LEFT) * 0.5
    issued, expires = (date.fromisoformat(statement[key]) for key in ("issued_on", "expires_on"))
    place = ", ".join(part for part in (issuer["name"], issuer["place"]) if part)
    number = grouped(statement["code"])
    with page.group("Table"):
        for row in (
            ((LEFT, _("Issued"), _day(issued)), (second, _("Valid through the end of"), _day(expires))),
            ((LEFT, _("Issued by"), place), (second, _("Certificate number"), number)),
        ):
            y -= 20
            for x, label, value in row:
                with page.group("TR"):
                    with page.tagged("TH", scope="Row"):
                        page.text(x, y, label, "text", 8.5, INK_3)
                    with page.tagged("TD"):
                        if value == number:
                            page.text(x, y - 16, value, "mono", 13, INK)
                        else:
                            page.fit(x, y - 16, value, "display", 13, second - LEFT - 14, INK)
            y -= 21
    return y


def _areas(page: Page, areas: Sequence[str], y: float) -> float:
    """What was passed, in two columns."""
    if not areas:
        return y
    with page.tagged("P"):
        page.text(LEFT, y, _("Areas passed"), "text", 8.5, INK_3)
    width = (RIGHT - LEFT) / 2 - 22
    column = -(-len(areas) // 2)
    lowest = y
    with page.group("L"):
        for start, x in ((0, LEFT), (column, LEFT + (RIGHT - LEFT) / 2)):
            down = y - 15
            for area in areas[start : start + column]:
                page.tick(x + 1, down + 0.6)
                with page.group("LI"), page.tagged("LBody"):
                    for line in page.wrapped(area, "strong", 9.5, width):
                        page.text(x + 14, down, line, "strong", 9.5, INK)
                        down -= 12
                down -= 2
            lowest = min(lowest, down)
    return lowest


def _limits(page: Page, sentences: Sequence[str], y: float) -> None:
    """What the paper does not prove, above the foot."""
    size = 8.5
    while True:
        lines = [line for sentence in sentences for line in page.wrapped(sentence, "text", size, RIGHT - LEFT)]
        height = len(lines) * size * 1.38
        if 52 + height <= y or size <= 6:
            break
        size -= 0.25
    y = 52 + height - size
    for sentence in sentences:
        with page.tagged("P"):
            for line in page.wrapped(sentence, "text", size, RIGHT - LEFT):
                page.text(LEFT, y, line, "text", size, INK_2)
                y -= size * 1.38


def put_seal(page: Page, statement: Mapping[str, Any], whorl: bytes, token: str) -> None:
    page.seal(whorl, SEAL_DOTS, MIDDLE, 413, 106, DOT, alt=_("The seal of this certificate: a round pattern of dots"))
    with page.tagged("P"):
        page.text(MIDDLE, 262, _("Compare the seal"), "strong", 9.5, PORCELAIN, align=0.5)
    with page.tagged("P"):
        page.paragraph(MIDDLE, 249, _("The pattern on the check page must match this one dot for dot."),
                       "text", 8.5, SAYS, width=200)  # fmt: skip
    _codes(page, statement, token)
    with page.tagged("P"):
        page.text(MIDDLE, 98, grouped(statement["code"]), "mono", 11.5, PORCELAIN, align=0.5)
    with page.tagged("P"):
        page.fit(MIDDLE, 82, _("Check it at %(place)s") % {"place": statement["check_in_words"]},
                 "strong", 10, 236, PORCELAIN, align=0.5)  # fmt: skip
    with page.tagged("P"):
        page.paragraph(MIDDLE, 67, _("Valid only if the check page says so. Compare the name, dates and number on it."),
                       "text", 8.5, SAYS, width=200)  # fmt: skip


def _codes(page: Page, statement: Mapping[str, Any], token: str) -> None:
    """The code that leads to the check page, and beside it the one that proves itself where there is no connection."""
    address = statement["check_at"]
    alt = _("QR code that opens the page where this certificate is checked")
    if not token:
        page.code_square(address, MIDDLE, 171, SQUARE, alt=alt)
        return
    # Sturdy, since it is the one people need; the other holds four times as much on the same square.
    away = SQUARE / 2 + 9
    page.code_square(address, MIDDLE - away, 173, SQUARE, alt=alt)
    with page.tagged("P"):
        page.text(MIDDLE - away, 120, _("Check it online"), "text", 7.5, SAYS, align=0.5)
    alt = _("QR code that proves the words on this paper without a connection")
    page.code_square(f"{address}/{token}", MIDDLE + away, 173, SQUARE, alt=alt, error="m")
    with page.tagged("P"):
        page.text(MIDDLE + away, 120, _("Checks without a connection"), "text", 7.5, SAYS, align=0.5)


def _day(day: date) -> str:
    return date_format(day, "j F Y")
