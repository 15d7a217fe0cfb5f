"""Fills a scratch database for the load: trainees, their sessions, open papers. Run by the load itself.

`python -m bench.seed FILE TRAINEES SUBMITS` writes what the load has to know to FILE as JSON.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from courses.models import Enrolment, Programme
from quizzes import kinds
from quizzes.models import Attempt, Item, Quiz

COURSE = "hygiene"
LONG = 60


def person(number: int) -> User:
    now = timezone.now()
    return User.objects.create(
        email=f"bench-{number}@example.com",
        name=f"Bench Trainee {number}",
        name_confirmed_at=now,
        password="!",  # nobody signs in: the load comes with sessions
        is_active=True,
    )


def session(user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def ready(user: User, courses: list[Any]) -> None:
    """Enrolled, and every lesson studied, so that the quiz is open."""
    for course in courses:
        enrolment: Enrolment = course.enrol(user)
        for lesson in course.lessons.all():
            enrolment.study(lesson)


def described(attempt: Attempt) -> dict[str, Any]:
    """What a browser would send for this paper: right answers."""
    items = []
    for item in Item.objects.filter(attempt=attempt).select_related("question_version"):
        version = item.question_version
        kind = kinds.get(version.kind)
        fields = kind.fields(version.body, item.drawn, kind.solve(version.body, version.key))
        items.append({"item": item.pk, "fields": [[name, value] for name, given in fields.items() for value in given]})
    return {"attempt": attempt.pk, "epoch": attempt.claim(), "items": items}


def main(file: str, trainees: int, submits: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    programme = Programme.objects.get(slug="smp")
    courses = list(programme.courses.order_by("position"))
    quiz = Quiz.objects.select_related("course").get(course=courses[0])
    people: dict[str, list[dict[str, Any]]] = {"open": [], "submit": [], "start": []}
    for number in range(trainees + submits + 200):
        user = person(number)
        ready(user, courses[:1])
        entry: dict[str, Any] = {"session": session(user), "quiz": quiz.pk}
        if number < trainees:
            people["open"].append(entry | described(quiz.begin(user, declared=True)))
        elif number < trainees + submits:
            people["submit"].append(entry | described(quiz.begin(user, declared=True)))
        else:
            people["start"].append(entry)  # nothing begun yet: they press start all at once
    people["long"] = [_long_paper(programme, courses, number) for number in range(4)]
    Path(file).write_text(
        json.dumps({"cookie": settings.SESSION_COOKIE_NAME, "csrf": settings.CSRF_COOKIE_NAME} | people)
    )


def _long_paper(programme: Programme, courses: list[Any], number: int) -> dict[str, Any]:
    """The final examination, open: every course completed first."""
    user = person(100_000 + number)
    for course in courses:
        course.enrol(user).complete()
    attempt = programme.examination.begin(user, declared=True)
    return {"session": session(user)} | described(attempt)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
