"""What breaks, on whichever side, gets an answer in our words."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError
from django.http import UnreadablePostError
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def asking(client: Client) -> Client:
    """A browser: it sees answers, not exceptions."""
    client.raise_request_exception = False
    return client


def failing(error: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (OperationalError("database is locked"), 503, "just now"),
        (OperationalError("database or disk is full"), 503, "just now"),
        (DatabaseError("file is not a database"), 503, "just now"),
        (IntegrityError("a bug"), 500, "broke on our side"),
        (ValueError("a bug"), 500, "broke on our side"),
        (UnreadablePostError("the connection fell silent"), 400, "could not be read"),
    ],
)
def test_trouble_that_passes_is_told_from_what_is_broken(
    asking: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, words: str
) -> None:
    monkeypatch.setattr("portal.pages._courses", failing(error))

    page = asking.get("/")

    assert page.status_code == status
    assert words in page.text
    assert ("Retry-After" in page.headers) is (status == 503)


@pytest.mark.parametrize("url", ["/accounts/login/", "/profile/", "/quizzes/1/attempts/"])
@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded; charset=utf-7",
        "multipart/form-data",
        "multipart/form-data; boundary=" + "x" * 300,
    ],
)
def test_a_form_that_cannot_be_read_is_refused_in_words(url: str, kind: str) -> None:
    checking = Client(enforce_csrf_checks=True, raise_request_exception=False)
    checking.cookies["csrf"] = "a" * 32  # without one the form is not even looked at

    page = checking.post(url, b"a=b", content_type=kind)

    assert page.status_code == 400
    assert "could not be read" in page.text
