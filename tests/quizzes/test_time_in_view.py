"""How long a question was in view arrives with its answer; it is a measurement, and never stands in an answer's way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from quizzes.models import Attempt, Item, Response
from tests.conftest import ClientOf
from tests.quizzes.making import items_of

YES = [["choice", "0"]]


@pytest.fixture
def page(tess: User, client_of: ClientOf) -> Client:
    return client_of(tess)


@pytest.fixture
def item(attempt: Attempt) -> Item:
    return items_of(attempt)[0]


def post(page: Client, name: str, attempt: Attempt, item: Item, seq: int, **said: Any) -> Any:
    answer = {"item": item.pk, "epoch": 0, "seq": seq, "flagged": False, "fields": YES, **said}
    body = json.dumps({"client": "page", "answers": [answer]})
    return page.post(reverse(f"quizzes:{name}", args=[attempt.pk]), body, content_type="application/json")


def seconds(item: Item) -> int:
    return Response.objects.get(item=item).active_seconds


def test_it_is_kept_with_the_answer(page: Client, attempt: Attempt, item: Item) -> None:
    post(page, "response_create", attempt, item, 1, active=42)

    assert seconds(item) == 42


def test_it_only_grows(page: Client, attempt: Attempt, item: Item) -> None:
    """Another device counts from nothing."""
    post(page, "response_create", attempt, item, 1, active=42)
    post(page, "response_create", attempt, item, 2, active=3)
    post(page, "response_create", attempt, item, 3)

    assert seconds(item) == 42


def test_a_save_that_came_too_late_to_count_leaves_it_alone(page: Client, attempt: Attempt, item: Item) -> None:
    post(page, "response_create", attempt, item, 5, active=10)
    post(page, "response_create", attempt, item, 4, active=99)

    assert seconds(item) == 10


def test_it_comes_with_the_hand_in_too(page: Client, attempt: Attempt, item: Item) -> None:
    post(page, "submission_create", attempt, item, 1, active=42)

    assert seconds(item) == 42


@pytest.mark.parametrize("name", ["response_create", "submission_create"])
@pytest.mark.parametrize(
    "nonsense", [-1, 0, 86_401, 10**30, 1.5, True, "7", None, [7], {"seconds": 7}, "seven"], ids=repr
)
def test_nonsense_is_no_measurement_and_refuses_no_answer(
    page: Client, attempt: Attempt, item: Item, name: str, nonsense: Any
) -> None:
    answer = post(page, name, attempt, item, 1, active=nonsense)

    assert answer.status_code == 200
    assert seconds(item) == 0
    assert Response.objects.get(item=item).body is not None


def test_it_costs_no_query(page: Client, attempt: Attempt, item: Item, django_assert_num_queries: Any) -> None:
    post(page, "response_create", attempt, item, 1)  # what is looked up once a session
    with CaptureQueriesContext(connection) as without:
        post(page, "response_create", attempt, item, 2)

    with django_assert_num_queries(len(without)):
        post(page, "response_create", attempt, item, 3, active=42)
