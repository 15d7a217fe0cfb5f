"""A result under a certificate was corrected: a person decides whether it stands, and nothing else does."""

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from certificates import deciding, issuing
from certificates.models import Achievement, Certificate, CertificateDecision, Standing
from courses.models import Course, Programme, Teaching
from jobs.models import Mail
from quizzes.correcting import applying, late, touched
from quizzes.models import Attempt, Item, Policy, Question, Quiz, Regrade, ResponseEvent
from tests.quizzes.making import (
    add_pool,
    add_question,
    fields_for,
    hand_in,
    items_of,
    make_course,
    make_examination,
    make_quiz,
    study_all,
)

ClientOf = Callable[[User], Client]
Decision = CertificateDecision.Decision


@pytest.fixture
def course(db: None, ines: User) -> Course:
    course = make_course("safe")
    add_pool(course, each=8, critical=["M1.1a"])
    Achievement.objects.create(course=course, slug="safe", title="Safe work", validity_months=12)
    Teaching.objects.create(course=course, user=ines)
    return course


@pytest.fixture
def quiz(course: Course) -> Quiz:
    return make_quiz(course, {"M1.1a": 2, "M1.2a": 2}, pass_percent=7500, critical_min_percent=0)


@pytest.fixture
def passed(tess: User, quiz: Quiz, course: Course) -> Attempt:
    """Three of four right, so that one more wrong is one too many."""
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    plain = [item.position for item in items_of(attempt) if not item.question_version.is_critical]
    hand_in(attempt, wrong=plain[:1])
    return attempt


def right_item(attempt: Attempt, *, critical: bool) -> Item:
    return next(
        item
        for item in reversed(items_of(attempt))
        if item.question_version.is_critical == critical and item.markings.latest("rev").mark
    )


def turn(item: Item) -> Question:
    """The other answer is right from now on."""
    version = item.question_version
    question = item.question
    return add_question(
        question.course, question.ref, version.objective, critical=version.is_critical, source={"answer": False}
    )


def regrade(item: Item, ines: User, ada: User, policy: str = Policy.NEW_KEY) -> Regrade:
    question = Question.objects.select_related("current", "course").get(pk=item.question_id)
    assert question.current
    asked = applying.ask_for(question, to_version=question.current, by=ines, reason="It was wrong.", policy=policy)
    asked.approve(ada)
    asked.apply(ada)
    applying.apply_now(asked)
    asked.refresh_from_db()
    return asked


@pytest.fixture
def waiting(passed: Attempt, ines: User, ada: User) -> CertificateDecision:
    """The pass that tess's certificate rests on is gone."""
    item = right_item(passed, critical=False)
    turn(item)
    regrade(item, ines, ada)
    return CertificateDecision.objects.get()


def test_a_lost_pass_puts_the_certificate_on_the_list_and_changes_nothing(
    waiting: CertificateDecision, tess: User
) -> None:
    certificate = Certificate.objects.get(holder=tess)
    assert waiting.certificate == certificate
    assert certificate.standing is Standing.VALID
    assert (waiting.before.percent, waiting.after.percent) == (7500, 5000)
    assert waiting.regrade
    assert not waiting.decision
    letter = Mail.objects.get(kind="result-corrected")
    assert "stays as it is unless a person at the academy decides otherwise" in letter.text


def test_a_newly_missed_critical_question_does_so_too(passed: Attempt, tess: User, ines: User, ada: User) -> None:
    passed = again_with_a_pass_to_spare(passed, ines, ada)
    item = right_item(passed, critical=True)
    turn(item)

    regrade(item, ines, ada)

    (row,) = CertificateDecision.objects.all()
    assert row.after.passed
    assert row.after.is_held
    assert Certificate.objects.get(holder=tess).standing is Standing.VALID


def again_with_a_pass_to_spare(attempt: Attempt, ines: User, ada: User) -> Attempt:
    wrong = next(item for item in items_of(attempt) if not item.markings.latest("rev").mark)
    regrade(wrong, ines, ada, Policy.FULL_CREDIT)
    return Attempt.objects.get(pk=attempt.pk)


