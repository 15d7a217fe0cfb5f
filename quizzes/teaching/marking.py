"""Marking by people: the answers that wait, one answer with its rubric, and what a turn led to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedIn
from quizzes import judging
from quizzes.kinds.written_answer import Criterion
from quizzes.models import Item
from quizzes.models.judgement import COMMENT_LENGTH
from quizzes.models.question import MARK
from quizzes.teaching import rooms

SHOWN = 50


def _points(mark: int) -> str:
    """A mark in points, as short as it can be written."""
    whole, part = divmod(mark, MARK)
    return f"{whole}.{part:04}".rstrip("0").rstrip(".")


@require_safe
@never_cache
def marking(request: SignedIn) -> HttpResponse:
    """The queue, the oldest first. Nobody's name stands in it."""
    rooms.enter(request)
    found = judging.open_to(request.user)
    count = found.count()
    left = judging.waiting(request.user).count() - count
    return render(
        request, "quizzes/teaching/marking.html", {"items": found[:SHOWN], "count": count, "left": left, "shown": SHOWN}
    )


def _page(
    request: SignedIn,
    item: Item,
    *,
    turn: int,
    levels: Mapping[str, int] = MappingProxyType({}),
    comment: str = "",
    wrong: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {
        "item": item,
        "version": item.question_version,
        "words": (item.response.body or {}).get("text", ""),
        "file": judging.file_of(item),
        "guidance": item.question_version.key["guidance"],
        "turn": turn,
        "rubric": [(criterion, levels.get(criterion.id)) for criterion in judging.rubric_of(item)],
        "points": _points(item.max_mark),
        "comment": comment,
        "longest": COMMENT_LENGTH,
        "wrong": wrong,
    }
    return render(request, "quizzes/teaching/judgement.html", context, status=422 if wrong else 200)


@require_safe
@never_cache
def judgement(request: SignedIn, pk: int) -> HttpResponse:
    """One answer, without its writer's name and without what another marker found."""
    rooms.enter(request)
    asked = get_object_or_404(judging.taught_by(request.user), pk=pk)
    item = judging.open_to(request.user).filter(pk=asked.pk).first()
    if item is None:
        messages.info(request, _("This answer does not wait for you any more."))
        return redirect("quizzes:marking")
    return _page(request, item, turn=item.turn)  # type: ignore[attr-defined]  # counted by `open_to`


def _levels(request: HttpRequest, rubric: tuple[Criterion, ...]) -> dict[str, int]:
    """The level chosen for each criterion that has one."""
    chosen = {}
    for criterion in rubric:
        sent = request.POST.get(f"level-{criterion.id}", "")
        if sent.isascii() and sent.isdigit() and len(sent) < 3 and int(sent) < len(criterion.levels):
            chosen[criterion.id] = int(sent)
    return chosen


@require_POST
def judgement_create(request: SignedIn, pk: int) -> HttpResponse:
    """Take this turn."""
    rooms.enter(request)
    item = get_object_or_404(judging.taught_by(request.user), pk=pk)
    sent = request.POST.get("turn", "")
    turn = int(sent) if sent in {"1", "2", "3"} else 0
    rubric = judging.rubric_of(item)
    levels = _levels(request, rubric)
    comment = request.POST.get("comment", "").replace("\0", "").strip()
    if len(levels) < len(rubric):
        wrong = _("Choose a level for every criterion.")
        return _page(request, item, turn=turn, levels=levels, comment=comment, wrong=wrong)
    if len(comment) > COMMENT_LENGTH:
        wrong = _("The comment is too long: %(most)s characters at most.") % {"most": COMMENT_LENGTH}
        return _page(request, item, turn=turn, levels=levels, comment=comment, wrong=wrong)
    try:
        judged = judging.judge(item, request.user, turn=turn, levels=levels, comment=comment)
    except judging.Moved as moved:
        messages.warning(request, str(moved))
        return redirect("quizzes:marking")
    messages.success(request, _said(judged, item))
    return redirect("quizzes:marking")


def _said(judged: judging.Judged, item: Item) -> str:
    """What this turn led to."""
    own = _("You gave %(mark)s of %(most)s points.") % {
        "mark": _points(judged.judgement.mark),
        "most": _points(item.max_mark),
    }
    if judged.marking is None and judged.judgement.turn == 1:
        return f"{own} " + _("It is near the pass mark or unsafe, so a second marker looks at it too.")
    if judged.marking is None:
        return f"{own} " + _("The two markers differ, so a third decides.")
    stands = _("The mark is %(mark)s.") % {"mark": _points(judged.marking.mark)}
    if judged.result is None:
        return f"{own} {stands} " + _("Other answers on this paper are still to be marked.")
    return f"{own} {stands} " + _("The paper is marked, and the trainee was told.")
