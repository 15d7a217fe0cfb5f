"""The questions of the courses one teaches: found, read with their key, and how their versions came about."""

from __future__ import annotations

from random import Random
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedIn
from courses.models import Course
from quizzes import kinds
from quizzes.models import Item, Question, QuestionVersion
from quizzes.teaching import rooms
from quizzes.writing import drafts

PAGE = 40


def taught(request: SignedIn) -> list[Course]:
    """The courses this person writes for."""
    courses = Course.objects.all() if request.user.is_staff else Course.objects.taught_by(request.user)
    return list(courses.order_by("position", "pk"))


def shown(version: QuestionVersion) -> dict[str, Any]:
    """A version as a trainee would meet it, with its key and feedback in words."""
    kind = kinds.get(version.kind)
    drawn = kind.draw(version.body, Random(version.pk))  # noqa: S311  an example of a paper, no secret
    return {
        "kind": kind,
        "template": kind.template,
        "public": kind.shown(version.body, drawn, None),
        "key_words": kind.key_words(version.body, version.key, drawn),
        "picture": kind.picture(version.body, version.key, drawn, None),
        "parts": kind.part_feedback(version.body, version.key, drawn, None),
    }


@require_safe
def questions(request: SignedIn) -> HttpResponse:
    """All of one's questions, narrowed by course, kind and words."""
    rooms.enter(request)
    courses = taught(request)
    found = Question.objects.written_by(request.user).select_related("current", "course", "draft").order_by("ref")
    wanted = {
        name: request.GET.get(name, "").replace("\0", "").strip()[:80] for name in ("course", "kind", "q", "only")
    }
    if wanted["course"]:
        found = found.filter(course__slug=wanted["course"])
    if wanted["kind"]:
        found = found.filter(current__kind=wanted["kind"])
    if wanted["q"]:
        found = found.filter(
            Q(ref__icontains=wanted["q"])
            | Q(current__stem__icontains=wanted["q"])
            | Q(current__objective__iexact=wanted["q"])
        )
    match wanted["only"]:
        case "critical":
            found = found.filter(current__is_critical=True)
        case "draft":
            found = found.filter(draft__isnull=False)
        case "retired":
            found = found.filter(retired=True)
    found = found.defer("current__body", "current__key", "current__feedback", "draft__fields")
    return render(
        request,
        "quizzes/teaching/questions.html",
        {
            "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
            "courses": courses,
            "kinds": kinds.choices(),
            "labels": dict(kinds.choices()),
            "wanted": wanted,
            "kept": {name: value for name, value in wanted.items() if value},
        },
    )


@require_safe
def question(request: SignedIn, pk: int) -> HttpResponse:
    """One question with its key, its versions and where it was asked."""
    rooms.enter(request)
    one = get_object_or_404(
        Question.objects.written_by(request.user).select_related("current", "course", "draft"), pk=pk
    )
    versions = list(one.versions.select_related("author").order_by("-number"))
    asked = dict(
        Item.objects.filter(question=one).values_list("question_version").annotate(count=Count("pk")).order_by()
    )
    for version in versions:
        version.times_asked = asked.get(version.pk, 0)  # type: ignore[attr-defined]
    return render(
        request,
        "quizzes/teaching/question.html",
        {
            "question": one,
            "version": one.current,
            "versions": versions,
            "shown": shown(one.current) if one.current else None,
        },
    )


@require_POST
def draft_create(request: SignedIn, pk: int) -> HttpResponse:
    """Open the draft of a question: the one that is there, else one of its current version."""
    rooms.enter(request)
    one = get_object_or_404(
        Question.objects.written_by(request.user).filter(current__isnull=False).select_related("current", "course"),
        pk=pk,
    )
    return redirect("quizzes:draft", pk=drafts.open_for(one, request.user).pk)


@require_POST
def question_create(request: SignedIn) -> HttpResponse:
    """Begin a new question of a kind in a course."""
    rooms.enter(request)
    course = next((each for each in taught(request) if each.slug == request.POST.get("course")), None)
    kind = request.POST.get("kind", "")
    if course is None or kind not in dict(kinds.choices()):
        return redirect("quizzes:questions")
    return redirect("quizzes:draft", pk=drafts.begin(course, kind, request.user).pk)
