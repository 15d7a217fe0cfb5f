"""How a quiz behaves: told question by question (check), or taken in rounds that never count (practice)."""

import shutil
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from certificates.models import Certificate
from courses import loading
from courses.loading.loader import LoadError
from courses.models import Completion, Course, Enrolment
from quizzes import blueprints, checking, completing
from quizzes.analysis import gathering
from quizzes.models import Attempt, AttemptOver, Item, ItemCheck, Mode, Outcome, Quiz, ResponseEvent, TakenOver
from quizzes.opening import Closed, look
from quizzes.practising import seen
from tests.conftest import ClientOf
from tests.quizzes.making import (
    AT_ONCE,
    Clock,
    add_pool,
    answers_for,
    begin_and_hand_in,
    fields_for,
    hand_in,
    items_of,
    kept,
    make_course,
    make_quiz,
    set_rules,
    study_all,
)
from tests.school import SMALL

pytestmark = pytest.mark.django_db


def rules(quiz: Quiz, **settings: Any) -> None:
    version = quiz.current
    assert version
    set_rules(quiz, blueprints.of(version), **settings)


def checked_first(attempt: Attempt, *, right: bool) -> Item:
    """The first item answered, and its answer checked."""
    item = items_of(attempt)[0]
    epoch = attempt.claim()
    attempt.save_answer(item.pk, fields_for(item, right=right), epoch=epoch, seq=1, client="test")
    checking.check(attempt, item.pk, epoch=epoch)
    return item


