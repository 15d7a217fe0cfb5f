"""What is the same on every certificate: one form, drawn once per process and compressed beforehand."""

import zlib
from functools import cache
from typing import Any

from reportlab.pdfbase import pdfdoc

from certificates.drawing import art
from certificates.drawing.art import number
from certificates.drawing.measures import (
    BAND,
    GROUND,
    HAIRLINE,
    HEIGHT,
    LEFT,
    MIDDLE,
    MILLIMETRE,
    PANEL,
    PORCELAIN,
    RIGHT,
    RING,
    WIDTH,
)


class Background(pdfdoc.PDFObject):  # type: ignore[misc,unused-ignore]
    """The art as a form whose bytes are compressed already, so reportlab leaves them as they are."""

    __RefOnly__ = 1

    def format(self, document: Any) -> bytes:
        box = pdfdoc.PDFArray([0, 0, WIDTH, HEIGHT])
        stream = pdfdoc.PDFStream(
            pdfdoc.PDFDictionary({
                "Type": pdfdoc.PDFName("XObject"), "Subtype": pdfdoc.PDFName("Form"), "BBox": box,
                "Resources": pdfdoc.PDFDictionary({}), "Filter": pdfdoc.PDFName("FlateDecode"),
            }),
            _art(),
        )  # fmt: skip
        formatted: bytes = stream.format(document)
        return formatted


@cache
def _art() -> bytes:
    height = number(HEIGHT)
    code = [
        f"{PORCELAIN} rg 0 0 {number(WIDTH)} {height} re f",
        f"{GROUND} rg {number(PANEL)} 0 {number(WIDTH - PANEL)} {height} re f",
        f"{BAND} RG .28 w",
        *art.band((PANEL - 15, -6), HEIGHT + 12, upright=True, height=22, strands=12, waves=9),
        f"{HAIRLINE} RG .6 w",
        art.path([(LEFT, 504), (RIGHT, 504)]),
        f"{BAND} RG .6 w",
        *art.ruler((LEFT, 24), RIGHT - LEFT, unit=MILLIMETRE * 2),
        f"{RING} RG .35 w",
        *art.rings((MIDDLE, 413), 131, count=18, lobes=24),
    ]
    return zlib.compress("\n".join(code).encode(), 9)
