"""Small drawings for pages: the QR code as one SVG path, and where in its life a certificate is."""

from dataclasses import dataclass
from datetime import date

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
    matrix = segno.make(address, error="q", micro=False, boost_error=False).matrix
    bars = [
        f"M{column + QUIET} {row + QUIET}h1v1h-1z"
        for row, modules in enumerate(matrix)
        for column, dark in enumerate(modules)
        if dark
    ]
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
