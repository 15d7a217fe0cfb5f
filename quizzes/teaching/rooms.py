"""Who may enter the studio, and which quizzes are theirs there."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from courses.models import Teaching
from quizzes.models import Quiz


def enter(request: SignedIn) -> None:
    """The studio exists for staff and for those who teach something; to anybody else it does not: 404."""
    if not (request.user.is_staff or Teaching.has(request.user)):
        raise Http404


def quiz_of(request: SignedIn, pk: int) -> Quiz:
    """A quiz this person teaches; else 404, as if it did not exist."""
    return get_object_or_404(
        Quiz.objects.taught_by(request.user).select_related("course", "programme", "current"), pk=pk
    )


@require_safe
def studio(request: SignedIn) -> HttpResponse:
    """What this person teaches, and the ways into it."""
    enter(request)
    quizzes = Quiz.objects.taught_by(request.user).select_related("course", "programme", "current")
    return render(
        request, "quizzes/teaching/studio.html", {"quizzes": quizzes.order_by("course__position", "programme_id", "pk")}
    )
