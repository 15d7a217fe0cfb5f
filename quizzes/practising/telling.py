"""What is told about one answer at once: whether it is right, why, and what the right one is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from quizzes import kinds
from quizzes.grading import WHOLE, mark_of
from quizzes.kinds.base import Drawn, Part, Response

if TYPE_CHECKING:
    from quizzes.models.question import QuestionVersion

ECHO = "Right: "  # how the authors' feedback to a right answer begins; the page has said so already


@dataclass(frozen=True)
class Told:
    verdict: str  # right, partly, wrong, unknown
    share: int  # of full marks, in 1/10 000
    fraction: Fraction
    critical_missed: bool
    why: str
    answer: list[str]
    key: list[str]
    remarks: list[str]
    parts: list[Part]

    @property
    def is_right(self) -> bool:
        return self.verdict == "right"


def tell(version: QuestionVersion, drawn: Drawn, response: Response, *, with_key: bool = True) -> Told:
    """Marked anew from the version and the response, both of which never change."""
    kind, body, key = kinds.get(version.kind), version.body, version.key
    marked = kind.mark(body, key, drawn, response, critical=version.is_critical)
    fraction = Fraction(marked.fraction)
    is_right = fraction >= 1
    verdict = "right" if is_right else "partly" if fraction > 0 else "wrong" if response is not None else "unknown"
    return Told(
        verdict=verdict,
        share=mark_of(fraction, WHOLE),
        fraction=fraction,
        critical_missed=marked.critical_missed,
        why=without_echo(version.feedback.get("right" if is_right else "wrong", "")),
        answer=kind.answer_words(body, drawn, response),
        key=kind.key_words(body, key, drawn) if with_key and not is_right else [],
        remarks=[] if is_right else kind.remarks(body, key, drawn, response),
        parts=[
            Part(part.stem, part.right, part.answer, part.key if with_key else [], without_echo(part.feedback))
            for part in kind.part_feedback(body, key, drawn, response)
        ],
    )


def without_echo(words: str) -> str:
    """The feedback without the verdict that already stands before it."""
    if not words.startswith(ECHO) or len(words) == len(ECHO):
        return words
    return words[len(ECHO)].upper() + words[len(ECHO) + 1 :]
