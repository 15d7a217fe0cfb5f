"""A programme folder's questions and quiz settings become versions, or nothing is loaded at all."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.loading import LoadError, Report, load
from quizzes import loading
from quizzes.models import ChangeKind, Question, QuestionVersion, Quiz, QuizVersion
from tests.quizzes.making import source_of

Entry = dict[str, Any]


class Folder:
    """A programme of one course, as data that a test may bend before it is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.questions: list[Entry] = [
            self.entry(f"Q-{n}", objective) for n, objective in enumerate(["A.1", "A.1", "A.2", "A.2"], start=1)
        ]
        self.quiz: Entry | None = {
            "time_limit_minutes": 20,
            "pass_percent": 85,
            "critical": {"min_items": 1, "min_percent": 80},
            "sections": [{"title": "All of it", "draw": {"A.1": 1, "A.2": 1}}],
        }
        self.examination: Entry | None = None
        self.questions[0]["critical"] = self.questions[2]["critical"] = True

    @staticmethod
    def entry(ref: str, objective: str = "A.1", **more: Any) -> Entry:
        return {"id": ref, "objective": objective, "points": 1} | source_of() | more

    def load(self, **how: Any) -> Report:
        course: Entry = {"code": "A", "title": "Hygiene", "objectives": {"A.1": "Wash hands.", "A.2": "Wear gloves."}}
        programme: Entry = {"slug": "basics", "title": "Basics", "courses": ["hygiene"]}
        lesson = {
            "title": "One",
            "summary": "Hands.",
            "minutes": 5,
            "objectives": ["A.1"],
            "blocks": [{"text": "Wash your hands."}],
        }
        self.write("programme.yaml", programme | ({"quiz": self.examination} if self.examination else {}))
        self.write("hygiene/course.yaml", course | ({"quiz": self.quiz} if self.quiz else {}))
        self.write("hygiene/lessons/01-one.yaml", lesson)
        self.write("hygiene/questions.yaml", {"questions": self.questions})
        return load(self.path, **how)

    def write(self, name: str, content: Any) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))

    def refusal(self) -> str:
        with pytest.raises(LoadError) as refused:
            self.load()
        assert not Question.objects.exists()
        assert not Quiz.objects.exists()
        return str(refused.value)


@pytest.fixture
def folder(tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Loaded with this floor's part alone."""
    monkeypatch.setattr("courses.loading.loader._parts", [loading.PART])
    return Folder(tmp_path / "basics")


def test_every_question_becomes_a_version(folder: Folder, ada: User) -> None:
    report = folder.load(by=ada)

    assert report.count("made", "question") == 4
    version = Question.objects.get(ref="Q-1").current
    assert version
    assert (version.number, version.kind, version.objective, version.mark) == (1, "true_false", "A.1", 10_000)
    assert (version.is_critical, version.author, version.change_kind) == (True, ada, ChangeKind.NEW)
    assert version.key == {"answer": True}
    assert "answer" not in version.body
    assert version.feedback == {"right": "Yes, so.", "wrong": "Not so."}


def test_the_quiz_settings_become_a_version(folder: Folder) -> None:
    assert folder.quiz
    folder.quiz |= {"attempts": {"count": 2, "window_hours": 12}, "failures_before_review": 4, "lessons_first": False}
    folder.quiz |= {"opens_at": "2026-09-01T08:00+01:00", "review": {"key": "never"}, "title": "Hygiene quiz"}
    folder.quiz["sections"][0]["must_pass_percent"] = 72.5

    folder.load()

    quiz = Quiz.objects.get()
    rules = quiz.current
    assert rules
    assert quiz.title == "Hygiene quiz"
    assert (rules.time_limit_minutes, rules.pass_percent, rules.attempts, rules.window_hours) == (20, 8500, 2, 12)
    assert (rules.failures_before_review, rules.lessons_first, rules.critical_min_items) == (4, False, 1)
    assert rules.opens_at == datetime(2026, 9, 1, 7, tzinfo=UTC)
    assert rules.review == {"score": "at_once", "answers": "at_once", "key": "never", "feedback": "at_once"}
    assert rules.sections[0]["must_pass"] == 7250
    assert rules.item_count == 2


def test_loading_again_changes_nothing(folder: Folder) -> None:
    folder.load()

    report = folder.load()

    assert report.unchanged["question"] == 4
    assert report.unchanged["quiz"] == 1
    assert not [change for change in report.changes if change.what in {"question", "quiz"}]
    assert QuestionVersion.objects.count() == 4
    assert QuizVersion.objects.count() == 1


def test_a_changed_question_gets_a_new_version_and_keeps_the_old(folder: Folder) -> None:
    folder.load()
    folder.questions[1]["stem"] = "Washing replaces gloves."

    report = folder.load()

    question = Question.objects.get(ref="Q-2")
    assert report.count("changed", "question") == 1
    assert [version.stem for version in question.versions.all()] == [
        "Gloves replace washing.",
        "Washing replaces gloves.",
    ]
    assert question.current
    assert question.current.number == 2


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"feedback": {"right": "Yes.", "wrong": "No."}}, ChangeKind.TYPO),
        ({"difficulty": "hard", "expected_correct": 0.55}, ChangeKind.TYPO),
        ({"answer": False}, ChangeKind.KEY),
        ({"critical": True}, ChangeKind.KEY),
        ({"points": 2}, ChangeKind.KEY),
        ({"stem": "Other words.", "answer": False}, ChangeKind.CONTENT),
        ({"objective": "A.2"}, ChangeKind.CONTENT),
    ],
)
def test_a_new_version_says_what_it_changed(folder: Folder, change: Entry, kind: ChangeKind) -> None:
    folder.questions.append(folder.entry("Q-5"))
    folder.load()
    folder.questions[-1] |= change

    folder.load()

    version = Question.objects.get(ref="Q-5").current
    assert version
    assert version.change_kind == kind


