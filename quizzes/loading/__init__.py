"""The question bank and the quiz settings of a programme folder -> versions, with the rest of the load."""

from typing import Any

from courses import loading
from quizzes.loading.bank import ParsedQuestion, read_bank, write_bank
from quizzes.loading.quiz import ParsedQuiz, read_quizzes, write_quizzes


class QuizPart:
    """Reads `questions.yaml` of each course and the `quiz:` sections of courses and programme."""

    course_keys = frozenset({"quiz"})
    programme_keys = frozenset({"quiz"})

    def read(self, source: loading.Source, problems: loading.Problems) -> tuple[list[ParsedQuestion], list[ParsedQuiz]]:
        questions = read_bank(source, problems)
        return questions, read_quizzes(source, questions, problems)

    def write(self, parsed: Any, rows: loading.Rows, report: loading.Report) -> None:
        questions, quizzes = parsed
        write_bank(questions, rows, report)
        write_quizzes(quizzes, rows, report)


PART = QuizPart()
loading.register(PART)
