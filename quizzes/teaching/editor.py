"""The question editor: every save keeps the draft, valid or not; publishing makes the next version."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from quizzes import kinds
from quizzes.correcting import Refused, changes, revising
from quizzes.models import ChangeKind, QuestionDraft
from quizzes.models.draft import Moved
from quizzes.teaching import rooms
from quizzes.writing import bound, drafts, fields
from quizzes.writing.differences import differences

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,120}")
MOST_FIELDS, LONGEST = 1500, 6000
OURS = {"csrfmiddlewaretoken", "edition", "add", "drop", "do", "change", "reason"}


def mine(request: SignedIn, pk: int) -> QuestionDraft:
    """A draft in a course this person teaches; else 404."""
    rooms.enter(request)
    drafts_ = QuestionDraft.objects.written_by(request.user).select_related(
        "course", "question__current", "base", "author"
    )
    return get_object_or_404(drafts_, pk=pk)


def typed(request: HttpRequest) -> fields.Posted:
    """What the form holds, bounded; our own buttons left out."""
    found: fields.Posted = {}
    for name, values in request.POST.lists():
        if name not in OURS and NAME.fullmatch(name) and len(found) < MOST_FIELDS:
            found[name] = [str(value)[:LONGEST].replace("\0", "") for value in values[: fields.MOST_ROWS]]
    return found


def preview(draft: QuestionDraft, checked: drafts.Checked) -> dict[str, Any] | None:
    """The question as a trainee will meet it, once nothing is wrong with it."""
    content = checked.content
    if content is None:
        return None
    kind = kinds.get(draft.kind)
    drawn = kind.draw(content["body"], Random(draft.pk))  # noqa: S311  an example of a paper, no secret
    return {
        "template": kind.template,
        "stem": content["stem"],
        "public": kind.shown(content["body"], drawn, None),
        "key_words": kind.key_words(content["body"], content["key"], drawn),
        "picture": kind.picture(content["body"], content["key"], drawn, None),
        "feedback": content["feedback"],
    }


def page(request: SignedIn, draft: QuestionDraft, *, moved: bool = False, told: bool = False) -> HttpResponse:
    """The editor. Errors are shown once somebody asked for them: an empty new question is no mistake yet."""
    checked = draft.checked()
    errors = checked.errors if told or draft.edition > 1 else {}
    form = drafts.form_of(draft, drafts.objectives_of(draft.course))
    context = {
        "draft": draft,
        "kind": kinds.get(draft.kind),
        "fields": bound.bind(form, draft.fields, errors),
        "errors": errors,
        "ready": checked.content is not None,
        "preview": preview(draft, checked),
        "moved": moved,
    }
    if "HX-Request" in request.headers:
        return render(request, "quizzes/teaching/_draft_side.html", context)
    return render(
        request, "quizzes/teaching/draft.html", context, status=409 if moved else 422 if told and errors else 200
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: SignedIn, pk: int) -> HttpResponse:
    """Read the draft, or keep what was typed. Add and Remove keep it too, and come back to the same place."""
    one = mine(request, pk)
    if request.method != "POST":
        return page(request, one)
    posted = typed(request)
    spot = ""
    if add := request.POST.get("add", ""):
        name, _sign, ids = add.partition(":")
        if NAME.fullmatch(name):
            posted, spot = fields.add_row(posted, name, ids=bool(ids)), name
    elif found := re.fullmatch(r"(.+)-(\d{1,3})", request.POST.get("drop", "")):
        posted, spot = fields.drop_row(posted, found[1], int(found[2])), found[1]
    edition = request.POST.get("edition", "")
    number = int(edition) if edition.isascii() and edition.isdigit() and len(edition) < 9 else -1
    try:
        one.keep(posted, by=request.user, edition=number)
    except Moved:
        one.fields = posted  # shown, not saved: what was typed is never thrown away
        return page(request, one, moved=True)
    if "HX-Request" in request.headers:
        return page(request, one, told=True)
    if request.POST.get("do") == "publish":
        return redirect("quizzes:publication", pk=one.pk)
    if request.POST.get("do") == "check":
        return page(request, one, told=True)
    where = reverse("quizzes:draft", args=[one.pk])
    return redirect(f"{where}#{spot}" if NAME.fullmatch(spot) else where)


@require_POST
def draft_discard(request: SignedIn, pk: int) -> HttpResponse:
    """Throw the draft away; the published question is as it was."""
    one = mine(request, pk)
    question = one.question
    one.delete()
    messages.success(request, _("The draft is gone. What is published stays as it is."))
    return redirect("quizzes:question", pk=question.pk) if question else redirect("quizzes:questions")


def _changed(draft: QuestionDraft, checked: drafts.Checked) -> list[Any]:
    if draft.question is None or draft.question.current is None:
        return []
    form = drafts.form_of(draft, drafts.objectives_of(draft.course))
    return differences(form, drafts.entry_of(draft.question.current), checked.entry)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def publication(request: SignedIn, pk: int) -> HttpResponse:
    """What publishing will change, and for a question that was answered, which sort of change it is."""
    one = mine(request, pk)
    checked = one.checked()
    if checked.content is None:
        return page(request, one, told=True)
    current = one.question.current if one.question else None
    answered = one.question is not None and revising.is_answered(one.question)
    context: dict[str, Any] = {
        "draft": one,
        "current": current,
        "answered": answered,
        "changed": _changed(one, checked) if current else [],
        "suggested": changes.smallest(current, checked.content) if current else ChangeKind.NEW,
        "allowed": changes.allowed(current, checked.content) if current else (),
        "preview": preview(one, checked),
    }
    if request.method != "POST":
        return render(request, "quizzes/teaching/publication.html", context)
    try:
        version = drafts.publish(
            one,
            change=request.POST.get("change") if answered else None,
            by=request.user,
            reason=request.POST.get("reason", "").replace("\0", "").strip()[:1000],
            seen=request.POST.get("seen", ""),
        )
    except Refused as refused:
        context["wrong"] = str(refused)
        return render(request, "quizzes/teaching/publication.html", context, status=422)
    messages.success(request, _("Version %(number)d is published.") % {"number": version.number})
    if answered and version.change_kind in {ChangeKind.KEY, ChangeKind.CONTENT}:
        # The old answers keep their marks until somebody says otherwise: that is the next page.
        return redirect("quizzes:regrade_create", pk=version.question_id)
    return redirect("quizzes:question", pk=version.question_id)