def test_a_result_that_only_falls_asks_nobody(passed: Attempt, ines: User, ada: User) -> None:
    passed = again_with_a_pass_to_spare(passed, ines, ada)
    item = right_item(passed, critical=False)
    turn(item)

    regrade(item, ines, ada)

    assert passed.results.count() == 3
    assert not CertificateDecision.objects.exists()


def test_the_best_of_old_and_new_never_touches_a_certificate(passed: Attempt, ines: User, ada: User) -> None:
    item = right_item(passed, critical=False)
    turn(item)

    regrade(item, ines, ada, Policy.BEST_OF)

    assert not CertificateDecision.objects.exists()


def test_the_certificate_of_competence_rests_on_the_course_too(
    passed: Attempt, tess: User, course: Course, ines: User, ada: User
) -> None:
    competence(course.programme)
    examination = make_examination(course.programme, {"safe": 4}, pass_percent=0, critical_min_percent=0)
    hand_in(examination.begin(tess, declared=True))
    assert Certificate.objects.filter(holder=tess).count() == 2
    item = right_item(passed, critical=False)
    turn(item)

    regrade(item, ines, ada)

    asked = {row.certificate.achievement.slug for row in CertificateDecision.objects.all()}
    assert asked == {"safe", "competent"}


def competence(programme: Programme) -> Achievement:
    return Achievement.objects.create(
        programme=programme, slug="competent", title="Certificate of competence", validity_months=24
    )


def test_who_gains_a_pass_has_a_certificate_without_asking(
    tess: User, quiz: Quiz, course: Course, ines: User, ada: User
) -> None:
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    plain = [item.position for item in items_of(attempt) if not item.question_version.is_critical]
    hand_in(attempt, wrong=plain)
    item = items_of(attempt)[plain[0] - 1]

    regrade(item, ines, ada, Policy.FULL_CREDIT)

    assert Certificate.objects.get(holder=tess).standing is Standing.VALID
    assert not CertificateDecision.objects.exists()


def test_a_late_answer_that_is_counted_can_bring_one_too(tess: User, quiz: Quiz, course: Course, ines: User) -> None:
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    plain = [item for item in items_of(attempt) if not item.question_version.is_critical]
    hand_in(attempt, wrong=[item.position for item in plain])
    attempt.save_answer(plain[0].pk, fields_for(plain[0], right=True), epoch=0, seq=9, client="late")

    late.count(ResponseEvent.objects.get(outcome="closed"), by=ines, reason="The network was down.")

    assert Certificate.objects.filter(holder=tess).exists()


def test_the_dry_run_names_the_certificates_it_would_touch(
    passed: Attempt, ines: User, client_of: ClientOf, tess: User
) -> None:
    item = right_item(passed, critical=False)
    question = turn(item)
    assert question.current
    asked = applying.ask_for(
        question, to_version=question.current, by=ines, reason="It was wrong.", policy=Policy.NEW_KEY
    )

    page = client_of(ines).get(asked.get_absolute_url())

    assert "Would no longer pass" in page.text
    assert Certificate.objects.get(holder=tess).grouped_code in page.text
    assert touched.by([passed])[passed.pk]


def test_keeping_it_keeps_it_with_a_reason_and_a_letter(waiting: CertificateDecision, ada: User) -> None:
    deciding.decide(waiting, Decision.KEEP, by=ada, why="The old key was in the lesson, too.")

    waiting.refresh_from_db()
    assert (waiting.decision, waiting.decided_by) == ("keep", ada)
    assert waiting.certificate.standing is Standing.VALID
    assert "stays as it is" in Mail.objects.get(kind="certificate-decided").text


def test_revoking_it_revokes_it_in_public_words(waiting: CertificateDecision, ada: User) -> None:
    deciding.decide(
        waiting, Decision.REVOKE, by=ada, why="Two more answers were unsafe.", public_reason="A result was corrected."
    )

    certificate = Certificate.objects.get(pk=waiting.certificate_id)
    assert certificate.standing is Standing.REVOKED
    assert certificate.revocation.public_reason == "A result was corrected."
    assert certificate.revocation.private_note == "Two more answers were unsafe."
    assert "was revoked" in Mail.objects.get(kind="certificate-decided").text
    assert not Mail.objects.filter(kind="certificate-revoked").exists()  # one letter says it


