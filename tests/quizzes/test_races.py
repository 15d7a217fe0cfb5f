"""Things that happen at the same moment: real threads, separate connections, on whichever database the suite runs."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from courses.models import Completion, Course
from quizzes import beginning
from quizzes.models import (
    Attempt,
    AttemptOver,
    Item,
    Marking,
    Mode,
    Outcome,
    Quiz,
    Response,
    ResponseEvent,
    Result,
    State,
)
from quizzes.models.attempt import Answer
from quizzes.opening import Closed
from quizzes.work import close_overdue
from tests.quizzes.making import (
    add_pool,
    add_question,
    answers_for,
    begin_and_hand_in,
    hand_in,
    items_of,
    make_course,
    make_quiz,
    study_all,
)

pytestmark = pytest.mark.django_db(transaction=True)

YES, NO = {"choice": ["0"]}, {"choice": ["1"]}
Act = Callable[[], Any]


def together(*acts: Act) -> list[Any]:
    """Run all at once, each on a connection of its own; what each returned or raised, in order."""
    barrier = Barrier(len(acts))
    outcomes: list[Any] = [None] * len(acts)

    def run(place: int, act: Act) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            outcomes[place] = act()
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def unexpected(outcomes: list[Any], *expected: type[Exception]) -> list[Any]:
    return [outcome for outcome in outcomes if isinstance(outcome, Exception) and not isinstance(outcome, expected)]


def attempt_of(pk: int) -> Attempt:
    """As a request of its own would fetch it."""
    return Attempt.objects.select_related("quiz_version", "quiz__course", "quiz__programme").get(pk=pk)


def submit(attempt: Attempt, answers: list[Answer]) -> Result:
    result = attempt_of(attempt.pk).submit(answers, client="race")
    assert result
    return result


def overdue(attempt: Attempt) -> None:
    past = timezone.now() - timedelta(minutes=1)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=past, hard_deadline_at=past)


@pytest.fixture(autouse=True)
def _invariants() -> Iterator[None]:
    """What must hold after every race."""
    yield
    for attempt in Attempt.objects.all():
        graded = attempt.state == State.GRADED
        assert attempt.results.count() == int(graded)
        assert Marking.objects.filter(item__attempt=attempt).count() == (attempt.items.count() if graded else 0)
        if graded and attempt.result:
            answered = Response.objects.filter(item__attempt=attempt, body={"choice": True}).count()
            assert attempt.result.raw == answered * 10_000  # the key is "true" throughout
    for response in Response.objects.exclude(epoch=0, seq=0):
        applied = ResponseEvent.objects.filter(item=response.item, outcome=Outcome.APPLIED)
        assert max((event.epoch, event.seq) for event in applied) == (response.epoch, response.seq)
    open_ones = Attempt.objects.open().values_list("quiz", "trainee", "mode")
    assert len(set(open_ones)) == len(open_ones)


def test_many_starts_make_one_attempt(tess: User, quiz: Quiz, course: Course) -> None:
    study_all(tess, course)

    outcomes = together(*[lambda: Quiz.objects.get(pk=quiz.pk).begin(tess, declared=True).pk] * 6)

    assert len(set(outcomes)) == 1, outcomes
    assert Attempt.objects.count() == 1
    assert Item.objects.count() == Response.objects.count() == 4


def test_an_attempt_begun_and_ended_meanwhile_counts_against_the_limit(
    tess: User, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    study_all(tess, course)
    quiz = make_quiz(course, attempts=1)
    draw = beginning._draw

    def draw_while_another_tab_is_quicker(*args: Any) -> Any:
        monkeypatch.setattr(beginning, "_draw", draw)
        begin_and_hand_in(quiz, tess, wrong=[1, 2, 3, 4])
        return draw(*args)

    monkeypatch.setattr(beginning, "_draw", draw_while_another_tab_is_quicker)

    with pytest.raises(Closed) as closed:
        quiz.begin(tess, declared=True)

    assert closed.value.opening.reason("window")
    assert Attempt.objects.count() == 1


def test_starts_and_hand_ins_never_exceed_the_limit(tess: User, course: Course) -> None:
    study_all(tess, course)
    quiz = make_quiz(course, attempts=2, failures_before_review=0)

    def go() -> int:
        mine = Quiz.objects.get(pk=quiz.pk).begin(tess, declared=True)
        mine.submit([], client="race")
        return mine.pk

    outcomes = together(*[go] * 5)

    assert not unexpected(outcomes, Closed)
    assert Attempt.objects.count() <= 2


def test_many_hand_ins_make_one_result(tess: User, attempt: Attempt) -> None:
    answers = answers_for(attempt)

    outcomes = together(*[lambda: submit(attempt, answers)] * 6)

    assert not unexpected(outcomes)
    assert len({result.pk for result in outcomes}) == 1
    assert Result.objects.get().passed
    assert Completion.objects.count() == 1


def test_saves_in_any_order_end_with_the_last(attempt: Attempt) -> None:
    item = items_of(attempt)[0]

    def save(seq: int) -> Act:
        data = YES if seq == 8 else NO
        return lambda: attempt_of(attempt.pk).save_answer(item.pk, data, epoch=0, seq=seq, client="race").outcome

    outcomes = together(*[save(seq) for seq in (3, 8, 1, 5, 2, 7, 4, 6)])

    assert not unexpected(outcomes)
    response = Response.objects.get(item=item)
    assert (response.seq, response.body) == (8, {"choice": True})
    assert ResponseEvent.objects.filter(item=item).count() == 8


def test_one_save_redelivered_is_one_save(attempt: Attempt) -> None:
    item = items_of(attempt)[0]

    outcomes = together(
        *[lambda: attempt_of(attempt.pk).save_answer(item.pk, YES, epoch=0, seq=1, client="race").outcome] * 6
    )

    assert outcomes == [Outcome.APPLIED] * 6
    assert ResponseEvent.objects.filter(item=item).count() == 1


def test_each_window_that_claims_gets_an_epoch_of_its_own(attempt: Attempt) -> None:
    epochs = together(*[lambda: attempt_of(attempt.pk).claim()] * 6)

    assert sorted(epochs) == [1, 2, 3, 4, 5, 6]
    assert Attempt.objects.get().writer_epoch == 6


def test_two_devices_never_mix_an_older_answer_in(attempt: Attempt) -> None:
    item = items_of(attempt)[0]

    def device(data: dict[str, list[str]], client: str) -> Act:
        def write() -> tuple[int, list[Outcome]]:
            mine = attempt_of(attempt.pk)
            epoch = mine.claim()
            saves = [mine.save_answer(item.pk, data, epoch=epoch, seq=seq, client=client) for seq in (1, 2, 3)]
            return epoch, [saved.outcome for saved in saves]

        return write

    outcomes = together(device(YES, "laptop"), device(NO, "phone"))

    assert not unexpected(outcomes)
    (newest,) = [told for epoch, told in outcomes if epoch == 2]
    assert newest == [Outcome.APPLIED] * 3
    assert Response.objects.get(item=item).epoch == 2
    assert ResponseEvent.objects.filter(item=item).count() == 6


def test_a_save_against_the_hand_in_is_counted_or_told_that_it_came_too_late(attempt: Attempt) -> None:
    first = items_of(attempt)[0]

    def save(seq: int) -> Act:
        return lambda: attempt_of(attempt.pk).save_answer(first.pk, YES, epoch=0, seq=seq, client="race").outcome

    outcomes = together(save(1), save(2), lambda: submit(attempt, []).percent, save(3), save(4))

    percent = outcomes.pop(2)
    assert set(outcomes) <= {Outcome.APPLIED, Outcome.STALE, Outcome.CLOSED}
    assert percent == (2500 if Outcome.APPLIED in outcomes else 0)
    assert ResponseEvent.objects.filter(item=first).count() == 4


def test_sweep_hand_in_and_save_after_the_deadline_close_it_once(attempt: Attempt) -> None:
    item = items_of(attempt)[0]
    late = answers_for(attempt)
    overdue(attempt)

    outcomes = together(
        close_overdue,
        close_overdue,
        lambda: submit(attempt, late),
        lambda: attempt_of(attempt.pk).save_answer(item.pk, YES, epoch=0, seq=7, client="race").outcome,
        lambda: attempt_of(attempt.pk).close_if_over(),
    )

    assert not unexpected(outcomes)
    assert outcomes[3] == Outcome.LATE
    assert Result.objects.get().raw == 0
    assert Attempt.objects.get().closed_by == "clock"
    assert not ResponseEvent.objects.filter(outcome=Outcome.APPLIED).exists()


def test_a_claim_against_the_hand_in_gets_an_epoch_or_a_closed_door(attempt: Attempt) -> None:
    outcomes = together(
        lambda: attempt_of(attempt.pk).claim(),
        lambda: submit(attempt, []).rev,
        lambda: attempt_of(attempt.pk).claim(),
    )

    assert not unexpected(outcomes, AttemptOver)
    assert Attempt.objects.get().state == State.GRADED


def test_many_follow_up_starts_make_one_follow_up(tess: User) -> None:
    course = make_course("safety")
    add_pool(course, each=7, critical=["M1.1a"])
    quiz = make_quiz(course, {"M1.1a": 5})
    study_all(tess, course)
    held = quiz.begin(tess, declared=True)
    hand_in(held, wrong=[1])
    held.open_feedback()

    outcomes = together(*[lambda: Quiz.objects.get(pk=quiz.pk).begin_follow_up(tess).pk] * 5)

    assert len(set(outcomes)) == 1, outcomes
    assert Attempt.objects.filter(mode=Mode.FOLLOW_UP).count() == 1


def test_the_last_lesson_and_the_hand_in_do_not_each_miss_the_other(tess: User, course: Course) -> None:
    quiz = make_quiz(course, lessons_first=False)
    enrolment = course.enrol(tess)
    first, second = course.lessons.all()
    enrolment.study(first)
    attempt = quiz.begin(tess, declared=True)
    answers = answers_for(attempt)

    outcomes = together(lambda: submit(attempt, answers).passed, lambda: enrolment.study(second).pk)

    assert not unexpected(outcomes)
    assert Completion.objects.count() == 1


def test_the_last_two_lessons_do_not_each_miss_the_other(tess: User, course: Course) -> None:
    enrolment = course.enrol(tess)
    first, second = course.lessons.all()

    outcomes = together(lambda: enrolment.study(first).pk, lambda: enrolment.study(second).pk)

    assert not unexpected(outcomes)
    assert Completion.objects.count() == 1


def test_a_question_edited_while_papers_are_drawn_leaves_every_paper_whole(
    tess: User, oskar: User, quiz: Quiz, course: Course
) -> None:
    study_all(tess, course)
    study_all(oskar, course)
    refs = list(course.questions.values_list("ref", "current__objective"))

    def edit() -> None:
        for ref, objective in refs:
            add_question(Course.objects.get(pk=course.pk), ref, objective, source={"stem": "Reworded."})

    outcomes = together(
        edit,
        lambda: Quiz.objects.get(pk=quiz.pk).begin(tess, declared=True).pk,
        lambda: Quiz.objects.get(pk=quiz.pk).begin(oskar, declared=True).pk,
    )

    assert not unexpected(outcomes)
    for attempt in Attempt.objects.all():
        assert [item.question_version.question_id for item in items_of(attempt)] == [
            item.question_id for item in items_of(attempt)
        ]
        assert len(attempt.paper()) == 4
