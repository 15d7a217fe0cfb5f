"""Checking a certificate, for anyone; keeping one's own, for its holder; revoking one, for staff."""

import hashlib
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseTrouble
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedIn
from certificates import issuing
from certificates.checking import Answer, look_up
from certificates.codes import normalise
from certificates.forms import RevocationForm
from certificates.models import Certificate
from certificates.showing import Timeline, code_square
from jobs.models import Job

log = logging.getLogger("certificates")

CHECKS = {"check": "60/m/ip"}  # a clinic with a stack of papers, not a machine that guesses
RETRY_SECONDS = 30

View = Callable[..., HttpResponse]


def _answers_privately(view: View) -> View:
    """A check is never kept by a cache, never indexed, and tells the next site nothing."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-cache"
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return answered


def _is_too_much(request: HttpRequest) -> bool:
    """Whether this address has checked too often. With the cache down, checks go on: codes cannot be guessed."""
    try:
        return not ratelimit.consume(request, app="certificates", action="check", config=CHECKS, limit_get=True)
    except Exception:  # any cache, any fault
        log.exception("Checks are not counted: the cache does not answer.")
        return False


@_answers_privately
def cannot_check(request: HttpRequest) -> HttpResponse:
    """Needs no database. Never says that a certificate is not valid, because nobody knows."""
    response = HttpResponse(render_to_string("certificates/cannot_check.html"), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


@login_not_required
@require_safe
@_answers_privately
def check_form(request: HttpRequest) -> HttpResponse:
    """Type a code; it leads to the page that a QR code leads to."""
    typed = request.GET.get("code")
    if typed is None:
        return render(request, "certificates/check_form.html")
    code = normalise(typed)
    if not code:
        return render(request, "certificates/check_form.html", {"is_empty": True}, status=422)
    return redirect("certificates:verify", code=code)


@login_not_required
@require_safe
@_answers_privately
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Anyone with a code may ask. Unknown and malformed codes get the same page."""
    if _is_too_much(request):
        return render(request, "429.html", status=429)
    try:
        answer = look_up(normalise(code))
        if answer is None:
            return render(request, "certificates/unknown.html", status=404)
        etag = _etag(request, answer)
        unchanged = get_conditional_response(request, etag=etag)
        if unchanged is not None:
            return unchanged
        context = {"answer": answer, "certificate": answer.certificate, "statement": answer.certificate.statement}
        response = render(request, "certificates/verify.html", {**context, "now": timezone.now()})
    except DatabaseTrouble:
        log.exception("A certificate could not be checked.")
        return cannot_check(request)
    response["ETag"] = etag
    return response


def _etag(request: HttpRequest, answer: Answer) -> str:
    """Changes with the answer, with who is looking, and with the minute the page names."""
    parts = (
        answer.certificate.pk,
        answer.state,
        answer.since,
        answer.newer and answer.newer.pk,
        answer.certificate.conditions,
        timezone.now().strftime("%Y-%m-%d %H:%M"),
        request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""),
        request.COOKIES.get("theme", ""),
    )
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


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
        "check_address": f"{settings.SITE_URL}{found.get_check_url()}",
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
