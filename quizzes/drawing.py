"""Draws the questions of a paper, each part once: what is drawn depends on nothing but what the template is given.

Most of a paper's page is the same for many trainees (a question never changes, and there are few ways to mix four
options), and drawing it is nine tenths of the work of showing it. So the pieces are kept in memory under all of their
inputs; numbers that differ from paper to paper stand in them as signs that no text can hold, and are put in at the end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

ITEM, SEQ, CONTROL, STEPS, CHECK, SAID, EPOCH = "\x02", "\x03", "\x04", "\x05", "\x06", "\x07", "\x08"
TYPED = json.dumps(ITEM)[1:-1]  # the first of them as JSON writes it
SIGNS = re.compile(f"[{ITEM}-{EPOCH}]")
PIECES = 2048  # of some 4 kB each


@dataclass(frozen=True)
class _Piece:
    """A template and its context, told apart by the context's JSON."""

    key: tuple[str, str | None, str]
    context: Mapping[str, Any]

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Piece) and self.key == other.key


@lru_cache(maxsize=PIECES)
def _kept(piece: _Piece) -> str:
    return render_to_string(piece.key[0], dict(piece.context))


def piece(template: str, context: Mapping[str, Any]) -> str:
    """The template with this context; kept, unless the context holds more than plain values."""
    try:
        said = json.dumps(context)
    except (TypeError, ValueError):
        return render_to_string(template, dict(context))
    return _kept(_Piece((template, get_language(), said), context))


def control(item: Any, *, disabled: bool = False) -> SafeString:
    """The control of one question of a paper (`papers.PaperItem`) with the answer kept now."""
    number = str(item.item.pk)
    context = {
        "template": item.template,
        "q": item.public,
        "value": item.fields,
        "stem": item.stem,
        "disabled": disabled,
    }
    if TYPED in json.dumps([item.fields, item.public, item.stem], default=str):  # somebody typed the very sign
        return mark_safe(render_to_string("quizzes/_control.html", context | _names(number)))  # noqa: S308
    drawn = piece("quizzes/_control.html", context | _names(ITEM))
    return mark_safe(drawn.replace(ITEM, number))  # noqa: S308  drawn by our templates


def _names(item: str) -> dict[str, str]:
    """What the names of the control's fields start with (`PaperItem.prefix`), and the id of the question's words."""
    return {"prefix": f"i{item}-", "stem_id": f"stem-{item}"}


def question(item: Any, *, total: int, current: int, said: str = "", steps: str = "", check: str = "") -> SafeString:
    """One question of the paper with its flag, its control and its ways on.

    `said` is what was told of a checked answer, drawn already; `steps` and `check` are addresses, empty where the
    question is not walked step by step or cannot be checked.
    """
    context = {
        "number": item.position,
        "total": total,
        "is_current": item.position == current,
        "is_flagged": item.flagged,
        "item": ITEM,
        "seq": SEQ,
        "epoch": EPOCH,
        "control": CONTROL,
        "steps": STEPS if steps else "",
        "check": CHECK if check and not said else "",
        "said": SAID,
    }
    values = {
        ITEM: str(item.item.pk),
        SEQ: str(item.seq),
        EPOCH: str(item.epoch),
        CONTROL: control(item, disabled=bool(said)),
        STEPS: steps,
        CHECK: check,
        SAID: said,
    }
    drawn = SIGNS.sub(lambda sign: values[sign[0]], piece("quizzes/_question.html", context))
    return mark_safe(drawn)  # noqa: S308  drawn by our templates


def way(item: Any, *, current: int) -> SafeString:
    """One button of the navigator."""
    context = {
        "number": item.position,
        "is_answered": item.answered,
        "is_flagged": item.flagged,
        "is_current": item.position == current,
    }
    return mark_safe(piece("quizzes/_way.html", context))  # noqa: S308  drawn by our templates
