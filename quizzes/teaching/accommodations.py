"""The people one teaches, and what each of them was granted beyond the rules."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedIn
from courses.models import Course, Enrolment
from quizzes import accommodating
from quizzes.models import Accommodation, Attempt, Quiz
from quizzes.teaching import rooms
from quizzes.teaching.accommodation_form import AccommodationForm, EndingForm

PAGE = 40
LONGEST_QUERY = 100


def taught_people(user: User) -> QuerySet[User]:
    """Everyone enrolled in a course this person teaches; for staff, in any. Never oneself."""
    enrolments = Enrolment.objects.all()
    if not user.is_staff:
        enrolments = enrolments.filter(course__in=Course.objects.taught_by(user))
    return User.objects.filter(pk__in=enrolments.values("trainee")).exclude(pk=user.pk)


def taught_quizzes(user: User, trainee: User) -> QuerySet[Quiz]:
    """The quizzes of this person that the trainee can sit."""
    reached = Quiz.objects.reached_by(trainee).values("pk")
    return Quiz.objects.taught_by(user).filter(pk__in=reached).order_by("course__position", "pk")


def trainee_of(request: SignedIn, pk: int) -> User:
    """Somebody this person teaches; else 404, as if they did not exist."""
    rooms.enter(request)
    return get_object_or_404(taught_people(request.user), pk=pk)


@require_safe
@never_cache
def people(request: SignedIn) -> HttpResponse:
    """Who studies with me, found by name or address; who was granted something stands out."""
    rooms.enter(request)
    query = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_QUERY]
    only = request.GET.get("only") == "granted"
    in_force = Q(accommodations__ending__isnull=True)
    if not request.user.is_staff:
        mine = Quiz.objects.taught_by(request.user).values("pk")
        in_force &= Q(accommodations__quiz__in=mine) | Q(accommodations__quiz__isnull=True)
    found = taught_people(request.user).annotate(granted=Count("accommodations", filter=in_force, distinct=True))
    if query:
        found = found.filter(Q(name__icontains=query) | Q(email__icontains=query))
    if only:
        found = found.filter(granted__gt=0)
    page = Paginator(found.order_by("name", "email"), PAGE).get_page(request.GET.get("page"))
    return render(request, "quizzes/teaching/people.html", {"page": page, "query": query, "only": only})


@require_safe
@never_cache
def person(request: SignedIn, pk: int) -> HttpResponse:
    """One trainee: what is in force, what was, and the attempts that run now."""
    trainee = trainee_of(request, pk)
    mine = taught_quizzes(request.user, trainee)
    rows = Accommodation.objects.of(trainee).select_related("quiz", "granted_by", "ending__ended_by").order_by("-pk")
    if not request.user.is_staff:
        rows = rows.filter(Q(quiz__in=Quiz.objects.taught_by(request.user)) | Q(quiz__isnull=True))
    managed = set(Accommodation.objects.managed_by(request.user).of(trainee).values_list("pk", flat=True))
    told = [(row, row.pk in managed) for row in rows]
    running = Attempt.objects.of(trainee).open().filter(quiz__in=mine)
    return render(
        request,
        "quizzes/teaching/person.html",
        {
            "trainee": trainee,
            "in_force": [pair for pair in told if pair[0].is_in_force],
            "ended": [pair for pair in told if not pair[0].is_in_force],
            "running": [attempt for attempt in running if not attempt.is_over()],
            "may_grant": request.user.is_staff or mine.exists(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def accommodation_create(request: SignedIn, pk: int) -> HttpResponse:
    """Grant something, with a reason. It reaches an attempt that runs at once."""
    trainee = trainee_of(request, pk)
    form = AccommodationForm(
        request.POST if request.method == "POST" else None,
        quizzes=taught_quizzes(request.user, trainee),
        every=request.user.is_staff,
    )
    if request.method == "POST" and form.is_valid():
        granted = accommodating.grant(trainee, by=request.user, **form.words())
        messages.success(request, _("Granted. It counts from now on."))
        if reached := granted.granted_midway.count():
            words = _("An attempt that runs now has it already.") if reached else ""
            messages.success(request, words)
        return redirect("quizzes:person", pk=trainee.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "trainee": trainee}
    return render(request, "quizzes/teaching/accommodation.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def accommodation_end(request: SignedIn, pk: int) -> HttpResponse:
    """End one, with a reason. What runs keeps what it got."""
    rooms.enter(request)
    rows = Accommodation.objects.managed_by(request.user).select_related("trainee", "quiz", "ending")
    found = get_object_or_404(rows, pk=pk)
    if not found.is_in_force:
        return redirect("quizzes:person", pk=found.trainee_id)
    form = EndingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        accommodating.end(found, by=request.user, **form.cleaned_data)
        messages.success(request, _("Ended. New attempts go by the usual rules."))
        return redirect("quizzes:person", pk=found.trainee_id)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "accommodation": found, "trainee": found.trainee}
    return render(request, "quizzes/teaching/accommodation_end.html", context, status=status)
