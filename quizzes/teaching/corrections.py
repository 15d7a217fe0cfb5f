"""Regrades in the studio: asked for at a question, looked at, approved by a second person, applied or cancelled."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from quizzes import kinds
from quizzes.correcting import Refused, applying, papers, touched
from quizzes.correcting.planning import Who
from quizzes.models import Policy, Question, QuestionVersion, Regrade, RegradeChange, RegradeState
from quizzes.models.regrade import REASON_LENGTH, RUNNING
from quizzes.teaching import rooms

PAGE = 100
LONG = 50_000  # rows of a CSV
COLUMNS = (
    *("trainee", "email", "quiz", "mode", "attempt", "question", "mark_before", "mark_after", "counted"),
    *("percent_before", "percent_after", "passed_before", "passed_after"),
    *("safety_missed_before", "safety_missed_after", "left_as_it_was", "applied"),
)


class VersionChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, version: QuestionVersion) -> str:
        return _("Version %(number)d of %(day)s: %(change)s") % {
            "number": version.number,
            "day": version.published_at.strftime("%d.%m.%Y"),
            "change": version.get_change_kind_display(),
        }


class RegradeForm(forms.Form):
    to_version = VersionChoice(
        QuestionVersion.objects.none(),
        label=gettext_lazy("Mark by"),
        help_text=gettext_lazy("The version whose right answer decides from now on."),
        empty_label=None,
    )
    from_version = VersionChoice(
        QuestionVersion.objects.none(),
        label=gettext_lazy("Answers to"),
        help_text=gettext_lazy("Whose answers are marked again."),
        empty_label=gettext_lazy("Every earlier version"),
        required=False,
    )
    policy = forms.ChoiceField(
        label=gettext_lazy("What becomes of the marks"),
        choices=Policy.choices,
        initial=Policy.BEST_OF,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Only a new right answer that decides for better or worse can take a pass away."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("The trainees whose result changes read this. One or two plain sentences."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, question: Question, data: Any = None) -> None:
        super().__init__(data)
        for name in ("to_version", "from_version"):
            self.fields[name].queryset = question.versions.order_by("-number")  # type: ignore[attr-defined]
        self.fields["to_version"].initial = question.current_id
        current = question.current
        if current and (current.number == 1 or kinds.get(current.kind).by_person):
            # No earlier key, or none that a machine could mark by: what is left is to give the mark or to drop it.
            choices = [choice for choice in Policy.choices if choice[0] not in papers.BY_KEY]
            self.fields["policy"] = forms.ChoiceField(
                label=self.fields["policy"].label, choices=choices, widget=forms.RadioSelect
            )


def seen(request: SignedIn) -> QuerySet[Regrade]:
    """The regrades of questions this person writes, ready to be shown."""
    rooms.enter(request)
    return Regrade.objects.seen_by(request.user).select_related(
        "question__course", "to_version", "from_version", "asked_by", "approved_by"
    )


@require_safe
def regrades(request: SignedIn) -> HttpResponse:
    """What runs first, then what is over."""
    found = seen(request).annotate(changing=Count("changes", filter=Q(changes__changes=True)))
    over = found.exclude(state__in=RUNNING).order_by("-asked_at", "-pk")
    return render(
        request,
        "quizzes/teaching/regrades.html",
        {
            "running": found.filter(state__in=RUNNING).order_by("asked_at"),
            "page": Paginator(over, 50).get_page(request.GET.get("page")),
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def regrade_create(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for a regrade of a question: nothing is changed by it, the dry run shows what would be."""
    rooms.enter(request)
    question = get_object_or_404(
        Question.objects.written_by(request.user).select_related("current", "course").filter(current__isnull=False),
        pk=pk,
    )
    form = RegradeForm(question, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = applying.ask_for(question, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            return redirect(made)
    return render(
        request,
        "quizzes/teaching/regrade_create.html",
        {
            "form": form,
            "question": question,
            "running": Regrade.objects.running().filter(question=question).first(),
        },
        status=422 if request.method == "POST" else 200,
    )


def _summary(regrade: Regrade) -> dict[str, int]:
    """How many of what; one query."""
    changing = Q(changes=True)
    return regrade.changes.aggregate(
        asked=Count("pk"),
        changing=Count("pk", filter=changing),
        gaining=Count("pk", filter=Q(before_passed=False, after_passed=True, item__attempt__mode="graded")),
        losing=Count("pk", filter=Q(before_passed=True, after_passed=False, item__attempt__mode="graded")),
        kept=Count("pk", filter=Q(kept=True)),
        unreadable=Count("pk", filter=Q(unreadable=True)),
        moved=Count("pk", filter=Q(moved=True)),
        applied=Count("pk", filter=Q(applied_at__isnull=False)),
    )


def _rows(regrade: Regrade) -> QuerySet[RegradeChange]:
    """Whose pass is at stake first."""
    found = regrade.changes.filter(Q(changes=True) | Q(kept=True) | Q(unreadable=True))
    return found.select_related(
        "item__attempt__trainee", "item__attempt__quiz__course", "item__attempt__quiz__programme"
    ).order_by("after_passed", "-before_passed", "item__attempt__trainee__name", "pk")


def _with_certificates(rows: list[RegradeChange]) -> list[tuple[RegradeChange, list[touched.Touched]]]:
    """Each with what rests on it, where that could stop resting on it."""
    shaken = [row for row in rows if row.loses or row.becomes_held]
    found = touched.by([row.item.attempt for row in shaken])
    return [(row, found.get(row.item.attempt_id, [])) for row in rows]


@never_cache
@require_safe
def regrade(request: SignedIn, pk: int) -> HttpResponse:
    """Who changes and how, where it stands, and what this person may do about it."""
    one = get_object_or_404(seen(request), pk=pk)
    page = Paginator(_rows(one), PAGE).get_page(request.GET.get("page"))
    who = applying.who_may(one, request.user) if one.state == RegradeState.DRY else None
    return render(
        request,
        "quizzes/teaching/regrade.html",
        {
            "regrade": one,
            "summary": _summary(one),
            "page": page,
            "rows": _with_certificates(list(page.object_list)),
            "steps": one.steps.select_related("by"),
            "may_approve": who is Who.MAY,
            "why_not": applying.words_for(who) if who else "",
            "still_open": papers.still_open(one),
            "answer": _key_words(one.to_version),
            "before": _key_words(one.from_version or _first_before(one)),
        },
    )


def _first_before(one: Regrade) -> QuestionVersion | None:
    return one.question.versions.filter(number__lt=one.to_version.number).order_by("-number").first()


def _key_words(version: QuestionVersion | None) -> list[str]:
    if version is None:
        return []
    kind = kinds.get(version.kind)
    return kind.key_words(version.body, version.key, {})


@require_safe
def regrade_csv(request: SignedIn, pk: int) -> HttpResponse:
    """Everybody who was asked it, one a line."""
    one = get_object_or_404(seen(request), pk=pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="regrade-{one.pk}.csv"'
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    rows = one.changes.select_related("item__attempt__trainee", "item__attempt__quiz").order_by("pk")[:LONG]
    for row in rows:
        attempt = row.item.attempt
        writer.writerow(
            [
                _plain(attempt.trainee.name),
                _plain(attempt.trainee.email),
                _plain(attempt.quiz.title),
                attempt.mode,
                attempt.number,
                row.item.position,
                row.before_mark / 10_000,
                row.after_mark / 10_000,
                int(row.counted),
                row.before_percent / 100,
                row.after_percent / 100,
                int(row.before_passed),
                int(row.after_passed),
                row.before_missed,
                row.after_missed,
                int(row.kept or row.unreadable),
                row.applied_at.isoformat() if row.applied_at else "",
            ]
        )
    return response


def _plain(words: str) -> str:
    """A name that a spreadsheet would run as a formula is only a name."""
    return f"'{words}" if words[:1] in {"=", "+", "-", "@", "\t", "\r"} else words


def _do(request: SignedIn, pk: int, act: Callable[[Regrade], None], done: str) -> HttpResponse:
    one = get_object_or_404(seen(request), pk=pk)
    try:
        act(one)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, done)
    return redirect(one)


@require_POST
def look_create(request: SignedIn, pk: int) -> HttpResponse:
    """Make the dry run again."""
    return _do(request, pk, Regrade.look, _("The dry run was made again."))


@require_POST
def approval_create(request: SignedIn, pk: int) -> HttpResponse:
    """A second person agrees to what the page they read said."""
    read = request.POST.get("looked_at", "")

    def approve(one: Regrade) -> None:
        if one.looked_at and read != one.looked_at.isoformat():
            raise Refused(_("The dry run was made again since you read it. Look at it once more."))
        one.approve(request.user)

    return _do(request, pk, approve, _("Approved. It is applied when somebody says so."))


@require_POST
def application_create(request: SignedIn, pk: int) -> HttpResponse:
    return _do(request, pk, lambda one: one.apply(request.user), _("It is being applied. Each trainee has a letter."))


@require_POST
def cancellation_create(request: SignedIn, pk: int) -> HttpResponse:
    note = request.POST.get("note", "").replace("\0", "")[:REASON_LENGTH]
    applied = RegradeChange.objects.filter(regrade=pk, changes=True, applied_at__isnull=False)
    done = _("Cancelled. What was applied before stays.") if applied.exists() else _("Cancelled. No mark was changed.")
    return _do(request, pk, lambda one: one.cancel(request.user, note), done)
