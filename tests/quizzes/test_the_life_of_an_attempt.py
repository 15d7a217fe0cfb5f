"""An attempt through any order of events, held against a model in plain Python that says what must be true.

Two windows type and a network carries: it delays, reorders, repeats and loses saves and replies. The clock passes and
steps back, windows take over, papers are handed in (twice), the sweep comes by, more time is granted and ended.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, ClassVar

import pytest
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from courses.models import Course
from quizzes import accommodating, kinds
from quizzes.models import (
    Accommodation,
    Attempt,
    AttemptOver,
    Item,
    Outcome,
    Quiz,
    Response,
    ResponseEvent,
    Result,
    TakenOver,
)
from quizzes.opening import Closed
from quizzes.work import close_overdue
from tests.cast import person
from tests.quizzes.life import ATTEMPTS, GRACE, IN_HOURS, MARK, Asked, Message, Paper, Trainee, Window, asked
from tests.quizzes.making import add_entry, make_course, make_quiz, study_all

pytestmark = pytest.mark.django_db
people = count(1)
START = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)  # an hour before the clocks go back in Europe
ANSWERS = st.sampled_from(["blank", "right", "right", "1", "2", "3"])
ITEMS = st.sampled_from([0, 0, 0, *range(99)])  # mostly one, so that saves meet
WINDOWS = st.integers(0, 1)
GRANTS: list[dict[str, Any]] = [
    {"time_percent": 150},
    {"time_percent": 200, "extra_attempts": 1},
    {"extra_minutes": 10},
    {"extra_minutes": 1, "read_outs": True},
]


class Life(RuleBasedStateMachine):
    quiz: ClassVar[Quiz]
    questions: ClassVar[list[Asked]]
    granter: ClassVar[User]
    at_end = False
    seen: ClassVar[Counter[str]] = Counter()  # what became of saves

    @initialize()
    def start(self) -> None:
        self.traveller = time_machine.travel(START, tick=False)
        self.clock = self.traveller.start()
        self.trainee = person(f"trainee{next(people)}@example.com", "Tess Trainee")
        study_all(self.trainee, self.quiz.course)  # type: ignore[arg-type]
        self.model = Trainee()
        self.windows = [Window("one"), Window("two")]
        self.air: list[Message] = []  # on the way; some will never arrive
        self.rows: list[Accommodation] = []
        self.begin()

    def teardown(self) -> None:
        if not hasattr(self, "traveller"):
            return
        self.at_end = True
        try:
            self.what_is_stored_is_what_must_be()
            self.clock_and_grants_are_as_they_must_be()
            self.the_result_is_what_the_stored_answers_are_worth()
            self.every_save_has_its_event_and_none_counts_after_the_end()
        finally:
            self.traveller.stop()

    # Who is who

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def paper(self) -> Paper:
        return self.model.papers[-1]

    def attempt(self, paper: Paper) -> Attempt:
        """As a request of its own would fetch it."""
        return Attempt.objects.of(self.trainee).get(pk=paper.pk)

    def posted(self, message: Message) -> tuple[int, dict[str, list[str]]]:
        item = Item.objects.select_related("question_version").get(pk=message.paper.items[message.item])
        one = message.paper.questions[message.item]
        return item.pk, one.kind.fields(one.body, item.drawn, message.body)

    # What people do

    @rule(twice=st.booleans())
    def begin_again(self, twice: bool) -> None:
        """Nearly always when the last attempt is over; now and then a second start of one that runs."""
        if twice or not self.paper.takes(self.now):
            self.begin()

    def begin(self) -> None:
        running = next((paper for paper in self.model.papers if paper.takes(self.now)), None)
        for paper in self.model.papers:
            paper.touch(self.now)
        refused = "" if running else self.model.refuses(self.now)
        try:
            begun = self.quiz.begin(self.trainee, declared=True)
        except Closed as closed:
            reasons = {reason.code for reason in closed.opening.reasons}
        else:
            reasons = set()
        assert reasons == ({refused} if refused else set())
        if refused:
            self.seen[f"begin: {refused}"] += 1
            return
        if running:
            assert begun.pk == running.pk
            return
        items = list(Item.objects.filter(attempt=begun).select_related("question_version"))
        places = [next(q for q in self.questions if q.kind.name == item.question_version.kind) for item in items]
        until = self.now + timedelta(seconds=self.model.seconds())
        paper = Paper(
            begun.pk, [item.pk for item in items], places, self.now, until, bool(self.model.most("read_outs"))
        )
        self.model.papers.append(paper)
        for window in self.windows:
            window.open(paper)
        self.attempts_keep_within_what_is_allowed()

    def attempts_keep_within_what_is_allowed(self) -> None:
        mine = list(Attempt.objects.filter(trainee=self.trainee, quiz=self.quiz))
        assert [attempt.pk for attempt in mine] == [paper.pk for paper in self.model.papers]
        assert sum(attempt.is_open for attempt in mine) <= 1
        extra = max([0] + [one.what.get("extra_attempts", 0) for one in self.model.granted])
        for attempt in mine:
            since = [other for other in mine if timedelta(0) <= other.started_at - attempt.started_at < IN_HOURS]
            assert len(since) <= ATTEMPTS + extra

    @rule(which=WINDOWS, item=ITEMS, answer=ANSWERS, flagged=st.booleans())
    def type_and_save(self, which: int, item: int, answer: str, flagged: bool) -> None:
        self.send(self.type(which, item, answer, flagged), heard=True)

    @rule(which=WINDOWS, item=ITEMS, answer=ANSWERS, flagged=st.booleans())
    def type_on_a_slow_network(self, which: int, item: int, answer: str, flagged: bool) -> None:
        self.air.append(self.type(which, item, answer, flagged))

    def type(self, which: int, item: int, answer: str, flagged: bool) -> Message:
        place = item % len(self.paper.items)
        return self.windows[which].type(place, self.paper.questions[place].answer(answer), flagged=flagged)

    @precondition(lambda self: self.air)
    @rule(place=st.integers(0, 99), heard=st.booleans(), again=st.booleans())
    def arrive(self, place: int, heard: bool, again: bool) -> None:
        """Any one on the way, not the first; its reply may be lost, and it may come once more."""
        message = self.air[place % len(self.air)]
        if not again:
            self.air.remove(message)
        self.send(message, heard=heard)

    @precondition(lambda self: self.air)
    @rule(place=st.integers(0, 99))
    def drop(self, place: int) -> None:
        self.air.pop(place % len(self.air))

    def send(self, message: Message, *, heard: bool) -> None:
        item, fields = self.posted(message)
        saved = self.attempt(message.paper).save_answer(
            item, fields, epoch=message.epoch, seq=message.seq, client=message.client, flagged=message.flagged
        )
        expected = message.paper.save(message, self.now)
        self.seen[expected] += 1
        assert saved.outcome == expected
        if saved.outcome == Outcome.APPLIED:
            turns = message.paper.acknowledged
            turns[message.item] = max(message.turn, turns.get(message.item, (0, 0)))
        if heard:
            for window in self.windows:
                window.hears(message)

    @rule(which=WINDOWS, reloaded=st.booleans())
    def take_over(self, which: int, reloaded: bool) -> None:
        """A window becomes the writer. A reloaded one sends what it kept, under the numbers it was typed with."""
        window = self.windows[which]
        if reloaded:
            window.open(self.paper)
            for item in sorted(window.unheard):
                self.send(window.outbox[item], heard=True)
        try:
            epoch = self.attempt(self.paper).claim()
        except AttemptOver:
            assert not self.paper.takes(self.now)
            return
        self.paper.epoch += 1
        assert epoch == self.paper.epoch
        window.epoch = epoch
        for item in window.unheard:  # typed while the claim was under way: it belongs to this writer
            window.outbox[item] = replace(window.outbox[item], epoch=epoch)

    @rule(place=st.integers(0, 99))
    def use_this_answer(self, place: int) -> None:
        """One that was kept aside counts again."""
        attempt = self.attempt(self.paper)
        offered = attempt.kept_aside()
        if not offered or not self.paper.takes(self.now):
            return
        chosen = offered[place % len(offered)]
        item = self.paper.items.index(chosen.item_id)
        epoch = attempt.claim()
        self.paper.epoch += 1
        flagged = self.paper.kept[item].flagged
        message = Message(self.paper, item, "form", epoch, 1, chosen.event.body, flagged)
        saved = attempt.take_back(chosen.event, epoch=epoch, seq=1, client="form")
        assert saved.outcome == self.paper.save(message, self.now)
        assert chosen.usable is (saved.outcome == Outcome.APPLIED)
        self.seen[f"kept aside: {saved.outcome}"] += 1

    @rule(which=WINDOWS, asks=st.booleans())
    def hand_in(self, which: int, asks: bool) -> None:
        """With all it typed, heard of or not. One that `asks` gives way when another window has taken over."""
        window = self.windows[which]
        sent = list(window.outbox.values())
        answers = [(*self.posted(one), one.epoch, one.seq, one.flagged) for one in sent]
        before = self.attempt(self.paper).result
        self.seen["handed in twice" if before else "handed in"] += 1
        elsewhere = asks and self.paper.takes(self.now) and window.epoch != self.paper.epoch
        try:
            result = self.attempt(self.paper).submit(
                answers, client=window.client, epoch=window.epoch if asks else None
            )
        except TakenOver:
            assert elsewhere
            return
        assert not elsewhere
        assert result is not None
        assert before is None or result == before, "handed in twice is handed in once"
        self.paper.hand_in(sent, self.now)

    # What else happens

    @rule(seconds=st.sampled_from([1, 1, 60, 60, 600, -1800, 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.clock.shift(timedelta(seconds=seconds))

    @precondition(lambda self: self.paper.takes(self.now))
    @rule(seconds=st.sampled_from([-1, 0, 1, 29, 30, 31]))
    def time_runs_out(self, seconds: int) -> None:
        """To the very edge of the deadline, of the network's grace, and past it."""
        self.clock.move_to(self.paper.deadline + timedelta(seconds=seconds), tick=False)

    @rule()
    def sweep(self) -> None:
        close_overdue()
        for paper in self.model.papers:
            paper.touch(self.now)

    @rule(what=st.sampled_from(GRANTS), everywhere=st.booleans())
    def grant(self, what: dict[str, Any], everywhere: bool) -> None:
        quiz = None if everywhere else self.quiz
        self.rows.append(accommodating.grant(self.trainee, quiz=quiz, by=self.granter, reason="A letter.", **what))
        self.model.grant(what, self.now)

    @precondition(lambda self: self.rows)
    @rule(place=st.integers(0, 99))
    def end(self, place: int) -> None:
        chosen = place % len(self.rows)
        accommodating.end(self.rows[chosen], by=self.granter, reason="Over.")
        self.model.granted[chosen].ended = True

    # What must be true after each of them

    def looked_at(self) -> list[Paper]:
        """The paper that is written now; at the end all of them, for the closed ones must have stayed as they were."""
        return self.model.papers[0 if self.at_end else -1 :] if hasattr(self, "model") else []

    @invariant()
    def what_is_stored_is_what_must_be(self) -> None:
        for paper in self.looked_at():
            rows = {row.item_id: row for row in Response.objects.filter(item__attempt=paper.pk)}
            for place, pk in enumerate(paper.items):
                row, kept = rows[pk], paper.kept[place]
                assert ((row.epoch, row.seq), row.client) == (kept.turn, kept.client)
                assert (row.body, row.flagged) == (kept.body, kept.flagged)
                assert (row.epoch, row.seq) >= paper.acknowledged.get(place, (0, 0)), "acknowledged, and gone"

    @invariant()
    def clock_and_grants_are_as_they_must_be(self) -> None:
        for paper in self.looked_at():
            attempt = Attempt.objects.get(pk=paper.pk)
            assert attempt.is_open is not bool(paper.closed)
            assert attempt.closed_by == paper.closed
            assert (attempt.deadline_at, attempt.hard_deadline_at) == (paper.deadline, paper.deadline + GRACE)
            assert attempt.read_outs is paper.read_outs
            assert attempt.granted_midway.count() == paper.midway
            assert attempt.submitted_at is None or attempt.submitted_at <= paper.deadline

    @invariant()
    def the_result_is_what_the_stored_answers_are_worth(self) -> None:
        for paper in self.looked_at():
            results = list(Result.objects.filter(attempt=paper.pk))
            assert len(results) == bool(paper.closed)
            for result in results:
                assert (result.raw, result.percent) == (paper.raw, paper.percent)
                assert result.max_mark == MARK * len(paper.items)
                assert result.passed is (paper.percent == 10_000)

    @invariant()
    def every_save_has_its_event_and_none_counts_after_the_end(self) -> None:
        for paper in self.looked_at():
            places = {pk: place for place, pk in enumerate(paper.items)}
            events = list(ResponseEvent.objects.filter(item__attempt=paper.pk))
            names = {(places[row.item_id], row.client, row.epoch, row.seq) for row in events}
            assert names >= paper.arrived
            applied = [row for row in events if row.outcome == Outcome.APPLIED]
            assert all(row.received_at <= paper.deadline + GRACE for row in applied)
            turns = {(row.item_id, row.epoch, row.seq) for row in applied}
            for place, kept in enumerate(paper.kept):
                if kept.turn != (0, 0):
                    assert (paper.items[place], *kept.turn) in turns, "it counts, and no event says that it was applied"


