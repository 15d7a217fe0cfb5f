"""When an attempt ends, and what was granted to stretch it: plain arithmetic on times, no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

GRACE = timedelta(seconds=30)  # the network's, shown nowhere
USUAL = 100  # percent of the time


@dataclass(frozen=True)
class Allowance:
    """What one trainee is allowed in one quiz beyond its rules; made of every accommodation in force."""

    time_percent: int = USUAL
    extra_minutes: int = 0
    extra_attempts: int = 0
    opens_at: datetime | None = None  # in place of the quiz's own
    closes_at: datetime | None = None
    read_outs: bool = False  # colours come with their L*, a*, b*
    sources: tuple[int, ...] = ()  # the accommodations it is made of

    def __bool__(self) -> bool:
        return bool(self.sources)

    def opens(self, rule: datetime | None) -> datetime | None:
        return self.opens_at or rule

    def closes(self, rule: datetime | None) -> datetime | None:
        return self.closes_at or rule

    def seconds(self, limit: int | None) -> int | None:
        """The time limit as it is for this trainee; None: untimed."""
        return None if limit is None else limit * self.time_percent // USUAL + self.extra_minutes * 60

    def to_json(self) -> dict[str, Any]:
        """As it is kept with an attempt; {} when nothing was granted."""
        if not self:
            return {}
        return {
            "time_percent": self.time_percent,
            "extra_minutes": self.extra_minutes,
            "extra_attempts": self.extra_attempts,
            "opens_at": self.opens_at and self.opens_at.isoformat(),
            "closes_at": self.closes_at and self.closes_at.isoformat(),
            "read_outs": self.read_outs,
            "accommodations": list(self.sources),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Allowance:
        if not kept:
            return NOTHING
        opens, closes = kept["opens_at"], kept["closes_at"]
        return cls(
            time_percent=kept["time_percent"],
            extra_minutes=kept["extra_minutes"],
            extra_attempts=kept["extra_attempts"],
            opens_at=opens and datetime.fromisoformat(opens),
            closes_at=closes and datetime.fromisoformat(closes),
            read_outs=kept["read_outs"],
            sources=tuple(kept["accommodations"]),
        )


NOTHING = Allowance()


def together(granted: Iterable[Allowance]) -> Allowance:
    """Several in force at once: of each thing the most generous one. Nothing is added up, and nothing is taken away."""
    every = list(granted)
    if len(every) < 2:
        return every[0] if every else NOTHING
    return Allowance(
        time_percent=max(one.time_percent for one in every),
        extra_minutes=max(one.extra_minutes for one in every),
        extra_attempts=max(one.extra_attempts for one in every),
        opens_at=min((one.opens_at for one in every if one.opens_at), default=None),
        closes_at=max((one.closes_at for one in every if one.closes_at), default=None),
        read_outs=any(one.read_outs for one in every),
        sources=tuple(sorted(pk for one in every for pk in one.sources)),
    )


def deadline(
    started: datetime, *, limit: int | None, closes: datetime | None, allowance: Allowance = NOTHING
) -> datetime | None:
    """The earlier of “the time is used up” and “the quiz closes”; None when there is neither."""
    seconds = allowance.seconds(limit)
    ends = [] if seconds is None else [started + timedelta(seconds=seconds)]
    if last := allowance.closes(closes):
        ends.append(last)
    return min(ends, default=None)


def hard(end: datetime | None) -> datetime | None:
    """Until when saves are taken."""
    return end and end + GRACE
