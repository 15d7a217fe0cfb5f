"""Pages and doors for whoever sits a quiz: the paper, saving an answer, handing in."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedIn
from quizzes import checking, drawing, papers, posted, saving
from quizzes.kinds.base import Unreadable
from quizzes.models import Attempt, AttemptOver, Item, Outcome, ResponseEvent, Saved, TakenOver
from quizzes.models.attempt import Answer
from quizzes.papers import PaperItem
from quizzes.posted import Malformed


def mine(request: SignedIn, pk: int) -> Attempt:
    """The attempt, if it is the person's own; else 404, as if it did not exist."""
    return get_object_or_404(Attempt.objects.of(request.user), pk=pk)


def being_written(request: SignedIn, pk: int) -> Attempt:
    """The same, with only what a save looks at."""
    return get_object_or_404(Attempt.objects.written_by(request.user), pk=pk)


def result_url(attempt: Attempt) -> str:
    return reverse("quizzes:result", args=[attempt.pk])


def clock(attempt: Attempt) -> dict[str, Any]:
    deadline = attempt.deadline_at.isoformat() if attempt.deadline_at else None
    return {"server_now": timezone.now().isoformat(), "deadline": deadline}


def first_open(paper: list[PaperItem]) -> int:
    """Where to go on: the first question without an answer, else the first."""
    return next((item.position for item in paper if not item.answered), 1)


