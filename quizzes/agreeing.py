"""When one marker is enough, and what two come to. Whole numbers in, whole numbers out; knows no framework.

Marks are in 1/10 000, shares in hundredths of a percent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from quizzes.grading import WHOLE, half_up


@dataclass(frozen=True)
class Turn:
    """What one marker found."""

    mark: int
    critical: bool  # an unsafe level was chosen


@dataclass(frozen=True)
class Rules:
    max_mark: int
    pass_percent: int
    margin: int  # how near the pass line a second marker is asked
    agree_within: int  # how far two may differ


def is_close(mark: int, rules: Rules) -> bool:
    """Within the margin of the pass line, on either side; the edge counts."""
    return abs(mark * WHOLE - rules.pass_percent * rules.max_mark) <= rules.margin * rules.max_mark


def agree(one: Turn, other: Turn, rules: Rules) -> bool:
    """Near enough, and of one mind about whether it is safe."""
    near = abs(one.mark - other.mark) * WHOLE <= rules.agree_within * rules.max_mark
    return near and one.critical == other.critical


def settle(turns: Sequence[Turn], rules: Rules) -> Turn | None:
    """What the turns taken so far come to, or None while another is needed."""
    match list(turns):
        case [one] if not one.critical and not is_close(one.mark, rules):
            return one
        case [one, other] if agree(one, other, rules):
            return Turn(half_up(Fraction(one.mark + other.mark, 2)), one.critical)
        case [one, other, third]:  # the third decides on the mark; on what is unsafe, two of three
            return Turn(third.mark, one.critical + other.critical + third.critical >= 2)
        case _:
            return None
