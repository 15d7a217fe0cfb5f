"""Pages of practice: what is due, one question at a time, and what is told about each answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedIn
from courses.models import Lesson
from quizzes import accommodating, kinds
from quizzes.kinds.base import Fields, Response, Unreadable
from quizzes.models import Card, PracticeAnswer, PracticeSitting
from quizzes.practising import answering, asking, pace, telling
from quizzes.practising.asking import CourseLine

PREFIX = "a-"
LONGEST_VALUE, MOST_VALUES = 20_000, 300
BIGGEST = 2_147_483_647


def _whole(request: HttpRequest, name: str) -> int:
    """A number the page itself wrote; what is none names nothing."""
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= BIGGEST):
        raise Http404
    return int(text)


@require_safe
@never_cache
def practice(request: SignedIn) -> HttpResponse:
    """What is due now, what comes next, and how it works."""
    now = timezone.now()
    due = asking.due(request.user, now)
    mine = Card.objects.of(request.user)
    coming = None if due else mine.askable(request.user).filter(due_at__gt=now).order_by("due_at").first()
    courses: list[CourseLine] = asking.by_course(request.user, now)
    return render(
        request,
        "quizzes/practice.html",
        {
            "due": due,
            "courses": courses,
            "next_due": coming.due_at if coming else None,
            "new_tomorrow": coming is None and not due and mine.askable(request.user).due(now).exists(),
            "resting": list(asking.resting(request.user)),
            "left_out": mine.filter(suspended=True).count(),
            "sitting_minutes": pace.SITTING // 60,
            "new_a_day": pace.NEW_A_DAY,
        },
    )


@require_POST
def sitting_create(request: SignedIn) -> HttpResponse:
    """Begin a sitting, or go on with the one that is open today."""
    sitting = answering.begin(request.user)
    if sitting is None:
        messages.info(request, _("Nothing is due for practice now."))
        return redirect("quizzes:practice")
    return redirect(sitting)


def _mine(request: SignedIn, pk: int) -> PracticeSitting:
    return get_object_or_404(PracticeSitting.objects.select_related("trainee"), pk=pk, trainee=request.user)


@require_safe
@never_cache
def sitting(request: SignedIn, pk: int) -> HttpResponse:
    """The next question of a sitting, or its end. Reading it writes nothing."""
    one = _mine(request, pk)
    card, done, total = asking.next_of(one)
    if card is None:
        return _end(request, one)
    return _question(request, one, card, done, total)


def _question(
    request: SignedIn,
    one: PracticeSitting,
    card: Card,
    done: int,
    total: int,
    *,
    fields: Fields | None = None,
    response: Response = None,
    trouble: str = "",
) -> HttpResponse:
    version = card.question.current
    if version is None:
        raise Http404
    kind, drawn = kinds.get(version.kind), answering.drawn(card)
    context = {
        "sitting": one,
        "card": card,
        "version": version,
        "course": card.question.course,
        "number": done + 1,
        "total": total,
        "done": done,
        "control": kind.template,
        "q": kind.shown(version.body, drawn, response, read_outs=accommodating.reads_out(request.user, kind)),
        "prefix": PREFIX,
        "value": kind.fields(version.body, drawn, response) if fields is None else fields,
        "trouble": trouble,
        "shown": int(time.time()),
    }
    return render(request, "quizzes/practice_question.html", context, status=422 if trouble else 200)


def _end(request: SignedIn, one: PracticeSitting) -> HttpResponse:
    answers = list(one.answers.select_related("ease"))
    due = asking.due(request.user, timezone.now())
    return render(
        request,
        "quizzes/practice_end.html",
        {
            "answers": answers,
            "right": sum(answer.share >= 10_000 for answer in answers),
            "tomorrow": sum(_next_due(answer) <= timezone.now() + timedelta(days=1) for answer in answers),
            "due": due,
            "resting": not answers and asking.resting(request.user).exists(),
        },
    )


def _next_due(answer: PracticeAnswer) -> Any:
    return answer.ease.due_at if hasattr(answer, "ease") else answer.due_at


@require_POST
def answer_create(request: SignedIn, pk: int) -> HttpResponse:
    """Answer the card this page asked. Twice is once: the first answer stands."""
    one = _mine(request, pk)
    card_id, turn = _whole(request, "card"), _whole(request, "turn")
    if [card_id, turn] not in one.cards:
        raise Http404
    before = PracticeAnswer.objects.filter(card=card_id, turn=turn + 1, card__trainee=request.user).first()
    if before:
        messages.info(request, _("You have answered this question already. This is what you answered first."))
        return redirect(before)
    card, done, total = _asked_for(one, card_id, turn)
    version = card.question.current if card else None
    if card is None or version is None:
        messages.info(request, _("This question rests now. Here is what comes next."))
        return redirect(one)
    if _whole(request, "version") != version.number:
        messages.info(request, _("This question was just reworded. Answer it in its new wording."))
        return redirect(one)
    kind, drawn = kinds.get(version.kind), answering.drawn(card)
    fields = _fields(request)
    unknown = request.POST.get("know") == "no"
    try:
        response = None if unknown else kind.read(version.body, drawn, fields)
    except Unreadable as refused:
        return _question(request, one, card, done, total, fields=fields, trouble=refused.message)
    if "move" in fields:  # an ordering's Up or Down, without a script
        return _question(request, one, card, done, total, response=response)
    if response is None and not unknown:
        words = _("Give an answer first, or say that you do not know.")
        return _question(request, one, card, done, total, fields=fields, trouble=words)
    return redirect(answering.answer(card, one, response, seconds=_seconds(request)))


def _asked_for(one: PracticeSitting, card_id: int, turn: int) -> tuple[Card | None, int, int]:
    cards = Card.objects.askable(one.trainee).filter(pk=card_id, turn=turn)
    card = cards.select_related("question__current", "question__course").first()
    coming, done, total = asking.next_of(one)
    return card or None, done, total if coming else len(one.cards)


def _fields(request: HttpRequest) -> Fields:
    posted: Mapping[str, list[str]] = dict(request.POST.lists())
    return {
        name.removeprefix(PREFIX): [str(value)[:LONGEST_VALUE].replace("\0", "") for value in values[:MOST_VALUES]]
        for name, values in posted.items()
        if name.startswith(PREFIX)
    }


def _seconds(request: HttpRequest) -> int | None:
    """As the page says; nothing is decided by it."""
    shown = request.POST.get("shown", "")
    return int(time.time()) - int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 12 else None


def _answered(request: SignedIn, pk: int) -> PracticeAnswer:
    answers = PracticeAnswer.objects.select_related(
        "card__question__course", "question_version", "ease", "sitting__trainee"
    )
    return get_object_or_404(answers, pk=pk, card__trainee=request.user)


@require_safe
@never_cache
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """What is told about an answer: right or not, why, the right one, and when it comes again."""
    one = _answered(request, pk)
    if _rests(one, request.user):
        return render(request, "quizzes/practice_resting.html", {"resting": list(asking.resting(request.user))})
    version = one.question_version
    told = telling.tell(version, one.drawn, one.response)
    coming, done, total = asking.next_of(one.sitting)
    return render(
        request,
        "quizzes/practice_answer.html",
        {
            "answer": one,
            "version": version,
            "course": one.card.question.course,
            "told": told,
            "case": kinds.get(version.kind).public(version.body, one.drawn).get("case", ""),
            "lessons": [] if told.is_right else _taught(one),
            "again": in_words(_next_due(one), one.answered_at),
            "due_at": _next_due(one),
            "may_be_easy": answering.may_be_easy(one),
            "coming": coming,
            "done": done,
            "total": total,
            "is_new_wording": version.pk != one.card.question.current_id,
        },
    )


def _rests(one: PracticeAnswer, trainee: User) -> bool:
    """A paper is open that could ask it: its answer is not shown meanwhile."""
    question = one.card.question
    return any(
        attempt.quiz.course_id == question.course_id or attempt.quiz.programme_id == question.programme_id
        for attempt in asking.resting(trainee)
    )


def _taught(one: PracticeAnswer) -> list[Lesson]:
    """Where it is taught."""
    lessons = Lesson.objects.current().filter(course=one.card.question.course_id).select_related("course")
    lessons = lessons.defer("current__blocks", "current__text", "current__facts")
    objective = one.question_version.objective
    return [lesson for lesson in lessons if lesson.current and objective in lesson.current.objectives]


def in_words(due_at: Any, answered_at: Any) -> str:
    """When a card comes again, as one says it."""
    days = (pace.today(due_at) - pace.today(answered_at)).days
    if days <= 1:
        return _("It comes again tomorrow.")
    if days < 14:
        return ngettext("It comes again in %(count)d day.", "It comes again in %(count)d days.", days) % {"count": days}
    if days < 60:
        return _("It comes again in about %(count)d weeks.") % {"count": round(days / 7)}
    if days < 360:
        return _("It comes again in about %(count)d months.") % {"count": round(days / 30.4)}
    return _("It comes again in a year.")


@require_POST
def ease_create(request: SignedIn, pk: int) -> HttpResponse:
    """“That was easy”: it comes later."""
    one = _answered(request, pk)
    if answering.say_easy(one) is None:
        messages.info(request, _("Only a right answer can be called easy, before the question is asked again."))
    return redirect(one)


@require_POST
def leaving_out_create(request: SignedIn, pk: int) -> HttpResponse:
    """“Do not ask this again”: the card rests until its trainee wants it back."""
    one = _answered(request, pk)
    Card.objects.filter(pk=one.card_id).update(suspended=True)
    messages.success(request, _("You will not be asked this again. On the practice page you can bring it back."))
    return redirect(one.sitting)


@require_POST
def return_create(request: SignedIn) -> HttpResponse:
    """Everything that was left out comes back."""
    count = Card.objects.of(request.user).filter(suspended=True).update(suspended=False)
    words = ngettext("%(count)d question is back.", "%(count)d questions are back.", count)
    messages.success(request, words % {"count": count})
    return redirect("quizzes:practice")