def _asked_for(request: HttpRequest, paper: list[PaperItem]) -> int:
    wanted = request.GET.get("q", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 5 else 0
    return number if 1 <= number <= len(paper) else first_open(paper)


@require_safe
@never_cache
def attempt(request: SignedIn, pk: int) -> HttpResponse:
    """The paper. Reading it writes nothing: the page's script claims it by a POST of its own."""
    one = mine(request, pk)
    if one.is_over():
        return redirect("quizzes:result", pk=one.pk)
    paper = one.paper()
    current = _asked_for(request, paper)
    return render(
        request,
        "quizzes/attempt.html",
        {
            "attempt": one,
            "version": one.quiz_version,
            "paper": paper,
            "current": current,
            "answered": sum(item.answered for item in paper),
            "kept_aside": one.kept_aside(),
            "offers_checks": checking.offers(one),
            "told": checking.told_of(one),
            # Two pages drawn with the same numbers are told apart, so that the slower one's answer is offered back.
            "client": secrets.token_urlsafe(9),
            **clock(one),
        },
    )


@require_POST
def claim_create(request: SignedIn, pk: int) -> HttpResponse:
    """Make this window the one that writes."""
    one = mine(request, pk)
    try:
        epoch = one.claim()
    except AttemptOver:
        one.close_if_over()
        return JsonResponse({"result": result_url(one)}, status=410)
    return JsonResponse({"epoch": epoch, **clock(one)})


def _save(
    one: Attempt, answers: list[Any], client: str, active: Mapping[int, int]
) -> list[tuple[int, int, int, Saved]]:
    """Keep each answer; an item of another paper is as good as none."""
    saved = []
    for item, fields, epoch, seq, flagged in answers:
        more = {"flagged": flagged, "active": active.get(item, 0)}
        try:
            kept = one.save_answer(item, fields, epoch=epoch, seq=seq, client=client, **more)
        except Item.DoesNotExist as error:
            raise Http404 from error
        saved.append((item, epoch, seq, kept))
    return saved


@require_POST
def response_create(request: SignedIn, pk: int) -> HttpResponse:
    """Save one answer or several: JSON from the page's script, or the whole form without it."""
    if not posted.is_json(request):
        return form_saved(request, mine(request, pk), request.POST)
    one = being_written(request, pk)
    try:
        sent = posted.read_json(request)
    except Malformed as error:
        return JsonResponse({"message": str(error)}, status=400)
    saved = _save(one, sent.answers, sent.client, sent.active)
    body: dict[str, Any] = {
        "answers": [
            {"item": item, "epoch": epoch, "seq": seq, "outcome": kept.outcome, "message": kept.message}
            for item, epoch, seq, kept in saved
        ],
        **clock(one),
    }
    outcomes = {kept.outcome for *_rest, kept in saved}
    if outcomes & {Outcome.LATE, Outcome.CLOSED}:
        one.close_if_over()
        return JsonResponse({**body, "result": result_url(one)}, status=410)
    return JsonResponse(body, status=409 if Outcome.OTHER_TAB in outcomes else 200)


def _save_changed(one: Attempt, sent: posted.Posted) -> list[tuple[int, int, int, Saved]]:
    """The whole paper arrives each time; only what differs from what is kept is a save."""
    paper = {item.item.pk: item for item in one.paper()}
    changed = [answer for answer in sent.answers if not _is_kept(paper.get(answer[0]), answer)]
    return _save(one, changed, sent.client, sent.active)


def _is_kept(item: PaperItem | None, answer: Answer) -> bool:
    """Whether an answer says what is kept already, however its fields are written."""
    if item is None or item.flagged != answer[4]:
        return False
    try:
        return bool(saving.read(item.item, answer[1]) == item.item.response.body)
    except Unreadable:
        return False


def _place(request: HttpRequest) -> int:
    """The question the page stood at, or the first."""
    at = request.POST.get("checked_at", request.POST.get("at", ""))
    return int(at) if at.isascii() and at.isdigit() and len(at) < 5 else 1


def form_saved(request: SignedIn, one: Attempt, data: QueryDict) -> HttpResponse:
    """The page's own form, posted whole: saved, and on to where its button leads."""
    try:
        sent = posted.read_form(data)
    except Malformed as error:
        messages.error(request, str(error))
        return redirect("quizzes:attempt", pk=one.pk)
    saved = _save_changed(one, sent)
    outcomes = {kept.outcome for *_rest, kept in saved}
    if outcomes & {Outcome.LATE, Outcome.CLOSED}:
        one.close_if_over()
        return redirect("quizzes:result", pk=one.pk)
    for words in dict.fromkeys(kept.message for *_rest, kept in saved if kept.message):
        messages.warning(request, words)
    where = data.get("go", "")
    if any(name.endswith(("-move", "-drop")) for name in data):  # a control's own button: stay where it is
        where = data.get("at", "")
    if taken := next((name for name in data if name.endswith("-take")), ""):  # a step: its case goes on
        return _back_to(one, taken.removesuffix("take"))
    if where == "hand-in":
        return redirect("quizzes:hand_in", pk=one.pk)
    number = where if where.isascii() and where.isdigit() and len(where) < 5 else data.get("at", "1")[:4]
    return redirect(f"{reverse('quizzes:attempt', args=[one.pk])}?q={number if number.isdigit() else 1}")


def _back_to(one: Attempt, prefix: str) -> HttpResponse:
    """The question whose fields are named so, at the step that is open now."""
    item = next((item for item in one.paper() if item.prefix == prefix), None)
    where = f"?q={item.position}#{prefix}now" if item else ""
    return redirect(f"{reverse('quizzes:attempt', args=[one.pk])}{where}")


@require_safe
@never_cache
def item(request: SignedIn, pk: int, item: int) -> HttpResponse:
    """The control of one question, drawn anew: a case that has gone on a step."""
    one = mine(request, pk)
    if one.is_over():
        return JsonResponse({"result": result_url(one)}, status=410)
    try:
        shown = papers.read_one(one, item)
    except Item.DoesNotExist as error:
        raise Http404 from error
    return HttpResponse(drawing.control(shown))


@require_POST
def item_check_create(request: SignedIn, pk: int, item: int) -> HttpResponse:
    """“Check this answer”: what the form holds is saved first, then this answer is locked and told."""
    one = mine(request, pk)
    try:
        sent = posted.read_form(request.POST)
        saved = _save_changed(one, sent)
        for words in dict.fromkeys(kept.message for *_rest, kept in saved if kept.message):
            messages.warning(request, words)
        checking.check(one, item, epoch=one.writer_epoch if sent.epoch is None else sent.epoch)
    except Malformed as error:
        messages.error(request, str(error))
    except Item.DoesNotExist as error:
        raise Http404 from error
    except checking.CannotCheck as refused:
        messages.warning(request, str(refused))
    except TakenOver:
        messages.warning(request, _("Another window has taken over this attempt. Check the answer there, or here now."))
    except AttemptOver:
        one.close_if_over()
        return redirect("quizzes:result", pk=one.pk)
    return redirect(f"{reverse('quizzes:attempt', args=[one.pk])}?q={_place(request)}#checked-{item}")


@require_POST
def kept_create(request: SignedIn, pk: int, event: int) -> HttpResponse:
    """“Use this answer”: one that another window had typed counts again."""
    one = mine(request, pk)
    kept = get_object_or_404(ResponseEvent.objects.filter(item__attempt=one), pk=event)
    try:
        epoch = one.claim()
    except AttemptOver:
        one.close_if_over()
        return redirect("quizzes:result", pk=one.pk)
    saved = one.take_back(kept, epoch=epoch, seq=1, client="form")
    if saved.message:
        messages.warning(request, saved.message)
    else:
        messages.success(request, _("That answer counts now."))
    return redirect(f"{reverse('quizzes:attempt', args=[one.pk])}?q={kept.item.position}")


@require_safe
@never_cache
def hand_in(request: SignedIn, pk: int) -> HttpResponse:
    """The last look: what is not answered, what is flagged."""
    one = mine(request, pk)
    if one.is_over():
        return redirect("quizzes:result", pk=one.pk)
    paper = one.paper()
    return render(
        request,
        "quizzes/hand_in.html",
        {
            "attempt": one,
            "version": one.quiz_version,
            "paper": paper,
            "unanswered": [item for item in paper if not item.answered],
            "flagged": [item for item in paper if item.flagged],
            "by_person": any(item.kind.by_person for item in paper),
            **clock(one),
        },
    )


@require_POST
def submission_create(request: SignedIn, pk: int) -> HttpResponse:
    """Hand in: every answer once more, then closed and marked in one go. Twice is once."""
    one = mine(request, pk)
    as_json = posted.is_json(request)
    try:
        sent = posted.read_json(request) if as_json else posted.Posted(client="form", epoch=None, answers=[])
    except Malformed as error:
        return JsonResponse({"message": str(error)}, status=400)
    try:
        one.submit(sent.answers, client=sent.client, epoch=sent.epoch, active=sent.active)
    except TakenOver:
        return JsonResponse({"message": _("This paper is open in another window.")}, status=409)
    except Item.DoesNotExist as error:
        raise Http404 from error
    if as_json:
        return JsonResponse({"result": result_url(one)})
    return redirect("quizzes:result", pk=one.pk)
