"""The life of an attempt in plain Python, without any database: what must be true, said as simply as it can be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from quizzes import kinds
from quizzes.kinds.base import Kind
from quizzes.models import Outcome

GRACE = timedelta(seconds=30)
LIMIT = 1800  # seconds
ATTEMPTS = 3
IN_HOURS = timedelta(hours=24)
MARK = 10_000
Turn = tuple[int, int]


@dataclass(frozen=True)
class Asked:
    """One question of every paper."""

    kind: Kind
    body: dict[str, Any]
    key: dict[str, Any]

    def answer(self, which: str) -> dict[str, Any] | None:
        """`blank`, `right`, or a number: any answer by that chance."""
        if which == "blank":
            return None
        return self.kind.solve(self.body, self.key) if which == "right" else self.kind.random(self.body, Random(which))

    def mark(self, response: Any) -> int:
        """In ten-thousandths, halves up."""
        share: Fraction = self.kind.mark(self.body, self.key, {}, response, critical=False).fraction
        return int((share * MARK + Fraction(1, 2)) // 1)


def asked() -> list[Asked]:
    """A question of every kind that a machine marks."""
    of_every_kind = [kind for kind in kinds.all_kinds() if not kind.by_person]
    return [Asked(kind, *kind.parse(kind.examples[0].source)) for kind in of_every_kind]


@dataclass(frozen=True)
class Message:
    """A save on its way."""

    paper: Paper
    item: int
    client: str
    epoch: int
    seq: int
    body: dict[str, Any] | None
    flagged: bool

    @property
    def turn(self) -> Turn:
        return self.epoch, self.seq

    @property
    def name(self) -> tuple[int, str, int, int]:
        return self.item, self.client, self.epoch, self.seq


@dataclass
class Kept:
    """What counts now for one item."""

    turn: Turn = (0, 0)
    client: str = ""
    body: dict[str, Any] | None = None
    flagged: bool = False


@dataclass(eq=False)
class Paper:
    """One attempt."""

    pk: int
    items: list[int]
    questions: list[Asked]
    started: datetime
    deadline: datetime
    read_outs: bool
    epoch: int = 0
    closed: str = ""  # by `trainee` or `clock`
    kept: list[Kept] = field(default_factory=list)
    arrived: set[tuple[int, str, int, int]] = field(default_factory=set)  # saves, each to be found as an event
    acknowledged: dict[int, Turn] = field(default_factory=dict)
    midway: int = 0

    def __post_init__(self) -> None:
        self.kept = [Kept() for _item in self.items]

    def takes(self, now: datetime) -> bool:
        return not self.closed and now <= self.deadline + GRACE

    def touch(self, now: datetime) -> None:
        """Whoever comes first after the end closes it."""
        if not self.closed and not self.takes(now):
            self.closed = "clock"

    def save(self, message: Message, now: datetime) -> Outcome:
        self.arrived.add(message.name)
        if self._skips(message):  # not even looked at: how it would be answered tells how the case goes on
            return Outcome.UNREADABLE
        self.touch(now)
        if self.closed:
            return Outcome.CLOSED if self.closed == "trainee" else Outcome.LATE
        if message.epoch != self.epoch:
            return Outcome.OTHER_TAB
        held = self.kept[message.item]
        if not self._goes_on(message):
            question = self.questions[message.item]
            earlier = question.kind.follows(question.body, message.body, held.body)
            if not (earlier and message.turn <= held.turn):
                return Outcome.NOT_NEXT
        if message.turn > held.turn:
            self._keep(message)
            return Outcome.APPLIED
        return Outcome.APPLIED if (message.turn, message.client) == (held.turn, held.client) else Outcome.STALE

    def hand_in(self, messages: list[Message], now: datetime) -> None:
        self.touch(now)
        if self.closed:
            return
        for message in sorted(messages, key=lambda one: one.turn):
            if message.epoch <= self.epoch and message.turn > self.kept[message.item].turn and self._goes_on(message):
                self._keep(message)
        self.closed = "trainee"

    def _goes_on(self, message: Message) -> bool:
        """A step of a case that was taken is never taken back."""
        question = self.questions[message.item]
        return question.kind.follows(question.body, self.kept[message.item].body, message.body)

    def _skips(self, message: Message) -> bool:
        """More than one step beyond what is stored: no page can have shown it."""
        if not self.questions[message.item].kind.by_steps or message.body is None:
            return False
        stored = self.kept[message.item].body
        return len(message.body["path"]) > (len(stored["path"]) if stored else 0) + 1

    def _keep(self, message: Message) -> None:
        self.kept[message.item] = Kept(message.turn, message.client, message.body, message.flagged)

    @property
    def raw(self) -> int:
        return max(0, sum(one.mark(kept.body) for one, kept in zip(self.questions, self.kept, strict=True)))

    @property
    def percent(self) -> int:
        most = MARK * len(self.items)
        return (self.raw * 20_000 + most) // (2 * most)


@dataclass
class Granted:
    """An accommodation."""

    what: dict[str, Any]
    ended: bool = False


@dataclass
class Trainee:
    """Everything of one trainee in one quiz."""

    papers: list[Paper] = field(default_factory=list)
    granted: list[Granted] = field(default_factory=list)

    def most(self, name: str, usual: int = 0) -> int:
        granted: list[int] = [one.what.get(name, usual) for one in self.granted if not one.ended]
        return max([usual, *granted])

    def seconds(self) -> int:
        return LIMIT * self.most("time_percent", 100) // 100 + 60 * self.most("extra_minutes")

    def refuses(self, now: datetime) -> str:
        """Why no attempt may be begun, or nothing."""
        if any(paper.closed and paper.percent == 10_000 for paper in self.papers):
            return "passed"
        lately = sum(now - paper.started < IN_HOURS for paper in self.papers)
        return "window" if lately >= ATTEMPTS + self.most("extra_attempts") else ""

    def grant(self, what: dict[str, Any], now: datetime) -> None:
        self.granted.append(Granted(what))
        for paper in self.papers:
            until = paper.started + timedelta(seconds=self.seconds())
            told = bool(self.most("read_outs")) and not paper.read_outs
            if paper.takes(now) and (until > paper.deadline or told):
                paper.deadline, paper.read_outs = max(until, paper.deadline), paper.read_outs or told
                paper.midway += 1


@dataclass
class Window:
    """A browser window: what it typed last for each item, and what it has heard of."""

    client: str
    paper: Paper | None = None
    epoch: int = 0
    seqs: dict[int, int] = field(default_factory=dict)
    outbox: dict[int, Message] = field(default_factory=dict)
    unheard: set[int] = field(default_factory=set)  # items whose last answer nobody acknowledged

    def open(self, paper: Paper) -> None:
        """Draw the page anew: what is stored on the device stays, of this paper."""
        if paper is not self.paper:
            self.outbox, self.unheard = {}, set()
        self.paper, self.epoch = paper, paper.epoch
        for item, kept in enumerate(paper.kept):
            own = self.outbox[item].seq if item in self.outbox else 0
            self.seqs[item] = max(kept.turn[1], own)

    def type(self, item: int, body: dict[str, Any] | None, *, flagged: bool) -> Message:
        assert self.paper
        self.seqs[item] += 1
        message = Message(self.paper, item, self.client, self.epoch, self.seqs[item], body, flagged)
        self.outbox[item] = message
        self.unheard.add(item)
        return message

    def hears(self, message: Message) -> None:
        if self.outbox.get(message.item) == message:
            self.unheard.discard(message.item)
