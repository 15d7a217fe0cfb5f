"""More time, attempts, own dates and colours with numbers: granted with a reason, had at once, never taken back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from courses.models import Course, Enrolment
from quizzes import accommodating, beginning, deadlines
from quizzes.accommodating import CannotGrant
from quizzes.deadlines import GRACE, NOTHING, Allowance
from quizzes.models import Accommodation, Attempt, GrantedMidway, Outcome, Quiz
from quizzes.opening import look
from tests.cast import person
from tests.quizzes.making import Clock, begin_and_hand_in, hand_in, items_of, make_course, make_quiz, study_all

ClientOf = Callable[[User], Client]
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
WHY = "A letter from her doctor."

MOMENTS = st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ALLOWANCES = st.builds(
    Allowance,
    time_percent=st.integers(100, 400),
    extra_minutes=st.integers(0, 600),
    extra_attempts=st.integers(0, 50),
    opens_at=MOMENTS,
    closes_at=MOMENTS,
    read_outs=st.booleans(),
    sources=st.tuples(st.integers(1, 9)),
)


@pytest.fixture
def rosa(db: None, course: Course) -> User:

    rosa = person("rosa@example.com", "Rosa Reader")
    study_all(rosa, course)
    return rosa


def fresh(attempt: Attempt) -> Attempt:
    return Attempt.objects.select_related("quiz_version", "quiz").get(pk=attempt.pk)


# The arithmetic


def test_the_deadline_is_the_limit_stretched_and_then_lengthened() -> None:
    granted = Allowance(time_percent=150, extra_minutes=10)

    end = deadlines.deadline(NOON, limit=1800, closes=None, allowance=granted)

    assert end == NOON + timedelta(minutes=55)


def test_the_quiz_closing_ends_it_sooner_unless_its_dates_were_granted_too() -> None:
    closes, later = NOON + timedelta(minutes=20), NOON + timedelta(hours=2)
    granted = Allowance(time_percent=200)

    assert deadlines.deadline(NOON, limit=1800, closes=closes, allowance=granted) == closes
    own = Allowance(time_percent=200, closes_at=later)
    assert deadlines.deadline(NOON, limit=1800, closes=closes, allowance=own) == NOON + timedelta(hours=1)


def test_without_a_clock_there_is_nothing_to_stretch() -> None:
    assert deadlines.deadline(NOON, limit=None, closes=None, allowance=Allowance(extra_minutes=5)) is None
    assert deadlines.hard(None) is None


@given(every=st.lists(ALLOWANCES, max_size=4), limit=st.none() | st.integers(60, 20_000))
def test_together_they_are_at_least_as_generous_as_each(every: list[Allowance], limit: int | None) -> None:
    combined = deadlines.together(every)

    for one in every:
        assert combined.extra_attempts >= one.extra_attempts
        assert combined.read_outs >= one.read_outs
        if one.opens_at:
            assert combined.opens_at is not None
            assert combined.opens_at <= one.opens_at
        if one.closes_at:
            end = deadlines.deadline(NOON, limit=limit, closes=None, allowance=one)
            stretched = deadlines.deadline(NOON, limit=limit, closes=None, allowance=combined)
            assert end is not None
            assert stretched is not None
            assert stretched >= end
    assert deadlines.together(reversed(every)).to_json() == combined.to_json()


@given(granted=ALLOWANCES)
def test_what_is_kept_with_an_attempt_reads_back_the_same(granted: Allowance) -> None:
    assert Allowance.from_json(granted.to_json()) == granted
    assert Allowance.from_json(NOTHING.to_json()) == NOTHING


# Beginning with one


def test_an_attempt_begins_with_the_time_that_was_granted_and_remembers_it(
    tess: User, ines: User, quiz: Quiz, enrolment: Enrolment, clock: Clock
) -> None:
    granted = accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, time_percent=150, extra_minutes=10)

    attempt = quiz.begin(tess, declared=True)

    assert attempt.deadline_at == clock.now + timedelta(minutes=55)
    assert attempt.hard_deadline_at == attempt.deadline_at + GRACE
    assert attempt.accommodation["time_percent"] == 150
    assert attempt.accommodation["accommodations"] == [granted.pk]
    assert not GrantedMidway.objects.exists()


def test_nothing_granted_leaves_nothing_on_the_attempt(attempt: Attempt) -> None:
    assert attempt.accommodation == {}
    assert not attempt.read_outs


def test_extra_attempts_open_the_quiz_again(tess: User, ines: User, course: Course, enrolment: Enrolment) -> None:
    quiz = make_quiz(course, attempts=1, failures_before_review=0)
    begin_and_hand_in(quiz, tess, wrong=[1, 2, 3, 4])
    assert look(quiz, tess).reason("window")

    accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, extra_attempts=2)

    opening = look(quiz, tess)
    assert opening.is_open
    assert (opening.attempts_allowed, opening.attempts_left) == (3, 2)
    for _again in range(2):
        begin_and_hand_in(quiz, tess, wrong=[1, 2, 3, 4])
    opening = look(quiz, tess)
    assert opening.reason("window")
    assert opening.opens_at == min(attempt.started_at for attempt in opening.attempts) + timedelta(hours=24)


def test_an_own_window_stands_in_place_of_the_quiz_s(
    tess: User, rosa: User, ines: User, course: Course, enrolment: Enrolment, clock: Clock
) -> None:
    quiz = make_quiz(course, closes_at=clock.now - timedelta(days=1))
    own = {"opens_at": clock.now + timedelta(hours=1), "closes_at": clock.now + timedelta(hours=2)}
    accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, **own)  # type: ignore[arg-type]

    early = look(quiz, tess)
    assert early.reason("not_yet")
    assert early.opens_at == own["opens_at"]
    assert look(quiz, rosa).reason("closed")
    clock.forward(minutes=105)
    attempt = quiz.begin(tess, declared=True)
    assert attempt.deadline_at == own["closes_at"]


def test_one_for_every_quiz_counts_beside_the_quiz_s_own(
    tess: User, ines: User, ada: User, quiz: Quiz, enrolment: Enrolment, clock: Clock
) -> None:
    accommodating.grant(tess, quiz=None, by=ada, reason=WHY, time_percent=125, read_outs=True)
    accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, time_percent=150)

    attempt = quiz.begin(tess, declared=True)

    assert attempt.deadline_at == clock.now + timedelta(minutes=45)
    assert attempt.read_outs


def test_of_another_trainee_or_another_quiz_it_is_none_of_this_attempt_s_business(
    tess: User, rosa: User, ines: User, course: Course, quiz: Quiz, enrolment: Enrolment, clock: Clock
) -> None:

    other = make_quiz(make_course("shades", code="M2"))
    accommodating.grant(rosa, quiz=quiz, by=ines, reason=WHY, extra_minutes=30)
    accommodating.grant(tess, quiz=other, by=ines, reason=WHY, extra_minutes=30)

    attempt = quiz.begin(tess, declared=True)

    assert attempt.deadline_at == clock.now + timedelta(minutes=30)


def test_an_ended_one_is_not_given_to_new_attempts(
    tess: User, ines: User, quiz: Quiz, enrolment: Enrolment, clock: Clock
) -> None:
    granted = accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, extra_minutes=30)
    accommodating.end(granted, by=ines, reason="She is well again.")

    attempt = quiz.begin(tess, declared=True)

    assert attempt.deadline_at == clock.now + timedelta(minutes=30)
    assert attempt.accommodation == {}


# Reaching an attempt that runs


def test_more_time_reaches_a_running_attempt_and_its_record_says_so(tess: User, ines: User, attempt: Attempt) -> None:
    before = attempt.deadline_at
    assert before

    granted = accommodating.grant(tess, quiz=attempt.quiz, by=ines, reason=WHY, extra_minutes=20)

    now = fresh(attempt)
    assert now.deadline_at == before + timedelta(minutes=20)
    assert now.hard_deadline_at == now.deadline_at + GRACE
    assert now.accommodation == {}, "what it began with stays as it was"
    (row,) = now.granted_midway.all()
    assert (row.accommodation, row.granted_by) == (granted, ines)
    assert (row.deadline_before, row.deadline_after) == (before, now.deadline_at)


def test_an_answer_after_the_old_deadline_counts_within_the_new_one(
    tess: User, ines: User, attempt: Attempt, clock: Clock
) -> None:
    item = items_of(attempt)[0]
    accommodating.grant(tess, quiz=None, by=ines, reason=WHY, extra_minutes=20)
    clock.forward(minutes=40)

    saved = fresh(attempt).save_answer(item.pk, {"choice": ["0"]}, epoch=0, seq=1, client="a")

    assert saved.outcome == Outcome.APPLIED
    clock.forward(minutes=11)
    late = fresh(attempt).save_answer(item.pk, {"choice": ["1"]}, epoch=0, seq=2, client="a")
    assert late.outcome == Outcome.LATE


def test_the_reply_to_the_next_save_carries_the_new_deadline(
    tess: User, ines: User, attempt: Attempt, client_of: ClientOf
) -> None:
    browser = client_of(tess)
    accommodating.grant(tess, quiz=None, by=ines, reason=WHY, extra_minutes=20)

    told = browser.post(
        f"/quizzes/attempts/{attempt.pk}/responses/", {"client": "a", "answers": []}, content_type="application/json"
    ).json()

    assert told["deadline"] == fresh(attempt).deadline_at.isoformat()  # type: ignore[union-attr]


def test_an_attempt_whose_time_is_over_is_not_opened_again(
    tess: User, ines: User, attempt: Attempt, clock: Clock
) -> None:
    clock.forward(minutes=30, seconds=31)
    before = attempt.deadline_at

    accommodating.grant(tess, quiz=attempt.quiz, by=ines, reason=WHY, extra_minutes=60)

    assert fresh(attempt).deadline_at == before
    assert not GrantedMidway.objects.exists()
    assert attempt.close_if_over()


def test_one_that_was_handed_in_stays_as_it_was(tess: User, ines: User, attempt: Attempt) -> None:
    before = attempt.deadline_at
    hand_in(attempt)

    accommodating.grant(tess, quiz=attempt.quiz, by=ines, reason=WHY, extra_minutes=60, read_outs=True)

    assert fresh(attempt).deadline_at == before
    assert not fresh(attempt).read_outs


def test_less_than_it_has_already_takes_nothing_away(tess: User, ines: User, attempt: Attempt) -> None:
    long = accommodating.grant(tess, quiz=attempt.quiz, by=ines, reason=WHY, extra_minutes=60)
    had = fresh(attempt).deadline_at
    accommodating.end(long, by=ines, reason="Granted by mistake.")

    accommodating.grant(tess, quiz=attempt.quiz, by=ines, reason=WHY, extra_minutes=10)
    accommodating.grant(tess, quiz=attempt.quiz, by=ines, reason=WHY, closes_at=timezone.now() + timedelta(minutes=1))

    assert fresh(attempt).deadline_at == had
    assert GrantedMidway.objects.count() == 1


def test_ending_one_never_shortens_what_runs(tess: User, ines: User, attempt: Attempt) -> None:
    granted = accommodating.grant(tess, quiz=attempt.quiz, by=ines, reason=WHY, time_percent=200, read_outs=True)
    had = fresh(attempt)

    accommodating.end(granted, by=ines, reason="Granted by mistake.")

    assert (fresh(attempt).deadline_at, fresh(attempt).read_outs) == (had.deadline_at, True)


def test_numbers_beside_colours_reach_a_running_attempt_too(tess: User, ines: User, attempt: Attempt) -> None:
    accommodating.grant(tess, quiz=attempt.quiz, by=ines, reason=WHY, read_outs=True)

    assert fresh(attempt).read_outs
    (row,) = attempt.granted_midway.all()
    assert row.read_outs
    assert row.deadline_after is None


def test_a_later_closing_date_reaches_an_attempt_that_runs_into_it(
    tess: User, ines: User, course: Course, enrolment: Enrolment, clock: Clock
) -> None:
    quiz = make_quiz(course, closes_at=clock.now + timedelta(minutes=10))
    attempt = quiz.begin(tess, declared=True)

    accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, closes_at=clock.now + timedelta(days=1))

    assert fresh(attempt).deadline_at == clock.now + timedelta(minutes=30)


def test_an_attempt_without_a_clock_gets_none(tess: User, ines: User, course: Course, enrolment: Enrolment) -> None:
    attempt = make_quiz(course, time_limit_seconds=None).begin(tess, declared=True)

    accommodating.grant(tess, quiz=None, by=ines, reason=WHY, extra_minutes=10)

    assert fresh(attempt).deadline_at is None
    assert not GrantedMidway.objects.exists()


def test_what_is_granted_in_the_very_moment_of_beginning_is_had_too(
    tess: User, ines: User, quiz: Quiz, enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:

    draw = beginning._draw

    def draw_while_something_is_granted(*args: Any) -> Any:
        accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, extra_minutes=20)
        return draw(*args)

    monkeypatch.setattr(beginning, "_draw", draw_while_something_is_granted)

    attempt = quiz.begin(tess, declared=True)

    assert fresh(attempt).deadline_at == attempt.started_at + timedelta(minutes=50)
    assert fresh(attempt).granted_midway.count() == 1


# What cannot be


def test_nobody_grants_themself_one(tess: User, ines: User, quiz: Quiz) -> None:
    with pytest.raises(CannotGrant, match="colleague"):
        accommodating.grant(ines, quiz=quiz, by=ines, reason=WHY, extra_minutes=10)
    with pytest.raises(IntegrityError), transaction.atomic():
        Accommodation.objects.create(trainee=ines, granted_by=ines, reason=WHY, extra_minutes=10)


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"time_percent": 99},
        {"time_percent": 401},
        {"extra_minutes": 601},
        {"extra_attempts": 51},
        {"opens_at": NOON, "closes_at": NOON},
        {"extra_minutes": 5, "reason": ""},
    ],
)
def test_the_database_refuses_what_makes_no_sense(tess: User, ines: User, what: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Accommodation.objects.create(trainee=tess, granted_by=ines, **({"reason": WHY} | what))


def test_what_was_granted_cannot_be_rewritten(tess: User, ines: User, attempt: Attempt) -> None:
    granted = accommodating.grant(tess, quiz=attempt.quiz, by=ines, reason=WHY, extra_minutes=10)
    ending = accommodating.end(granted, by=ines, reason="Over.")
    for row, change in (
        (granted, {"extra_minutes": 60}),
        (granted, {"reason": "Because."}),
        (ending, {"reason": "Because."}),
        (GrantedMidway.objects.get(), {"deadline_after": None}),
        (attempt, {"accommodation": {"time_percent": 400}}),
    ):
        with pytest.raises(IntegrityError, match="final"), transaction.atomic():
            type(row)._default_manager.filter(pk=row.pk).update(**change)
        with pytest.raises((IntegrityError, Exception)), transaction.atomic():
            row.delete()


def test_granting_twice_is_granting_once_and_other_words_are_another(tess: User, ines: User, quiz: Quiz) -> None:
    key = uuid4()

    once = accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, key=key, extra_minutes=10)
    again = accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, key=key, extra_minutes=10)
    mended = accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, key=key, extra_minutes=20)

    assert once == again
    assert mended != once
    assert Accommodation.objects.count() == 2


def test_an_old_page_sent_again_after_the_end_grants_anew(tess: User, ines: User, quiz: Quiz) -> None:
    key = uuid4()
    once = accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, key=key, extra_minutes=10)
    accommodating.end(once, by=ines, reason="Over.")

    again = accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, key=key, extra_minutes=10)

    assert again.is_in_force


def test_only_the_first_ending_is_remembered(tess: User, ines: User, ada: User, quiz: Quiz) -> None:
    granted = accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, extra_minutes=10)
    first = accommodating.end(granted, by=ines, reason="Over.")

    again = accommodating.end(granted, by=ada, reason="Really over.")

    assert again == first
    assert again.ended_by == ines


# What it costs


def test_looking_costs_one_query_more_however_much_was_granted(
    tess: User, ines: User, quiz: Quiz, enrolment: Enrolment
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            look(Quiz.objects.select_related("current", "course").get(pk=quiz.pk), tess)
        return sum('FROM "quizzes_accommodation"' in query["sql"] for query in queries)

    assert cost() == 1
    for minutes in (5, 10, 15):
        accommodating.grant(tess, quiz=quiz, by=ines, reason=WHY, extra_minutes=minutes)
    assert cost() == 1


def test_what_is_shown_after_closing_waits_for_whoever_may_sit_it_later(
    tess: User, oskar: User, course: Course, ines: User, clock: Clock
) -> None:
    review = {"score": "at_once", "answers": "at_once", "key": "after_closing", "feedback": "at_once"}
    quiz = make_quiz(course, closes_at=clock.now + timedelta(hours=1), review=review)
    study_all(tess, course)
    study_all(oskar, course)
    attempt = begin_and_hand_in(quiz, tess, wrong=[1])
    clock.forward(hours=2)
    before = attempt.shows("key")

    accommodating.grant(oskar, quiz=quiz, by=ines, reason=WHY, closes_at=clock.now + timedelta(hours=1))

    assert (before, attempt.shows("key")) == (True, False)
    clock.forward(hours=1)
    assert attempt.shows("key")
