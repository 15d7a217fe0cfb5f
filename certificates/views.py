"""Keeping one's own certificates, for their holder; revoking one, for staff. (Checking: `check_views`.)"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedIn
from certificates import issuing, sharing
from certificates.codes import normalise
from certificates.forms import RevocationForm
from certificates.models import Certificate
from certificates.showing import Timeline, code_square, signed_square
from jobs.models import Job

RETRY_SECONDS = 30


@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """Everything the reader has earned."""
    held = Certificate.objects.held_by(request.user).together()
    return render(
        request,
        "certificates/mine.html",
        {"rows": [(certificate, Timeline.of(certificate)) for certificate in held]},
    )


def _visible(request: SignedIn, code: str) -> Certificate:
    """The reader's own certificate, or any for staff; everything else is not there."""
    found = Certificate.objects.visible_to(request.user).to_show().filter(code=normalise(code)).first()
    if found is None:
        raise Http404
    return found


@require_safe
def certificate(request: SignedIn, code: str) -> HttpResponse:
    """A certificate as it prints, and what can be done with it."""
    found = _visible(request, code)
    is_parked = not found.is_drawn and Job.objects.parked().filter(kind="draw_certificate", key=found.code).exists()
    context = {
        "certificate": found,
        "statement": found.statement,
        "timeline": Timeline.of(found),
        "square": code_square(found.statement["check_at"]),
        "signed_square": signed_square(found),
        "check_address": sharing.check_address(found),
        "profile_address": sharing.profile_address(found),
        "is_parked": is_parked,
    }
    return render(request, "certificates/certificate.html", context)


@require_safe
def download(request: SignedIn, code: str) -> HttpResponse:
    """The exact bytes that were issued; what storage gives is compared with the register first."""
    found = _visible(request, code)
    if not found.is_drawn:
        response = render(request, "certificates/preparing.html", {"certificate": found}, status=202)
        response["Retry-After"] = "5"
        return response
    etag = f'"{found.pdf_sha256}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    content = issuing.stored(found)
    if content is None:
        response = render(request, "certificates/unreadable.html", {"certificate": found}, status=503)
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="certificate-{found.grouped_code}.pdf"'
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = etag
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def revocation_create(request: SignedIn, code: str) -> HttpResponse:
    """Staff revoke a certificate, with a reason for everyone and a note for themselves."""
    if not request.user.is_staff:
        raise Http404
    found = _visible(request, code)
    if hasattr(found, "revocation"):
        return redirect(found)
    form = RevocationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found.revoke(by=request.user, **form.words())
        messages.success(request, _("Certificate revoked. The check page says so from now on."))
        return redirect(found)
    status = 422 if request.method == "POST" else 200
    return render(request, "certificates/revocation.html", {"form": form, "certificate": found}, status=status)
