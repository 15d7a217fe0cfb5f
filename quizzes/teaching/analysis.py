"""How the questions of a quiz are doing: the page, its download, and asking for it to be worked out again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedIn
from jobs.models import Job
from quizzes.analysis import exporting, showing, work
from quizzes.models import ItemAnalysis, Question, QuestionVersion, Quiz
from quizzes.teaching import rooms

ON_A_PAGE = 20


@dataclass(frozen=True)
class Found:
    """What is kept of a quiz, as far as this person may see its keys."""

    kept: ItemAnalysis | None
    basis: str  # of the results there are now
    figures: list[dict[str, Any]]

    @property
    def is_stale(self) -> bool:
        return self.kept is not None and self.kept.basis != self.basis

    @property
    def is_fresh(self) -> bool:
        return self.kept is not None and timezone.now() - self.kept.computed_at < timedelta(minutes=1)


def find(request: SignedIn, quiz: Quiz) -> Found:
    kept = ItemAnalysis.objects.filter(quiz=quiz).first()
    if kept is None:
        return Found(None, work.basis_of(quiz), [])
    mine = set(Question.objects.written_by(request.user).of_quiz(quiz).values_list("pk", flat=True))
    figures = [one for one in kept.figures["questions"] if one["question"] in mine]
    return Found(kept, work.basis_of(quiz), figures)


def _chosen(request: SignedIn, figures: list[dict[str, Any]]) -> tuple[dict[str, Any], int]:
    """The question that is looked at, and its place in the table: the most urgent one unless another is named."""
    wanted = request.GET.get("question", "")
    if not wanted:
        return figures[0], 0
    for place, one in enumerate(figures):
        if str(one["question"]) == wanted:
            return one, place
    raise Http404


@require_safe
@never_cache
def analysis(request: SignedIn, pk: int) -> HttpResponse:
    """The table, most urgent first, and one question closely. Reading it writes nothing and works nothing out."""
    quiz = rooms.quiz_of(request, pk)
    found = find(request, quiz)
    context: dict[str, Any] = {"quiz": quiz, "found": found, "kept": found.kept}
    if not found.figures:
        waiting = Job.objects.filter(kind=work.KIND, key=f"{quiz.pk}:{found.basis}").first() if found.basis else None
        context["is_parked"] = waiting is not None and waiting.state == Job.State.PARKED
        return render(request, "quizzes/teaching/analysis.html", context)
    chosen, place = _chosen(request, found.figures)
    page = Paginator(found.figures, ON_A_PAGE).get_page(request.GET.get("page") or place // ON_A_PAGE + 1)
    table = showing.rows(page.object_list)
    row = next((row for row in table if row.question == chosen["question"]), None) or showing.rows([chosen])[0]
    version = QuestionVersion.objects.get(pk=row.version.pk)  # with its key: for this one only
    return render(
        request,
        "quizzes/teaching/analysis.html",
        context
        | {
            "figures": found.kept.figures if found.kept else {},
            "sums": showing.sums(found.kept.figures, found.figures, quiz) if found.kept else None,
            "page": page,
            "rows": table,
            "row": row,
            "look": showing.look(row, version),
        },
    )


@require_safe
@never_cache
def analysis_csv(request: SignedIn, pk: int) -> HttpResponse:
    """Every figure of every question, unrounded."""
    quiz = rooms.quiz_of(request, pk)
    found = find(request, quiz)
    response = HttpResponse(exporting.to_csv(showing.rows(found.figures)), content_type="text/csv; charset=utf-8")
    name = slugify(quiz.title)[:60] or "quiz"
    response["Content-Disposition"] = f'attachment; filename="{name}-questions.csv"'
    return response


@require_POST
def analysis_create(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for it to be worked out now; the answer comes with a later look at the page."""
    quiz = rooms.quiz_of(request, pk)
    basis = work.basis_of(quiz)
    if basis and not ItemAnalysis.objects.filter(quiz=quiz, basis=basis).exists():
        work.ask(quiz.pk, basis)
        messages.success(request, _("It is being worked out. Look again in a moment."))
    return redirect("quizzes:analysis", pk=quiz.pk)
