"""People who practise, for the pictures: a sitting half way, one that is done, a checked answer, a round."""

from dataclasses import dataclass
from random import Random

from accounts.models import User
from quizzes import blueprints, checking, kinds
from quizzes.models import Attempt, PracticeAnswer, PracticeSitting, Quiz
from quizzes.models.attempt import Answer
from quizzes.practising import answering, asking
from tests import school
from tests.cast import person
from tests.quizzes.making import set_rules


@dataclass(frozen=True)
class Practice:
    sitting: PracticeSitting  # one answer given, the next question waits
    answered: PracticeAnswer  # of that sitting, and wrong
    known: PracticeAnswer  # of the other, and right
    done: PracticeSitting
    checked: Attempt  # a paper with one answer checked
    round: Attempt  # handed in


def practise(people: dict[str, User]) -> Practice:
    """Adds `nora`, who missed much, `pia`, who has passed and practised for today, and `cheng`, whose quiz tells."""
    people["nora"] = person("nora@example.com", "Nora Novice")
    people["pia"] = person("pia@example.com", "Pia Practised")
    people["cheng"] = person("cheng@example.com", "Cheng Checker")
    miss_much(people["nora"])
    sitting = begun(people["nora"])
    answered = step(sitting, right=False)
    school.pass_course(people["pia"], "hygiene")
    done = begun(people["pia"])
    known = step(done, right=True)
    while asking.next_of(done)[0]:
        step(done, right=done.answers.count() % 3 != 1)
    hygiene = Quiz.objects.get(course__slug="hygiene")
    return Practice(sitting, answered, known, done, checked(hygiene, people["cheng"]), rounds(hygiene, people["pia"]))


def miss_much(trainee: User) -> None:
    """Every question answered, by chance."""
    school.enrol_and_study(trainee, "hygiene")
    attempt, rng = school.begin(trainee, "hygiene"), Random(3)
    epoch = attempt.claim()
    answers: list[Answer] = []
    for item in school.items_of(attempt):
        kind, body = kinds.get(item.question_version.kind), item.question_version.body
        answers.append((item.pk, kind.fields(body, item.drawn, kind.random(body, rng)), epoch, 1, False))
    attempt.submit(answers, client="test")


def begun(trainee: User) -> PracticeSitting:
    sitting = answering.begin(trainee)
    assert sitting
    return sitting


def step(sitting: PracticeSitting, *, right: bool) -> PracticeAnswer:
    card, _done, _total = asking.next_of(sitting)
    assert card
    return answering.answer(card, sitting, school.solution(card) if right else None)


def behaving(quiz: Quiz, behaviour: str) -> None:
    assert quiz.current
    set_rules(quiz, blueprints.of(quiz.current), behaviour=behaviour)


def checked(quiz: Quiz, trainee: User) -> Attempt:
    """Begun while the quiz told at once; it is an examination again for everybody after."""
    before = quiz.current
    behaving(quiz, "check")
    school.enrol_and_study(trainee, "hygiene")
    attempt = quiz.begin(trainee, declared=True)
    epoch = attempt.claim()
    first = next(item for item in school.items_of(attempt) if item.question_version.kind == "single_choice")
    attempt.save_answer(first.pk, {"choice": ["0"]}, epoch=epoch, seq=1, client="test")
    checking.check(attempt, first.pk, epoch=epoch)
    quiz.current = before
    quiz.save(update_fields=["current"])
    return attempt


def rounds(quiz: Quiz, trainee: User) -> Attempt:
    before = quiz.current
    behaving(quiz, "practice")
    attempt = quiz.begin_practice(trainee)
    school.hand_in(attempt, wrong=3)
    quiz.current = before
    quiz.save(update_fields=["current"])
    return attempt
