"""A programme folder -> rows, all or nothing. The format is described in courses/programmes/README.md."""

from courses.loading.loader import LoadError, Part, Rows, load, register
from courses.loading.report import Change, Report
from courses.loading.source import CourseSource, LessonSource, Source
from courses.yaml_marks import Marked, Problem, Problems

__all__ = [
    "Change",
    "CourseSource",
    "LessonSource",
    "LoadError",
    "Marked",
    "Part",
    "Problem",
    "Problems",
    "Report",
    "Rows",
    "Source",
    "load",
    "register",
]
