"""Whatever goes wrong under /api/, and wherever it does, a program gets a problem it can read, never a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from clinics.api.problems import MEDIA_TYPE, problem

API = "/api/"
KEPT = ("Allow", "Retry-After", "WWW-Authenticate", "X-Frame-Options")


class ProblemMiddleware:
    """Stands outside everything that answers with pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_api = request.path.startswith(API)
        response = self.get_response(request)
        if not is_api or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        return problem(
            response.status_code, headers={name: response[name] for name in KEPT if response.has_header(name)}
        )
