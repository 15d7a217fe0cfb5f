"""What was published, asked, judged or decided cannot be rewritten: the database refuses, whoever asks."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from accounts.models import User
from jobs import final
from quizzes.models import (
    Attempt,
    FeedbackOpened,
    Item,
    Marking,
    QuestionVersion,
    QuizVersion,
    ResponseEvent,
    Result,
)
from tests.quizzes.making import hand_in

FINAL: list[tuple[type[models.Model], dict[str, Any]]] = [
    (QuestionVersion, {"stem": "Other words."}),
    (QuestionVersion, {"key": {"answer": False}}),
    (QuizVersion, {"pass_percent": 1}),
    (QuizVersion, {"sections": []}),
    (Item, {"drawn": {"order": [0]}}),
    (ResponseEvent, {"outcome": "late"}),
    (Marking, {"mark": 1}),
    (Result, {"passed": False}),
    (Result, {"breakdown": {}}),
    (Attempt, {"seed": 1}),
    (Attempt, {"declared_at": None}),
    (Attempt, {"number": 9}),
    (FeedbackOpened, {"opened_at": "2020-01-01T00:00Z"}),
]


@pytest.fixture
def graded(attempt: Attempt) -> Attempt:
    hand_in(attempt)
    attempt.open_feedback()
    return attempt


@pytest.mark.parametrize(("model", "change"), FINAL)
def test_a_query_cannot_change_it(graded: Attempt, model: type[models.Model], change: dict[str, Any]) -> None:
    before = list(model._default_manager.order_by("pk").values())

    with pytest.raises(IntegrityError, match="this row is final"), transaction.atomic():
        model._default_manager.update(**change)

    assert list(model._default_manager.order_by("pk").values()) == before


@pytest.mark.parametrize("model", list(dict.fromkeys(model for model, _change in FINAL)))
def test_a_query_cannot_delete_it(graded: Attempt, model: type[models.Model]) -> None:
    with pytest.raises((IntegrityError, models.ProtectedError)), transaction.atomic():
        model._default_manager.all().delete()

    assert model._default_manager.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE quizzes_questionversion SET stem = 'Other words.'",
        "UPDATE quizzes_result SET percent = 10000, passed = NOT passed",
        "UPDATE quizzes_attempt SET number = 7",
        "DELETE FROM quizzes_marking",
        "DELETE FROM quizzes_responseevent",
        "DELETE FROM quizzes_questionversion",
    ],
)
def test_not_even_raw_sql_can(graded: Attempt, sql: str) -> None:
    with pytest.raises(IntegrityError, match="this row is final"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_saving_a_version_again_with_other_words_is_refused(graded: Attempt) -> None:
    version = QuestionVersion.objects.all()[0]
    version.stem = "Other words."

    with pytest.raises(IntegrityError), transaction.atomic():
        version.save()


def test_what_happens_to_an_attempt_may_still_happen(tess: User, attempt: Attempt) -> None:
    assert attempt.claim() == 1
    hand_in(attempt)

    assert Attempt.objects.get().state == "graded"


def test_every_table_of_history_is_protected() -> None:
    protected = {row.model for row in final.protected()}

    assert {model for model, _change in FINAL} <= protected


@pytest.mark.django_db
def test_their_triggers_stand_in_the_database() -> None:
    wanted = {name for row in final.protected() for name in row.names if row.model._meta.app_label == "quizzes"}

    assert wanted == {name for name in final.installed(connection) if name.startswith("final_quizzes_")}
