"""What every answer passes through."""

from typing import Any

import pytest
from csp.middleware import CSPMiddleware
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from portal.middleware import PolicyMiddleware


def test_during_maintenance_every_page_says_so_without_the_database(client: Client, settings: Any) -> None:
    settings.MAINTENANCE = True

    page = client.get("/courses/")

    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert client.get("/livez").status_code == 200


@pytest.mark.django_db
def test_a_partial_update_of_someone_signed_out_moves_the_whole_page(client: Client, settings: Any) -> None:
    here = f"{settings.SITE_URL}/courses/needles/lessons/one/"

    answer = client.get("/today/", headers={"HX-Request": "true", "HX-Current-URL": here})

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].endswith("?next=%2Fcourses%2Fneedles%2Flessons%2Fone%2F")


@pytest.mark.django_db
def test_it_never_leads_to_another_site(client: Client) -> None:
    answer = client.get("/today/", headers={"HX-Request": "true", "HX-Current-URL": "https://evil.example/x"})

    assert answer.headers["HX-Redirect"].endswith("?next=%2F")


@pytest.mark.django_db
def test_an_ordinary_page_still_leads_to_the_sign_in_page(client: Client) -> None:
    assert client.get("/today/").status_code == 302


@pytest.mark.django_db
def test_a_body_larger_than_anything_we_ask_for_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_file(*_: Any, **__: Any) -> Any:
        raise AssertionError("The file was about to be written.")

    monkeypatch.setattr("django.core.files.uploadhandler.TemporaryUploadedFile", open_file)
    checking = Client(enforce_csrf_checks=True)
    checking.cookies["csrf"] = "a" * 32  # without one the form is not even looked at

    page = checking.post("/accounts/login/", {"file": SimpleUploadedFile("large", b"x" * 6_000_000)})

    assert page.status_code == 413
    assert "too large" in page.text


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/check/", "/api/v1/verify/document"])
@pytest.mark.parametrize("length", ["many", "1e9", "-5"])
def test_a_length_that_is_no_number_is_no_fault_of_ours(client: Client, path: str, length: str) -> None:
    answer = client.generic("POST", path, b"", CONTENT_LENGTH=length)

    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("own", [{}, {"img-src": ["'none'"]}])
def test_the_policy_is_what_django_csp_would_write(rf: RequestFactory, own: dict[str, list[str]]) -> None:
    def answer(_request: HttpRequest) -> HttpResponse:
        response = HttpResponse()
        if own:
            response._csp_update = own  # type: ignore[attr-defined]  # as its decorators do
        return response

    ours, theirs = (
        made(answer).process_response(rf.get("/"), answer(rf.get("/"))).headers
        for made in (PolicyMiddleware, CSPMiddleware)
    )

    assert ours["Content-Security-Policy"] == theirs["Content-Security-Policy"]
    assert ("img-src 'self' data: blob: 'none'" in ours["Content-Security-Policy"]) is bool(own)