def test_a_question_that_vanished_is_retired_and_comes_back_as_it_was(folder: Folder) -> None:
    folder.questions.append(folder.entry("Q-5"))
    folder.load()
    gone = folder.questions.pop()

    report = folder.load()
    assert report.count("retired", "question") == 1
    assert not Question.objects.askable().filter(ref="Q-5").exists()

    folder.questions.append(gone)
    folder.load()
    assert Question.objects.askable().filter(ref="Q-5").exists()
    assert Question.objects.get(ref="Q-5").versions.count() == 1


def test_changed_settings_make_a_new_version_of_the_quiz(folder: Folder) -> None:
    folder.load()
    assert folder.quiz
    folder.quiz["pass_percent"] = 90

    folder.load()

    quiz = Quiz.objects.get()
    assert [version.pass_percent for version in quiz.versions.all()] == [8500, 9000]
    assert quiz.current
    assert quiz.current.number == 2


def test_settings_that_vanished_close_the_quiz(folder: Folder) -> None:
    folder.load()
    folder.quiz = None

    report = folder.load()

    assert report.count("retired", "quiz") == 1
    assert Quiz.objects.get().current is None


def test_the_examination_draws_from_its_courses(folder: Folder) -> None:
    folder.examination = {
        "title": "Final",
        "pass_percent": 80,
        "sections": [{"title": "One", "course": "hygiene", "count": 3, "kinds": {"true_false": {"exactly": 3}}}],
        "max_per_objective": {"default": 1, "A.2": 2},
    }

    folder.load()

    rules = Quiz.objects.get(programme__slug="basics").current
    assert rules
    assert rules.max_per_objective == {"default": 1, "A.2": 2}
    assert rules.sections[0]["kinds"] == {"true_false": {"at_least": 3, "at_most": 3}}
    assert rules.time_limit_seconds is None


def test_a_dry_run_writes_nothing(folder: Folder) -> None:
    report = folder.load(dry_run=True)

    assert report.count("made", "question") == 4
    assert not Question.objects.exists()


