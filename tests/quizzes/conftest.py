"""A course with two lessons, eight questions and a quiz of four; tess has studied it."""

from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from courses.models import Course, Enrolment
from quizzes.models import Attempt, Quiz
from tests.quizzes.making import Clock, add_pool, make_course, make_quiz, study_all


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def course(db: None) -> Course:
    course = make_course()
    add_pool(course, each=6)
    return course


@pytest.fixture
def quiz(course: Course) -> Quiz:
    return make_quiz(course)


@pytest.fixture
def enrolment(tess: User, course: Course) -> Enrolment:
    return study_all(tess, course)


@pytest.fixture
def attempt(tess: User, quiz: Quiz, enrolment: Enrolment) -> Attempt:
    return quiz.begin(tess, declared=True)
