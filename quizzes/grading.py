"""Marks to a result: whole numbers in, whole numbers out. Knows no framework and no database."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

WHOLE = 10_000  # 100 % in hundredths of a percent; also one mark in its smallest parts


def half_up(value: Fraction) -> int:
    """The nearest whole number; exactly between two, the larger."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def mark_of(fraction: Fraction, max_mark: int) -> int:
    """What a fraction of an item is worth. A kind that strays outside [-1, 1] is held to it."""
    return half_up(min(max(fraction, Fraction(-1)), Fraction(1)) * max_mark)


def percent_of(mark: int, max_mark: int) -> int:
    """The share in hundredths of a percent, rounded half up once; of nothing, nothing."""
    return half_up(Fraction(mark * WHOLE, max_mark)) if max_mark > 0 else 0


@dataclass(frozen=True)
class Line:
    """One item of a paper and what its answer was worth."""

    section: int
    objective: str
    mark: int
    max_mark: int
    is_critical: bool = False
    critical_missed: bool = False


@dataclass(frozen=True)
class SectionRule:
    title: str = ""
    must_pass: int | None = None  # hundredths of a percent that this part alone must reach


@dataclass(frozen=True)
class Rules:
    pass_percent: int
    critical_min_percent: int = 0
    sections: tuple[SectionRule, ...] = (SectionRule(),)


@dataclass(frozen=True)
class Share:
    """A part of the paper: a section or an objective."""

    name: str
    mark: int
    max_mark: int
    percent: int
    items: int
    must_pass: int | None = None
    reached: bool = True


@dataclass(frozen=True)
class Outcome:
    raw: int
    max_mark: int
    percent: int
    reached: bool  # the pass mark
    sections_reached: bool
    critical_drawn: int
    critical_missed: int
    critical_reached: bool
    sections: tuple[Share, ...]
    objectives: tuple[Share, ...]
    missed: tuple[tuple[str, int], ...] = ()  # objective, how many of its critical items
    right: tuple[tuple[str, int], ...] = ()  # the same, of those that were not missed

    @property
    def passed(self) -> bool:
        return self.reached and self.sections_reached and self.critical_reached

    @property
    def is_held(self) -> bool:
        """Passed, but each missed critical item is to be put again first."""
        return self.passed and self.critical_missed > 0

    def breakdown(self) -> dict[str, Any]:
        """What a stored result remembers beside its totals, as plain JSON."""
        return {
            "reached": self.reached,
            "sections_reached": self.sections_reached,
            "critical_reached": self.critical_reached,
            "sections": [asdict(share) for share in self.sections],
            "objectives": [asdict(share) for share in self.objectives],
            "critical": {"missed": dict(self.missed), "right": dict(self.right)},
        }


def grade(lines: Iterable[Line], rules: Rules) -> Outcome:
    """Passed is: the pass mark reached, every part that must be passed reached, and enough critical items right."""
    paper = list(lines)
    sections = tuple(_section(index, rule, paper) for index, rule in enumerate(rules.sections))
    raw = sum(share.mark for share in sections)
    max_mark = sum(share.max_mark for share in sections)
    percent = percent_of(raw, max_mark)
    drawn = sum(line.is_critical for line in paper)
    missed = sum(line.is_critical and line.critical_missed for line in paper)
    return Outcome(
        raw=raw,
        max_mark=max_mark,
        percent=percent,
        reached=percent >= rules.pass_percent and max_mark > 0,
        sections_reached=all(share.reached for share in sections),
        critical_drawn=drawn,
        critical_missed=missed,
        # Shares compared as whole numbers: nothing is rounded where safety is decided.
        critical_reached=(drawn - missed) * WHOLE >= rules.critical_min_percent * drawn,
        sections=sections,
        objectives=tuple(
            _share(code, [line for line in paper if line.objective == code])
            for code in sorted({line.objective for line in paper})
        ),
        missed=_counted(line.objective for line in paper if line.is_critical and line.critical_missed),
        right=_counted(line.objective for line in paper if line.is_critical and not line.critical_missed),
    )


def _counted(objectives: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(objectives).items()))


def still_missed(passed: Mapping[str, Any], rounds: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Objective -> critical items still to be put right: those missed on the paper that was passed, less those
    answered right in the rounds since. All arguments are breakdowns."""
    left = Counter(passed["critical"]["missed"])
    for one in rounds:
        left -= Counter(one["critical"]["right"])
    return dict(left)


def _share(name: str, lines: Sequence[Line], floor: Callable[[int], int] = lambda mark: mark) -> Share:
    mark = floor(sum(line.mark for line in lines))
    max_mark = sum(line.max_mark for line in lines)
    return Share(name, mark, max_mark, percent_of(mark, max_mark), len(lines))


def _section(index: int, rule: SectionRule, paper: Sequence[Line]) -> Share:
    share = _share(rule.title, [line for line in paper if line.section == index], floor=lambda mark: max(0, mark))
    reached = rule.must_pass is None or share.percent >= rule.must_pass
    return Share(share.name, share.mark, share.max_mark, share.percent, share.items, rule.must_pass, reached)
