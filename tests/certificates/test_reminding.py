"""Holders are reminded 60, 30 and 7 days before a certificate ends, each once, and told what to do."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine

from accounts.models import User
from certificates import issuing, reissuing, reminding
from certificates.dates import academy_zone
from certificates.models import Certificate
from courses.models import Course
from jobs.models import Mail
from quizzes.assembly import Blueprint, Section
from quizzes.models import Quiz
from tests.certificates.conftest import Earn
from tests.certificates.living import at_once, faults
from tests.quizzes.making import Clock, set_rules

START = datetime(2026, 3, 2, 12, tzinfo=academy_zone())


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(START, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def held(clock: Clock, tess: User, hygiene: Course, earn: Earn) -> Certificate:
    return earn(tess, hygiene.achievement)


def to(clock: Clock, certificate: Certificate, days: int) -> None:
    """Noon, so many days before the last one."""
    day = certificate.expires_on - timedelta(days=days)
    clock.now = datetime(day.year, day.month, day.day, 12, tzinfo=academy_zone())


def sent() -> list[str]:
    letters = Mail.objects.filter(kind="renewal-reminder").order_by("pk")
    return [key.rpartition(":")[2] for key in letters.values_list("key", flat=True)]


def test_three_letters_in_the_sixty_days_each_once(held: Certificate, clock: Clock) -> None:
    for days in range(70, -3, -1):
        to(clock, held, days)
        reminding.remind()
        reminding.remind()
        told = [mark for mark in (60, 30, 7) if days <= mark]
        assert sent() == [str(mark) for mark in told], days

    assert Mail.objects.get(key=f"renewal:{held.code}:60").to == held.holder.email


@pytest.mark.parametrize(
    ("days", "expected"),
    [(61, []), (60, ["60"]), (31, ["60"]), (30, ["30"]), (8, ["30"]), (7, ["7"]), (1, ["7"]), (0, ["7"]), (-1, [])],
)
def test_after_days_without_a_sweep_only_the_nearest_is_sent(
    days: int, expected: list[str], held: Certificate, clock: Clock
) -> None:
    to(clock, held, days)

    reminding.remind()

    assert sent() == expected


def test_the_letter_says_until_when_and_leads_to_the_quiz(held: Certificate, clock: Clock, hygiene: Course) -> None:
    quiz = Quiz.objects.create(course=hygiene, title="Hygiene: quiz")
    set_rules(quiz, Blueprint((Section("Hygiene", draw={"M1.1a": 1}),)))
    to(clock, held, 30)

    reminding.remind()

    letter = Mail.objects.get()
    assert "2 March 2027" in letter.subject
    for body in (letter.text, letter.html):
        assert "2 March 2027" in body
        assert f"https://academy.example{quiz.get_absolute_url()}" in body
        assert "pass the quiz once more" in body
    assert letter.user == held.holder


@pytest.mark.parametrize("is_corrected", [True, False])
def test_where_the_profile_has_another_name_the_letter_says_which_one_a_renewal_carries(
    is_corrected: bool, held: Certificate, clock: Clock, hygiene: Course, ada: User
) -> None:
    quiz = Quiz.objects.create(course=hygiene, title="Hygiene: quiz")
    set_rules(quiz, Blueprint((Section("Hygiene", draw={"M1.1a": 1}),)))
    if is_corrected:
        reissuing.reissue(held, name="Tess Tailor", cause="name_change", by=ada, why="Passport.")
    to(clock, held, 30)

    reminding.remind()

    letter = Mail.objects.get(kind="renewal-reminder")
    for words in (letter.text, letter.html):
        assert ("carries the name of your profile, Tess Trainee" in words) == is_corrected


def test_where_no_quiz_stands_behind_it_the_letter_says_whom_to_write_to(held: Certificate, clock: Clock) -> None:
    to(clock, held, 30)

    reminding.remind()

    assert "No quiz stands behind it" in Mail.objects.get().text


@pytest.mark.parametrize("fault", ["revoked", "suspended", "superseded", "renewed", "closed account"])
def test_nobody_is_reminded_of_what_does_not_stand(
    fault: str, held: Certificate, clock: Clock, tess: User, ada: User
) -> None:
    to(clock, held, 29)
    if fault == "revoked":
        held.revoke(by=ada, reason_code="other", public_reason="A mistake.")
    elif fault == "suspended":
        held.suspend(by=ada, why="A complaint.")
    elif fault == "superseded":
        reissuing.reissue(held, name="Tess Trainer", cause="correction", by=ada, why="Passport.")
    elif fault == "renewed":
        issuing.award(held.achievement, tess, earned_at=clock.now)
    else:
        User.objects.filter(pk=tess.pk).update(is_active=False)

    reminding.remind()

    assert not [key for key in Mail.objects.values_list("key", flat=True) if held.code in key and "renewal" in key]
    if fault != "superseded":
        assert sent() == []


def test_a_corrected_one_is_not_reminded_of_days_before_it_was_made(held: Certificate, clock: Clock, ada: User) -> None:
    to(clock, held, 60)
    reminding.remind()
    to(clock, held, 40)
    newer = reissuing.reissue(held, name="Tess Trainer", cause="correction", by=ada, why="Passport.")
    reminding.remind()
    assert sent() == ["60"]

    to(clock, held, 30)
    reminding.remind()

    assert sent() == ["60", "30"]
    assert Mail.objects.filter(key=f"renewal:{newer.code}:30").exists()


def test_what_is_valid_for_a_month_is_not_reminded_on_its_first_day(
    clock: Clock, tess: User, hygiene: Course, earn: Earn
) -> None:
    hygiene.achievement.validity_months = 1
    hygiene.achievement.save()
    short = earn(tess, hygiene.achievement)
    clock.forward(hours=1)
    reminding.remind()
    assert sent() == []

    to(clock, short, 7)
    reminding.remind()

    assert sent() == ["7"]


def test_a_sweep_writes_so_many_letters_and_the_next_one_the_rest(
    clock: Clock, held: Certificate, depth: Course, tess: User, oskar: User, earn: Earn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    earn(oskar, held.achievement)
    earn(oskar, depth.achievement)
    to(clock, held, 5)
    earn(tess, depth.achievement, expires_on=held.expires_on + timedelta(days=20), issued_on=held.issued_on)
    monkeypatch.setattr(reminding, "AT_ONCE", 2)

    reminding.remind()
    assert len(sent()) == 2
    reminding.remind()
    assert len(sent()) == 3
    reminding.remind()
    assert len(sent()) == 3


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_write_one_letter(held: Certificate, clock: Clock) -> None:
    to(clock, held, 7)

    got = at_once(3, lambda _: reminding.remind())

    assert not faults(got)
    assert sent() == ["7"]
