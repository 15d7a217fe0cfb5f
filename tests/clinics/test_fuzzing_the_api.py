"""The API answers whatever is sent as its description says, and never falls over: tried by a machine that reads it.

All checks of schemathesis, on every operation: cases at the edges of the description, cases that keep to it and cases
that break it. The same ones every time.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any
from unittest import mock

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.schemas import APIOperation, BaseSchema

from accounts.models import User
from certificates import throttling
from certificates.models import Certificate
from clinics.api.asking import LIMITS
from clinics.models import Clinic, IdempotentAnswer
from tests.clinics.asking import API, key_of

Operation = APIOperation[Any, Any, Any, Any]
Case = schemathesis.Case[Any]
OPERATIONS = ("checkCertificate", "checkCertificates", "checkDocument", "readChanges")
PLENTY = 1_000_000
SAME = settings(
    max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def served(db: None, certificate: Certificate) -> Iterator[BaseSchema]:
    """The description, read from the API itself, and the API behind it, without limits."""
    throttling.forget()
    freely = {name: f"{PLENTY}/m/{limit.rsplit('/', 1)[1]}" for name, limit in LIMITS.items()}
    with (
        mock.patch.dict(LIMITS, freely),
        mock.patch.dict(throttling.UNASKED, dict.fromkeys(throttling.UNASKED, PLENTY)),
    ):
        server = get_wsgi_application()
        # As Django's own test client does: the test's transaction outlives the requests in it.
        for ended in (request_started, request_finished):
            ended.disconnect(close_old_connections)
        try:
            yield schemathesis.openapi.from_wsgi(f"{API}/openapi.json", partial(asked, server))
        finally:
            for ended in (request_started, request_finished):
                ended.connect(close_old_connections)


def asked(server: Any, environ: dict[str, Any], start_response: Any) -> Any:
    return server(environ | {"REMOTE_ADDR": "192.0.2.1"}, start_response)


def operations_of(served: BaseSchema) -> list[Operation]:
    """Each as it is described; one that cannot be read would raise here."""
    found: list[Operation] = [each.ok() for each in served.get_all_operations()]  # type: ignore[union-attr]
    return found


def operation_of(served: BaseSchema, name: str) -> Operation:
    found = operations_of(served)
    (operation,) = (each for each in found if each.definition.raw["operationId"] == name)
    return operation


def _is_empty(file: Any) -> bool:
    return bool(getattr(file, "data", file) == b"")


def fuzz(operation: Operation, headers: dict[str, str]) -> int:
    """How many cases were tried. Raises what was found."""
    tried = 0

    @SAME
    def one(case: Case) -> None:
        nonlocal tried
        body: Any = case.body
        if isinstance(body, dict) and (_is_empty(body.get("file")) or not all(name.isidentifier() for name in body)):
            return  # the machine's client then sends a field and no file, or names that end their part too early
        tried += 1
        IdempotentAnswer.objects.all().delete()  # no other case's: that one is refused, whatever the description says
        case.call_and_validate(headers=headers)

    modes = [HypothesisTestMode.EXAMPLES, HypothesisTestMode.COVERAGE, HypothesisTestMode.FUZZING]
    project = operation.schema.config
    create_test(operation=operation, test_func=one, config=HypothesisTestConfig(project=project, modes=modes))()
    return tried


def test_every_operation_is_tried(served: BaseSchema) -> None:
    assert {each.definition.raw["operationId"] for each in operations_of(served)} == set(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_as_nobody(served: BaseSchema, name: str) -> None:
    assert fuzz(operation_of(served, name), {}) > 20


@pytest.mark.parametrize("name", OPERATIONS)
def test_as_the_holder_of_a_key(served: BaseSchema, name: str, clinic: Clinic, cleo: User) -> None:
    whole = key_of(clinic, cleo)[1]

    assert fuzz(operation_of(served, name), {"Authorization": f"Bearer {whole}"}) > 20
