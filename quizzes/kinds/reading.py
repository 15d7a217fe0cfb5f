"""Reads what a form sent, trusting nothing: places in the frozen order, numbers, or words for what is wrong."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from quizzes import units
from quizzes.kinds.wording import is_text

FIELD_LIMIT = 200
PLACE = re.compile(r"[0-9]{1,3}")


class Unreadable(Exception):
    """A response that cannot be accepted, in words for the person who sent it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def every(data: Mapping[str, Any], name: str) -> list[str]:
    """The values of one field that are not blank."""
    sent = data.get(name, []) if isinstance(data, Mapping) else None
    if not isinstance(sent, list | tuple) or len(sent) > FIELD_LIMIT:
        raise Unreadable(_("This answer did not arrive in a form we can read. Answer it again."))
    values = []
    for value in sent:
        if not isinstance(value, str) or not is_text(value):
            raise Unreadable(_("This answer did not arrive in a form we can read. Answer it again."))
        if len(value) > FIELD_LIMIT:
            raise Unreadable(_("This answer is too long."))
        if value.strip():
            values.append(value.strip())
    return values


def one(data: Mapping[str, Any], name: str) -> str:
    """The only value of a field, or an empty text."""
    values = every(data, name)
    if len(values) > 1:
        raise Unreadable(_("Only one answer can be kept here."))
    return values[0] if values else ""


def place(value: str, count: int) -> int:
    if not PLACE.fullmatch(value) or int(value) >= count:
        raise Unreadable(_("That is not one of the choices."))
    return int(value)


def number(value: str) -> Decimal:
    try:
        return units.read_number(value)
    except units.TwoWays as doubt:
        raise Unreadable(
            _("%(text)s can be read in two ways. Write %(whole)s, or %(decimal)s.")
            % {"text": value, "whole": doubt.whole, "decimal": doubt.decimal}
        ) from None
    except ValueError:
        raise Unreadable(_("Write a number in digits, such as 12 or 0.5, without the unit.")) from None


def is_number(value: Any) -> bool:
    """Whether a stored text is a number as we store it."""
    if not isinstance(value, str) or len(value) > FIELD_LIMIT:
        return False
    try:
        return units.plain(units.read_number(value)) == value
    except ValueError:
        return False


def in_order(drawn: Mapping[str, Any], rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as this paper shows them."""
    return [rows[index] for index in drawn.get("order", range(len(rows)))]


def letter(index: int) -> str:
    return chr(ord("A") + index)


def lettered(texts: Iterable[str]) -> list[dict[str, Any]]:
    """Each text with its place and the letter it is shown under."""
    return [{"place": place, "letter": letter(place), "text": text} for place, text in enumerate(texts)]
