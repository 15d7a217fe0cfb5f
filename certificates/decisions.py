"""The list of certificates whose ground moved, for staff, and the page where one is decided."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedIn
from certificates import deciding
from certificates.forms import DecisionForm
from certificates.models import CertificateDecision
from quizzes import completing
from quizzes.correcting import rejudging

PER_PAGE = 50


def _staff_only(request: SignedIn) -> None:
    if not request.user.is_staff:
        raise Http404


def _rows(request: SignedIn) -> QuerySet[CertificateDecision]:
    """Never about one's own certificates: a colleague decides on those."""
    return (
        CertificateDecision.objects.exclude(certificate__holder=request.user)
        .select_related("certificate__achievement", "certificate__holder", "certificate__revocation", "decided_by")
        .select_related(
            "before", "after__attempt__quiz__course", "after__attempt__quiz__programme", "regrade__question"
        )
    )


@require_safe
def decisions(request: SignedIn) -> HttpResponse:
    """What waits first, then what was decided."""
    _staff_only(request)
    page = Paginator(_rows(request).filter(decided_at__isnull=False).order_by("-decided_at"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "certificates/decisions.html",
        {"waiting": _rows(request).filter(decided_at=None).order_by("asked_at"), "page": page},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def decision(request: SignedIn, pk: int) -> HttpResponse:
    """What changed, and whether the certificate stands: kept or revoked, with a reason."""
    _staff_only(request)
    row = get_object_or_404(_rows(request), pk=pk)
    form = DecisionForm(request.POST or None) if not row.decided_at else None
    if request.method == "POST":
        if form is None:
            messages.info(request, _("This was decided already."))
            return redirect(row)
        if form.is_valid():
            return _decided(request, row, form)
    attempt = row.after.attempt
    return render(
        request,
        "certificates/decision.html",
        {
            "row": row,
            "form": form,
            "certificate": row.certificate,
            "quiz": attempt.quiz,
            "stands_again": completing.is_clear(attempt.quiz, attempt.trainee_id, rejudging.begun(attempt)),
        },
        status=422 if request.method == "POST" else 200,
    )


def _decided(request: SignedIn, row: CertificateDecision, form: DecisionForm) -> HttpResponse:
    try:
        deciding.decide(row, by=request.user, **form.cleaned_data)
    except deciding.DecidedAlready:
        messages.info(request, _("Somebody else decided this a moment ago. Their decision stands."))
    else:
        messages.success(request, _("Decided. The holder has a letter."))
    return redirect("certificates:decisions")
