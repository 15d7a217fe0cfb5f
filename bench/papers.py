"""Fills a scratch database with marked papers, as plain rows: `python -m bench.papers --attempts 10000 --items 60`.

The questions are those of the starter programme; each has a few dozen different answers by chance, and the better
somebody is the more often theirs is the right one.
"""

import argparse
import random
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import User
from courses import loading
from courses.models import Programme
from quizzes import grading, kinds
from quizzes.models import Attempt, Item, Marking, Question, Quiz, Response, ResponseEvent, Result
from tests.quizzes.making import make_examination

DIFFERENT = 40  # answers by chance to each question
CHANGED = 10  # of a hundred answers are changed once
CHUNK = 20_000


def fill(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    """Plain INSERTs: a million objects would take longer than what is measured."""
    rows = iter(rows)
    fields = {field.attname: field for field in model._meta.concrete_fields}
    while chunk := list(islice(rows, CHUNK)):
        names = list(chunk[0])
        columns = ", ".join(f'"{fields[name].column}"' for name in names)
        marks = ", ".join(["%s"] * len(names))
        values = [[fields[name].get_db_prep_save(row[name], connection) for name in names] for row in chunk]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})', values)


class Answers:
    """What can be answered to a question, and what it is worth."""

    def __init__(self, question: Question, chance: random.Random) -> None:
        version = question.current
        assert version
        self.question, self.version = question, version
        kind = kinds.get(version.kind)
        given = [kind.solve(version.body, version.key)]
        given += [kind.random(version.body, chance) for _turn in range(DIFFERENT)]
        self.given = [
            (body, *self.worth(kind.mark(version.body, version.key, {}, body, critical=version.is_critical)))
            for body in given
        ]

    def worth(self, marked: Any) -> tuple[int, bool]:
        return grading.mark_of(marked.fraction, self.version.mark), marked.critical_missed


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--attempts", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=60)
    parser.add_argument("--drawn", action="store_true")
    given = parser.parse_args()
    call_command("migrate", verbosity=0)
    loading.load(settings.BASE_DIR / "courses" / "programmes" / "smp")
    chance = random.Random(1)
    programme = Programme.objects.get(slug="smp")
    quiz = Quiz.objects.filter(programme=programme).first() or make_examination(programme, {})
    Quiz.objects.filter(pk=quiz.pk).update(title="Bench")
    pool = [Answers(question, chance) for question in Question.objects.askable().select_related("current")]
    write(quiz, pool, given, chance)


def write(quiz: Quiz, pool: list[Answers], given: argparse.Namespace, chance: random.Random) -> None:
    now = timezone.now()
    people = (User(email=f"bench-{number}@example.com", name=f"Bench {number}") for number in range(given.attempts))
    User.objects.bulk_create(people, 1000)
    users = list(User.objects.filter(email__startswith="bench-").order_by("pk").values_list("pk", flat=True))
    graded = {"quiz_id": quiz.pk, "quiz_version_id": quiz.current_id, "number": 1, "state": "graded", "seed": 1}
    graded |= dict.fromkeys(("declared_at", "started_at", "submitted_at"), now) | {"max_mark": 10_000}
    Attempt.objects.bulk_create((Attempt(trainee_id=user, **graded) for user in users), 1000)
    attempts = list(Attempt.objects.filter(quiz=quiz).order_by("pk").values_list("pk", flat=True))
    fixed = chance.sample(pool, given.items)
    papers = [chance.sample(pool, given.items) if given.drawn else fixed for _attempt in attempts]
    able = [chance.gauss(0, 1) for _attempt in attempts]
    chosen = [
        [0 if chance.random() < 0.6 + 0.15 * ability else chance.randrange(1, DIFFERENT + 1) for _item in paper]
        for paper, ability in zip(papers, able, strict=True)
    ]

    def each() -> Iterator[tuple[int, int, int, Answers, int]]:
        item = 0
        for attempt, paper, choices in zip(attempts, papers, chosen, strict=True):
            for position, (answers, choice) in enumerate(zip(paper, choices, strict=True), start=1):
                item += 1
                yield item, attempt, position, answers, choice

    fill(
        Item,
        (
            {
                "id": item,
                "attempt_id": attempt,
                "position": position,
                "section": 0,
                "question_id": answers.question.pk,
                "question_version_id": answers.version.pk,
                "drawn": {},
                "max_mark": answers.version.mark,
            }
            for item, attempt, position, answers, _choice in each()
        ),
    )
    fill(
        Response,
        (
            {
                "item_id": item,
                "epoch": 1,
                "seq": 1,
                "client": "bench",
                "body": answers.given[choice][0],
                "flagged": False,
                "saved_at": now,
                "active_seconds": 10 + chance.randrange(90),
            }
            for item, _attempt, _position, answers, choice in each()
        ),
    )
    fill(Marking, (marking(item, answers, choice, now) for item, _attempt, _position, answers, choice in each()))
    fill(ResponseEvent, saves(each(), chance, now))
    fill(
        Result,
        (
            {
                "attempt_id": attempt,
                "rev": 1,
                "raw": 1,
                "max_mark": 2,
                "percent": 5000,
                "passed": True,
                "critical_drawn": 0,
                "critical_missed": 0,
                "breakdown": {},
                "cause": "handed_in",
                "made_at": now,
            }
            for attempt in attempts
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def marking(item: int, answers: Answers, choice: int, now: Any) -> dict[str, Any]:
    _body, mark, missed = answers.given[choice]
    return {
        "item_id": item, "rev": 1, "question_version_id": answers.version.pk, "marker_version": 1, "mark": mark,
        "critical_missed": missed, "answered": True, "detail": {}, "comment": "", "counted": True, "marked_at": now,
    }  # fmt: skip


def saves(
    each: Iterable[tuple[int, int, int, Answers, int]], chance: random.Random, now: Any
) -> Iterator[dict[str, Any]]:
    for item, _attempt, _position, answers, choice in each:
        said = [chance.randrange(DIFFERENT + 1)] if chance.randrange(100) < CHANGED else []
        for seq, place in enumerate([*said, choice], start=1):
            yield {
                "item_id": item,
                "client": "bench",
                "epoch": 1,
                "seq": seq,
                "body": answers.given[place][0],
                "outcome": "applied",
                "received_at": now,
            }


if __name__ == "__main__":
    main()
