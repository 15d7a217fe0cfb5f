"""Numbers as people write them, and the same amount in another unit. Exact, plain values only."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

NUMBER = re.compile(r"(?P<sign>[+\-−–]?)(?P<whole>[0-9]{1,12})(?:[.,](?P<part>[0-9]{1,12}))?")
GROUPED = re.compile(r"[+\-−–]?[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})+(?:[.,][0-9]+)?")
DOUBTFUL = re.compile(r"[+\-−–]?[1-9][0-9]{0,2},[0-9]{3}")
FOUR_DIGITS = Context(prec=4, rounding=ROUND_HALF_UP)
WIDE = Context(prec=60)


class TwoWays(ValueError):
    """A comma before three digits: thousands in one country, thousandths in the next."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.whole = text.replace(",", "")
        self.decimal = text.replace(",", ".")


def read_number(text: str) -> Decimal:
    """Comma and point both part the decimals; ValueError for anything but a plain number."""
    text = text.strip()
    if DOUBTFUL.fullmatch(text):
        raise TwoWays(text)
    if GROUPED.fullmatch(text):
        text = re.sub(r"\s", "", text)
    found = NUMBER.fullmatch(text)
    if not found:
        raise ValueError(text)
    sign = "-" if found["sign"] in ("-", "−", "–") else ""
    return Decimal(f"{sign}{found['whole']}.{found['part']}" if found["part"] else f"{sign}{found['whole']}")


def plain(number: Decimal) -> str:
    """As it is stored and shown: digits and a point, never an exponent, never a minus nought."""
    return format(number or abs(number), "f")


def short(number: Decimal) -> str:
    """Without the noughts that say nothing: 1.0 is 1, 0.50 is 0.5."""
    text = plain(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def convert(number: Decimal, factor: Decimal) -> Decimal:
    """The amount in the item's own unit, rounded to four significant digits as the bank asks."""
    return FOUR_DIGITS.plus(WIDE.multiply(number, factor))
