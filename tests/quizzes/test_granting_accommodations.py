"""The people one teaches, granting and ending in forms, and what the trainee and the record are told."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Course, Enrolment, Teaching
from quizzes import accommodating, kinds
from quizzes.models import Accommodation, Attempt, Quiz
from tests.cast import person
from tests.quizzes.making import make_course, make_quiz, study_all

ClientOf = Callable[[User], Client]
WHY = "A letter from her doctor."


@pytest.fixture
def ines_teaches(ines: User, course: Course) -> User:
    Teaching.objects.create(course=course, user=ines)
    return ines


@pytest.fixture
def rosa(db: None, course: Course) -> User:
    rosa = person("rosa@example.com", "Rosa Reader")
    study_all(rosa, course)
    return rosa


def send(browser: Client, trainee: User, **fields: Any) -> Any:
    usual = {"time_percent": 100, "extra_minutes": 0, "extra_attempts": 0, "reason": WHY}
    return browser.post(f"/studio/people/{trainee.pk}/accommodations/", usual | fields, follow=True)


def test_an_instructor_finds_their_own_trainees_and_nobody_else(
    tess: User, rosa: User, oskar: User, enrolment: Enrolment, ines_teaches: User, client_of: ClientOf
) -> None:
    browser = client_of(ines_teaches)

    page = browser.get("/studio/people/")
    found = browser.get("/studio/people/", {"q": "ROSA@"})

    assert "Tess Trainee" in page.text
    assert "Rosa Reader" in page.text
    assert "Oskar" not in page.text
    assert "Rosa Reader" in found.text
    assert "Tess Trainee" not in found.text
    assert browser.get(f"/studio/people/{oskar.pk}/").status_code == 404


def test_an_instructor_grants_it_in_a_form_and_the_trainee_reads_what_but_not_why(
    tess: User, quiz: Quiz, enrolment: Enrolment, ines_teaches: User, client_of: ClientOf
) -> None:
    page = send(client_of(ines_teaches), tess, quiz=quiz.pk, time_percent=150, extra_attempts=1, read_outs="on")

    assert "Granted. It counts from now on." in page.text
    assert WHY in page.text
    seen = client_of(tess).get(quiz.get_absolute_url()).text
    assert "150% of the usual time" in seen
    assert "45 minutes" in seen
    assert "1 extra attempt" in seen
    assert "4 of 4" in seen
    assert WHY not in seen


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Grant something"),
        ({"time_percent": 50}, "100"),
        ({"time_percent": 4000}, "400"),
        ({"extra_minutes": "ten"}, "whole number"),
        ({"extra_minutes": -5}, "0"),
        ({"extra_minutes": 5, "reason": " "}, "Why: "),
        ({"extra_minutes": 5, "quiz": "999999"}, "For: "),
        ({"opens_at": "2026-12-01T10:00", "closes_at": "2026-12-01T09:00"}, "It must close after it opens."),
        ({"closes_at": "9999-12-31T23:59:59"}, "Choose a day within ten years of today."),
        ({"opens_at": "0001-01-01T00:00"}, "Choose a day within ten years of today."),
        ({"opens_at": "some day"}, "Opens to them"),
        ({"extra_minutes": 5, "reason": "x" * 3000}, "Why: "),
        ({"extra_minutes": 5, "reason": "a\0b"}, "Why: "),
    ],
)
def test_a_form_that_makes_no_sense_says_what_to_mend(
    tess: User,
    quiz: Quiz,
    enrolment: Enrolment,
    ines_teaches: User,
    client_of: ClientOf,
    fields: dict[str, Any],
    words: str,
) -> None:
    page = send(client_of(ines_teaches), tess, **({"quiz": quiz.pk} | fields))

    assert page.status_code == 422
    assert words in page.text
    assert not Accommodation.objects.exists()


def test_an_instructor_names_a_quiz_of_their_own_and_only_staff_grant_for_every_quiz(
    tess: User, enrolment: Enrolment, ines_teaches: User, ada: User, client_of: ClientOf
) -> None:

    foreign = make_quiz(make_course("shades", code="M2"))
    browser = client_of(ines_teaches)

    assert send(browser, tess, quiz=foreign.pk, extra_minutes=5).status_code == 422
    assert send(browser, tess, quiz="", extra_minutes=5).status_code == 422
    assert send(client_of(ada), tess, quiz="", extra_minutes=5).status_code == 200
    assert Accommodation.objects.get().quiz is None


def test_an_instructor_who_studies_too_does_not_find_themself(
    ines_teaches: User, course: Course, quiz: Quiz, client_of: ClientOf
) -> None:
    study_all(ines_teaches, course)

    assert send(client_of(ines_teaches), ines_teaches, quiz=quiz.pk, extra_minutes=5).status_code == 404
    assert not Accommodation.objects.exists()


def test_what_staff_granted_for_every_quiz_an_instructor_sees_but_neither_ends_nor_learns_why(
    tess: User, enrolment: Enrolment, ines_teaches: User, ada: User, client_of: ClientOf
) -> None:
    granted = accommodating.grant(tess, quiz=None, by=ada, reason=WHY, extra_minutes=5)
    browser = client_of(ines_teaches)

    page = browser.get(f"/studio/people/{tess.pk}/")

    assert "5 extra minutes" in page.text
    assert WHY not in page.text
    assert browser.get(f"/studio/accommodations/{granted.pk}/ending/").status_code == 404
    assert WHY in client_of(ada).get(f"/studio/people/{tess.pk}/").text


def test_ending_it_takes_a_reason_and_says_so(
    tess: User, quiz: Quiz, enrolment: Enrolment, ines_teaches: User, client_of: ClientOf
) -> None:
    granted = accommodating.grant(tess, quiz=quiz, by=ines_teaches, reason=WHY, extra_minutes=5)
    browser, address = client_of(ines_teaches), f"/studio/accommodations/{granted.pk}/ending/"

    refused = browser.post(address, {"reason": ""})
    page = browser.post(address, {"reason": "She is well again."}, follow=True)

    assert refused.status_code == 422
    assert "She is well again." in page.text
    assert not Accommodation.objects.in_force().exists()
    assert browser.get(address).status_code == 302


def test_one_who_reaches_a_running_attempt_is_told_so(
    tess: User, attempt: Attempt, ines_teaches: User, client_of: ClientOf
) -> None:
    page = send(client_of(ines_teaches), tess, quiz=attempt.quiz.pk, extra_minutes=5)

    assert "An attempt that runs now has it already." in page.text
    assert "its time runs until" in page.text


def test_the_record_of_an_attempt_tells_what_it_had(tess: User, ines: User, quiz: Quiz, enrolment: Enrolment) -> None:

    accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, time_percent=125)
    attempt = quiz.begin(tess, declared=True)
    accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, extra_minutes=5)

    record = render_to_string(
        "quizzes/teaching/_accommodation.html", {"held": accommodating.of_attempt(Attempt.objects.get(pk=attempt.pk))}
    )

    assert "125% of the usual time" in record
    assert "More time: until" in record
    assert "Ines Instructor" in record


def test_the_list_costs_the_same_queries_for_few_and_many(
    course: Course, quiz: Quiz, tess: User, enrolment: Enrolment, ines_teaches: User, client_of: ClientOf
) -> None:

    browser = client_of(ines_teaches)
    browser.get("/studio/people/")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get("/studio/people/")
        return len(queries)

    few = cost()
    for number in range(20):
        trainee = person(f"t{number}@example.com", f"Trainee {number}")
        course.enrol(trainee)
        accommodating.grant(trainee, quiz=quiz, by=ines_teaches, reason=WHY, extra_minutes=5)
    assert cost() == few


def test_numbers_come_with_colours_in_lessons_and_practice_too(tess: User, ada: User) -> None:
    colour, words = kinds.get("colour_match"), kinds.get("single_choice")
    assert not accommodating.reads_out(tess, colour)

    accommodating.grant(tess, quiz=None, by=ada, reason=WHY, read_outs=True)

    assert accommodating.reads_out(tess, colour)
    assert not accommodating.reads_out(tess, words)
