"""What the addresses of certificates ask for besides what pages have: checks that fail, and what machines fetch."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from certificates.check_views import cannot_check

CHECKS = "/v/"
# Keys, lists, credentials and what keeps the offline page: documents for programs, the same for whoever asks.
ALIKE = (
    *("/.well-known/did.json", "/.well-known/jwks.json", "/did.json", "/status/", "/credentials/", "/pki/"),
    *("/scan/keys.json", "/scan/worker.js"),
)


class CheckOutageMiddleware:
    """Stands outside what reads the session, so that a signed-in reader gets the same answer as a stranger."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code >= 500 and request.path.lower().startswith(CHECKS):
            return cannot_check(request)
        return response


class AlikeMiddleware:
    """Documents that are the same for everyone are answered without cookies, so that a shared cache may keep one copy.

    Every request asks its session who comes, which would make the answer one for each cookie. Here no cookie gets in,
    so none can make a difference, and none is set.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ALIKE):
            return self.get_response(request)
        request.COOKIES = {}
        response = self.get_response(request)
        response.cookies.clear()
        varies = [name.strip() for name in response.headers.get("Vary", "").split(",")]
        kept = ", ".join(name for name in varies if name and name.lower() != "cookie")
        if kept:
            response.headers["Vary"] = kept
        elif "Vary" in response.headers:
            del response.headers["Vary"]
        return response
