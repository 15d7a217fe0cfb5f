"""Practice: what comes back, when it comes, and that nothing of it ever counts or gives an examination away."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from fractions import Fraction
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from certificates.models import Certificate
from courses.models import Completion, Course, Enrolment
from quizzes import kinds
from quizzes.models import (
    Attempt,
    Card,
    Item,
    Marking,
    PracticeAnswer,
    PracticeEase,
    PracticeSitting,
    Question,
    Quiz,
    Response,
    Result,
)
from quizzes.opening import look
from quizzes.practising import answering, asking, dealing, pace, scheduling, seen
from quizzes.work import deal_to_whoever_handed_in
from tests.conftest import ClientOf
from tests.quizzes.making import (
    AT_ONCE,
    Clock,
    add_pool,
    add_question,
    begin_and_hand_in,
    hand_in,
    items_of,
    make_course,
    make_examination,
    set_rules,
    study_all,
)

pytestmark = pytest.mark.django_db


def missed_by(trainee: User) -> set[int]:
    return set(Card.objects.of(trainee).filter(made_because="missed").values_list("question", flat=True))


def never_met_by(trainee: User) -> set[int]:
    return set(Card.objects.of(trainee).filter(made_because="never_met").values_list("question", flat=True))


def questions_at(attempt: Attempt, *positions: int) -> set[int]:
    return {item.question_id for item in items_of(attempt) if item.position in positions}


def rules(quiz: Quiz, **settings: Any) -> None:
    """The same form under other settings."""
    from quizzes import blueprints

    version = quiz.current
    assert version
    set_rules(quiz, blueprints.of(version), **settings)


def sit(trainee: User) -> PracticeSitting:
    sitting = answering.begin(trainee)
    assert sitting
    return sitting


def next_card(sitting: PracticeSitting) -> Card:
    card, _done, _total = asking.next_of(sitting)
    assert card
    return card


def solve(card: Card) -> dict[str, Any]:
    version = card.question.current
    assert version
    return kinds.get(version.kind).solve(version.body, version.key)


def wrong(card: Card) -> dict[str, Any]:
    return {"choice": not solve(card)["choice"]}


@pytest.fixture
def failed(tess: User, quiz: Quiz, enrolment: Enrolment, clock: Clock) -> Attempt:
    """Two of four right: the quiz is not passed."""
    return begin_and_hand_in(quiz, tess, wrong=[1, 3])


@pytest.fixture
def card(tess: User, failed: Attempt) -> Card:
    return next_card(sit(tess))


class TestWhatIsDealt:
    def test_what_was_missed(self, tess: User, failed: Attempt) -> None:
        dealing.deal(tess)

        assert missed_by(tess) == questions_at(failed, 1, 3)
        assert never_met_by(tess) == set()  # the quiz is still ahead

    def test_twice_is_once(self, tess: User, failed: Attempt) -> None:
        assert (dealing.deal(tess), dealing.deal(tess)) == (2, 0)

    def test_what_the_review_policy_keeps_back_is_not_dealt(self, tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
        for when in ("never", "after_closing", "after_last"):
            rules(quiz, review=AT_ONCE | {"key": when}, attempts=9)
            begin_and_hand_in(quiz, tess, wrong=[1, 2])

        assert dealing.deal(tess) == 0

    def test_after_closing_it_is(self, tess: User, quiz: Quiz, enrolment: Enrolment, clock: Clock) -> None:
        closes = clock.now + timedelta(days=1)
        rules(quiz, review=AT_ONCE | {"key": "after_closing"}, closes_at=closes)
        attempt = begin_and_hand_in(quiz, tess, wrong=[1, 2])
        assert dealing.deal(tess) == 0

        clock.now = closes

        assert dealing.deal(tess) == 2
        assert missed_by(tess) == questions_at(attempt, 1, 2)

    def test_once_it_is_passed_what_waited_for_that_is(self, tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
        rules(quiz, review=AT_ONCE | {"key": "after_last"}, practise_new="never")
        attempt = begin_and_hand_in(quiz, tess, wrong=[1, 2])
        begin_and_hand_in(quiz, tess)

        dealing.deal(tess)

        assert missed_by(tess) == questions_at(attempt, 1, 2)

    def test_an_empty_paper_buys_no_answers(self, tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
        quiz.begin(tess, declared=True).submit([], client="test")

        assert dealing.deal(tess) == 0

    def test_a_correction_that_gives_full_marks_takes_the_reason_away(self, tess: User, failed: Attempt) -> None:
        marking = Marking.objects.get(item__attempt=failed, item__position=1)
        Marking.objects.create(
            item=marking.item,
            rev=2,
            question_version=marking.question_version,
            marker_version=1,
            mark=marking.item.max_mark,
            answered=True,
            marked_at=timezone.now(),
        )

        dealing.deal(tess)

        assert missed_by(tess) == questions_at(failed, 3)

    def test_once_the_quiz_is_passed_what_was_never_met(self, tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
        attempt = begin_and_hand_in(quiz, tess)

        dealing.deal(tess)

        every = set(Question.objects.values_list("pk", flat=True))
        assert never_met_by(tess) == every - questions_at(attempt, 1, 2, 3, 4)

    def test_while_an_examination_is_ahead_the_larger_half_of_each_objective_stays_back(
        self, tess: User, quiz: Quiz, enrolment: Enrolment, course: Course
    ) -> None:
        examination = make_examination(course.programme, {course.slug: 4})
        begin_and_hand_in(quiz, tess)
        dealing.deal(tess)

        untold = {pk for pk in Question.objects.values_list("pk", flat=True) if pk not in never_met_by(tess)}

        for objective in course.objectives.all():
            assert len(untold & of_objective(objective.code)) >= 3  # of six
        begin_and_hand_in(examination, tess)
        dealing.deal(tess)
        met = set(Item.objects.values_list("question", flat=True))
        assert never_met_by(tess) | met == set(Question.objects.values_list("pk", flat=True))

    def test_what_stays_back_is_the_same_for_everybody(self) -> None:
        group = [(number, f"Q-{number}") for number in range(7)]

        kept = dealing.kept_back(group)

        assert len(kept) == 4
        assert kept == dealing.kept_back(reversed(group))

    @pytest.mark.parametrize(("when", "count"), [("after_lessons", 6), ("after_passing", 0), ("never", 0)])
    def test_before_the_quiz_only_where_the_author_says_so(
        self, tess: User, quiz: Quiz, enrolment: Enrolment, when: str, count: int
    ) -> None:
        rules(quiz, practise_new=when)

        dealing.deal(tess)

        assert len(never_met_by(tess)) == count  # half of twelve

    def test_never_before_the_lessons_are_studied(self, tess: User, course: Course, quiz: Quiz) -> None:
        rules(quiz, practise_new="after_lessons")
        course.enrol(tess)

        assert dealing.deal(tess) == 0

    def test_a_course_without_a_quiz_needs_its_lessons_only(self, tess: User, enrolment: Enrolment) -> None:
        assert dealing.deal(tess) == 12

    def test_kinds_that_people_mark_or_that_are_walked_are_never_dealt(self) -> None:
        left_out = asking.left_out()

        assert {"written_answer", "branching_case"} <= set(left_out)
        assert "single_choice" not in left_out

    def test_of_courses_one_is_not_enrolled_in_nothing(self, tess: User, course: Course) -> None:
        assert dealing.deal(tess) == 0

    def test_the_sweep_deals_after_a_hand_in(self, tess: User, failed: Attempt, clock: Clock) -> None:
        deal_to_whoever_handed_in()

        assert missed_by(tess) == questions_at(failed, 1, 3)
        clock.forward(minutes=1)
        with CaptureQueriesContext(connection) as queries:
            deal_to_whoever_handed_in()
        assert len(queries) == 1  # nobody waits any more

    def test_it_costs_the_same_whatever_there_is(self, tess: User, failed: Attempt, course: Course) -> None:
        dealing.deal(tess)
        Card.objects.all().delete()
        with CaptureQueriesContext(connection) as few:
            dealing.deal(tess)
        Card.objects.all().delete()
        for number in range(30):
            add_question(course, f"Q-more-{number}", "M1.1a")
        with CaptureQueriesContext(connection) as many:
            dealing.deal(tess)

        assert len(few) == len(many)


def of_objective(code: str) -> set[int]:
    return set(Question.objects.filter(current__objective=code).values_list("pk", flat=True))


class TestWhatIsAsked:
    def test_nothing_while_a_paper_that_could_ask_it_is_open(
        self, tess: User, quiz: Quiz, failed: Attempt, client_of: ClientOf
    ) -> None:
        sitting = sit(tess)
        answered = answering.answer(next_card(sitting), sitting, None)
        quiz.begin(tess, declared=True)

        assert not asking.due(tess, timezone.now())
        assert asking.next_of(sitting)[0] is None
        assert answering.begin(tess) is None
        page = client_of(tess).get(answered.get_absolute_url())
        assert "Practice rests" in page.text
        assert answered.question_version.feedback["wrong"] not in page.text

    def test_an_examination_rests_every_course_of_its_programme(
        self, tess: User, course: Course, failed: Attempt
    ) -> None:
        examination = make_examination(course.programme, {course.slug: 2})
        begin_and_hand_in(course.quiz, tess)
        dealing.deal(tess)
        assert asking.due(tess, timezone.now())

        attempt = examination.begin(tess, declared=True)

        assert not asking.due(tess, timezone.now())
        hand_in(attempt)
        assert asking.due(tess, timezone.now())

    def test_another_course_goes_on(self, tess: User, quiz: Quiz, failed: Attempt) -> None:
        other = make_course("shades", code="M2")
        add_pool(other, each=2)
        study_all(tess, other)
        quiz.begin(tess, declared=True)

        sitting = sit(tess)

        asked = set(Card.objects.filter(pk__in=[pk for pk, _turn in sitting.cards]).values_list("question__course"))
        assert asked == {(other.pk,)}

    def test_neither_what_is_retired_nor_what_was_left_out(self, tess: User, failed: Attempt) -> None:
        dealing.deal(tess)
        first, second = Card.objects.of(tess)
        Question.objects.filter(pk=first.question_id).update(retired=True)
        Card.objects.filter(pk=second.pk).update(suspended=True)

        assert asking.plan(tess, timezone.now()) == []

    def test_nor_what_has_become_a_kind_that_is_not_practised(self, tess: User, failed: Attempt) -> None:
        dealing.deal(tess)
        for question in Question.objects.filter(pk__in=missed_by(tess)):
            version = question.current
            assert version
            version.pk, version.number, version.kind = None, 2, "written_answer"
            version.save(force_insert=True)
            question.current = version
            question.save()

        assert asking.plan(tess, timezone.now()) == []

    def test_a_new_version_is_asked_in_its_new_wording(
        self, tess: User, course: Course, card: Card, client_of: ClientOf
    ) -> None:
        add_question(course, card.question.ref, "M1.1a", source={"stem": "Gloves never replace washing."})
        sitting = PracticeSitting.objects.get()

        assert "Gloves never replace washing." in client_of(tess).get(sitting.get_absolute_url()).text

    def test_the_most_overdue_first_then_what_was_missed_then_what_is_new(
        self, tess: User, enrolment: Enrolment, clock: Clock
    ) -> None:
        dealing.deal(tess)
        cards = list(Card.objects.of(tess))
        for number, card in enumerate(cards[:3]):
            Card.objects.filter(pk=card.pk).update(
                turn=1, first_answered_at=clock.now - timedelta(days=9), due_at=clock.now - timedelta(days=number + 1)
            )
        Card.objects.filter(pk=cards[7].pk).update(made_because="missed")

        planned = [card.pk for card in asking.plan(tess, clock.now)]

        assert planned[:4] == [cards[2].pk, cards[1].pk, cards[0].pk, cards[7].pk]

    def test_ten_new_ones_a_day_and_ten_minutes_a_sitting(
        self, tess: User, course: Course, enrolment: Enrolment, clock: Clock
    ) -> None:
        for number in range(30):
            add_question(course, f"Q-more-{number}", "M1.1a")
        dealing.deal(tess)

        first = asking.plan(tess, clock.now)
        assert len(first) == pace.NEW_A_DAY
        sitting = sit(tess)
        for planned in first[:4]:
            answering.answer(planned, sitting, solve(planned))
        assert asking.due(tess, clock.now).questions == pace.NEW_A_DAY - 4

        Card.objects.update(turn=3, first_answered_at=clock.now - timedelta(days=30), due_at=clock.now)
        plan = asking.plan(tess, clock.now)
        assert len(plan) == pace.SITTING // pace.seconds("true_false")
        assert asking.due(tess, clock.now).is_long

    def test_it_costs_the_same_whatever_there_is(self, tess: User, course: Course, enrolment: Enrolment) -> None:
        client = Client()
        client.force_login(tess)
        dealing.deal(tess)
        few = [count(client, "/practice/"), count(client, "/today/")]
        for number in range(40):
            add_question(course, f"Q-more-{number}", "M1.1a")
        dealing.deal(tess)

        assert [count(client, "/practice/"), count(client, "/today/")] == few


def count(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


class TestWhenItComesAgain:
    def test_wrong_tomorrow_partly_later_right_later_still_easy_last(self) -> None:
        today = date(2026, 3, 28)  # the night the clocks change

        days = [(scheduling.review({}, rating, today)[1] - today).days for rating in (1, 2, 3, 4)]

        assert days == [1, 1, 2, 8]

    def test_what_is_known_comes_ever_later_and_what_is_forgotten_soon(self) -> None:
        day, gaps = date(2026, 1, 1), []
        state: dict[str, Any] = {}
        for rating in (3, 3, 3, 3, 1):
            state, due = scheduling.review(state, rating, day)
            gaps.append((due - day).days)
            day = due

        assert gaps[:4] == sorted(set(gaps[:4]))
        assert gaps[4] < gaps[1]

    @given(st.lists(st.integers(1, 4), min_size=1, max_size=12), st.integers(0, 400))
    @settings(max_examples=60, deadline=None)
    def test_the_same_answers_always_lead_to_the_same_day(self, ratings: list[int], late: int) -> None:
        def run() -> tuple[Any, date]:
            state: dict[str, Any] = {}
            day = due = date(2026, 1, 1)
            for rating in ratings:
                state, due = scheduling.review(state, rating, day)
                assert day < due <= day + timedelta(days=scheduling.LONGEST)
                day = due + timedelta(days=late)
            return state, due

        assert run() == run()

    @pytest.mark.parametrize(
        ("share", "easy", "rating"),
        [("0", True, 1), ("-1/3", False, 1), ("2/3", True, 2), ("1", False, 3), ("1", True, 4)],
    )
    def test_the_rating_is_the_mark(self, share: str, easy: bool, rating: int) -> None:
        assert scheduling.rate(Fraction(share), easy=easy) == rating

    def test_a_day_begins_at_the_academys_midnight(self, card: Card, clock: Clock) -> None:
        answer = answering.answer(card, PracticeSitting.objects.get(), wrong(card))

        assert answer.due_at == pace.start_of(pace.today(clock.now) + timedelta(days=1))
        card.refresh_from_db()
        assert (card.turn, card.due_at, card.first_answered_at) == (1, answer.due_at, clock.now)


class TestAnswering:
    def test_a_card_is_answered_once_a_turn(self, card: Card) -> None:
        sitting = PracticeSitting.objects.get()
        first = answering.answer(card, sitting, solve(card))

        again = answering.answer(card, sitting, wrong(card))

        assert again == first
        assert PracticeAnswer.objects.count() == 1

    def test_that_was_easy_is_the_same_review_again(self, card: Card) -> None:
        answer = answering.answer(card, PracticeSitting.objects.get(), solve(card))

        ease = answering.say_easy(answer)

        assert ease
        assert ease.due_at > answer.due_at
        card.refresh_from_db()
        assert card.due_at == ease.due_at
        assert answering.say_easy(answer) == ease
        assert PracticeEase.objects.count() == 1

    def test_what_was_wrong_was_not_easy(self, card: Card) -> None:
        answer = answering.answer(card, PracticeSitting.objects.get(), wrong(card))

        assert answering.say_easy(answer) is None

    def test_nor_can_it_be_said_after_the_next_turn(self, card: Card, clock: Clock) -> None:
        sitting = PracticeSitting.objects.get()
        first = answering.answer(card, sitting, solve(card))
        clock.forward(days=3)
        card.refresh_from_db()
        answering.answer(card, sitting, solve(card))

        assert answering.say_easy(first) is None

    def test_one_may_say_that_one_does_not_know(self, card: Card) -> None:
        answer = answering.answer(card, PracticeSitting.objects.get(), None)

        assert (answer.response, answer.share, answer.rating) == (None, 0, 1)

    def test_a_sitting_that_was_left_goes_on(self, tess: User, card: Card, clock: Clock) -> None:
        sitting = PracticeSitting.objects.get()
        answering.answer(card, sitting, solve(card))

        assert answering.begin(tess) == sitting
        clock.forward(days=1)
        assert answering.begin(tess) != sitting


@pytest.mark.django_db(transaction=True)
def test_of_two_windows_one_answers(tess: User) -> None:
    course = make_course()
    add_pool(course, each=1)
    study_all(tess, course)
    sitting = sit(tess)
    card = next_card(sitting)
    start, kept = Barrier(4), []

    def window(response: dict[str, Any]) -> None:
        try:
            start.wait()
            kept.append(answering.answer(card, sitting, response))
        finally:
            connections.close_all()

    threads = [Thread(target=window, args=(solve(card) if number % 2 else wrong(card),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({answer.pk for answer in kept}) == 1
    assert len(kept) == 4
    card.refresh_from_db()
    assert card.turn == 1


@contextmanager
def nothing_counts() -> Iterator[None]:
    """Nothing that counts is added, changed or taken away."""

    def everything() -> list[Any]:
        return [
            list(model.objects.order_by("pk").values())
            for model in (Attempt, Item, Response, Marking, Result, Completion, Certificate)
        ]

    before = everything()
    yield
    assert everything() == before


class TestTheFlow:
    @pytest.fixture
    def client(self, tess: User, client_of: ClientOf) -> Client:
        return client_of(tess)

    def ask(self, client: Client) -> Any:
        return client.post(reverse("quizzes:sitting_create"), follow=True)

    def send(self, client: Client, page: Any, **more: str) -> Any:
        context = page.context
        fields = {
            "card": context["card"].pk,
            "turn": context["card"].turn,
            "version": context["version"].number,
            "shown": context["shown"],
        }
        address = reverse("quizzes:practice_answer_create", args=[context["sitting"].pk])
        return client.post(address, fields | more, follow=True)

    def right(self, page: Any, *, right: bool = True) -> dict[str, str]:
        value = solve(page.context["card"])["choice"] == right
        return {"a-choice": kinds.get("true_false").fill({}, {}, {"choice": value})["choice"][0]}

    def test_from_today_to_the_end(self, tess: User, client: Client, quiz: Quiz, failed: Attempt, clock: Clock) -> None:
        deal_to_whoever_handed_in()
        assert "2 questions due" in client.get("/today/").text
        opening = look(quiz, tess)

        with nothing_counts():
            page = self.ask(client)
            assert "Question 1 of 2" in page.text
            version = page.context["version"]
            assert version.feedback["wrong"] not in page.text
            told = self.send(client, page, **self.right(page, right=False))
            assert "Not right yet" in told.text
            assert version.feedback["wrong"] in told.text
            assert "It comes again tomorrow." in told.text
            page = client.get(told.context["answer"].sitting.get_absolute_url())
            assert "Question 2 of 2" in page.text
            clock.forward(seconds=30)
            told = self.send(client, page, **self.right(page))
            assert told.context["answer"].seconds == 30
            assert "That was easy" in told.text
            later = client.post(reverse("quizzes:ease_create", args=[told.context["answer"].pk]), follow=True)
            assert "It comes again in 8 days." in later.text
            end = client.get(told.context["answer"].sitting.get_absolute_url())
            assert "That is enough for today" in end.text
            assert "2 questions answered, 1 of them right." in " ".join(end.text.split())
        after = look(quiz, tess)
        assert (after.attempts_left, after.reasons, after.attempts) == (
            opening.attempts_left,
            opening.reasons,
            opening.attempts,
        )
        assert "due, about" not in client.get("/today/").text
        clock.forward(days=1)
        client.logout()
        client.force_login(tess)
        assert "1 question due" in client.get("/today/").text

    def test_a_reload_asks_the_same_in_the_same_order(self, client: Client, course: Course, tess: User) -> None:
        Question.objects.all().update(retired=True)
        for number in range(3):
            add_question(course, f"Q-choice-{number}", kind="single_choice")
        study_all(tess, course)
        page = self.ask(client)

        again = client.get(page.context["sitting"].get_absolute_url())

        assert again.context["q"] == page.context["q"]
        assert again.context["card"] == page.context["card"]

    def test_a_second_tab_is_shown_what_was_answered_first(self, client: Client, failed: Attempt) -> None:
        page = self.ask(client)
        first = self.send(client, page, **self.right(page))

        second = self.send(client, page, **self.right(page, right=False))

        assert "You have answered this question already." in second.text
        assert second.context["answer"] == first.context["answer"]
        assert PracticeAnswer.objects.count() == 1

    def test_no_answer_and_nonsense_are_refused_in_words(self, client: Client, failed: Attempt) -> None:
        page = self.ask(client)

        blank = self.send(client, page)
        nonsense = self.send(client, page, **{"a-choice": "perhaps"})

        assert blank.status_code == nonsense.status_code == 422
        assert "Give an answer first" in blank.text
        assert PracticeAnswer.objects.count() == 0

    @pytest.mark.parametrize("field", ["card", "turn", "version"])
    @pytest.mark.parametrize("value", ["", "x", "-1", "99999999999999", "2147483647", "٣"])
    def test_a_hostile_form_finds_nothing(self, client: Client, failed: Attempt, field: str, value: str) -> None:
        page = self.ask(client)

        answer = self.send(client, page, **{field: value})

        assert answer.status_code in {200, 404}
        assert PracticeAnswer.objects.count() == 0

    def test_what_nobody_asked_cannot_be_answered(
        self, client: Client, tess: User, failed: Attempt, enrolment: Enrolment
    ) -> None:
        page = self.ask(client)
        stray = Card.objects.create(
            trainee=tess,
            question=Question.objects.exclude(pk__in=missed_by(tess))[0],
            made_because="never_met",
            due_at=timezone.now(),
        )

        assert self.send(client, page, card=str(stray.pk), turn="0").status_code == 404

    def test_one_may_leave_a_question_out_and_bring_it_back(
        self, client: Client, tess: User, failed: Attempt, clock: Clock
    ) -> None:
        page = self.ask(client)
        told = self.send(client, page, know="no")
        client.post(reverse("quizzes:leaving_out_create", args=[told.context["answer"].pk]))
        clock.forward(days=2)
        assert asking.due(tess, clock.now).questions == 1

        client.logout()
        client.force_login(tess)
        client.post(reverse("quizzes:return_create"))

        assert asking.due(tess, clock.now).questions == 2

    def test_an_answer_to_somebody_elses_card_is_nowhere(
        self, client: Client, failed: Attempt, oskar: User, client_of: ClientOf
    ) -> None:
        page = self.ask(client)
        told = self.send(client, page, **self.right(page))

        stranger = client_of(oskar)

        for name, pk in (("practice_answer", told.context["answer"].pk), ("sitting", page.context["sitting"].pk)):
            assert stranger.get(reverse(f"quizzes:{name}", args=[pk])).status_code == 404
        assert self.send(stranger, page, **self.right(page)).status_code == 404

    def test_a_lost_session_keeps_the_answer(self, client: Client, failed: Attempt) -> None:
        page = self.ask(client)
        client.logout()

        kept = self.send(client, page, **self.right(page))

        assert "Sign in" in kept.text
        assert client.session["kept_form"]


class TestEveryKindCanBePractised:
    @pytest.mark.parametrize(
        "kind",
        [kind for kind in kinds.all_kinds() if not kind.by_person and not kind.by_steps],
        ids=lambda kind: kind.name,
    )
    def test_from_question_to_feedback(self, tess: User, course: Course, kind: Any, client_of: ClientOf) -> None:
        Question.objects.all().update(retired=True)
        example = kind.examples[0]
        question = Question.objects.create(programme=course.programme, course=course, ref="Q-kind")
        body, key = kind.parse(example.source)
        question.current = question.versions.create(
            number=1,
            kind=kind.name,
            stem=example.source["stem"],
            body=body,
            key=key,
            feedback=example.source["feedback"],
            mark=10_000,
            objective="M1.1a",
            content_hash="1",
        )
        question.save()
        study_all(tess, course)
        client = client_of(tess)
        page = client.post(reverse("quizzes:sitting_create"), follow=True)
        assert page.status_code == 200
        fields = kind.fields(body, answering.drawn(page.context["card"]), kind.solve(body, key))

        told = client.post(
            reverse("quizzes:practice_answer_create", args=[page.context["sitting"].pk]),
            {"card": page.context["card"].pk, "turn": 0, "version": 1}
            | {f"a-{name}": values for name, values in fields.items()},
            follow=True,
        )

        assert told.context["told"].is_right, told.text
        blank = client.post(reverse("quizzes:sitting_create"), follow=True)
        assert blank.status_code == 200


def test_papers_use_what_was_practised_later_than_the_rest(
    tess: User, course: Course, quiz: Quiz, enrolment: Enrolment
) -> None:
    """Half of the pool was told in practice; the examination finds the other half."""
    examination = make_examination(course.programme, {course.slug: 4})
    begin_and_hand_in(quiz, tess)
    met = set(Item.objects.values_list("question", flat=True))
    sitting = PracticeSitting.objects.create(trainee=tess, cards=[])
    for question in Question.objects.exclude(pk__in=met).select_related("current")[:4]:
        card = Card.objects.create(trainee=tess, question=question, made_because="never_met", due_at=timezone.now())
        answering.answer(card, sitting, None)
    practised = seen.practised(tess)
    assert len(practised) == 4

    paper = examination.begin(tess, declared=True)

    assert not practised & {item.question_id for item in items_of(paper)}


@pytest.mark.parametrize(("given", "heading"), [({"part_heading": "h2"}, "h2"), ({}, "h3")])
def test_parts_of_a_case_stand_one_heading_below_what_is_above_them(given: dict[str, str], heading: str) -> None:
    """Alone on the page of an answer under its title; among the questions of a paper under the question's."""
    told = {"verdict": "wrong", "parts": [{"stem": "Which needle?", "answer": [], "right": False}]}

    drawn = render_to_string("quizzes/_answer_told.html", {"told": told, **given})

    assert f'<{heading} class="told-part__stem">Which needle?' in drawn
    assert f"</{heading}>" in drawn
