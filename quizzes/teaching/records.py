"""The record of one attempt, for whoever teaches its quiz: every answer, every mark it had, every late save."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedIn
from quizzes import accommodating, kinds
from quizzes.correcting import Refused, late, papers
from quizzes.models import Attempt, CountedAnswer, Item, Marking, Mode, Question, Quiz, ResponseEvent, Result
from quizzes.models.regrade import REASON_LENGTH
from quizzes.teaching import rooms

PAGE = 50
RECORDED = (Mode.GRADED, Mode.FOLLOW_UP)


@dataclass
class LateAnswer:
    """A save that did not count, and whether a person counted it since."""

    event: ResponseEvent
    words: list[str]
    counted: CountedAnswer | None = None


@dataclass
class RecordedItem:
    """One question of the paper with everything that happened to its answer."""

    item: Item
    answer: list[str]
    key: list[str]
    markings: list[Marking] = field(default_factory=list)
    late: list[LateAnswer] = field(default_factory=list)

    @property
    def latest(self) -> Marking | None:
        return self.markings[-1] if self.markings else None


def seen(request: SignedIn) -> QuerySet[Attempt]:
    """Attempts at quizzes this person teaches; nobody keeps the record of their own paper."""
    rooms.enter(request)
    taught = Quiz.objects.taught_by(request.user)
    return (
        Attempt.objects.filter(quiz__in=taught, mode__in=RECORDED)
        .exclude(trainee=request.user)
        .select_related("trainee", "quiz__course", "quiz__programme", "quiz_version", "follows")
    )


@require_safe
def records(request: SignedIn, pk: int) -> HttpResponse:
    """The papers of one quiz, latest first; to be searched by name, and narrowed to those with late answers."""
    quiz = rooms.quiz_of(request, pk)
    words = request.GET.get("q", "").replace("\0", "").strip()[:80]
    only = request.GET.get("only", "")
    late_ones = Count("items__events", filter=_is_late(), distinct=True)
    latest = Result.objects.filter(attempt=OuterRef("pk")).order_by("-rev")
    found = seen(request).filter(quiz=quiz).annotate(late_answers=late_ones)
    found = found.annotate(percent=Subquery(latest.values("percent")[:1]), passed=Subquery(latest.values("passed")[:1]))
    if words:
        found = found.filter(Q(trainee__name__icontains=words) | Q(trainee__email__icontains=words))
    if only == "late":
        found = found.filter(late_answers__gt=0)
    return render(
        request,
        "quizzes/teaching/records.html",
        {
            "quiz": quiz,
            "page": Paginator(found.order_by("-started_at", "-pk"), PAGE).get_page(request.GET.get("page")),
            "words": words,
            "query": f"{urlencode({'q': words, 'only': only})}&",
            "only": only,
        },
    )


def _is_late() -> Q:
    """Events that arrived too late to count, and that nobody counted since."""
    return Q(
        items__events__outcome__in=late.COUNTABLE,
        items__events__counted_answer=None,
        items__events__body__isnull=False,
    )


@never_cache
@require_safe
def record(request: SignedIn, pk: int) -> HttpResponse:
    attempt = get_object_or_404(seen(request), pk=pk)
    return render(
        request,
        "quizzes/teaching/record.html",
        {
            "attempt": attempt,
            "items": recorded(attempt, request.user),
            "results": list(attempt.results.select_related("actor").order_by("rev")),
            "held": accommodating.of_attempt(attempt),
            "may_count": attempt.is_graded,
        },
    )


def recorded(attempt: Attempt, reader: User) -> list[RecordedItem]:
    """In the order of the paper; a fixed number of queries. Keys only of questions this person writes."""
    items = list(
        Item.objects.filter(attempt=attempt)
        .select_related("question_version", "question", "response")
        .order_by("position")
    )
    bodies = papers.bodies(items)
    own = set(Question.objects.written_by(reader).values_list("pk", flat=True))
    found = {item.pk: _recorded(item, bodies[item.pk], shows_key=item.question_id in own) for item in items}
    for marking in (
        Marking.objects.filter(item__attempt=attempt)
        .select_related("question_version", "marked_by", "regrade")
        .order_by("rev")
    ):
        found[marking.item_id].markings.append(marking)
    events = ResponseEvent.objects.filter(item__attempt=attempt, outcome__in=late.COUNTABLE, body__isnull=False)
    for event in events.select_related("counted_answer__by").order_by("pk"):
        row = found[event.item_id]
        row.late.append(LateAnswer(event, _words(row.item, event.body), getattr(event, "counted_answer", None)))
    return list(found.values())


def _recorded(item: Item, body: Any, *, shows_key: bool) -> RecordedItem:
    version = item.question_version
    key = kinds.get(version.kind).key_words(version.body, version.key, item.drawn) if shows_key else []
    return RecordedItem(item, _words(item, body), key)


def _words(item: Item, body: Any) -> list[str]:
    version = item.question_version
    return kinds.get(version.kind).answer_words(version.body, item.drawn, body)


@require_POST
def counted_create(request: SignedIn, pk: int, event: int) -> HttpResponse:
    """Count an answer that came late."""
    attempt = get_object_or_404(seen(request), pk=pk)
    row = get_object_or_404(ResponseEvent.objects.select_related("item").filter(item__attempt=attempt), pk=event)
    reason = request.POST.get("reason", "").replace("\0", "")[:REASON_LENGTH]
    try:
        late.count(row, by=request.user, reason=reason)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Counted. The trainee has a letter."))
    return redirect("quizzes:record", pk=attempt.pk)
