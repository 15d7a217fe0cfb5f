"""`questions.yaml` of each course -> questions and their versions. What no kind can ask stops the load."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from courses.loading import CourseSource, Marked, Problems, Report, Rows, Source
from quizzes import kinds
from quizzes.assembly import Candidate
from quizzes.kinds.base import KindError
from quizzes.loading.checked import Reader, fingerprint
from quizzes.models.question import MARK, ChangeKind, Question, QuestionVersion

if TYPE_CHECKING:
    from accounts.models import User

FILE = "questions.yaml"
REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
DIFFICULTIES = ("easy", "medium", "hard")
WORDING = frozenset({"feedback", "facts", "not_with", "tags", "difficulty", "expected_correct"})
JUDGED = frozenset({"key", "mark", "is_critical"})


class Home(Protocol):
    """The course a question belongs to, from a folder or from the database."""

    @property
    def slug(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def objectives(self) -> Collection[str]: ...


@dataclass(frozen=True)
class ParsedQuestion:
    """One entry of the bank: `content` holds the columns of a QuestionVersion, checked."""

    course: str
    ref: str
    content: Mapping[str, Any]
    marked: Marked

    @property
    def content_hash(self) -> str:
        return fingerprint(self.content)

    def candidate(self, number: int) -> Candidate:
        return Candidate(
            id=number,
            ref=self.ref,
            course=self.course,
            objective=self.content["objective"],
            kind=self.content["kind"],
            is_critical=self.content["is_critical"],
            case=self.content["case"],
            not_with=frozenset(self.content["not_with"]),
        )


def read_bank(source: Source, problems: Problems) -> list[ParsedQuestion]:
    questions: list[ParsedQuestion] = []
    for course in source:
        if not source.exists(course.path(FILE)):
            continue
        node = source.node(course.path(FILE))
        if node is not None:
            questions += _read_course(course, node, problems)
    _check_names(questions, problems)
    return questions


def _read_course(course: CourseSource, node: Marked, problems: Problems) -> list[ParsedQuestion]:
    Reader(node, problems).only({"questions"})
    entries = node.get("questions")
    if entries is None or not isinstance(entries.value, list):
        problems.at(node, "Write the questions as a list under “questions:”.", "questions")
        return []
    parsed = [read_entry(course, entry, problems) for entry in entries]
    return [question for question in parsed if question is not None]


def read_entry(course: Home, entry: Marked, problems: Problems) -> ParsedQuestion | None:
    """One entry, or None after noting everything that is wrong with it."""
    known = len(problems)
    reader = Reader(entry, problems)
    if not reader.is_mapping:
        return None
    ref = reader.text("id", longest=40)
    if ref and not REF.fullmatch(ref):
        reader.wrong("id", "An id is made of letters, digits, points, dashes and underscores.")
    if reader.text("module", course.code) != course.code:
        reader.wrong("module", f"This file holds the questions of {course.code}.")
    objective = reader.text("objective", longest=20)
    if objective and objective not in course.objectives:
        reader.wrong("objective", f"{course.code} has no objective “{objective}”.")
    difficulty = reader.choice("difficulty", (*DIFFICULTIES, ""), "")
    expected = reader.hundredths("expected_correct", 1) * 100 if reader.has("expected_correct") else None
    content: dict[str, Any] = {
        "mark": reader.hundredths("points", 100, default=1) * (MARK // 100),
        "is_critical": reader.flag("critical", default=False),
        "objective": objective,
        "case": _case(entry.value.get("case")),
        "facts": reader.words("facts"),
        "not_with": sorted(set(reader.words("not_with"))),
        "tags": reader.words("tags"),
        "difficulty": difficulty,
        "expected_correct": expected,
    }
    if not content["mark"]:
        reader.wrong("points", "A question must be worth something.")
    content |= _ask_kind(entry, reader, problems)
    return ParsedQuestion(course.slug, ref, content, entry) if len(problems) == known else None


def _ask_kind(entry: Marked, reader: Reader, problems: Problems) -> dict[str, Any]:
    """The kind's own fields, checked by the kind itself."""
    name = reader.text("kind", longest=40)
    try:
        kind = kinds.get(name)
    except kinds.UnknownKind:
        if name:
            known = ", ".join(kind.name for kind in kinds.all_kinds())
            reader.wrong("kind", f"There is no kind of question “{name}”. There are: {known}.")
        return {}
    try:
        body, key = kind.parse(entry.value)
    except KindError as error:
        problems.at(entry, error.message, error.path)
        return {}
    words = {side: str(text).strip() for side, text in entry.value["feedback"].items()}
    return {"kind": name, "stem": entry.value["stem"].strip(), "body": body, "key": key, "feedback": words}


