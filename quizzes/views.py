"""The start page of a quiz, and beginning an attempt or a follow-up."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedIn
from quizzes.models import Question, Quiz
from quizzes.opening import Closed, look
from quizzes.practising import rounds


def reached(request: SignedIn, pk: int) -> Quiz:
    """The quiz, if the person is enrolled where it stands; else 404."""
    return get_object_or_404(Quiz.objects.reached_by(request.user), pk=pk)


@require_safe
@never_cache
def quiz(request: SignedIn, pk: int) -> HttpResponse:
    """The rules, what stands in the way, and the one button."""
    one = reached(request, pk)
    opening = look(one, request.user)
    asks_colour = Question.objects.askable().of_quiz(one).filter(current__kind="colour_match").exists()
    return render(
        request,
        "quizzes/quiz.html",
        {
            "quiz": one,
            "opening": opening,
            "version": opening.version,
            "asks_colour": asks_colour,
            "rounds": rounds.look(one, request.user, opening) if one.is_for_practice else None,
        },
    )


@require_POST
def attempt_create(request: SignedIn, pk: int) -> HttpResponse:
    """Begin, or go on with the attempt that is open."""
    one = reached(request, pk)
    try:
        begun = one.begin(request.user, declared=request.POST.get("declared") == "yes")
    except Closed as closed:
        return _refused(request, closed)
    return redirect("quizzes:attempt", pk=begun.pk)


@require_POST
def round_create(request: SignedIn, pk: int) -> HttpResponse:
    """Begin a round of a practice quiz, or go on with the one that is open."""
    one = reached(request, pk)
    try:
        begun = one.begin_practice(request.user)
    except Closed as closed:
        return _refused(request, closed)
    return redirect("quizzes:attempt", pk=begun.pk)


@require_POST
def follow_up_create(request: SignedIn, pk: int) -> HttpResponse:
    """Put the missed critical questions again."""
    one = reached(request, pk)
    try:
        begun = one.begin_follow_up(request.user)
    except Closed as closed:
        return _refused(request, closed)
    return redirect("quizzes:attempt", pk=begun.pk)


def _refused(request: SignedIn, closed: Closed) -> HttpResponse:
    """Back to the start page, with the reasons in words."""
    for reason in closed.opening.reasons:
        messages.error(request, reason.text)
    return redirect(closed.opening.quiz)
