"""Checking a certificate, for anyone: the form, the page, the seal on it, and the picture that a shared link shows."""

import hashlib
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseTrouble
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from certificates import cards, check_page
from certificates.checking import Answer, look_up
from certificates.codes import normalise
from certificates.models import Certificate
from certificates.throttling import is_too_much

log = logging.getLogger("certificates")

RETRY_SECONDS = 30

View = Callable[..., HttpResponse]


def answers_privately(view: View) -> View:
    """A check is never kept by a cache, never indexed, and tells the next site nothing."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return answered


@answers_privately
def cannot_check(request: HttpRequest) -> HttpResponse:
    """Needs no database. Never says that a certificate is not valid, because nobody knows."""
    response = HttpResponse(render_to_string("certificates/cannot_check.html"), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


@login_not_required
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """The address people try first, beside that of the files; the form is where the paper says."""
    return redirect("certificates:check_form")


@login_not_required
@require_safe
@answers_privately
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
@answers_privately
def verify(request: HttpRequest, code: str, token: str = "") -> HttpResponse:
    """Anyone with a code may ask. Unknown and malformed codes get the same page.

    The long QR code carries a signed token behind the code, for paper that is checked without a connection. Here there
    is one, so the register answers and the token counts for nothing: neither a forged nor a torn one changes a word.
    """
    if is_too_much(request, "check"):
        return render(request, "429.html", status=429)
    try:
        answer = look_up(normalise(code))
        if answer is None:
            return render(request, "certificates/unknown.html", status=404)
        now = timezone.now()
        etag = _etag(request, answer, now.strftime("%Y-%m-%d %H:%M"))
        unchanged = get_conditional_response(request, etag=etag)
        if unchanged is not None:
            return unchanged
        response = HttpResponse(check_page.page(request, answer, now=now))
    except DatabaseTrouble:
        log.exception("A certificate could not be checked.")
        return cannot_check(request)
    response.headers["ETag"] = etag
    return response


def _etag(request: HttpRequest, answer: Answer, *parts: str) -> str:
    """Changes with the answer, with who is looking, and with the minute the page names."""
    certificate = answer.certificate
    known = (
        certificate.pk,
        answer.state,
        answer.since,
        answer.cause,
        answer.newer and answer.newer.pk,
        answer.conditions,
        request.path[:3],
        request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""),
        request.COOKIES.get("theme", ""),
        *parts,
    )
    return f'"{hashlib.sha256(repr(known).encode()).hexdigest()[:32]}"'


@login_not_required
@require_safe
@answers_privately
def seal(request: HttpRequest, code: str) -> HttpResponse:
    """The whorl of a certificate. It never changes, so a second look at the page need not send it again."""
    if is_too_much(request, "seal"):
        return HttpResponse(status=429)
    try:
        found = Certificate.objects.filter(code=normalise(code)).only("whorl").first()
    except DatabaseTrouble:
        log.exception("A seal could not be shown.")
        return HttpResponse(status=503)
    if found is None:
        return HttpResponse(status=404)
    drawn = render_to_string("certificates/seal.svg", {"seed": found.seal})
    response = HttpResponse(drawn, content_type="image/svg+xml")
    response.headers["Cache-Control"] = "private, max-age=604800, immutable"
    return response


@login_not_required
@require_safe
@answers_privately
def card(request: HttpRequest, code: str) -> HttpResponse:
    """The picture beside a shared link. Whoever shows it may keep it for five minutes, so that bad news travels."""
    if is_too_much(request, "card"):
        return HttpResponse(status=429)
    try:
        answer = look_up(normalise(code))
    except DatabaseTrouble:
        log.exception("A card could not be drawn.")
        return HttpResponse(status=503)
    if answer is None:
        return HttpResponse(status=404)
    wanted = cards.Card.of(answer)
    response = get_conditional_response(request, etag=wanted.etag)
    if response is None:
        response = HttpResponse(cards.png(wanted), content_type="image/png")
        response.headers["ETag"] = wanted.etag
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # it is made to be shown elsewhere
    return response