def ask_all(course: Course) -> None:
    for place, kind in enumerate(kind for kind in kinds.all_kinds() if not kind.by_person):
        add_entry(course, f"Q-{place}", kind.examples[0].source)


@pytest.fixture
def life(ines: User) -> type[Life]:
    course = make_course(lessons=1)
    ask_all(course)
    Life.questions, Life.granter = asked(), ines
    Life.quiz = make_quiz(
        course, {"M1.1a": len(Life.questions)}, pass_percent=10_000, attempts=ATTEMPTS, failures_before_review=0
    )
    return Life


def test_any_order_of_events_ends_as_it_must(life: type[Life]) -> None:
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )

    assert {Outcome.APPLIED, "handed in"} <= set(life.seen), "it went nowhere"


def test_an_answer_kept_aside_that_comes_again_with_the_hand_in_counts_and_says_so(life: type[Life]) -> None:
    """Found by the machine: the record knew only that it had been kept aside."""
    one = life()
    one.start()
    one.take_over(which=1, reloaded=False)
    item = next(place for place, asked in enumerate(one.paper.questions) if not asked.kind.by_steps)  # papers are mixed
    one.type_and_save(which=0, item=item, answer="right", flagged=False)
    one.hand_in(which=0, asks=False)

    one.teardown()

    told = ResponseEvent.objects.filter(item=one.paper.items[item]).values_list("outcome", flat=True)
    assert list(told) == [Outcome.OTHER_TAB, Outcome.APPLIED]
