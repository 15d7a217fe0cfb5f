"""How the questions of a quiz are doing: the page, its download, and asking for it to be worked out again."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedIn
from quizzes.teaching import rooms


@require_safe
def analysis(request: SignedIn, pk: int) -> HttpResponse:
    quiz = rooms.quiz_of(request, pk)
    return render(request, "quizzes/teaching/analysis.html", {"quiz": quiz})


@require_safe
def analysis_csv(request: SignedIn, pk: int) -> HttpResponse:
    rooms.quiz_of(request, pk)
    return HttpResponse("", content_type="text/csv; charset=utf-8")


@require_POST
def analysis_create(request: SignedIn, pk: int) -> HttpResponse:
    quiz = rooms.quiz_of(request, pk)
    return redirect("quizzes:analysis", pk=quiz.pk)
