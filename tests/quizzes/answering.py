"""A class full of marked papers, written as rows: what a hundred people answered, without a hundred people."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from quizzes import grading, kinds
from quizzes.models import Attempt, Item, Marking, Question, QuestionVersion, Quiz, Response, ResponseEvent, Result

# (who, question) -> the answer; who counts from 0 for the weakest
Answering = Callable[[int, QuestionVersion], Any]
Paper = Callable[[int], Sequence[Question]]


def by_ability(people: int, *, seed: int = 1) -> Answering:
    """The stronger somebody is the more they have right; what is wrong is wrong by chance."""
    chance = random.Random(seed)

    def answer(who: int, version: QuestionVersion) -> Any:
        kind = kinds.get(version.kind)
        if chance.random() < 0.25 + 0.7 * who / people:
            return kind.solve(version.body, version.key)
        return kind.random(version.body, chance)

    return answer


def class_of(count: int, prefix: str = "sitter") -> list[User]:
    known = User.objects.filter(email__startswith=prefix).count()
    return User.objects.bulk_create(
        User(email=f"{prefix}{known + number}@example.com", name=f"{prefix} {known + number}")
        for number in range(count)
    )


def sit(
    quiz: Quiz,
    paper: Paper | Sequence[Question],
    answer: Answering,
    *,
    people: int | Sequence[User] = 40,
    number: int = 1,
    at: datetime | None = None,
    seconds: Callable[[int, QuestionVersion], int] = lambda _who, _version: 40,
    first: Answering = lambda _who, _version: None,
    **attempt: Any,
) -> list[Attempt]:
    """Everybody hands in once; every row is there that a real paper leaves behind.

    `first` is what was answered before the answer was changed, if it was.
    """
    users = class_of(people) if isinstance(people, int) else people
    now = at or timezone.now()
    assert quiz.current
    columns: dict[str, Any] = {"quiz": quiz, "quiz_version": quiz.current, "number": number, "state": "graded"}
    columns |= {"seed": 1, "declared_at": now, "started_at": now, "submitted_at": now + timedelta(minutes=9)}
    columns |= {"max_mark": 10_000} | attempt
    attempts = Attempt.objects.bulk_create(Attempt(trainee=user, **columns) for user in users)
    items, marked, saves = [], [], []
    for who, one in enumerate(attempts):
        for position, question in enumerate(paper(who) if callable(paper) else paper, start=1):
            version = question.current
            assert version
            given = answer(who, version)
            item = Item(
                attempt=one, position=position, question=question, question_version=version, max_mark=version.mark
            )
            items.append(item)
            marked.append((item, version, given, seconds(who, version)))
            saves += [(item, 0, first(who, version)), (item, 1, given)]
    Item.objects.bulk_create(items)
    Response.objects.bulk_create(
        Response(item=item, body=given, epoch=1, seq=1, client="class", saved_at=now, active_seconds=took)
        for item, _version, given, took in marked
    )
    ResponseEvent.objects.bulk_create(
        ResponseEvent(item=item, client="class", epoch=1, seq=seq, body=body, outcome="applied", received_at=now)
        for item, seq, body in saves
        if body is not None
    )
    markings = [mark(item, version, given, now) for item, version, given, _took in marked]
    Marking.objects.bulk_create(markings)
    Result.objects.bulk_create(_result(one, markings, quiz.current.pass_percent, now) for one in attempts)
    return attempts


def mark(item: Item, version: QuestionVersion, given: Any, at: datetime, *, rev: int = 1) -> Marking:
    marked = kinds.get(version.kind).mark(version.body, version.key, {}, given, critical=version.is_critical)
    return Marking(
        item=item,
        rev=rev,
        question_version=version,
        marker_version=1,
        mark=grading.mark_of(marked.fraction, item.max_mark),
        critical_missed=marked.critical_missed,
        answered=marked.answered,
        marked_at=at,
    )


def _result(attempt: Attempt, markings: Sequence[Marking], pass_percent: int, at: datetime) -> Result:
    mine = [marking for marking in markings if marking.item.attempt_id == attempt.pk]
    raw, most = max(0, sum(marking.mark for marking in mine)), sum(marking.item.max_mark for marking in mine)
    percent = grading.percent_of(raw, most)
    return Result(
        attempt=attempt,
        raw=raw,
        max_mark=most,
        percent=percent,
        passed=percent >= pass_percent,
        breakdown={},
        made_at=at,
    )


def busy(quiz: Quiz, *, people: int = 118) -> None:
    """A class that leaves something to see: a key that looks wrong, an easy question, a slow one, one hardly asked."""
    pool = list(Question.objects.of_quiz(quiz).askable().select_related("current").order_by("ref"))
    by_kind: dict[str, list[Question]] = {}
    for question in pool:
        assert question.current
        by_kind.setdefault(question.current.kind, []).append(question)
    odd, easy, slow, *rest = by_kind.pop("single_choice")
    others = [question for some in by_kind.values() for question in some[:2]]
    asked = [odd, easy, slow, *rest[:3], *others]
    able = by_ability(people)

    def answer(who: int, version: QuestionVersion) -> Any:
        solution = kinds.get(version.kind).solve(version.body, version.key)
        if version.question_id == easy.pk:
            return solution
        if version.question_id == odd.pk and who > people // 3:
            wrong = [option["id"] for option in version.body["options"] if option["id"] != solution["choice"]]
            return {"choice": wrong[0 if who % 4 else 1]}
        return None if who % 17 == 3 else able(who, version)

    sit(
        quiz,
        lambda who: asked if who < 9 else asked[:-1],
        answer,
        people=people,
        seconds=lambda who, version: (190 if version.question_id == slow.pk else 35) + who % 30,
        first=lambda who, version: able(who, version) if who % 5 == 0 else None,
    )
