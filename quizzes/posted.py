"""What a browser sent, shaped and bounded: rules begin only after this.

Two forms arrive. The page's script posts JSON:
`{"client": "…", "epoch": 2, "answers": [{"item": 7, "epoch": 2, "seq": 5, "flagged": false, "fields": […]}]}`, the
fields as pairs of name and value.
Without JavaScript the page's own form arrives: `client`, `epoch`, and for each item `i<item>-seq`, `i<item>-flag` and
the controls' fields `i<item>-…`.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from quizzes.models.attempt import Answer
from quizzes.saving import BIGGEST, is_client

MOST_ANSWERS = 300
MOST_FIELDS = 200
LONGEST_NAME = 40  # of a field
LONGEST_VALUE = 20_000
LONGEST_VIEW = 86_400  # seconds; what says more is no measurement
FIELD = re.compile(r"i(\d{1,18})-([a-z0-9_-]{1,40})")


class Malformed(Exception):
    """What arrived is not what the page sends. Its message may be shown."""


@dataclass(frozen=True)
class Posted:
    """Answers as they arrived; `epoch` is None when the sender did not say."""

    client: str
    epoch: int | None
    answers: list[Answer]
    active: dict[int, int] = field(default_factory=dict)  # by item: seconds in view


def is_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json"


def whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= BIGGEST:
        raise Malformed(_("%(name)s must be a whole number.") % {"name": name})
    return value


def read_json(request: HttpRequest) -> Posted:
    """A batch from the page's script. Raises Malformed."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Malformed(_("This is not the JSON that the page sends.")) from error
    if not isinstance(body, dict):
        raise Malformed(_("This is not the JSON that the page sends."))
    rows = body.get("answers", [])
    if not isinstance(rows, list) or len(rows) > MOST_ANSWERS:
        raise Malformed(_("The answers must be a list no longer than a paper."))
    epoch = body.get("epoch")
    return Posted(
        client=client_name(body.get("client")),
        epoch=None if epoch is None else whole(epoch, "epoch"),
        answers=[_answer(row) for row in rows],
        active={row["item"]: seconds for row in rows if (seconds := _active(row))},
    )


def client_name(value: Any) -> str:
    """Which browser window speaks; one that does not say is called so."""
    return value if isinstance(value, str) and is_client(value) else "page"


def _answer(row: Any) -> Answer:
    if not isinstance(row, dict):
        raise Malformed(_("Each answer must name its item."))
    flagged = row.get("flagged")
    if flagged is not None and not isinstance(flagged, bool):
        raise Malformed(_("%(name)s must be true or false.") % {"name": "flagged"})
    return (
        whole(row.get("item"), "item"),
        _fields(row.get("fields", [])),
        whole(row.get("epoch"), "epoch"),
        whole(row.get("seq"), "seq"),
        flagged,
    )


def _active(row: dict[str, Any]) -> int:
    """How long the question was in view. A measurement at most: nonsense is none, and never refuses an answer."""
    seconds = row.get("active")
    return seconds if type(seconds) is int and 0 < seconds <= LONGEST_VIEW else 0


def _fields(pairs: Any) -> dict[str, list[str]]:
    if not isinstance(pairs, list) or len(pairs) > MOST_FIELDS:
        raise Malformed(_("The fields of an answer must be a list of names and values."))
    fields: dict[str, list[str]] = {}
    for pair in pairs:
        match pair:
            case [str(name), str(value)] if len(name) <= LONGEST_NAME and len(value) <= LONGEST_VALUE:
                fields.setdefault(name, []).append(value.replace("\0", ""))
            case _:
                raise Malformed(_("The fields of an answer must be a list of names and values."))
    return fields


def read_form(data: QueryDict) -> Posted:
    """The page's own form, posted whole. Fields that are none of ours are left alone. Raises Malformed."""
    epoch = _number(data.get("epoch"))
    items: dict[int, dict[str, list[str]]] = {}
    for name, values in data.lists():
        if found := FIELD.fullmatch(name):
            items.setdefault(int(found[1]), {})[found[2]] = [
                str(value)[:LONGEST_VALUE].replace("\0", "") for value in values
            ]
    if len(items) > MOST_ANSWERS:
        raise Malformed(_("The answers must be a list no longer than a paper."))
    answers: list[Answer] = []
    for item, fields in items.items():
        seq = _number(fields.pop("seq", ["0"])[0]) + 1
        flagged = bool(fields.pop("flag", []))
        answers.append((item, fields, epoch, seq, flagged))
    return Posted(client=client_name(data.get("client")), epoch=epoch, answers=answers)


def _number(value: str | None) -> int:
    if value is None or len(value) > 10 or not value.isascii() or not value.isdigit() or int(value) >= BIGGEST:
        raise Malformed(_("The page is out of date. Open it again; what you saved is kept."))
    return int(value)
