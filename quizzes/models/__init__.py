"""The tables of assessment: what is asked, what was answered, what it was worth."""

from quizzes.models.accommodation import Accommodation, AccommodationEnding, GrantedMidway
from quizzes.models.analysis import ItemAnalysis
from quizzes.models.answer_file import AnswerFile, FileType
from quizzes.models.attempt import (
    Attempt,
    AttemptOver,
    AttemptQuerySet,
    ClosedBy,
    FeedbackOpened,
    Mode,
    Outcome,
    Saved,
    State,
    TakenOver,
)
from quizzes.models.check_answer import CheckAnswer
from quizzes.models.draft import QuestionDraft
from quizzes.models.item import Item, Response, ResponseEvent
from quizzes.models.item_check import ItemCheck
from quizzes.models.judgement import Judgement
from quizzes.models.marking import Marking, Result
from quizzes.models.practice import Card, PracticeAnswer, PracticeDeal, PracticeEase, PracticeSitting
from quizzes.models.question import ChangeKind, Question, QuestionVersion
from quizzes.models.quiz import Quiz, QuizVersion, ReviewWhen
from quizzes.models.regrade import CountedAnswer, Policy, Regrade, RegradeChange, RegradeState, RegradeStep, Voiding

__all__ = [
    "Accommodation",
    "AccommodationEnding",
    "AnswerFile",
    "Attempt",
    "AttemptOver",
    "AttemptQuerySet",
    "Card",
    "ChangeKind",
    "CheckAnswer",
    "ClosedBy",
    "CountedAnswer",
    "FeedbackOpened",
    "FileType",
    "GrantedMidway",
    "Item",
    "ItemAnalysis",
    "ItemCheck",
    "Judgement",
    "Marking",
    "Mode",
    "Outcome",
    "Policy",
    "PracticeAnswer",
    "PracticeDeal",
    "PracticeEase",
    "PracticeSitting",
    "Question",
    "QuestionDraft",
    "QuestionVersion",
    "Quiz",
    "QuizVersion",
    "Regrade",
    "RegradeChange",
    "RegradeState",
    "RegradeStep",
    "Response",
    "ResponseEvent",
    "Result",
    "ReviewWhen",
    "Saved",
    "State",
    "TakenOver",
    "Voiding",
]
