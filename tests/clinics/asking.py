"""Programs for tests: clients that hold a key, and what they say."""

from collections.abc import Iterable
from typing import Any

from django.test import Client

from accounts.models import User
from clinics import access
from clinics.models import ApiKey, Clinic
from clinics.models.access import Scope

API = "/api/v1"
BULK = f"{API}/verify/bulk"
DOCUMENT = f"{API}/verify/document"
CHANGES = f"{API}/changes"


def key_of(clinic: Clinic, by: User, *, scopes: Iterable[Scope] = Scope, days: int = 30) -> tuple[ApiKey, str]:
    return access.make(clinic, label="Rota", scopes=scopes, days=days, by=by)


def program(whole: str) -> Client:
    """A client that sends this key with everything."""
    return Client(headers={"Authorization": f"Bearer {whole}"})


def ask(client: Client, *codes: str, **headers: str) -> Any:
    rows = [{"code": code} for code in codes]
    return client.post(BULK, {"certificates": rows}, content_type="application/json", headers=headers)


def is_problem(response: Any, status: int) -> dict[str, Any]:
    """It is a problem with that status, whole; its words."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    said: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail"} <= said.keys()
    assert said["status"] == status
    assert said["detail"]
    return said
