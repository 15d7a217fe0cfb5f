"""What must never be is refused by the database itself, whatever the code above it forgets."""

from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from quizzes.models import Attempt, Item, Marking, Question, Quiz, Response, ResponseEvent, Result
from tests.quizzes.making import hand_in, items_of

CLOSED = {"state": "graded", "submitted_at": timezone.now()}


def again(row: models.Model, **changes: Any) -> None:
    """The same row once more, but for what is changed."""
    held = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    with transaction.atomic():
        type(row)._default_manager.create(**held | changes)


def refused(row: models.Model, **changes: Any) -> None:
    with pytest.raises(IntegrityError):
        again(row, **changes)


def follow_up(attempt: Attempt, number: int, **changes: Any) -> dict[str, Any]:
    return {"mode": "follow_up", "follows_id": attempt.pk, "number": number, **changes}


def test_a_second_open_attempt(attempt: Attempt) -> None:
    refused(attempt, number=2)
    again(attempt, number=2, **CLOSED)


def test_two_attempts_of_one_number(attempt: Attempt) -> None:
    refused(attempt, **CLOSED)


def test_a_second_open_follow_up(attempt: Attempt) -> None:
    again(attempt, **follow_up(attempt, 1))
    refused(attempt, **follow_up(attempt, 2))
    again(attempt, **follow_up(attempt, 2, **CLOSED))


def test_two_follow_ups_of_one_number(attempt: Attempt) -> None:
    again(attempt, **follow_up(attempt, 1, **CLOSED))
    refused(attempt, **follow_up(attempt, 1, **CLOSED))


def test_a_follow_up_of_nothing_and_an_attempt_that_follows_one(attempt: Attempt) -> None:
    refused(attempt, **follow_up(attempt, 1) | {"follows_id": None})
    refused(attempt, number=2, follows_id=attempt.pk, **CLOSED)


def test_an_attempt_that_nobody_declared_their_own_work(attempt: Attempt) -> None:
    refused(attempt, number=2, declared_at=None, **CLOSED)


def test_a_closed_attempt_without_its_time_and_an_open_one_with_it(attempt: Attempt, quiz: Quiz) -> None:
    refused(attempt, number=2, state="graded")
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(submitted_at=timezone.now())


def test_a_place_or_a_question_twice_on_one_paper(attempt: Attempt) -> None:
    item = items_of(attempt)[0]
    asked = Item.objects.filter(attempt=attempt).values("question")
    other = Question.objects.exclude(pk__in=asked).values_list("pk", flat=True)[0]

    refused(item, question_id=other)
    refused(item, position=99)
    again(item, question_id=other, position=99)


def test_two_answers_to_one_item(attempt: Attempt) -> None:
    refused(Response.objects.filter(item__attempt=attempt).first())  # type: ignore[arg-type]


def test_one_save_remembered_twice(attempt: Attempt) -> None:
    (item, *_rest) = items_of(attempt)
    attempt.save_answer(item.pk, {}, epoch=0, seq=1, client="a")
    event = ResponseEvent.objects.get(item=item)

    refused(event)
    refused(event, seq=2, outcome="forgotten")


def test_two_results_or_markings_of_one_turn_and_a_result_beyond_its_maximum(attempt: Attempt) -> None:
    result = hand_in(attempt)
    marking = Marking.objects.filter(item__attempt=attempt).first()
    assert marking is not None

    refused(result)
    refused(marking)
    refused(result, rev=2, raw=result.max_mark + 1)
    refused(result, rev=2, percent=10_001)
    assert Result.objects.filter(attempt=attempt).count() == 1