def test_it_is_decided_once(waiting: CertificateDecision, ada: User) -> None:
    deciding.decide(waiting, Decision.KEEP, by=ada, why="First.")

    with pytest.raises(deciding.DecidedAlready):
        deciding.decide(waiting, Decision.REVOKE, by=ada, why="Second.")

    assert waiting.certificate.standing is Standing.VALID
    assert CertificateDecision.objects.get().why == "First."


def test_the_database_wants_who_when_and_why(waiting: CertificateDecision) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateDecision.objects.filter(pk=waiting.pk).update(decision="keep")
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateDecision.objects.filter(pk=waiting.pk).update(regrade=None)


def test_staff_decide_on_its_page(waiting: CertificateDecision, ada: User, client_of: ClientOf) -> None:
    client = client_of(ada)
    assert "Tess Trainee" in client.get("/certificates/decisions/").text

    without = client.post(waiting.get_absolute_url(), {"decision": "revoke", "why": "Unsafe."})
    done = client.post(waiting.get_absolute_url(), {"decision": "keep", "why": "It was taught so."}, follow=True)

    assert without.status_code == 422
    assert "Say what everyone who checks the certificate will read" in without.text
    assert "Kept" in done.text
    assert "It was taught so." in client.get(waiting.get_absolute_url()).text


@pytest.mark.parametrize("typed", [{}, {"decision": "burn", "why": "x"}, {"decision": "keep", "why": "a\0b"}])
def test_nonsense_decides_nothing(
    waiting: CertificateDecision, ada: User, client_of: ClientOf, typed: dict[str, str]
) -> None:
    assert client_of(ada).post(waiting.get_absolute_url(), typed).status_code == 422

    waiting.refresh_from_db()
    assert not waiting.decided_at


def test_nobody_decides_on_their_own_certificate(waiting: CertificateDecision, tess: User, client_of: ClientOf) -> None:
    tess.is_staff = True
    tess.save()
    TOTP.activate(tess, generate_totp_secret())  # as staff must
    client = client_of(tess)

    assert waiting.certificate.grouped_code not in client.get("/certificates/decisions/").text
    assert client.post(waiting.get_absolute_url(), {"decision": "keep", "why": "Mine."}).status_code == 404
    with pytest.raises(PermissionDenied):
        deciding.decide(waiting, Decision.KEEP, by=tess, why="Mine.")


@pytest.fixture
def examination(course: Course) -> Quiz:
    """All that competence asks for besides: 3 of 4 pass it."""
    Achievement.objects.create(programme=course.programme, slug="competent", title="Competence", validity_months=12)
    return make_examination(course.programme, {"safe": 4}, pass_percent=7500, critical_min_percent=0)


def test_competence_waits_while_a_course_certificate_is_being_decided(
    waiting: CertificateDecision, examination: Quiz, tess: User, ada: User
) -> None:
    hand_in_right(examination.begin(tess, declared=True))
    issuing.award_what_is_due()
    assert Certificate.objects.filter(holder=tess).count() == 1

    deciding.decide(waiting, Decision.KEEP, by=ada, why="It was taught so.")
    issuing.award_what_is_due()

    assert Certificate.objects.filter(holder=tess, achievement__slug="competent").exists()


def test_competence_is_not_awarded_later_by_a_pass_that_was_taken_meanwhile(
    waiting: CertificateDecision, examination: Quiz, tess: User, ines: User, ada: User
) -> None:
    attempt = examination.begin(tess, declared=True)
    hand_in_right(attempt)
    for item in items_of(attempt):
        add_question(
            item.question.course,
            item.question.ref,
            item.question_version.objective,
            critical=item.question_version.is_critical,
            source={"answer": not item.question_version.key["answer"]},
        )
        regrade(item, ines, ada)
    deciding.decide(waiting, Decision.KEEP, by=ada, why="It was taught so.")

    issuing.award_what_is_due()

    assert not Certificate.objects.filter(holder=tess, achievement__slug="competent").exists()


def hand_in_right(attempt: Attempt) -> None:
    result = attempt.submit(
        [(item.pk, fields_for(item, right=True), 0, 1, None) for item in items_of(attempt)], client="test"
    )
    assert result
    assert result.passed
