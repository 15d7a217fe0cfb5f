"""What a correction would make of one marked paper. Plain values in, plain values out: no query, no clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from quizzes import grading
from quizzes.models.regrade import Policy


@dataclass(frozen=True)
class Standing:
    """One item of a marked paper as it stands now."""

    item: int
    section: int
    objective: str
    max_mark: int
    mark: int
    is_critical: bool
    critical_missed: bool
    counted: bool = True

    @property
    def is_missed(self) -> bool:
        return self.counted and self.is_critical and self.critical_missed


@dataclass(frozen=True)
class Again:
    """What the new version of the question makes of the same answer."""

    mark: int
    is_critical: bool
    critical_missed: bool


@dataclass(frozen=True)
class Plan:
    """An item and its paper, before and after."""

    old: Standing
    new: Standing
    before: grading.Outcome
    after: grading.Outcome
    kept: bool = False  # it would have taken a pass away, which this policy never does

    @property
    def changes(self) -> bool:
        """Is there anything to write down at all?"""
        return (
            (self.old.mark, self.old.counted, self.old.is_missed)
            != (self.new.mark, self.new.counted, self.new.is_missed)
        ) or self.before.passed != self.after.passed


def outcome(lines: Sequence[Standing], rules: grading.Rules, *, is_follow_up: bool = False) -> grading.Outcome:
    """What the items that count come to."""
    counted = [
        grading.Line(line.section, line.objective, line.mark, line.max_mark, line.is_critical, line.critical_missed)
        for line in lines
        if line.counted
    ]
    found = grading.grade(counted, rules)
    # Of a follow-up nothing may be left over: then nothing is missed in it.
    return replace(found, reached=True) if is_follow_up and not counted else found


def decide(policy: str, old: Standing, again: Again | None, *, is_critical: bool) -> Standing:
    """The item after the correction. `again` is None where the new version cannot read the answer."""
    if policy == Policy.FULL_CREDIT:
        return replace(old, mark=old.max_mark, is_critical=is_critical, critical_missed=False, counted=True)
    if policy == Policy.DROP_ITEM:
        return replace(old, critical_missed=False, counted=False)
    if again is None:
        return old
    if policy == Policy.NEW_KEY:
        return replace(
            old,
            mark=again.mark,
            is_critical=again.is_critical,
            critical_missed=again.critical_missed,
            counted=True,
        )
    if not old.counted:  # taken off the paper before: bringing it back could only cost something
        return old
    return replace(
        old,
        mark=max(old.mark, again.mark),
        is_critical=again.is_critical,
        critical_missed=old.is_missed and again.is_critical and again.critical_missed,
    )


def plan(
    policy: str,
    lines: Sequence[Standing],
    item: int,
    again: Again | None,
    rules: grading.Rules,
    *,
    is_critical: bool,
    is_follow_up: bool = False,
) -> Plan:
    """Only a new key may take a pass away: everything else leaves the paper as it was rather than do so."""
    old = next(line for line in lines if line.item == item)
    new = decide(policy, old, again, is_critical=is_critical)
    before = outcome(lines, rules, is_follow_up=is_follow_up)
    after = outcome([new if line.item == item else line for line in lines], rules, is_follow_up=is_follow_up)
    if policy != Policy.NEW_KEY and before.passed and not after.passed:
        return Plan(old, old, before, before, kept=True)
    return Plan(old, new, before, after)


class Who(Enum):
    """Whether a person may approve what another asked for, or why not."""

    MAY = "may"
    ASKED_IT = "asked_it"  # somebody else has to
    NOBODY_ELSE = "nobody_else"  # and there is nobody else
    INSTRUCTOR_FIRST = "instructor_first"  # the course has another instructor: staff need not step in
    OWN_PAPER = "own_paper"  # it would change what this person's own paper is worth
    STRANGER = "stranger"


def may_approve(
    by: int, *, asker: int, teachers: Collection[int], staff: Collection[int], concerned: Collection[int] = ()
) -> Who:
    """A second person who teaches the course; staff where it has one instructor, or where staff asked.

    Nobody whose own paper is `concerned`.
    """
    others = set(teachers) - {asker} - set(concerned)
    if by == asker:
        return Who.ASKED_IT if others or set(staff) - {asker} - set(concerned) else Who.NOBODY_ELSE
    if by in concerned:
        return Who.OWN_PAPER
    if by in others:
        return Who.MAY
    if by not in staff:
        return Who.STRANGER
    return Who.INSTRUCTOR_FIRST if asker in teachers and others else Who.MAY
