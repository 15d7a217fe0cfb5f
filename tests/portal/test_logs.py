"""The log: a line for what was refused, everything for what broke, and no key to anything."""

import logging
import logging.config
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Invitation, User
from clinics.models import Clinic
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the console's handler writes, by the rules of the settings."""
    said: Any = settings.LOGGING
    rules = logging.config.DictConfigurator(said)
    filters = {name: rules.configure_filter(rule) for name, rule in said["filters"].items()}
    written = StringIO()
    handler = logging.StreamHandler(written)
    for name in said["handlers"]["console"]["filters"]:
        handler.addFilter(filters[name])
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


def test_what_was_refused_is_one_line(client: Client, log: StringIO) -> None:
    client.get("/", headers={"Host": "elsewhere.example"})

    assert "elsewhere.example" in log.getvalue()
    assert "Traceback" not in log.getvalue()


def test_what_broke_is_told_whole(client: Client, log: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("portal.pages._courses", lambda: 1 / 0)

    client.get("/")

    assert "Traceback" in log.getvalue()
    assert "ZeroDivisionError" in log.getvalue()


def test_an_invitation_in_the_log_cannot_be_taken_up(
    client_of: ClientOf, log: StringIO, ada: User, tess: User, clinic: Clinic
) -> None:
    _invitation, token = Invitation.make(
        role="clinic_member", about=f"clinic:{clinic.pk}", email="cleo@example.com", by=ada
    )

    assert client_of(tess).post(f"/invitations/{token}/").status_code == 409  # hers it is not, and it stays open

    assert "/invitations/…" in log.getvalue()
    assert token not in log.getvalue()
