"""A check that fails inside, wherever it fails, answers that nobody can check now."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from certificates.check_views import cannot_check

CHECKS = "/v/"


class CheckOutageMiddleware:
    """Stands outside what reads the session, so that a signed-in reader gets the same answer as a stranger."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code >= 500 and request.path.lower().startswith(CHECKS):
            return cannot_check(request)
        return response
