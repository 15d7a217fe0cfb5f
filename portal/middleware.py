"""What every answer passes through: headers, maintenance, and a partial update whose person was signed out."""

from collections.abc import Callable
from urllib.parse import urlencode

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url

from portal.pages import maintenance, too_large

# Everything is denied but what a page of ours uses: passkeys, copying a link. (Sharing needs no mention, and a
# browser that does not know the word complains about it on every page.)
PERMISSIONS = ", ".join(
    [
        *(f"{name}=()" for name in ("accelerometer", "autoplay", "camera", "display-capture", "geolocation")),
        *(f"{name}=()" for name in ("gyroscope", "magnetometer", "microphone", "midi", "payment", "usb")),
        *(f"{name}=(self)" for name in ("clipboard-write", "fullscreen")),
        "publickey-credentials-get=(self)",
        "publickey-credentials-create=(self)",
    ]
)


LARGEST_BODY = 5_000_000  # bytes


class HeadersMiddleware:
    """Adds what Django's own middleware does not: who may read and embed our answers, what a page may use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # The one thing more that a page cannot do without, such as the camera.
        more = getattr(response, "may_use", None)
        words = PERMISSIONS.replace(f"{more}=()", f"{more}=(self)") if more else PERMISSIONS
        response.headers.setdefault("Permissions-Policy", words)
        return response


class PolicyMiddleware(CSPMiddleware):
    """django-csp writes the policy anew for every answer. It is the same for all that ask for nothing of their own, and
    written once for them: a tenth of the work of a check.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self.plain = build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_asked = hasattr(request, "_csp_nonce") or any(name.startswith("_csp") for name in vars(response))
        if is_asked or settings.DEBUG:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.plain)
        return response


class SizeMiddleware:
    """Refuses a body larger than anything we ask for. Django holds fields to a limit, but writes a file of any size to
    the disk as soon as somebody looks for the form's token.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            declared = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:  # then nothing of the body is read at all
            declared = 0
        return too_large(request) if declared > LARGEST_BODY else self.get_response(request)


class MaintenanceMiddleware:
    """While `MAINTENANCE=1`, every page says so, without touching the database; the machine may still ask."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.MAINTENANCE and request.path not in {"/livez", "/healthz"}:
            return maintenance(request)
        return self.get_response(request)


class PartialUpdateMiddleware:
    """A partial update that is sent to sign in must move the whole page there, not fill a corner of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "HX-Request" not in request.headers or response.status_code not in {301, 302}:
            return response
        if not response.headers["Location"].startswith(resolve_url(settings.LOGIN_URL)):
            return response
        here = request.headers.get("HX-Current-URL", "")
        back = here.removeprefix(settings.SITE_URL) if here.startswith(f"{settings.SITE_URL}/") else "/"
        moved = HttpResponse(status=204)
        moved.headers["HX-Redirect"] = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
        return moved
