"""Somebody whose result was corrected, and what waits to be corrected: for pictures of these pages."""

from dataclasses import dataclass

from accounts.models import User
from certificates.models import Certificate, CertificateDecision
from quizzes import grading
from quizzes.correcting import applying, revising
from quizzes.models import Attempt, Item, Policy, Question, QuestionVersion, Regrade
from tests import school
from tests.cast import person

COLUMNS = (
    *("kind", "stem", "body", "key", "feedback", "mark", "is_critical", "objective", "case", "facts"),
    *("not_with", "tags", "difficulty", "expected_correct"),
)


@dataclass
class Corrections:
    """Cora failed by a hair; one question got full marks, so she passed; another one is looked at again."""

    cora: User
    attempt: Attempt
    applied: Regrade
    waiting: Regrade
    approved: Regrade
    nothing: Question  # to ask for a regrade of
    decision: CertificateDecision
    decided: CertificateDecision


def make(people: dict[str, User]) -> Corrections:
    ines, ada = people["instructor"], people["staff"]
    cora = people["corrected"] = person("cora@example.com", "Cora Corrected")
    school.pass_course(cora, "hygiene")
    school.enrol_and_study(cora, "aftercare")
    attempt = school.begin(cora, "aftercare")
    missed = _miss(attempt)
    _send_late(attempt, missed[-1])
    applied = _ask(_question(missed[0]), ines, "Both answers were right as the lesson puts it.", Policy.FULL_CREDIT)
    _apply(applied, ada)
    right = [item for item in _plain(attempt) if item not in missed and item.question_version.kind == "single_choice"]
    before, after = attempt.results.order_by("-rev")[:2]
    one, other = Certificate.objects.filter(holder=cora)
    decided = CertificateDecision.objects.create(certificate=other, before=before, after=after)
    CertificateDecision.objects.filter(pk=decided.pk).update(
        decision="keep", decided_by=ada, decided_at=before.made_at, why="The lesson said the same as the old key."
    )
    turned = _ask(_turned(right[0], ines), ines, "The key named the wrong answer.", Policy.NEW_KEY)
    approved = _ask(_question(missed[1]), ines, "The picture was missing.", Policy.DROP_ITEM)
    approved.approve(ada)
    return Corrections(
        cora=cora,
        attempt=attempt,
        applied=applied,
        waiting=turned,
        approved=approved,
        nothing=_turned(right[1], ines),
        decision=CertificateDecision.objects.create(certificate=one, before=before, after=after),
        decided=CertificateDecision.objects.get(pk=decided.pk),
    )


def _plain(attempt: Attempt) -> list[Item]:
    return [item for item in school.items_of(attempt) if not item.question_version.is_critical]


def _miss(attempt: Attempt) -> list[Item]:
    """As many as leave the paper one question short of the pass mark; the weightiest first, which alone would do."""
    missed: list[Item] = []
    left = attempt.max_mark
    for item in sorted(_plain(attempt), key=lambda item: -item.max_mark):
        if grading.percent_of(left, attempt.max_mark) < attempt.quiz_version.pass_percent:
            break
        missed.append(item)
        left -= item.max_mark
    epoch = attempt.claim()
    answers = [
        (item.pk, school.right_answer(item), epoch, 1, False)
        for item in school.items_of(attempt)
        if item.pk not in {one.pk for one in missed}
    ]
    attempt.submit(answers, client="test")
    return missed


def _send_late(attempt: Attempt, item: Item) -> None:
    attempt.save_answer(item.pk, school.right_answer(item), epoch=attempt.writer_epoch, seq=9, client="late")


def _question(item: Item) -> Question:
    return Question.objects.select_related("current", "course").get(pk=item.question_id)


def _ask(question: Question, by: User, reason: str, policy: str) -> Regrade:
    assert question.current
    return applying.ask_for(question, to_version=question.current, by=by, reason=reason, policy=policy)


def _apply(regrade: Regrade, ada: User) -> None:
    regrade.approve(ada)
    regrade.apply(ada)
    applying.apply_now(regrade)
    regrade.refresh_from_db()


def _turned(item: Item, by: User) -> Question:
    """Another option is right from now on."""
    question = _question(item)
    current: QuestionVersion | None = question.current
    assert current
    other = next(option["id"] for option in current.body["options"] if option["id"] != current.key["answer"])
    content = {name: getattr(current, name) for name in COLUMNS} | {"key": {"answer": other}}
    revising.revise(question, content, change="key", by=by, reason="The key named the wrong answer.")
    return question
