"""The starter programme and people at every stage of it, so that every page has something to show."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import time_machine
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Invitation, User
from certificates.issuing import words
from certificates.models import Certificate, Supersession
from clinics.models import ApiKey, BulkCheck, Clinic, Membership, WatchItem
from courses import loading
from courses.models import Course, Programme, Teaching
from quizzes import accommodating, judging, kinds
from quizzes.analysis import work
from quizzes.models import Accommodation, Attempt, Question, QuestionDraft, Quiz
from quizzes.writing import drafts
from tests import school
from tests.browser import checked, corrected, lives, practice, staff
from tests.browser.corrected import Corrections
from tests.browser.lives import Lives
from tests.browser.practice import Practice
from tests.cast import person
from tests.quizzes import answering, making

STARTER = Path(settings.BASE_DIR) / "courses" / "programmes" / "smp"
COURSES = ("hygiene", "depth", "colour", "consultation", "aftercare")


@dataclass
class World:
    """Who is where, and what they left behind."""

    people: dict[str, User]
    attempts: dict[str, Attempt]
    certificates: dict[str, Certificate]
    invitation: str
    granted: Accommodation
    practice: Practice
    corrections: Corrections
    watched: WatchItem
    checked: BulkCheck
    api_key: ApiKey
    lives: Lives

    def quiz(self, slug: str) -> Quiz:
        return Quiz.objects.get(course__slug=slug)

    def asked(self, kind: str) -> Question:
        """A question of this kind, as the studio knows it."""
        return Question.objects.filter(current__kind=kind).select_related("current", "course").order_by("ref")[0]

    def draft(self, kind: str) -> QuestionDraft:
        """The draft of a question of this kind."""
        return drafts.open_for(self.asked(kind), self.people["instructor"])

    def question(self, kind: str, number: int = 0) -> str:
        """A paper, opened at a question of this kind: the examination, or the one of kinds it does not ask."""
        found = [
            f"{attempt.get_absolute_url()}?q={item.position}"
            for attempt in (self.attempts["open"], self.attempts["further"])
            for item in school.items_of(attempt)
            if item.question_version.kind == kind
        ]
        return found[number]


def make() -> World:
    loading.load(STARTER)
    people = {
        "newcomer": person("newcomer@example.com"),
        "reader": person("rosa@example.com", "Rosa Reader"),
        "trainee": person("tess@example.com", "Tess Whitaker"),
        "holder": person("hana@example.com", "Hana Horváth-Castellanos"),
        "failed": person("finn@example.com", "Finn Failed"),
        "held": person("hugo@example.com", "Hugo Held"),
        "instructor": person("ines@example.com", "Ines Marlow", second_factor=True),
        "clinic": person("cleo@example.com", "Cleo Hartley"),
        "staff": person("ada@example.com", "Ada Brandt", second_factor=True, is_staff=True, is_superuser=True),
    }
    clinic = Clinic.objects.create(name="Northlight Clinic", place="York")
    clinic.join(people["clinic"], role=Membership.Role.MEMBER)
    for course in Course.objects.all():
        Teaching.objects.create(course=course, user=people["instructor"])
    read_some(people["reader"])
    for slug in COURSES:
        school.pass_course(people["trainee"], slug)
        school.pass_course(people["holder"], slug)
    examination = Quiz.objects.get(programme__slug="smp")
    attempts = {"open": begin_with_every_kind(examination, people["trainee"])}
    answer_some(attempts["open"])
    attempts["further"] = begin_with_further_kinds(people["trainee"], taught_by=people["instructor"])
    attempts["waiting"], attempts["judged"] = write(people)
    attempts["passed"] = examination.begin(people["holder"], declared=True)
    school.hand_in(attempts["passed"])
    busy_quiz = Quiz.objects.get(course__slug="depth")
    answering.busy(busy_quiz)
    work.compute(busy_quiz)
    attempts["failed"] = fail(people["failed"])
    attempts["held"], attempts["follow_up"] = hold(people["held"])
    about = f"clinic:{clinic.pk}"
    _row, token = Invitation.make(role="clinic_member", about=about, email="new@example.com", by=people["staff"])
    certificates = standings(people)
    return World(
        people,
        attempts,
        certificates,
        f"/invitations/{token}/",
        grant(people),
        practice=practice.practise(people),
        corrections=corrected.make(people),
        watched=staff.make(clinic, people, certificates),
        checked=checked.check_many(clinic, certificates, by=people["clinic"]),
        api_key=checked.give_keys(clinic, by=people["owner"]),
        lives=lives.make(people),
    )


def grant(people: dict[str, User]) -> Accommodation:
    """One in force, one that ended, and one for every quiz that reached an attempt which runs."""
    quiz, ines = Quiz.objects.get(course__slug="hygiene"), people["instructor"]
    until = timezone.now() + timedelta(days=30)
    slip = accommodating.grant(people["failed"], quiz=quiz, by=ines, reason="Asked for by letter.", extra_minutes=60)
    accommodating.end(slip, by=ines, reason="Sixty was a slip of the pen.")
    accommodating.grant(people["trainee"], quiz=None, by=people["staff"], reason="A broken wrist.", extra_minutes=10)
    return accommodating.grant(
        people["failed"],
        quiz=quiz,
        by=ines,
        reason="Dyslexia; the certificate is with the office.",
        time_percent=150,
        extra_minutes=5,
        extra_attempts=1,
        closes_at=until,
    )


def read_some(reader: User) -> None:
    """Enrolled, two lessons studied, all of another course."""
    enrolment = Course.objects.get(slug="hygiene").enrol(reader)
    for lesson in list(enrolment.course.lessons.all())[:2]:
        enrolment.study(lesson)
    school.enrol_and_study(reader, "depth")


class Undrawn(Exception):
    """This paper is put back."""


def begin_with_every_kind(examination: Quiz, trainee: User) -> Attempt:
    """Papers are drawn until one asks every kind of question that the programme has."""
    wanted = set(Question.objects.filter(programme__slug="smp").values_list("current__kind", flat=True))
    while True:
        with contextlib.suppress(Undrawn), transaction.atomic():
            attempt = examination.begin(trainee, declared=True)
            if wanted - {item.question_version.kind for item in school.items_of(attempt)}:
                raise Undrawn
            return attempt


def begin_with_further_kinds(trainee: User, *, taught_by: User) -> Attempt:
    """A paper of every example of the kinds that the programme does not ask."""
    programme = Programme.objects.create(slug="further", title="Further kinds of question")
    course = making.make_course("further", programme=programme, lessons=1, code="X1")
    Teaching.objects.create(course=course, user=taught_by)
    asked = set(Question.objects.filter(programme__slug="smp").values_list("current__kind", flat=True))
    examples = [(kind, each) for kind in kinds.all_kinds() if kind.name not in asked for each in kind.examples]
    for number, (kind, example) in enumerate(examples):
        making.add_entry(course, f"X-{number}", {**example.source, "kind": kind.name}, objective="X1.1a")
    making.study_all(trainee, course)
    quiz = making.make_quiz(course, {"X1.1a": len(examples)})
    return quiz.begin(trainee, declared=True)


def write(people: dict[str, User]) -> tuple[Attempt, Attempt]:
    """A paper that waits for people to mark it, and one that was marked; a third waits with a file."""
    quiz = Quiz.objects.get(course__slug="further")
    papers = []
    for trainee in (people["failed"], people["held"]):
        making.study_all(trainee, Course.objects.get(slug="further"))
        paper = quiz.begin(trainee, declared=True)
        epoch = paper.claim()
        answers = [(item.pk, school.right_answer(item), epoch, 1, False) for item in school.items_of(paper)]
        paper.submit(answers, client="test")
        papers.append(paper)
    school.leave_to_people(people["reader"], Quiz.objects.get(course__slug="hygiene"))
    item = judging.open_to(people["staff"]).get(attempt=papers[1])
    levels = {criterion.id: 1 for criterion in judging.rubric_of(item)}
    judging.judge(item, people["staff"], turn=1, levels=levels, comment="Honest. Say next time who looks at it first.")
    return papers[0], papers[1]


def answer_some(attempt: Attempt) -> None:
    """Half of it answered, one flagged, and one answer kept aside for another window."""
    old = attempt.claim()
    items = school.items_of(attempt)
    aside = next(item for item in items if item.question_version.kind == "single_choice")
    new = attempt.claim()
    attempt.save_answer(aside.pk, school.right_answer(aside), epoch=old, seq=1, client="old")
    for item in items[: len(items) // 2]:
        if item != aside:
            flagged = item == items[2]
            attempt.save_answer(item.pk, school.right_answer(item), epoch=new, seq=1, client="new", flagged=flagged)


def fail(trainee: User) -> Attempt:
    """Half of it right."""
    school.enrol_and_study(trainee, "hygiene")
    attempt = school.begin(trainee, "hygiene")
    school.hand_in(attempt, wrong=len(school.items_of(attempt)) // 2)
    return attempt


def hold(trainee: User) -> tuple[Attempt, Attempt]:
    """All right but one critical question, whose follow-up is open."""
    quiz = school.enrol_and_study(trainee, "hygiene").course.quiz
    attempt = school.begin(trainee, "hygiene")
    items = school.items_of(attempt)
    missed = next(item for item in items if item.question_version.is_critical)
    epoch = attempt.claim()
    answers = [(item.pk, school.right_answer(item), epoch, 1, False) for item in items if item != missed]
    attempt.submit(answers, client="test")
    attempt.open_feedback()
    return attempt, quiz.begin_follow_up(trainee)


def standings(people: dict[str, User]) -> dict[str, Certificate]:
    """One certificate for every answer the check page gives."""
    held = Certificate.objects.held_by(people["holder"])
    revoked = Certificate.objects.held_by(people["trainee"]).get(achievement__course__slug="colour")
    revoked.revoke(by=people["staff"], reason_code="issued_by_mistake", public_reason="It was issued by mistake.")
    suspended = earned("rune@example.com", "Rune Review", "hygiene", days_ago=30)
    suspended.suspend(by=people["staff"], why="A question of who sat the quiz.")
    replaced = earned("maya@example.com", "Maya Before", "hygiene", days_ago=40)
    newer = Certificate.objects.create(
        holder=replaced.holder,
        achievement=replaced.achievement,
        edition=2,
        **words(replaced.achievement, "Maya After", now=timezone.now()),
    )
    supersession = replaced.supersede(newer, cause="name_change", by=people["staff"], why="She married.")
    Supersession.objects.filter(pk=supersession.pk).update(is_shared=True)
    return {
        "suspended": suspended,
        "superseded": replaced,
        "valid": held.get(achievement__programme__isnull=False),
        "revoked": revoked,
        "soon": earned("sara@example.com", "Sara Soon", "hygiene", days_ago=350),
        "expired": earned("otto@example.com", "Otto Old", "hygiene", days_ago=400),
        "due": earned("lena@example.com", "Lena Lapsed", "depth", days_ago=400),
    }


def earned(email: str, name: str, slug: str, *, days_ago: int) -> Certificate:
    """Hygiene first, because every other course asks for it."""
    with time_machine.travel(timezone.now() - timedelta(days=days_ago)):
        trainee = person(email, name)
        for each in dict.fromkeys(("hygiene", slug)):
            school.pass_course(trainee, each)
    return Certificate.objects.held_by(trainee).get(achievement__course__slug=slug)
