"""Renewal: the next cycle, by passing again in an attempt begun since it opened, 60 days before the end or after it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from certificates import issuing, reissuing, renewing
from certificates.checking import look_up
from certificates.dates import academy_day, academy_zone
from certificates.models import (
    Achievement,
    Certificate,
    CertificateDecision,
    CertificateEvent,
    Standing,
    Supersession,
)
from courses.models import Course, Programme
from jobs.models import Job
from quizzes import completing
from quizzes.correcting import applying
from quizzes.models import Attempt, Policy, Question, Quiz
from quizzes.opening import Closed, look, look_all
from tests.certificates.living import at_once, faults
from tests.conftest import ClientOf
from tests.quizzes.making import (
    Clock,
    add_pool,
    add_question,
    begin_and_hand_in,
    hand_in,
    items_of,
    make_course,
    make_examination,
    make_quiz,
    study_all,
)

START = datetime(2026, 3, 2, 12, tzinfo=academy_zone())


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(START, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def course(db: None) -> Course:
    course = make_course("clean")
    add_pool(course, each=10, critical=["M1.1a"])
    Achievement.objects.create(course=course, slug="clean", title="Hygiene", validity_months=12)
    return course


@pytest.fixture
def quiz(course: Course) -> Quiz:
    return make_quiz(course, {"M1.1a": 2, "M1.2a": 2}, pass_percent=5000, critical_min_percent=0)


@pytest.fixture
def first(clock: Clock, tess: User, quiz: Quiz, course: Course) -> Certificate:
    """Tess passed on 2 March; it is valid through 2 March of next year."""
    study_all(tess, course)
    begin_and_hand_in(quiz, tess)
    return Certificate.objects.get(holder=tess)


def opens(certificate: Certificate) -> datetime:
    day = certificate.expires_on - timedelta(days=60)
    return datetime(day.year, day.month, day.day, tzinfo=academy_zone())


def newest(tess: User) -> Certificate:
    return Certificate.objects.filter(holder=tess).to_show().order_by("-cycle", "-edition")[0]


def test_it_opens_with_the_sixtieth_day_before_the_end_and_not_a_second_sooner(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz
) -> None:
    clock.now = opens(first) - timedelta(seconds=1)
    assert not first.is_renewal_open
    opening = look(quiz, tess)
    assert opening.reason("passed")
    assert opening.renewal_since is None
    with pytest.raises(Closed):
        quiz.begin(tess, declared=True)

    clock.now = opens(first)
    assert Certificate.objects.get().is_renewal_open
    opening = look(quiz, tess)
    assert opening.is_open
    assert not opening.passed
    assert opening.renewal_since == opens(first)


def test_passing_again_makes_the_next_cycle_and_replaces_the_older_one(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz
) -> None:
    clock.now = opens(first) + timedelta(days=10)

    begin_and_hand_in(quiz, tess)

    renewed = newest(tess)
    assert (renewed.cycle, renewed.edition) == (2, 1)
    assert renewed.issued_on == academy_day(clock.now)
    assert renewed.expires_on.year == renewed.issued_on.year + 1  # from the day of issue, not from the older one's end
    row = Supersession.objects.get()
    assert (row.older_id, row.newer_id, row.cause, row.by, row.is_shared) == (
        first.pk, renewed.pk, "renewal", None, True,
    )  # fmt: skip
    assert Certificate.objects.get(pk=first.pk).standing is Standing.SUPERSEDED
    assert renewed.standing is Standing.VALID
    kinds = [e.kind for e in CertificateEvent.objects.filter(certificate=renewed).order_by("number")]
    assert kinds[:2] == ["issued", "renewed"]
    assert Job.objects.filter(kind="draw_certificate").count() == 2


def test_it_closes_again_until_the_next_time(first: Certificate, clock: Clock, tess: User, quiz: Quiz) -> None:
    clock.now = opens(first)
    begin_and_hand_in(quiz, tess)
    assert look(quiz, tess).reason("passed")

    second = newest(tess)
    clock.now = opens(second)
    begin_and_hand_in(quiz, tess)

    assert newest(tess).cycle == 3
    assert Supersession.objects.count() == 2


def test_it_stays_open_after_the_end(first: Certificate, clock: Clock, tess: User, quiz: Quiz) -> None:
    clock.now = opens(first) + timedelta(days=400)
    assert first.standing is Standing.EXPIRED

    begin_and_hand_in(quiz, tess)

    assert newest(tess).cycle == 2
    assert newest(tess).standing is Standing.VALID


def test_failing_it_changes_nothing_and_attempts_are_counted_as_ever(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz
) -> None:
    clock.now = opens(first)
    allowed = look(quiz, tess).attempts_left

    begin_and_hand_in(quiz, tess, wrong=[1, 2, 3, 4])

    assert look(quiz, tess).attempts_left == allowed - 1
    assert newest(tess) == first
    assert Certificate.objects.get().standing is Standing.VALID
    for _again in range(allowed - 1):
        begin_and_hand_in(quiz, tess, wrong=[1, 2, 3, 4])
    assert look(quiz, tess).reason("window") or look(quiz, tess).reason("review")


def test_a_critical_miss_holds_the_renewal_until_it_is_put_right(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz, course: Course
) -> None:
    clock.now = opens(first)
    attempt = quiz.begin(tess, declared=True)
    missed = next(item.position for item in items_of(attempt) if item.question_version.is_critical)
    hand_in(attempt, wrong=[missed])
    assert look(quiz, tess).follow_up_after == attempt
    assert Certificate.objects.count() == 1

    attempt.open_feedback()
    hand_in(quiz.begin_follow_up(tess))

    assert newest(tess).cycle == 2


def test_under_review_it_cannot_be_renewed_and_what_was_passed_meanwhile_counts_afterwards(
    first: Certificate, clock: Clock, tess: User, ada: User, quiz: Quiz
) -> None:
    clock.now = opens(first)
    attempt = quiz.begin(tess, declared=True)
    first.suspend(by=ada, why="A complaint.")
    assert not first.is_renewal_open
    hand_in(attempt)
    assert Certificate.objects.count() == 1

    first.reinstate(by=ada, why="Unfounded.")

    assert newest(tess).cycle == 2
    assert Certificate.objects.get(pk=first.pk).standing is Standing.SUPERSEDED


def test_a_quiz_is_not_open_for_renewal_while_the_certificate_is_under_review(
    first: Certificate, clock: Clock, tess: User, ada: User, quiz: Quiz
) -> None:
    clock.now = opens(first)
    first.suspend(by=ada, why="A complaint.")

    assert look(quiz, tess).reason("passed")


def test_a_revoked_one_is_never_renewed(first: Certificate, clock: Clock, tess: User, ada: User, quiz: Quiz) -> None:
    clock.now = opens(first)
    attempt = quiz.begin(tess, declared=True)
    first.revoke(by=ada, reason_code="other", public_reason="A mistake.")

    hand_in(attempt)

    assert Certificate.objects.count() == 1
    assert look(quiz, tess).reason("passed")


def test_an_attempt_begun_before_renewal_opened_renews_nothing(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz
) -> None:
    assert issuing.award(first.achievement, tess, earned_at=opens(first) - timedelta(seconds=1)) == first
    clock.now = opens(first) + timedelta(days=1)
    assert issuing.award(first.achievement, tess, earned_at=opens(first) - timedelta(seconds=1)) == first
    assert Certificate.objects.count() == 1


def test_a_renewal_in_another_name_is_found_from_the_older_one_only_if_its_holder_shows_it(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz
) -> None:
    clock.now = opens(first)
    tess.confirm_name("Tess Second")
    attempt = quiz.begin(tess, declared=True)

    hand_in(attempt)

    renewed = newest(tess)
    assert renewed.statement["holder"]["name"] == "Tess Second"
    answer = look_up(first.code)
    assert answer is not None
    assert (answer.cause, answer.newer) == ("renewal", None)
    reissuing.share(first, by=tess, is_shared=True)
    answer = look_up(first.code)
    assert answer is not None
    assert answer.newer == renewed


def test_a_corrected_one_is_renewed_like_the_one_it_replaced(
    first: Certificate, clock: Clock, tess: User, ada: User, quiz: Quiz
) -> None:
    clock.now = opens(first)
    attempt = quiz.begin(tess, declared=True)
    clock.forward(minutes=5)
    corrected = reissuing.reissue(first, name="Tess Trainer", cause="correction", by=ada, why="Passport.")
    assert corrected.renewal_opens_at == opens(first)

    hand_in(attempt)

    renewed = newest(tess)
    assert (renewed.cycle, renewed.edition) == (2, 1)
    assert renewed.replaces.older == corrected
    assert renewed.statement["holder"]["name"] == tess.name  # the name of the profile, as for every new award


def test_revoking_the_renewed_one_revokes_what_it_replaced(
    first: Certificate, clock: Clock, tess: User, ada: User, quiz: Quiz
) -> None:
    clock.now = opens(first)
    begin_and_hand_in(quiz, tess)

    newest(tess).revoke(by=ada, reason_code="wrong_person", public_reason="Not her work.")

    assert {one.standing for one in Certificate.objects.all()} == {Standing.REVOKED}


def test_competence_is_current_again_once_hygiene_is_renewed(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz, course: Course
) -> None:
    whole = Achievement.objects.create(
        programme=course.programme, slug="whole", title="Competence", validity_months=24,
        current_while=first.achievement,
    )  # fmt: skip
    issuing.award(whole, tess, earned_at=timezone.now())
    clock.now = opens(first) + timedelta(days=61)
    competence = Certificate.objects.get(achievement=whole)
    assert competence.conditions == ("hygiene_renewal_due",)
    assert competence.hygiene_lapsed_on == first.expires_on + timedelta(days=1)

    begin_and_hand_in(quiz, tess)

    assert Certificate.objects.get(achievement=whole).conditions == ()


def test_the_certificate_of_competence_is_renewed_by_its_examination_while_the_courses_stand(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz, course: Course
) -> None:
    whole = Achievement.objects.create(programme=course.programme, slug="whole", title="Competence", validity_months=12)
    examination = make_examination(course.programme, {"clean": 4}, pass_percent=0, critical_min_percent=0)
    hand_in(examination.begin(tess, declared=True))
    held = Certificate.objects.get(achievement=whole)
    clock.now = opens(held) + timedelta(days=65)  # both have ended

    hand_in(examination.begin(tess, declared=True))
    assert Certificate.objects.filter(achievement=whole).count() == 1  # not while hygiene has lapsed

    begin_and_hand_in(quiz, tess)

    assert [one.cycle for one in Certificate.objects.filter(achievement=whole).order_by("cycle")] == [1, 2]
    assert Certificate.objects.filter(achievement=first.achievement).count() == 2


def turned(attempt: Attempt, ines: User, ada: User) -> None:
    """Every right answer of the paper turns out to be wrong."""
    for item in items_of(attempt):
        version, question = item.question_version, item.question
        add_question(
            question.course, question.ref, version.objective, critical=version.is_critical, source={"answer": False}
        )
        fresh = Question.objects.select_related("current", "course").get(pk=question.pk)
        assert fresh.current
        asked = applying.ask_for(fresh, to_version=fresh.current, by=ines, reason="Wrong.", policy=Policy.NEW_KEY)
        asked.approve(ada)
        asked.apply(ada)
        applying.apply_now(asked)


@pytest.fixture
def instructor(course: Course, ines: User) -> User:
    course.teachings.create(user=ines)
    return ines


def test_a_correction_that_takes_the_renewals_pass_asks_about_the_renewed_one(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz, instructor: User, ada: User
) -> None:
    clock.now = opens(first)
    attempt = begin_and_hand_in(quiz, tess)
    renewed = newest(tess)

    turned(attempt, instructor, ada)

    assert {row.certificate_id for row in CertificateDecision.objects.all()} == {renewed.pk}
    assert newest(tess).standing is Standing.VALID


def test_a_correction_of_the_older_paper_leaves_the_renewed_one_alone(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz, instructor: User, ada: User
) -> None:
    clock.now = opens(first)
    begin_and_hand_in(quiz, tess)
    older = Attempt.objects.filter(trainee=tess).order_by("number")[0]

    turned(older, instructor, ada)

    assert not CertificateDecision.objects.exists()


def test_a_correction_while_renewal_is_open_still_asks_about_the_one_that_stands(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz, instructor: User, ada: User
) -> None:
    clock.now = opens(first) + timedelta(days=1)

    turned(Attempt.objects.get(trainee=tess), instructor, ada)

    assert {row.certificate_id for row in CertificateDecision.objects.all()} == {first.pk}


def test_a_correction_that_gives_the_pass_renews(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz, instructor: User, ada: User
) -> None:
    clock.now = opens(first)
    attempt = quiz.begin(tess, declared=True)
    plain = [item for item in items_of(attempt) if not item.question_version.is_critical]
    critical = [item for item in items_of(attempt) if item.question_version.is_critical]
    hand_in(attempt, wrong=[item.position for item in (*plain, *critical)])
    assert Certificate.objects.count() == 1

    for item in items_of(attempt):
        question = Question.objects.select_related("current", "course").get(pk=item.question_id)
        assert question.current
        asked = applying.ask_for(
            question, to_version=question.current, by=instructor, reason="Unfair.", policy=Policy.FULL_CREDIT
        )
        asked.approve(ada)
        asked.apply(ada)
        applying.apply_now(asked)

    assert newest(tess).cycle == 2
    assert Certificate.objects.count() == 2


def test_a_page_of_many_quizzes_asks_once_about_renewals(first: Certificate, clock: Clock, tess: User) -> None:
    clock.now = opens(first)

    def count() -> int:
        quizzes = list(Quiz.objects.select_related("course", "programme", "current"))
        with CaptureQueriesContext(connection) as asked:
            look_all(quizzes, tess)
        return len(asked)

    one = count()
    programme = Programme.objects.get(slug="smp")
    for number in range(2, 5):
        course = make_course(f"more-{number}", programme=programme, code=f"M{number}")
        add_pool(course, each=4)
        study_all(tess, course)
        begin_and_hand_in(make_quiz(course), tess)
        Achievement.objects.create(course=course, slug=f"more-{number}", title="More", validity_months=12)
    issuing.award_what_is_due()

    assert count() == one


def test_the_pages_lead_the_holder_to_the_renewal(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz, course: Course, client_of: ClientOf
) -> None:
    client = client_of(tess)
    assert "Renew it" not in client.get(first.get_absolute_url()).text

    clock.now = opens(first)
    client = client_of(tess)
    page = client.get(first.get_absolute_url()).text
    assert "Renew it" in page
    assert f'href="{quiz.get_absolute_url()}"' in page
    assert "Ready to renew" in client.get(course.get_absolute_url()).text
    assert "Time to renew" in client.get(quiz.get_absolute_url()).text


def test_without_a_quiz_the_holder_is_told_to_write(
    clock: Clock, tess: User, course: Course, client_of: ClientOf
) -> None:
    study_all(tess, course)
    certificate = Certificate.objects.get()
    assert renewing.way_on(certificate.achievement) is None
    clock.now = opens(certificate)

    assert "No quiz stands behind it" in client_of(tess).get(certificate.get_absolute_url()).text


def test_what_is_valid_for_a_month_is_renewed_from_the_moment_it_is_issued(
    clock: Clock, tess: User, course: Course, quiz: Quiz
) -> None:
    Achievement.objects.update(validity_months=1)
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    clock.forward(minutes=10)
    hand_in(attempt)
    assert Certificate.objects.count() == 1  # the pass that earned it does not renew it
    completing.complete(quiz, tess)
    assert Certificate.objects.count() == 1

    clock.forward(days=1)
    begin_and_hand_in(quiz, tess)

    assert newest(tess).cycle == 2


@pytest.mark.django_db(transaction=True)
def test_four_renewals_at_once_make_one(first: Certificate, clock: Clock, tess: User, quiz: Quiz) -> None:
    clock.now = opens(first)

    got = at_once(4, lambda _: issuing.award(first.achievement, tess, earned_at=clock.now))

    assert not faults(got)
    assert Certificate.objects.count() == 2
    assert Supersession.objects.count() == 1
    assert CertificateEvent.objects.filter(kind="renewed").count() == 1
    assert Job.objects.filter(kind="draw_certificate").count() == 2


@pytest.mark.django_db(transaction=True)
def test_renewing_while_it_is_revoked_leaves_nothing_that_stands(
    first: Certificate, clock: Clock, tess: User, ada: User, quiz: Quiz
) -> None:
    clock.now = opens(first)

    def act(place: int) -> object:
        if place:
            row = Certificate.objects.get(pk=first.pk)
            return row.revoke(by=ada, reason_code="other", public_reason="A mistake.")
        return issuing.award(first.achievement, tess, earned_at=clock.now)

    got = at_once(2, act)

    assert not faults(got)
    assert {one.standing for one in Certificate.objects.all()} == {Standing.REVOKED}


@pytest.mark.django_db(transaction=True)
def test_handing_the_same_renewal_in_twice_at_once_renews_once(
    first: Certificate, clock: Clock, tess: User, quiz: Quiz
) -> None:
    clock.now = opens(first)
    attempt = quiz.begin(tess, declared=True)

    got = at_once(3, lambda _: hand_in(Attempt.objects.get(pk=attempt.pk)))

    assert not faults(got)
    assert Certificate.objects.count() == 2
    assert Supersession.objects.count() == 1
