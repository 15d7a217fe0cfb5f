"""What is taught, to whom, and how far they have come."""

from courses.models.enrolling import Completion, Enrolment, NotTaught, Place, ProgrammeCompletion, Review, Studied
from courses.models.finding import Term
from courses.models.lessons import Lesson, LessonVersion, Module
from courses.models.programmes import Course, Objective, Programme, Teaching

__all__ = [
    "Completion",
    "Course",
    "Enrolment",
    "Lesson",
    "LessonVersion",
    "Module",
    "NotTaught",
    "Objective",
    "Place",
    "Programme",
    "ProgrammeCompletion",
    "Review",
    "Studied",
    "Teaching",
    "Term",
]
