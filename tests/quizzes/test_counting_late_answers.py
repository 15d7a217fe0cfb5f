"""An answer that came too late to count is counted by a person, with a reason, if it helps."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from courses.models import Completion, Course, Teaching
from jobs.models import Mail
from quizzes import checking
from quizzes.correcting import Refused, late
from quizzes.kinds.branching_case import BranchingCase
from quizzes.models import Attempt, CountedAnswer, Marking, Outcome, Policy, Question, Quiz, ResponseEvent, Result
from tests.quizzes.making import Clock, add_entry, answers_for, fields_for, hand_in, items_of, make_quiz, study_all
from tests.quizzes.test_regrading import ask_for, at, carry_out, turn


@pytest.fixture
def event(tess: User, quiz: Quiz, course: Course, ines: User, ada: User) -> ResponseEvent:
    """Two of four right; the right answer to the first came after the paper was handed in."""
    Teaching.objects.create(course=course, user=ines)
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    hand_in(attempt, wrong=[1, 2])
    return send_late(attempt, 1)


def send_late(attempt: Attempt, position: int, *, right: bool = True, seq: int = 9) -> ResponseEvent:
    item = items_of(attempt)[position - 1]
    saved = attempt.save_answer(item.pk, fields_for(item, right=right), epoch=0, seq=seq, client="late")
    assert saved.outcome == Outcome.CLOSED
    return ResponseEvent.objects.get(item=item, seq=seq, client="late")


def test_it_is_marked_and_a_result_added(event: ResponseEvent, ines: User) -> None:
    row = late.count(event, by=ines, reason="The network was down.")

    old, new = Marking.objects.filter(item=event.item)
    result = Result.objects.latest("rev")
    assert (old.mark, new.mark, new.marked_by, new.answered) == (0, 10_000, ines, True)
    assert (result.rev, result.percent, result.cause, result.actor) == (2, 7500, "late_answer", ines)
    assert row.marking == new
    letter = Mail.objects.get(kind="result-corrected")
    assert "The network was down." in letter.text


def test_the_review_shows_the_answer_that_was_counted(event: ResponseEvent, ines: User) -> None:
    attempt = event.item.attempt
    before = attempt.review()[0]
    late.count(event, by=ines, reason="The network was down.")

    after = Attempt.objects.get(pk=attempt.pk).review()[0]

    assert (before.verdict, after.verdict) == ("wrong", "right")
    assert after.came_late
    assert after.answer_words != before.answer_words


def test_counting_it_twice_is_counting_it_once(event: ResponseEvent, ines: User, ada: User) -> None:
    first = late.count(event, by=ines, reason="The network was down.")

    again = late.count(event, by=ada, reason="Another reason.")

    assert again == first
    assert Result.objects.count() == 2
    assert Mail.objects.filter(kind="result-corrected").count() == 1


def test_it_needs_a_reason(event: ResponseEvent, ines: User) -> None:
    with pytest.raises(Refused, match="Say why"):
        late.count(event, by=ines, reason="  ")


def test_it_only_helps(event: ResponseEvent, ines: User) -> None:
    worse = send_late(event.item.attempt, 3, right=False)

    with pytest.raises(Refused, match="earn less"):
        late.count(worse, by=ines, reason="The network was down.")

    assert Result.objects.count() == 1


def test_what_was_applied_is_not_counted_again(event: ResponseEvent, ines: User) -> None:
    applied = ResponseEvent.objects.filter(outcome=Outcome.APPLIED)[0]

    with pytest.raises(Refused, match="no answer here"):
        late.count(applied, by=ines, reason="Why not?")


def test_an_open_paper_is_left_alone(tess: User, quiz: Quiz, course: Course, ines: User) -> None:
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    item = items_of(attempt)[0]
    attempt.claim()
    attempt.save_answer(item.pk, fields_for(item, right=True), epoch=0, seq=1, client="old")
    aside = ResponseEvent.objects.get(outcome=Outcome.OTHER_TAB)

    with pytest.raises(Refused, match="not marked yet"):
        late.count(aside, by=ines, reason="Why not?")


def test_an_answer_after_the_clock_completes_the_course(tess: User, course: Course, ines: User, clock: Clock) -> None:
    quiz = make_quiz(course, pass_percent=10_000)
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    answers = answers_for(attempt)
    for answer in answers[:3]:
        attempt.save_answer(answer[0], answer[1], epoch=0, seq=1, client="a")
    clock.forward(hours=1)
    attempt.submit(answers[3:], client="a")
    assert not Completion.objects.exists()

    late.count(ResponseEvent.objects.get(outcome=Outcome.LATE), by=ines, reason="The power failed.")

    assert Completion.objects.exists()


def test_a_later_regrade_marks_the_counted_answer(event: ResponseEvent, ines: User, ada: User) -> None:
    late.count(event, by=ines, reason="The network was down.")
    attempt = event.item.attempt
    turn(event.item.question)

    carry_out(ask_for(at(attempt, 1), ines, Policy.NEW_KEY), ada)

    # Right by the old key and counted late: wrong by the new one.
    assert Marking.objects.filter(item=event.item).latest("rev").mark == 0


def test_a_question_taken_off_the_paper_takes_no_answer(event: ResponseEvent, ines: User, ada: User) -> None:
    carry_out(ask_for(at(event.item.attempt, 1), ines, Policy.DROP_ITEM), ada)

    with pytest.raises(Refused, match="taken off the paper"):
        late.count(event, by=ines, reason="The network was down.")


def test_who_counted_what_is_never_rewritten(event: ResponseEvent, ines: User, ada: User) -> None:
    row = late.count(event, by=ines, reason="The network was down.")

    with pytest.raises(IntegrityError), transaction.atomic():
        CountedAnswer.objects.filter(pk=row.pk).update(by=ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.delete()


def test_an_answer_sent_after_the_feedback_was_read_does_not_count(
    clock: Clock, event: ResponseEvent, ines: User
) -> None:
    attempt = event.item.attempt
    attempt.open_feedback()
    clock.forward(seconds=1)
    copied = send_late(attempt, 2)

    with pytest.raises(Refused, match="had been told"):
        late.count(copied, by=ines, reason="The network was down.")

    assert late.count(event, by=ines, reason="The network was down.")  # it came before


def test_an_answer_from_another_window_after_the_check_does_not_count(
    clock: Clock, tess: User, course: Course, ines: User
) -> None:
    quiz = make_quiz(course, behaviour="check")
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    item = items_of(attempt)[0]
    epoch = attempt.claim()
    attempt.save_answer(item.pk, fields_for(item, right=False), epoch=epoch, seq=1, client="a")
    checking.check(attempt, item.pk, epoch=epoch)
    clock.forward(seconds=1)
    attempt.save_answer(item.pk, fields_for(item, right=True), epoch=0, seq=1, client="b")
    attempt.submit([], client="a")
    copied = ResponseEvent.objects.get(outcome=Outcome.OTHER_TAB)

    with pytest.raises(Refused, match="had been told"):
        late.count(copied, by=ines, reason="Why not?")


def test_a_step_of_a_case_is_not_taken_back_by_a_late_answer(tess: User, course: Course, ines: User) -> None:
    add_entry(course, "CASE", BranchingCase.examples[0].source)
    Question.objects.exclude(ref="CASE").update(retired=True)
    quiz = make_quiz(course, {"M1.1a": 1})
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    (item,) = items_of(attempt)
    attempt.submit([(item.pk, {"step-1": ["2"]}, 0, 1, None)], client="a")  # unsafe: it ended the case
    attempt.save_answer(item.pk, {"step-1": ["0"]}, epoch=0, seq=9, client="b")
    other = ResponseEvent.objects.get(outcome=Outcome.CLOSED)

    with pytest.raises(Refused, match="takes back a step"):
        late.count(other, by=ines, reason="Why not?")