def test_a_longer_bank_costs_no_more_queries(folder: Folder) -> None:
    with CaptureQueriesContext(connection) as short:
        folder.load(dry_run=True)
    folder.questions += [folder.entry(f"Q-1{n}") for n in range(40)]
    with CaptureQueriesContext(connection) as long:
        folder.load(dry_run=True)

    assert len(long) == len(short)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "riddle"}, "There is no kind of question “riddle”."),
        ({"kind": None}, "“kind” is missing."),
        ({"hint": "Think."}, "Nothing reads “hint”"),
        ({"answer": "maybe"}, "true or false"),
        ({"stem": ""}, "empty"),
        ({"objective": "A.9"}, "A has no objective “A.9”."),
        ({"objective": None}, "“objective” is missing."),
        ({"module": "B"}, "This file holds the questions of A."),
        ({"id": "Q 1!"}, "An id is made of letters"),
        ({"id": "Q-2"}, "Q-2 is used already, in hygiene/questions.yaml"),
        ({"id": 7}, "“id” must be a text"),
        ({"points": 0}, "worth something"),
        ({"points": 1.005}, "at most two decimals"),
        ({"points": -1}, "a number from 0 to 100"),
        ({"points": "many"}, "a number from 0 to 100"),
        ({"critical": "yes"}, "“critical” must be true or false"),
        ({"facts": "HYG-001"}, "“facts” must be a list"),
        ({"not_with": ["Q-9"]}, "“not_with” names Q-9"),
        ({"not_with": ["Q-1"]}, "“not_with” names Q-1"),
        ({"not_with": ["Q-2"]}, "Q-2 must name Q-1 too"),
        ({"difficulty": "brutal"}, "must be one of: easy, medium, hard"),
        ({"expected_correct": 3}, "a number from 0 to 1"),
        ({"feedback": "Well."}, "Write this as named fields"),
    ],
)
def test_what_cannot_be_asked_stops_the_load(folder: Folder, change: Entry, words: str) -> None:
    folder.questions[0] |= change

    assert words in folder.refusal()


def test_a_problem_is_named_with_file_and_line(folder: Folder) -> None:
    folder.questions[1]["answer"] = "maybe"

    refusal = folder.refusal()

    text = (folder.path / "hygiene/questions.yaml").read_text().splitlines()
    line = text.index("  answer: maybe") + 1
    assert f"hygiene/questions.yaml:{line}: " in refusal


def test_every_problem_is_named_at_once(folder: Folder) -> None:
    folder.questions[0]["answer"] = "maybe"
    folder.questions[1]["kind"] = "riddle"
    assert folder.quiz
    folder.quiz["pass_percent"] = 101

    assert len(folder.refusal().splitlines()) == 3


@pytest.mark.parametrize("questions", ["none", [1, 2], {"Q-1": {}}])
def test_a_bank_of_another_shape_stops_the_load(folder: Folder, questions: Any) -> None:
    folder.questions = questions

    assert "hygiene/questions.yaml" in folder.refusal()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pass_percent": None}, "“pass_percent” is missing"),
        ({"pass_percent": 85.123}, "at most two decimals"),
        ({"time_limit_minutes": 0}, "from 1 to 600"),
        ({"time_limit_minutes": True}, "from 1 to 600"),
        ({"attempts": 3}, "Write this as named fields"),
        ({"attempts": {"count": 0}}, "from 1 to 100"),
        ({"attempts": {"counts": 1}}, "Nothing reads “counts” here"),
        ({"tries": 3}, "Nothing reads “tries” here"),
        ({"sections": []}, "Write the sections of the form as a list"),
        ({"sections": [{"title": "One"}]}, "either “draw”"),
        ({"sections": [{"title": "One", "draw": {"A.1": 1}, "count": 1}]}, "either “draw”"),
        ({"sections": [{"title": "One", "draw": {"B.1": 1}}]}, "Nothing reads “B.1” here"),
        (
            {"sections": [{"title": "One", "draw": {"A.1": 3}}]},
            "No form can be drawn. A.1: 3 asked for, 2 in the pool.",
        ),
        ({"sections": [{"title": "One", "count": 9}]}, "No form can be drawn. One: 9 asked for"),
        ({"sections": [{"title": "One", "count": 1, "course": "depth"}]}, "“course” must be one of: hygiene"),
        ({"critical": {"min_items": 3}}, "No form can be drawn. Critical questions: at least 3 asked for"),
        ({"kinds": {"riddle": {"min": 1}}}, "Nothing reads “riddle” here"),
        ({"kinds": {"scenario": {"min": 1}}}, "Questions of the kind scenario: at least 1 asked for"),
        ({"review": {"key": "later"}}, "“key” must be one of"),
        ({"opens_at": "tomorrow"}, "a moment with its time zone"),
        ({"opens_at": "2026-09-01T08:00"}, "a moment with its time zone"),
        ({"opens_at": "2026-09-02T08:00Z", "closes_at": "2026-09-01T08:00Z"}, "must close after it opens"),
        ({"max_per_objective": {"A.1": -1}}, "from 0 to 50"),
    ],
)
def test_settings_that_cannot_work_stop_the_load(folder: Folder, change: Entry, words: str) -> None:
    assert folder.quiz
    folder.quiz |= change

    refusal = folder.refusal()

    assert words in refusal
    assert "hygiene/course.yaml:" in refusal