class TestCheck:
    @pytest.fixture
    def attempt(self, tess: User, quiz: Quiz, enrolment: Enrolment) -> Attempt:
        rules(quiz, behaviour="check")
        return quiz.begin(tess, declared=True)

    def test_a_checked_answer_is_told_at_once(self, attempt: Attempt) -> None:
        item = checked_first(attempt, right=False)

        told = checking.told_of(attempt)

        assert list(told) == [item.pk]
        assert told[item.pk].verdict == "wrong"
        assert told[item.pk].why == "Not so."
        assert told[item.pk].key == ["True"]

    @pytest.mark.parametrize("when", ["never", "after_last", "after_closing"])
    def test_the_key_only_where_the_policy_shows_it_at_once(
        self, tess: User, quiz: Quiz, enrolment: Enrolment, when: str
    ) -> None:
        rules(quiz, behaviour="check", review=AT_ONCE | {"key": when})
        attempt = quiz.begin(tess, declared=True)
        item = checked_first(attempt, right=False)

        told = checking.told_of(attempt)[item.pk]

        assert (told.verdict, told.key) == ("wrong", [])

    def test_it_stays_as_it_was_whatever_is_saved_later(self, attempt: Attempt) -> None:
        item = checked_first(attempt, right=False)

        saved = attempt.save_answer(item.pk, fields_for(item, right=True), epoch=1, seq=2, client="test")

        assert saved.outcome == Outcome.CHECKED
        assert saved.message
        assert kept(item) == ItemCheck.objects.get().response
        assert ResponseEvent.objects.latest("pk").outcome == Outcome.CHECKED

    def test_its_flag_may_still_change_though_a_shut_control_sends_nothing(self, attempt: Attempt) -> None:
        item = checked_first(attempt, right=False)

        saved = attempt.save_answer(item.pk, {}, epoch=1, seq=2, client="test", flagged=True)

        item.response.refresh_from_db()
        assert (saved.outcome, item.response.flagged) == (Outcome.APPLIED, True)
        assert item.response.body == ItemCheck.objects.get().response

    def test_the_hand_in_marks_the_checked_answer(self, attempt: Attempt) -> None:
        item = checked_first(attempt, right=False)

        result = attempt.submit(answers_for(attempt, epoch=1, seq=9), client="test")

        assert result
        assert result.percent == 7500
        assert kept(item) == ItemCheck.objects.get().response
        assert ItemCheck.objects.get().mark == item.markings.get().mark

    def test_an_answer_kept_aside_cannot_come_in_by_the_back_door(self, attempt: Attempt) -> None:
        item = items_of(attempt)[0]
        old = attempt.claim()
        new = attempt.claim()
        attempt.save_answer(item.pk, fields_for(item, right=True), epoch=old, seq=5, client="old")
        attempt.save_answer(item.pk, fields_for(item, right=False), epoch=new, seq=1, client="new")
        checking.check(attempt, item.pk, epoch=new)
        event = ResponseEvent.objects.get(client="old")

        assert attempt.take_back(event, epoch=attempt.claim(), seq=1, client="form").outcome == Outcome.CHECKED
        assert kept(item) == ItemCheck.objects.get().response

    def test_twice_is_once(self, attempt: Attempt) -> None:
        item = checked_first(attempt, right=True)

        assert checking.check(attempt, item.pk, epoch=1) == ItemCheck.objects.get()

    def test_without_an_answer_there_is_nothing_to_check(self, attempt: Attempt) -> None:
        with pytest.raises(checking.CannotCheck):
            checking.check(attempt, items_of(attempt)[0].pk, epoch=attempt.claim())

    def test_a_window_that_was_taken_over_checks_nothing(self, attempt: Attempt) -> None:
        item = items_of(attempt)[0]
        old = attempt.claim()
        attempt.save_answer(item.pk, fields_for(item, right=True), epoch=old, seq=1, client="test")
        attempt.claim()

        with pytest.raises(TakenOver):
            checking.check(attempt, item.pk, epoch=old)
        assert not ItemCheck.objects.exists()

    def test_when_time_is_up_nothing_is_checked(self, attempt: Attempt, clock: Clock) -> None:
        item = items_of(attempt)[0]
        epoch = attempt.claim()
        attempt.save_answer(item.pk, fields_for(item, right=True), epoch=epoch, seq=1, client="test")
        clock.forward(hours=1)

        with pytest.raises(AttemptOver):
            checking.check(attempt, item.pk, epoch=epoch)

    def test_an_examination_tells_nothing_early(self, tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
        attempt = quiz.begin(tess, declared=True)
        item = items_of(attempt)[0]
        epoch = attempt.claim()
        attempt.save_answer(item.pk, fields_for(item, right=True), epoch=epoch, seq=1, client="test")

        with pytest.raises(checking.CannotCheck):
            checking.check(attempt, item.pk, epoch=epoch)
        assert checking.told_of(attempt) == {}

    def test_an_examination_pays_no_query_for_it(self, tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
        def cost() -> int:
            attempt = Attempt.objects.of(tess).get(pk=quiz.begin(tess, declared=True).pk)
            item = items_of(attempt)[0]
            epoch = attempt.claim()
            with CaptureQueriesContext(connection) as queries:
                attempt.save_answer(item.pk, fields_for(item, right=True), epoch=epoch, seq=1, client="test")
            hand_in(attempt, wrong=[1, 2, 3, 4])
            return len(queries)

        exam = cost()
        rules(quiz, behaviour="check")

        assert cost() == exam + 1

    def test_what_was_checked_is_final(self, attempt: Attempt) -> None:
        checked_first(attempt, right=False)

        for act in (lambda: ItemCheck.objects.update(mark=10_000), lambda: ItemCheck.objects.all().delete()):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()

    def test_on_the_page_without_a_script(self, attempt: Attempt, tess: User, client_of: ClientOf) -> None:
        client, item = client_of(tess), items_of(attempt)[0]
        page = client.get(attempt.get_absolute_url())
        assert "Check this answer" in page.text
        form = {"client": "form", "epoch": "0", "at": "1", "checked_at": "1", f"i{item.pk}-seq": "0"} | {
            f"i{item.pk}-{name}": values for name, values in fields_for(item, right=False).items()
        }
        address = reverse("quizzes:item_check_create", args=[attempt.pk, item.pk])

        answer = client.post(address, form)

        assert answer.headers["Location"].endswith(f"?q=1#checked-{item.pk}")
        page = client.get(answer.headers["Location"])
        assert "Not right yet" in page.text
        assert "Not so." in page.text
        assert f'id="checked-{item.pk}"' in page.text
        again = client.post(address, form | {f"i{item.pk}-seq": "1"} | wrong_way(item), follow=True)
        assert "it stays as it was" in again.text
        assert kept(item) == ItemCheck.objects.get().response

    def test_foreign_and_missing_items_are_nowhere(
        self, attempt: Attempt, tess: User, oskar: User, client_of: ClientOf
    ) -> None:
        item = items_of(attempt)[0]
        form = {"client": "form", "epoch": "0"}

        def ask(user: User, attempt_pk: int, item_pk: int) -> int:
            address = reverse("quizzes:item_check_create", args=[attempt_pk, item_pk])
            return client_of(user).post(address, form).status_code

        assert ask(oskar, attempt.pk, item.pk) == 404
        assert ask(tess, attempt.pk, 10**9) == 404


def wrong_way(item: Item) -> dict[str, list[str]]:
    return {f"i{item.pk}-{name}": values for name, values in fields_for(item, right=True).items()}


@pytest.mark.django_db(transaction=True)
def test_a_check_and_a_save_at_the_same_moment_agree(tess: User) -> None:
    """Whichever comes first: what counts is what was told."""
    course = make_course()
    add_pool(course, each=6)
    quiz = make_quiz(course, behaviour="check")
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    epoch = attempt.claim()
    for number, item in enumerate(items_of(attempt)):
        attempt.save_answer(item.pk, fields_for(item, right=False), epoch=epoch, seq=1, client="test")
        start = Barrier(2)

        def save(item: Item = item, start: Barrier = start) -> None:
            try:
                mine = Attempt.objects.of(tess).get(pk=attempt.pk)
                start.wait()
                mine.save_answer(item.pk, fields_for(item, right=True), epoch=epoch, seq=2, client="test")
            finally:
                connections.close_all()

        thread = Thread(target=save)
        thread.start()
        start.wait()
        checking.check(attempt, item.pk, epoch=epoch)
        thread.join()
        assert kept(item) == ItemCheck.objects.get(item=item).response, number


class TestPractice:
    @pytest.fixture
    def practice(self, tess: User, quiz: Quiz, enrolment: Enrolment) -> Quiz:
        rules(quiz, behaviour="practice", attempts=1)
        return quiz

    def test_as_often_as_one_likes(self, tess: User, practice: Quiz) -> None:
        for number in range(1, 5):
            attempt = practice.begin_practice(tess)
            assert (attempt.mode, attempt.number, attempt.declared_at) == (Mode.PRACTICE, number, None)
            hand_in(attempt, wrong=[1])

    def test_a_second_start_returns_the_open_round(self, tess: User, practice: Quiz) -> None:
        assert practice.begin_practice(tess) == practice.begin_practice(tess)

    def test_nobody_needs_a_name_for_it(self, tess: User, practice: Quiz) -> None:
        tess.name = ""
        tess.save()

        assert practice.begin_practice(tess).is_open

    def test_the_lessons_come_first_where_the_quiz_says_so(self, tess: User, course: Course, quiz: Quiz) -> None:
        rules(quiz, behaviour="practice")
        course.enrol(tess)

        with pytest.raises(Closed):
            quiz.begin_practice(tess)

    def test_no_graded_attempt_at_it(self, tess: User, practice: Quiz) -> None:
        with pytest.raises(Closed) as refused:
            practice.begin(tess, declared=True)
        assert refused.value.opening.reason("practice")

    @pytest.mark.parametrize("behaviour", ["exam", "check"])
    def test_no_round_of_a_quiz_that_counts(self, tess: User, quiz: Quiz, enrolment: Enrolment, behaviour: str) -> None:
        rules(quiz, behaviour=behaviour)

        with pytest.raises(Closed) as refused:
            quiz.begin_practice(tess)
        assert refused.value.opening.reason("no_practice")

    def test_a_round_counts_nowhere(self, tess: User, practice: Quiz) -> None:
        """Even once the quiz counts: no attempt is used, nothing is passed, completed or certified."""
        attempt = practice.begin_practice(tess)
        result = hand_in(attempt)
        assert result.passed
        rules(practice, behaviour="exam")

        opening = look(practice, tess)

        assert (opening.attempts, opening.passed, opening.attempts_left) == ((), False, 3)
        assert completing.passed_attempt(practice, tess.pk) is None
        assert not completing.is_clear(practice, tess.pk)
        assert not Attempt.objects.graded().exists()
        assert not Certificate.objects.exists()
        assert not gathering.closed(practice).exists()  # the item analysis reads none of it
        assert practice.begin(tess, declared=True).number == 1

    def test_failed_rounds_ask_for_no_review_and_no_follow_up(self, tess: User, practice: Quiz) -> None:
        for _round in range(3):
            hand_in(practice.begin_practice(tess), wrong=[1, 2, 3, 4])
        rules(practice, behaviour="exam")

        opening = look(practice, tess)

        assert opening.review_lessons == ()
        assert opening.follow_up_after is None
        assert opening.is_open

    def test_a_course_with_one_is_completed_by_its_lessons(self, tess: User) -> None:
        course = make_course("shades", code="M2")
        add_pool(course)
        rules(make_quiz(course), behaviour="practice")

        enrolment = study_all(tess, course)

        assert Completion.objects.filter(enrolment=enrolment).exists()

    def test_what_it_told_is_used_later_in_papers_that_count(self, tess: User, practice: Quiz) -> None:
        attempt = practice.begin_practice(tess)
        hand_in(attempt)
        rules(practice, behaviour="exam")

        paper = practice.begin(tess, declared=True)

        told = {item.question_id for item in items_of(attempt)}
        assert seen.practised(tess) == told
        assert not told & {item.question_id for item in items_of(paper)}

    def test_on_its_pages(self, tess: User, practice: Quiz, client_of: ClientOf) -> None:
        client = client_of(tess)
        page = client.get(practice.get_absolute_url())
        assert "Begin a round" in page.text
        assert "I declare" not in page.text
        assert "To pass" not in page.text
        begun = client.post(reverse("quizzes:round_create", args=[practice.pk]))
        attempt = Attempt.objects.get()
        assert begun.headers["Location"] == attempt.get_absolute_url()
        assert "Go on" in client.get(practice.get_absolute_url()).text
        hand_in(attempt, wrong=[1])

        result = client.get(attempt.get_result_url())

        assert "75% this time" in result.text
        assert "certificate" not in result.context["attempt"].quiz.title
        assert "It counts for nothing" in result.text
        feedback = client.post(reverse("quizzes:feedback_create", args=[attempt.pk]), follow=True)
        assert "Not so." in feedback.text
        assert "Round 1" in client.get(practice.get_absolute_url()).text
        assert practice.course
        assert "For practice" in client.get(practice.course.get_absolute_url()).text

    def test_rounds_cost_no_more_with_their_number(self, tess: User, practice: Quiz, client_of: ClientOf) -> None:
        client = client_of(tess)

        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get(practice.get_absolute_url())
            return len(queries)

        cost()
        few = cost()
        for _round in range(4):
            hand_in(practice.begin_practice(tess))

        assert cost() == few


class TestWhatAnAuthorWrites:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return Path(shutil.copytree(SMALL, tmp_path / "small"))

    def write(self, folder: Path, part: str, words: str) -> None:
        path = folder / part
        path.write_text(path.read_text().replace("\nquiz:\n", f"\nquiz:\n{words}"))

    def test_behaviour_and_practice_are_settings_of_a_quiz(self, folder: Path, db: None) -> None:
        loading.load(folder)
        quiz = Quiz.objects.get(course__slug="needles")
        assert quiz.current
        assert (quiz.current.number, quiz.current.behaviour, quiz.current.practise_new) == (1, "exam", "after_passing")
        self.write(folder, "needles/course.yaml", "  behaviour: check\n  practice: after_lessons\n")

        loading.load(folder)
        loading.load(folder)

        quiz.refresh_from_db()
        assert (quiz.current.number, quiz.current.behaviour, quiz.current.practise_new) == (2, "check", "after_lessons")

    @pytest.mark.parametrize(
        ("part", "words", "told"),
        [
            ("needles/course.yaml", "  behaviour: exams\n", "exam, check, practice"),
            ("needles/course.yaml", "  practice: 3\n", "practice"),
            ("needles/course.yaml", "  behaviour: practice\n  review: {key: after_last}\n", "after_last"),
            ("programme.yaml", "  behaviour: practice\n", "final examination"),
        ],
    )
    def test_what_makes_no_sense_is_refused_in_words(
        self, folder: Path, db: None, part: str, words: str, told: str
    ) -> None:
        self.write(folder, part, words)

        with pytest.raises(LoadError) as refused:
            loading.load(folder)

        assert told in str(refused.value)
        assert not Quiz.objects.exists()


def test_the_graded_modes_are_the_only_ones_that_settle(tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
    passed = begin_and_hand_in(quiz, tess)

    assert Completion.objects.filter(enrolment=enrolment).exists()
    assert completing.passed_attempt(quiz, tess.pk) == passed
