"""Correcting, as instructors see it: regrades from asking to applying, and the record of a paper."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.models import Course, Teaching
from quizzes.correcting import applying
from quizzes.models import Attempt, Outcome, Question, Quiz, Regrade, ResponseEvent
from tests.quizzes.making import fields_for, hand_in, items_of, study_all
from tests.quizzes.test_regrading import at, turn

ClientOf = Callable[[User], Client]


@pytest.fixture
def failed(tess: User, quiz: Quiz, course: Course, ines: User) -> Attempt:
    Teaching.objects.create(course=course, user=ines)
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    hand_in(attempt, wrong=[1, 2])
    return attempt


@pytest.fixture
def question(failed: Attempt) -> Question:
    return turn(at(failed, 1).question)


def test_a_regrade_is_asked_for_approved_and_applied_by_two_people(
    client_of: ClientOf, ines: User, ada: User, failed: Attempt, question: Question
) -> None:
    hers, theirs = client_of(ines), client_of(ada)
    address = reverse("quizzes:regrade_create", args=[question.pk])
    assert "Mark old answers again" in hers.get(address).text

    made = hers.post(address, {"to_version": question.current_id, "policy": "best_of", "reason": "The key was wrong."})

    regrade = Regrade.objects.get()
    assert made.status_code == 302
    page = hers.get(made["Location"])
    assert "Tess Trainee" in page.text
    assert "50%&nbsp;→&nbsp;75%" in page.text
    assert "somebody else has to approve" in page.text
    assert "Apply it" not in page.text
    approval = reverse("quizzes:approval_create", args=[regrade.pk])
    assert "somebody else has to approve" in hers.post(approval, follow=True).text
    page = theirs.get(regrade.get_absolute_url())
    assert "Approve" in page.text
    assert regrade.looked_at
    theirs.post(approval, {"looked_at": regrade.looked_at.isoformat()})
    page = theirs.post(reverse("quizzes:application_create", args=[regrade.pk]), follow=True)
    assert "being applied" in page.text
    regrade.refresh_from_db()
    assert regrade.begun_at


def test_what_was_read_is_what_is_approved(client_of: ClientOf, ines: User, ada: User, question: Question) -> None:
    regrade = _ask(question, ines)
    client = client_of(ada)

    page = client.post(reverse("quizzes:approval_create", args=[regrade.pk]), {"looked_at": "yesterday"}, follow=True)

    assert "Look at it once more" in page.text
    regrade.refresh_from_db()
    assert regrade.state == "dry"


def test_cancelling_says_whether_marks_were_changed(client_of: ClientOf, ines: User, question: Question) -> None:
    """One that was put back half-way has changed marks already."""
    client, words = client_of(ines), {}
    for half_way in (False, True):
        regrade = _ask(question, ines)
        if half_way:
            regrade.changes.update(applied_at=regrade.asked_at)
        page = client.post(reverse("quizzes:cancellation_create", args=[regrade.pk]), follow=True)
        words[half_way] = "No mark was changed" in page.text, "What was applied before stays" in page.text

    assert words == {False: (True, False), True: (False, True)}


def _ask(question: Question, by: User) -> Regrade:
    assert question.current
    return applying.ask_for(question, to_version=question.current, by=by, reason="The key was wrong.")


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"to_version": "9999999", "policy": "best_of", "reason": "x"},
        {"to_version": "one", "policy": "best_of", "reason": "x"},
        {"policy": "worst_of", "reason": "x"},
        {"policy": "best_of", "reason": "   "},
        {"policy": "best_of", "reason": "a\0b"},
        {"policy": "best_of", "reason": "x" * 1001},
        {"policy": "best_of", "reason": "x", "from_version": "99999999999999999999999"},
    ],
)
def test_nonsense_is_told_what_to_mend(
    client_of: ClientOf, ines: User, question: Question, typed: dict[str, str]
) -> None:
    data = {"to_version": str(question.current_id)} | typed

    page = client_of(ines).post(reverse("quizzes:regrade_create", args=[question.pk]), data)

    assert page.status_code == 422
    assert not Regrade.objects.exists()


def test_the_csv_names_everybody_and_runs_no_formula(
    client_of: ClientOf, ines: User, tess: User, question: Question
) -> None:
    User.objects.filter(pk=tess.pk).update(name="=HYPERLINK(1)")
    regrade = _ask(question, ines)

    answer = client_of(ines).get(reverse("quizzes:regrade_csv", args=[regrade.pk]))

    assert answer["Content-Type"].startswith("text/csv")
    assert "'=HYPERLINK(1)" in answer.text
    assert len(answer.text.splitlines()) == 2


def test_the_list_shows_what_runs(client_of: ClientOf, ines: User, question: Question) -> None:
    _ask(question, ines)

    page = client_of(ines).get(reverse("quizzes:regrades"))

    assert question.ref in page.text
    assert "Waiting for a second person" in page.text


def test_the_record_shows_every_mark_and_every_late_answer(
    client_of: ClientOf, ines: User, ada: User, failed: Attempt, question: Question
) -> None:
    item = items_of(failed)[1]
    failed.save_answer(item.pk, fields_for(item, right=True), epoch=0, seq=9, client="late")
    regrade = _ask(question, ines)
    regrade.approve(ada)
    regrade.apply(ada)
    applying.apply_now(regrade)

    page = client_of(ines).get(reverse("quizzes:record", args=[failed.pk]))

    assert "Tess Trainee" in page.text
    assert "marked again after a correction" in page.text
    assert "after handing in" in page.text
    assert "Count this answer" in page.text


def test_an_instructor_counts_a_late_answer(client_of: ClientOf, ines: User, failed: Attempt) -> None:
    item = items_of(failed)[1]
    failed.save_answer(item.pk, fields_for(item, right=True), epoch=0, seq=9, client="late")
    event = ResponseEvent.objects.get(outcome=Outcome.CLOSED)
    client, address = client_of(ines), reverse("quizzes:counted_create", args=[failed.pk, event.pk])

    without = client.post(address, {"reason": " "}, follow=True)
    with_reason = client.post(address, {"reason": "The network was down."}, follow=True)

    assert "Say why" in without.text
    assert "Counted by Ines Instructor" in with_reason.text
    assert "Count this answer" not in with_reason.text


def test_nobody_reads_the_record_of_their_own_paper(
    client_of: ClientOf, ines: User, quiz: Quiz, course: Course
) -> None:
    Teaching.objects.create(course=course, user=ines)
    study_all(ines, course)
    own = quiz.begin(ines, declared=True)

    assert client_of(ines).get(reverse("quizzes:record", args=[own.pk])).status_code == 404


def test_papers_are_found_by_name_and_by_late_answers(client_of: ClientOf, ines: User, failed: Attempt) -> None:
    address = reverse("quizzes:records", args=[failed.quiz_id])
    client = client_of(ines)

    assert "Tess Trainee" in client.get(address, {"q": "TESS"}).text
    assert "No paper fits" in client.get(address, {"q": "nobody\0"}).text
    assert "No paper fits" in client.get(address, {"only": "late"}).text
    item = items_of(failed)[1]
    failed.save_answer(item.pk, fields_for(item, right=True), epoch=0, seq=9, client="late")
    assert "Tess Trainee" in client.get(address, {"only": "late"}).text
