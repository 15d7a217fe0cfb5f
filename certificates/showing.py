"""Small drawings for pages: the QR code as one SVG path, and where in its life a certificate is."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

import segno

from certificates.dates import academy_today
from certificates.models import EXPIRES_SOON, Certificate

QUIET = 4  # modules around the code that stay empty


@dataclass(frozen=True)
class Square:
    """A QR code: the side of its picture in modules, and one path over the dark ones."""

    side: int
    path: str


def code_square(address: str) -> Square:
    """The code that leads to the check page, dot for dot as on the paper."""
    return _square(address, error="q")


def signed_square(certificate: Certificate) -> Square | None:
    """The code beside it, which checks without a connection; None where none is printed. For whoever may download the
    paper: it says more than the check page does.
    """
    if not certificate.token:
        return None
    return _square(f"{certificate.statement['check_at']}/{certificate.token}", error="m")


def _square(words: str, *, error: str) -> Square:
    matrix = segno.make(words, error=error, micro=False, boost_error=False, mask=2).matrix
    bars: list[str] = []
    for row, modules in enumerate(matrix):
        column = QUIET
        for dark, run in groupby(modules):  # each unbroken run of dark modules is one bar
            long = len(list(run))
            if dark:
                bars.append(f"M{column} {row + QUIET}h{long}v1h-{long}z")
            column += long
    return Square(len(matrix) + 2 * QUIET, "".join(bars))


@dataclass(frozen=True)
class Timeline:
    """Issued, renews, expires; and how far along today is, on a rule of 1000 units."""

    issued: date
    renews: date
    expires: date
    today_at: int
    renews_at: int

    @classmethod
    def of(cls, certificate: Certificate) -> "Timeline":
        issued, expires = certificate.issued_on, certificate.expires_on
        renews = max(issued, expires - EXPIRES_SOON)
        span = max((expires - issued).days, 1)

        def place(day: date) -> int:
            return round(1000 * min(max((day - issued).days, 0), span) / span)

        return cls(issued, renews, expires, place(academy_today()), place(renews))
