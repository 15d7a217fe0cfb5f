"""The figures as a CSV file: one question a line, numbers unrounded, words that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

from quizzes.analysis.showing import Row

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
MARKER = "\ufeff"  # spreadsheets take a file that begins so for UTF-8, and other readers know to skip it

HEADER = (
    *("ref", "version", "kind", "objective", "course", "question", "safety_critical"),
    *("answers", "answered", "fully_right", "facility", "facility_low", "facility_high", "standard_deviation"),
    *("guess", "item_rest", "item_rest_low", "item_rest_high", "efficiency_percent"),
    *("discrimination_index", "discriminative_efficiency", "intended_weight", "effective_weight"),
    *("seconds_lower_quartile", "seconds_median", "seconds_upper_quartile", "timed"),
    *("changed_right_to_wrong", "changed_wrong_to_right", "changed_wrong_to_wrong"),
    *("critical_misses", "drawn", "drawn_of_papers", "severity", "finding"),
)


def plain(value: Any) -> Any:
    """Words that begin like a formula get an apostrophe before them; numbers are ours and stay numbers."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(STARTS):
        return f"'{value}"
    return value


def to_csv(rows: Iterable[Row]) -> str:
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADER)
    for row in rows:
        writer.writerow([plain(value) for value in _values(row)])
    return MARKER + file.getvalue()


def _values(row: Row) -> list[Any]:
    one, version = row.figures, row.version
    paper = one["paper"] or {}
    judged = row.is_judged
    reading = row.reading
    return [
        *(version.question.ref, version.number, row.kind, version.objective, version.question.course.code),
        *(version.stem, int(version.is_critical), one["answers"], one["answered"], one["right"], one["facility"]),
        *(one["facility_interval"] or (None, None)),
        *(one["standard_deviation"], one["guess"], one["item_rest"] if judged else None),
        *((one["item_rest_interval"] if judged else None) or (None, None)),
        one["efficiency"] if judged else None,
        paper.get("discrimination_index") if judged else None,
        paper.get("discriminative_efficiency") if judged else None,
        *(paper.get("intended_weight"), paper.get("effective_weight")),
        *(one["seconds"] or (None, None, None)),
        *(one["timed"], one["changes"]["right_wrong"], one["changes"]["wrong_right"], one["changes"]["wrong_wrong"]),
        *(one["missed"], one["drawn"], one["drawn_of"], reading.severity, reading.tag),
    ]
