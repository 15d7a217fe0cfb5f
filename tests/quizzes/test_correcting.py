"""A question is revised: the next version is published, and of one already answered its author says what changed."""

from typing import Any

import pytest

from accounts.models import User
from courses.models import Course
from quizzes import kinds
from quizzes.correcting import Refused, changes, revising
from quizzes.models import Attempt, ChangeKind, Question, QuestionVersion, Quiz
from quizzes.opening import look
from tests.quizzes.making import MARK, add_pool, add_question, hand_in, items_of, make_course, make_quiz, study_all


@pytest.fixture
def question(course: Course) -> Question:
    return add_question(course, "Q-X", kind="single_choice")


@pytest.fixture
def answered(tess: User, quiz: Quiz, course: Course) -> Question:
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    hand_in(attempt)
    return Question.objects.select_related("current").get(pk=items_of(attempt)[0].question_id)


def content_of(question: Question, **changed: Any) -> dict[str, Any]:
    """The current version's columns, some of them changed."""
    current = question.current
    assert current
    names = (
        *("kind", "stem", "body", "key", "feedback", "mark", "is_critical", "objective", "case", "facts"),
        *("not_with", "tags", "difficulty", "expected_correct"),
    )
    return {name: getattr(current, name) for name in names} | changed


def options(*ids: str, text: str = "Option") -> dict[str, Any]:
    """The body of a single choice."""
    entry = {
        "kind": "single_choice",
        "stem": "Which?",
        "feedback": {"right": "Yes.", "wrong": "No."},
        "options": [{"id": one, "text": f"{text} {one}"} for one in ids],
        "answer": "b",
    }
    return kinds.get("single_choice").parse(entry)[0]


def test_the_next_version_is_published_and_the_old_one_stays(question: Question, ines: User) -> None:
    first = question.current

    version = revising.revise(question, content_of(question, stem="Which layer?"), by=ines, reason="Clearer.")

    assert (version.number, version.author, version.change_reason) == (2, ines, "Clearer.")
    assert Question.objects.get(pk=question.pk).current == version == question.current
    assert QuestionVersion.objects.get(pk=first.pk if first else 0).stem == "Gloves replace washing."


def test_nobody_asks_what_changed_while_nobody_was_asked_the_question(question: Question, ines: User) -> None:
    version = revising.revise(question, content_of(question, key={"answer": "a"}), by=ines)

    assert version.change_kind == ChangeKind.KEY


def test_of_an_answered_question_its_author_says_what_changed(answered: Question, ines: User) -> None:
    with pytest.raises(Refused, match="answered already"):
        revising.revise(answered, content_of(answered, stem="Gloves never replace washing."), by=ines)

    assert answered.versions.count() == 1


@pytest.mark.parametrize(
    "changed",
    [{"key": {"answer": False}}, {"mark": 2 * MARK}, {"is_critical": True}],
    ids=["key", "mark", "critical"],
)
def test_what_decides_marks_is_never_a_typo(answered: Question, ines: User, changed: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="more than wording"):
        revising.revise(answered, content_of(answered, **changed), change="typo", by=ines)

    assert revising.revise(answered, content_of(answered, **changed), change="key", by=ines).change_kind == "key"


def test_other_options_are_another_question(question: Question, ines: User) -> None:
    fewer = content_of(question, body=options("a", "b", "c"))

    assert changes.allowed(question.current, fewer) == (ChangeKind.CONTENT,)  # type: ignore[arg-type]
    for change in ("typo", "key"):
        with pytest.raises(Refused, match="change of content"):
            revising.revise(question, fewer, change=change, by=ines)


def test_a_slip_of_the_pen_in_an_option_is_a_typo(question: Question, ines: User) -> None:
    mended = content_of(question, body=options("a", "b", "c", "d", text="Choice"), stem="Which one?")

    assert revising.revise(question, mended, change="typo", by=ines).change_kind == ChangeKind.TYPO


def test_calling_it_more_than_it_is_is_allowed(question: Question, ines: User) -> None:
    version = revising.revise(question, content_of(question, stem="Which one?"), change="content", by=ines)

    assert version.change_kind == ChangeKind.CONTENT


@pytest.mark.parametrize("change", ["new", "nonsense", "TYPO"])
def test_a_change_without_a_known_name_is_refused(question: Question, ines: User, change: str) -> None:
    with pytest.raises(Refused, match="Say what you changed"):
        revising.revise(question, content_of(question, stem="Which one?"), change=change, by=ines)


def test_the_same_words_again_are_no_version(question: Question, ines: User) -> None:
    with pytest.raises(revising.NothingChanged):
        revising.revise(question, content_of(question), change="typo", by=ines)


def test_who_comes_second_is_told_so(question: Question, ines: User, ada: User) -> None:
    seen_by_ines = Question.objects.select_related("current").get(pk=question.pk)
    revising.revise(question, content_of(question, stem="Hers."), by=ada)

    with pytest.raises(revising.Overtaken, match="published version 2 meanwhile"):
        revising.revise(seen_by_ines, content_of(seen_by_ines, stem="Mine."), by=ines)

    assert question.versions.count() == 2


def test_a_new_key_alone_touches_no_mark_and_no_follow_up(tess: User, ines: User) -> None:
    course = make_course("safety")
    add_pool(course, each=7, critical=["M1.1a"])
    quiz = make_quiz(course, {"M1.1a": 5}, pass_percent=5000)
    study_all(tess, course)
    held = quiz.begin(tess, declared=True)
    hand_in(held, wrong=[1])
    held.open_feedback()
    follow_up = quiz.begin_follow_up(tess)
    question = Question.objects.select_related("current").get(pk=items_of(held)[0].question_id)

    revising.revise(question, content_of(question, key={"answer": False}), change="key", by=ines)

    assert look(quiz, tess).follow_up_after == held
    assert Attempt.objects.get(pk=follow_up.pk).is_open
    assert held.results.count() == 1
