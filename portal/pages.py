"""Pages anyone may read: the front page, the academy's own words, what a machine asks for, and what went wrong."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from accounts.keeping import SECRET_FIELDS, page_of
from courses import durations
from courses.models import Course
from portal.gallery import samples

KEPT_WORDS = 20_000  # characters of a refused form shown back: longer than any answer we ask for


def _courses() -> QuerySet[Course]:
    shown = Q(lessons__retired=False, lessons__current__isnull=False)
    return Course.objects.offered().annotate(
        lesson_count=Count("lessons", filter=shown),
        minutes=Sum("lessons__current__minutes", filter=shown),
    )


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What we teach, said to somebody who has never heard of us."""
    shown: Iterable[Any] = _courses()  # annotated
    courses = [(course, durations.in_words(course.minutes or 0)) for course in shown]
    return render(request, "portal/home.html", {"courses": courses})


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/privacy.html", {"version": settings.PRIVACY_VERSION})


@login_not_required
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    context = {"version": settings.TERMS_VERSION, "minimum_age": settings.MINIMUM_AGE}
    return render(request, "portal/terms.html", context)


@login_not_required
@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/imprint.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html")


@login_not_required
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/contact.html")


@login_not_required
@require_safe
@cache_control(public=True, max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """`/v/` stays readable: it asks not to be indexed by a header, which a barred crawler would never see."""
    barred = ("/accounts/", "/admin/", "/quizzes/", "/today/", "/profile/", "/certificates/", "/invitations/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in barred)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=86400)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a telephone needs to put the academy on its first screen."""
    icons = [
        {"src": static(f"img/icon-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
        for side in (192, 512)
        for purpose in ("any", "maskable")
    ]
    words = {
        "name": settings.ACADEMY["name"],
        "short_name": settings.ACADEMY["name"][:12].strip(),
        "lang": "en-GB",
        "start_url": reverse("home"),
        "scope": reverse("home"),
        "display": "standalone",
        "background_color": "#f1f5f4",
        "theme_color": "#00312f",
        "icons": icons,
    }
    return HttpResponse(json.dumps(words), content_type="application/manifest+json")


@login_not_required
@require_safe
@cache_control(public=True, max_age=86400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it at this address whatever the page says."""
    path = finders.find("img/favicon.ico")
    if not isinstance(path, str):
        raise Http404
    return HttpResponse(Path(path).read_bytes(), content_type="image/x-icon")


# --- What went wrong ------------------------------------------------------------------------------
# Django and allauth find templates/403, 404 and 429.html by their names.
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Ours, because Django's reads the form once more, and falls over what could not be read the first time."""
    return HttpResponse(render_to_string("400.html"), status=400)


def too_large(request: HttpRequest) -> HttpResponse:
    """Said before anything is read, and with its length: the end of the connection may wait for what is on its way."""
    response = HttpResponse(render_to_string("413.html"), status=413)
    response.headers["Content-Length"] = str(len(response.content))
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault; a moment's trouble of the database is told apart, since trying again helps."""
    fault = sys.exception()
    if isinstance(fault, UnreadablePostError):  # the connection broke, or fell silent, in the middle of a form
        return bad_request(request)
    # A base without a kind of its own is a file that is no database any more; the other kinds are bugs of ours.
    if isinstance(fault, OperationalError | InterfaceError) or type(fault) is DatabaseError:
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "30"})
    return HttpResponse(render_to_string("500.html"), status=500)


@login_not_required
def maintenance(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("maintenance.html"), status=503, headers={"Retry-After": "600"})


def _words_sent(request: HttpRequest) -> list[tuple[str, str]]:
    """What the person wrote, so that nothing is lost. Only for a form of ours: another site may not put words here."""
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        return []
    words, left = [], KEPT_WORDS
    for name, value in request.POST.items():
        if not isinstance(value, str) or not value.strip() or any(word in name.lower() for word in SECRET_FIELDS):
            continue
        words.append((name.replace("_", " ").replace("-", " "), value[:left]))
        left -= len(value)
        if left <= 0:
            break
    return words


@requires_csrf_token
@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The session ended, or cookies are off, while somebody filled in a form."""
    path = page_of(request) or request.path  # the form's own address may only take forms
    context = {"words": _words_sent(request), "path": path}
    return render(request, "403_csrf.html", context, status=403)


# --- The parts themselves -------------------------------------------------------------------------
@login_not_required
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every part on one page, for whoever builds with them and for the browser tests."""
    if not (settings.DEMO or settings.TESTING):
        raise Http404
    return render(request, "portal/gallery.html", samples())
