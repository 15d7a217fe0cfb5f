"""What went wrong, told to a program: RFC 9457 problems, for every error under /api/ wherever it arises."""

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from ninja.errors import HttpError

MEDIA_TYPE = "application/problem+json"
TRY_AGAIN = 30  # seconds


class Problem(HttpError):
    """Raise it and the caller reads it. `more` are members of its own, such as the places of what was wrong."""

    def __init__(self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(status, detail)
        self.headers = headers or {}
        self.more = more

    def response(self) -> HttpResponse:
        return problem(self.status_code, self.message, headers=self.headers, **self.more)


DETAILS = {
    400: "The request cannot be read.",
    401: "This needs an API key that counts: “Authorization: Bearer stp_…”.",
    403: "This is refused.",
    404: "There is nothing at this address.",
    405: "This address does not take this method.",
    413: "What was sent is larger than anything we take.",
    415: "What was sent is not of a kind we take here.",
    429: "Too many requests. Wait a little, then go on.",
    500: "Something went wrong on our side. It is noted.",
    503: "Nobody can check right now. This says nothing about any certificate.",
}


def problem(status: int, detail: str = "", *, headers: Mapping[str, str] | None = None, **more: Any) -> HttpResponse:
    """An answer that says what is wrong. No type of its own: the title is that of the status, the detail says more."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or DETAILS.get(status, HTTPStatus(status).phrase),
        **more,
    }
    response = HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response[name] = value
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers.setdefault("WWW-Authenticate", 'Bearer realm="api"')
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers.setdefault("Retry-After", str(TRY_AGAIN))
    return response


def places(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Where in the request something is wrong, and what."""
    return [{"place": _place(error["loc"]), "detail": str(error["msg"])} for error in errors]


def _place(steps: Sequence[Any]) -> str:
    """`body.certificates.3.code`; what we call the whole body is nobody's business."""
    named = steps[2:] if steps[0] == "body" else steps[1:]
    return ".".join(str(step) for step in (steps[0], *named))
