"""Puts the API together: its description, its errors, and views that our sign-in middleware lets through."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import URLPattern, URLResolver
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from certificates.documents import OnlyInMemory
from clinics.api.asking import ApiKeyHolder
from clinics.api.problems import MEDIA_TYPE, Problem, places, problem
from clinics.api.routes import router

DESCRIPTION = """Checks certificates against the live register. Errors are problems (RFC 9457).
Requests are counted for each address without a key, and for each key with one; 429 says when to go on."""


KEY_SCHEME = "ApiKey"


class Kinds(Parser):
    """A body is JSON, a document comes in a form, and each says so."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise Problem(415, "The body must be JSON, with “Content-Type: application/json”.")
        return super().parse_body(request)

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> Any:
        if data is not request.GET and request.content_type != "multipart/form-data":
            raise Problem(415, "The document must be sent as a form: “Content-Type: multipart/form-data”.")
        return super().parse_querydict(data, list_fields, request)


class Api(NinjaAPI):
    """Our API, described truthfully: its errors are problems, and what is open says so."""

    described: OpenAPISchema | None = None

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        if self.described is None:
            described = super().get_openapi_schema(**options)
            for path in described["paths"].values():
                for operation in path.values():
                    self._correct(operation)
            described["components"]["securitySchemes"] = {KEY_SCHEME: ApiKeyHolder.scheme()}
            self.described = described
        return self.described

    def _correct(self, operation: dict[str, Any]) -> None:
        """What the framework takes for granted: every answer plain JSON, every way to ask a scheme of its own."""
        for status, answer in operation["responses"].items():
            if status >= 400:
                answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
        if "security" in operation:
            operation["security"] = [{KEY_SCHEME: []} if way else way for way in operation["security"]]


api = Api(
    title="Certificates",
    version="1",
    description=DESCRIPTION,
    openapi_url="/openapi.json",
    docs_url=None,  # a page of its own would load scripts; the description is enough for every tool
    urls_namespace="api",
    parser=Kinds(),
)
api.add_router("", router)


@api.exception_handler(HttpError)
def told(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error, Problem):
        return error.response()
    # The framework wraps whatever reading the body raised.
    if isinstance(error.__cause__, Problem):
        return error.__cause__.response()
    return problem(error.status_code)


@api.exception_handler(ValidationError)
def wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(422, "Something in the request is wrong.", errors=places(error.errors))


@api.exception_handler(Http404)
def nothing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404)


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem(413)


@api.exception_handler(MultiPartParserError)
@api.exception_handler(TooManyFilesSent)
def unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(400)


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def cannot_check(request: HttpRequest, error: DatabaseError) -> HttpResponse:
    """Never says that a certificate is not valid, because nobody knows."""
    return problem(503)


View = Callable[..., HttpResponse]


def _open(view: View) -> View:
    """Past the sign-in page: the API asks for keys itself. What answers GET answers HEAD. No file is kept."""

    @wraps(view, assigned=())
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "HEAD":
            request.method = "GET"
        request.upload_handlers = [OnlyInMemory(request)]
        return view(request, *args, **kwargs)

    opened.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie opens anything here
    return login_not_required(opened)


def _opened(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    for pattern in patterns:
        assert isinstance(pattern, URLPattern)  # noqa: S101
        view: View = pattern.callback
        pattern.callback = _open(view if pattern.name not in {"openapi-json", "api-root"} else require_safe(view))
    return patterns


_patterns, _app, _namespace = api.urls
urls = (_opened(_patterns), _app, _namespace)