def _case(words: Any) -> str:
    """Items that tell the same story are of the same case, however it is spaced."""
    if not isinstance(words, str):
        return ""
    return hashlib.sha256(" ".join(words.casefold().split()).encode()).hexdigest()


def _check_names(questions: list[ParsedQuestion], problems: Problems) -> None:
    by_ref: dict[str, ParsedQuestion] = {}
    for question in questions:
        if question.ref in by_ref:
            first = by_ref[question.ref].marked
            problems.at(question.marked, f"{question.ref} is used already, in {first.file} on line {first.line}.", "id")
        else:
            by_ref[question.ref] = question
    for question in questions:
        for ref in question.content["not_with"]:
            other = by_ref.get(ref)
            if other is None or ref == question.ref:
                problems.at(question.marked, f"“not_with” names {ref}, which is no other question here.", "not_with")
            elif question.ref not in other.content["not_with"]:
                words = f"{question.ref} names {ref} under “not_with”; {ref} must name {question.ref} too."
                problems.at(question.marked, words, "not_with")


def write_bank(parsed: list[ParsedQuestion], rows: Rows, report: Report) -> None:
    """A handful of statements, however long the bank is.

    The folder has its say where it changed since it was loaded last; what was written in the studio meanwhile stays.
    """
    last = _last_loaded(rows)
    found = Question.objects.filter(programme=rows.programme).select_related("current")
    questions = {question.ref: question for question in found}
    fresh = [
        Question(programme=rows.programme, course=rows.courses[entry.course], ref=entry.ref)
        for entry in parsed
        if entry.ref not in questions
    ]
    questions |= {question.ref: question for question in Question.objects.bulk_create(fresh)}
    changed: list[Question] = []
    versions: list[QuestionVersion] = []
    for entry in parsed:
        question = questions[entry.ref]
        version = _next_version(question, entry, rows.by, last.get(entry.ref))
        moved = question.course_id != rows.courses[entry.course].pk or question.retired
        question.course, question.retired = rows.courses[entry.course], False
        if version:
            report.made("question", entry.ref) if question.current is None else report.changed("question", entry.ref)
            versions.append(version)
        else:
            report.same("question")
        if version or moved:
            changed.append(question)
    for version in QuestionVersion.objects.bulk_create(versions):
        questions[version.question.ref].current = version
    kept = {entry.ref for entry in parsed}
    for ref, question in questions.items():
        if ref not in kept and ref in last and not question.retired:
            question.retired = True
            changed.append(question)
            report.retired("question", ref)
    Question.objects.bulk_update(changed, ["course", "retired", "current"])


def _last_loaded(rows: Rows) -> dict[str, str]:
    """Ref -> the content hash that the folder gave it last."""
    loaded = QuestionVersion.objects.filter(question__programme=rows.programme, loaded=True).order_by("number")
    return dict(loaded.values_list("question__ref", "content_hash"))


def _next_version(
    question: Question, entry: ParsedQuestion, by: User | None, last: str | None
) -> QuestionVersion | None:
    """Nothing when the entry says what it said last time, or what the current version says."""
    current = question.current
    if current and entry.content_hash in {current.content_hash, last}:
        return None
    return QuestionVersion(
        question=question,
        number=current.number + 1 if current else 1,
        loaded=True,
        change_kind=change_of(current, entry.content) if current else ChangeKind.NEW,
        content_hash=entry.content_hash,
        author=by,
        **entry.content,
    )


def change_of(current: QuestionVersion, content: Mapping[str, Any]) -> ChangeKind:
    """What a later regrade has to know: were old answers judged by another key, or asked something else?"""
    names = {name for name, value in content.items() if getattr(current, name) != value}
    if names <= WORDING:
        return ChangeKind.TYPO
    return ChangeKind.KEY if names <= WORDING | JUDGED else ChangeKind.CONTENT
