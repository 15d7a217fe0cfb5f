"""What machines ask for: keys, status lists, credentials, badges; and what an achievement is, for people too."""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from certificates.credentials import badge, building, documents, lists
from certificates.models import Achievement, Certificate, ListPurpose

KEPT = "public, max-age=300"  # keys and lists: how long a change may stay unseen
HELD = "private, max-age=300"  # names a person: kept by whoever asked, and by nobody between
RETRY_SECONDS = 30
CREDENTIAL = "application/vc+ld+json"


def _answer(request: HttpRequest, content: str | bytes, kind: str, *, kept: str = KEPT, etag: str = "") -> HttpResponse:
    """A document for programs, wherever they run."""
    whole = content.encode() if isinstance(content, str) else content
    mark = f'"{etag or hashlib.sha256(whole).hexdigest()}"'
    response = get_conditional_response(request, etag=mark) or HttpResponse(whole, content_type=kind)
    response["ETag"] = mark
    return _open_to_all(response, kept)


def _open_to_all(response: HttpResponse, kept: str) -> HttpResponse:
    response["Cache-Control"] = kept
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)


@login_not_required
@require_safe
def did_document(request: HttpRequest) -> HttpResponse:
    """The keys that sign credentials, under the academy's did:web."""
    return _answer(request, _json(documents.did_document()), "application/did+ld+json")


@login_not_required
@require_safe
def key_set(request: HttpRequest) -> HttpResponse:
    """The keys that count, as JSON web keys."""
    return _answer(request, _json(documents.key_set()), "application/jwk-set+json")


@login_not_required
@require_safe
def status_list(request: HttpRequest, purpose: str, number: int) -> HttpResponse:
    """A status list as it was last signed."""
    if purpose not in ListPurpose.values:
        raise Http404
    published = lists.current(purpose, number)
    if published is None:
        if not lists.is_in_use(number):
            raise Http404
        response = HttpResponse(status=503)  # in use, and published within a minute
        response["Retry-After"] = str(RETRY_SECONDS)
        return _open_to_all(response, "no-store")
    return _answer(request, published.body, CREDENTIAL, etag=published.etag)


def _issued(uuid: UUID) -> Certificate:
    return get_object_or_404(Certificate.objects.exclude(credential_text=""), uuid=uuid)


@login_not_required
@require_safe
def credential(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The exact bytes of a credential, for whoever holds its link. They never change; its status is in the list."""
    found = _issued(uuid)
    response = _answer(request, found.credential_text, CREDENTIAL, kept=HELD, etag=found.credential_sha256)
    response["Content-Disposition"] = f'inline; filename="credential-{found.grouped_code}.json"'
    return response


def _badge(request: HttpRequest, uuid: UUID, kind: str, made: Callable[[Certificate], str | bytes]) -> HttpResponse:
    found = _issued(uuid)
    ending = kind.partition("/")[2].partition("+")[0]
    etag = f"{found.credential_sha256}-{ending}"
    unchanged = get_conditional_response(request, etag=f'"{etag}"')  # before it is drawn
    response = unchanged or HttpResponse(made(found), content_type=kind)
    response["ETag"] = f'"{etag}"'
    response["Content-Disposition"] = f'inline; filename="badge-{found.grouped_code}.{ending}"'
    return _open_to_all(response, HELD)


@login_not_required
@require_safe
def badge_png(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _badge(request, uuid, "image/png", badge.png)


@login_not_required
@require_safe
def badge_svg(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _badge(request, uuid, "image/svg+xml", badge.svg)


@login_not_required
@require_safe
def achievement(request: HttpRequest, slug: str) -> HttpResponse:
    """What a certificate is for: a page for people, linked data for machines."""
    found = get_object_or_404(Achievement, slug=slug)
    is_machine = request.get_preferred_type(["text/html", "application/ld+json", "application/json"]) != "text/html"
    if is_machine:
        words = {
            "achievement": {"slug": found.slug, "title": found.title},
            "areas": found.areas,
            "sentences": found.sentences,
        }
        document = {"@context": building.CONTEXT, **building.achievement(words)}
        document["creator"] = building.issuer(settings.ACADEMY["name"])
        response = _answer(request, _json(document), "application/ld+json")
        del response["X-Robots-Tag"]
    else:
        response = render(request, "certificates/achievement.html", {"achievement": found})
    patch_vary_headers(response, ["Accept"])
    return response
