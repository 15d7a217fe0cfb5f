"""Reads a credential that anyone may have written: within limits, each name once, no further than it has to."""

import json
from typing import Any

from django.utils.translation import gettext as _

LARGEST = 256 * 1024  # bytes; ours are under four thousand
DEEPEST = 24
MOST_PARTS = 1_000


class Unreadable(Exception):
    """It cannot be read as a credential; the words are for the person who brought it."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of a name that stands twice could each see another value."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable(_("The same name stands in it twice, so it could be read in two ways."))
    return found


def _no_number(word: str) -> Any:
    raise Unreadable(_("It is not JSON: %(word)s is not a number.") % {"word": word})


def read(content: str | bytes) -> dict[str, Any]:
    """The document as values. Raises `Unreadable`."""
    if len(content) > LARGEST or (isinstance(content, str) and len(content.encode(errors="replace")) > LARGEST):
        raise Unreadable(_("It is larger than any credential: more than 256 kB."))
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise Unreadable(_("It is not text.")) from error
    except RecursionError as error:
        raise Unreadable(_("Its parts are nested too deeply.")) from error
    except ValueError as error:
        raise Unreadable(_("It is not JSON.")) from error
    if not isinstance(found, dict):
        raise Unreadable(_("It is JSON, but not a credential."))
    _check_shape(found)
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:  # half a sign, written as an escape: no page could show it
        raise Unreadable(_("It is not text.")) from error
    return found


def _check_shape(document: dict[str, Any]) -> None:
    waiting: list[tuple[Any, int]] = [(document, 1)]
    parts = 0
    while waiting:
        value, depth = waiting.pop()
        parts += 1
        if parts > MOST_PARTS:
            raise Unreadable(_("It has more parts than any credential."))
        if depth > DEEPEST:
            raise Unreadable(_("Its parts are nested too deeply."))
        inner: Any = value.values() if isinstance(value, dict) else value
        waiting += [(each, depth + 1) for each in inner if isinstance(each, dict | list)]
