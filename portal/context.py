"""What every page may name: the academy, the demo line, this site's address, the year and the reader's theme."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts import doors
from accounts.middleware import DOORS

THEMES = {"light", "dark"}  # anything else, "auto" included, follows the reader's system


def academy(request: HttpRequest) -> dict[str, Any]:
    """No queries: error pages are drawn with this too."""
    theme = request.COOKIES.get("theme", "")
    session = getattr(request, "session", {})  # an error page may have none
    return {
        "doors": lambda: doors.named(session.get(DOORS, [])),  # asked by the bar of somebody signed in, nowhere else
        "academy": settings.ACADEMY,
        "demo": settings.DEMO,
        "site_url": settings.SITE_URL,
        "year": timezone.now().year,
        "theme": theme if theme in THEMES else "auto",
    }
