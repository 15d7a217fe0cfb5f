"""Checking paper without a connection: a page that reads the QR code and its signature by itself, and stays open
offline because a service worker keeps it.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseTrouble
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from certificates import tokens
from certificates.check_views import cannot_check
from certificates.models import Achievement, AchievementTitle


def known() -> dict[str, Any]:
    """What the page needs to read tokens by itself, and since when it knows it. Nothing of any person.

    A token holds the number of an achievement: `titles` tell how paper of its day words it, `achievements` how we do.
    """
    titles: dict[int, list[tuple[str, str]]] = {}
    for achievement, since, title in AchievementTitle.objects.values_list("achievement", "since", "title"):
        titles.setdefault(achievement, []).append((since.isoformat(), title))
    return {
        "at": timezone.now().isoformat(timespec="seconds"),
        "keys": tokens.public_keys(),
        "achievements": dict(Achievement.objects.values_list("pk", "title")),
        "titles": titles,
        "zone": settings.ACADEMY_TIME_ZONE,
        "site": settings.SITE_URL,
    }


@login_not_required
@require_safe
def scan(request: HttpRequest) -> HttpResponse:
    """Scan, choose a picture or paste; the answer is worked out in the browser."""
    try:
        response = render(request, "certificates/scan.html", {"known": known()})
    except DatabaseTrouble:
        return cannot_check(request)
    response["Cache-Control"] = "private, no-cache"
    response.may_use = "camera"  # type: ignore[attr-defined]  # only here: portal.middleware
    return response


@login_not_required
@require_safe
def scan_keys(request: HttpRequest) -> HttpResponse:
    """The same as in the page, fetched anew whenever there is a connection."""
    response = JsonResponse(known())
    response["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def scan_worker(request: HttpRequest) -> HttpResponse:
    """The service worker: it stands under /scan/, so that it rules over nothing else."""
    response = render(request, "certificates/scan_worker.js", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response
