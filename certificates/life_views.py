"""Pages about the life of a certificate: what staff do to it, what its holder asks for, and what happened so far."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from certificates import correcting_names, history, reissuing
from certificates.codes import normalise
from certificates.life_forms import NameCorrectionForm, NameDecisionForm, ReissueForm, ReviewForm
from certificates.models import Certificate, NameCorrection
from certificates.refusing import Refused

PER_PAGE = 50

shown_or_sent = require_http_methods(["GET", "HEAD", "POST"])


def _visible(request: SignedIn, code: str) -> Certificate:
    """The reader's own certificate, or any for staff; everything else is not there."""
    found = Certificate.objects.visible_to(request.user).to_show().select_related("holder")
    certificate = found.filter(code=normalise(code)).first()
    if certificate is None:
        raise Http404
    return certificate


def _to_act_on(request: SignedIn, code: str) -> Certificate:
    """Any certificate, for staff. Their own is a colleague's business."""
    if not request.user.is_staff:
        raise Http404
    certificate = _visible(request, code)
    if certificate.holder_id == request.user.pk:
        raise PermissionDenied("Nobody acts on their own certificate.")
    return certificate


def _own(request: SignedIn, code: str) -> Certificate:
    certificate = _visible(request, code)
    if certificate.holder_id != request.user.pk:
        raise Http404
    return certificate


def _act(
    request: SignedIn,
    certificate: Certificate,
    form: forms.Form,
    template: str,
    act: Callable[[], tuple[str, str]],
) -> HttpResponse:
    """Show a form, do what it says once it is right, and say a refusal above it."""
    if request.method == "POST" and form.is_valid():
        try:
            said, href = act()
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, said)
            return redirect(href)
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"form": form, "certificate": certificate}, status=status)


@shown_or_sent
def suspension_create(request: SignedIn, code: str) -> HttpResponse:
    """Staff put a certificate under review."""
    certificate = _to_act_on(request, code)
    form = ReviewForm(request.POST or None)

    def act() -> tuple[str, str]:
        certificate.suspend(by=request.user, why=form.cleaned_data["why"])
        return _("Suspended. The check page says so from now on."), certificate.get_absolute_url()

    return _act(request, certificate, form, "certificates/suspension.html", act)


@shown_or_sent
def reinstatement_create(request: SignedIn, code: str) -> HttpResponse:
    """Staff end the review."""
    certificate = _to_act_on(request, code)
    if certificate.suspended_at is None:
        messages.info(request, _("This certificate is not under review."))
        return redirect(certificate)
    form = ReviewForm(request.POST or None)

    def act() -> tuple[str, str]:
        certificate.reinstate(by=request.user, why=form.cleaned_data["why"])
        return _("The review is over. The check page shows the certificate as before."), certificate.get_absolute_url()

    return _act(request, certificate, form, "certificates/reinstatement.html", act)


@shown_or_sent
def reissue_create(request: SignedIn, code: str) -> HttpResponse:
    """Staff issue it again with a corrected name."""
    certificate = _to_act_on(request, code)
    form = ReissueForm(request.POST or None, initial={"name": certificate.statement["holder"]["name"]})

    def act() -> tuple[str, str]:
        newer = reissuing.reissue(certificate, by=request.user, **form.cleaned_data)
        return _("Issued again. The older one stays on record and says that it is replaced."), newer.get_absolute_url()

    return _act(request, certificate, form, "certificates/reissue.html", act)


@require_safe
def certificate_history(request: SignedIn, code: str) -> HttpResponse:
    """What happened to it, first to last."""
    certificate = _visible(request, code)
    return render(
        request,
        "certificates/history.html",
        {"certificate": certificate, "lines": history.lines(certificate, request.user)},
    )


@require_POST
def sharing_change(request: SignedIn, code: str) -> HttpResponse:
    """The holder lets the older certificate's page lead to the newer one, or no longer."""
    certificate = _own(request, code)
    if not hasattr(certificate, "supersession"):
        raise Http404
    is_shared = request.POST.get("shared") == "yes"
    reissuing.share(certificate, by=request.user, is_shared=is_shared)
    said = (
        _("Whoever checks the older certificate now finds the newer one.")
        if is_shared
        else _("Whoever checks the older certificate no longer finds the newer one.")
    )
    messages.success(request, said)
    return redirect(certificate)


@shown_or_sent
def name_correction_create(request: SignedIn, code: str) -> HttpResponse:
    """The holder asks for another name on it."""
    certificate = _own(request, code)
    if asked := correcting_names.waiting().filter(certificate=certificate).first():
        messages.info(
            request,
            _("The name “%(name)s” is asked for already. A person at the academy looks at it.") % {"name": asked.name},
        )
        return redirect(certificate)
    form = NameCorrectionForm(request.POST or None)

    def act() -> tuple[str, str]:
        correcting_names.ask(certificate, by=request.user, **form.cleaned_data)
        said = _("Asked. A person at the academy looks at it, and you get a letter.")
        return said, certificate.get_absolute_url()

    return _act(request, certificate, form, "certificates/name_correction_ask.html", act)


def _asked(request: SignedIn) -> QuerySet[NameCorrection]:
    """Never about one's own certificates: a colleague decides on those."""
    if not request.user.is_staff:
        raise Http404
    rows = NameCorrection.objects.exclude(certificate__holder=request.user)
    return rows.select_related("certificate__achievement", "certificate__holder", "decided_by")


@require_safe
def name_corrections(request: SignedIn) -> HttpResponse:
    """What waits first, then what was decided."""
    decided = _asked(request).filter(decided_at__isnull=False).order_by("-decided_at")
    return render(
        request,
        "certificates/name_corrections.html",
        {
            "waiting": _asked(request).filter(decided_at=None).order_by("asked_at")[:PER_PAGE],
            "page": Paginator(decided, PER_PAGE).get_page(request.GET.get("page")),
        },
    )


@shown_or_sent
def name_correction(request: SignedIn, pk: int) -> HttpResponse:
    """What the holder asks for; granted or refused, with a reason the holder reads."""
    row = get_object_or_404(_asked(request), pk=pk)
    form = NameDecisionForm(request.POST or None) if not row.decided_at else None
    if request.method == "POST":
        if form is None:
            messages.info(request, _("This was decided already."))
            return redirect(row)
        if form.is_valid():
            decided = _decide(request, row, form)
            if decided is not None:
                return decided
    return render(
        request,
        "certificates/name_correction.html",
        {"row": row, "form": form, "certificate": row.certificate, "statement": row.certificate.statement},
        status=422 if request.method == "POST" else 200,
    )


def _decide(request: SignedIn, row: NameCorrection, form: NameDecisionForm) -> HttpResponse | None:
    """Where it leads; None when the form must be shown again with what stands in the way."""
    why = form.cleaned_data["why"]
    try:
        if form.cleaned_data["decision"] == NameCorrection.Decision.GRANTED:
            correcting_names.grant(row, by=request.user, why=why)
            messages.success(request, _("Granted. The new certificate is being made, and the holder has a letter."))
        else:
            correcting_names.refuse(row, by=request.user, why=why)
            messages.success(request, _("Refused. The holder has a letter."))
    except correcting_names.DecidedAlready:
        messages.info(request, _("Somebody else decided this a moment ago. Their decision stands."))
    except Refused as refused:
        row.refresh_from_db()
        form.add_error(None, refused.message)
        return None
    return redirect("certificates:name_corrections")
