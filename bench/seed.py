"""Fills a scratch database for the load: trainees, their sessions, open papers. Run by the load itself.

`python -m bench.seed FILE TRAINEES SUBMITS` writes what the load has to know to FILE as JSON.
"""

import json
import os
import random
import sys
from datetime import timedelta
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
from certificates.issuing import words
from certificates.models import Achievement, Certificate, StatusEntry
from courses.models import Enrolment, Programme
from quizzes import kinds
from quizzes.models import Attempt, Item, Quiz

COURSE = "hygiene"
CERTIFICATES = 20_000  # half of hygiene, half of competence, which is current only while hygiene stands
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
    codes = certify(programme)
    people["long"] = [_long_paper(programme, courses, number) for number in range(4)]
    Path(file).write_text(
        json.dumps({"cookie": settings.SESSION_COOKIE_NAME, "csrf": settings.CSRF_COOKIE_NAME, "codes": codes} | people)
    )


def certify(programme: Programme) -> list[str]:
    """Certificates without their files, in places of the status list; their codes in no order."""
    hygiene = Achievement.objects.get(course__slug=COURSE)
    competence = Achievement.objects.of_programme(programme).get()
    holders = User.objects.bulk_create(
        (
            User(email=f"holder-{number}@example.com", name=f"Bench Holder {number}", password="!")
            for number in range(CERTIFICATES // 2)
        ),
        batch_size=1000,
    )
    now = timezone.now() - timedelta(days=30)
    made = Certificate.objects.bulk_create(
        (
            Certificate(holder=holder, achievement=achievement, **words(achievement, holder.name, now=now))
            for holder in holders
            for achievement in (hygiene, competence)
        ),
        batch_size=500,
    )
    places = random.sample(range(131_072), len(made))
    StatusEntry.objects.bulk_create(
        (
            StatusEntry(certificate=certificate, list_number=1, index=index)
            for certificate, index in zip(made, places, strict=True)
        ),
        batch_size=1000,
    )
    codes = [certificate.code for certificate in made]
    random.shuffle(codes)
    return codes


def _long_paper(programme: Programme, courses: list[Any], number: int) -> dict[str, Any]:
    """The final examination, open: every course completed first."""
    user = person(100_000 + number)
    for course in courses:
        course.enrol(user).complete()
    attempt = programme.examination.begin(user, declared=True)
    return {"session": session(user)} | described(attempt)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
