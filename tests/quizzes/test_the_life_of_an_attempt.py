"""An attempt through any order of events, held against a few lines of plain Python that say what must be true."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

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

from quizzes.models import Attempt, AttemptOver, Outcome, Quiz, Response, ResponseEvent, State
from quizzes.work import close_overdue
from tests.cast import person
from tests.quizzes.making import add_pool, items_of, make_course, make_quiz, study_all

people = count(1)
ITEMS = st.integers(0, 3)
CHOICES = st.sampled_from([True, False, None])
NUMBERS = st.integers(1, 6)


def fields(choice: bool | None) -> dict[str, list[str]]:
    return {} if choice is None else {"choice": ["0" if choice else "1"]}


@dataclass
class Model:
    """What must be true, without any database."""

    epoch: int = 0
    open: bool = True
    kept: dict[int, tuple[int, int]] = field(default_factory=lambda: dict.fromkeys(range(4), (0, 0)))
    body: dict[int, bool | None] = field(default_factory=lambda: dict.fromkeys(range(4)))
    arrived: set[tuple[int, str, int, int]] = field(default_factory=set)

    def keep(self, item: int, choice: bool | None, turn: tuple[int, int]) -> bool:
        if turn <= self.kept[item]:
            return False
        self.kept[item], self.body[item] = turn, choice
        return True


class Life(RuleBasedStateMachine):
    quiz: Quiz

    @initialize()
    def begin(self) -> None:
        self.traveller = time_machine.travel(datetime(2026, 10, 24, 23, 0, tzinfo=UTC), tick=False)
        self.clock = self.traveller.start()
        trainee = person(f"trainee{next(people)}@example.com", "Tess Trainee")
        study_all(trainee, self.quiz.course)  # type: ignore[arg-type]
        self.attempt = self.quiz.begin(trainee, declared=True)
        self.items = items_of(self.attempt)
        self.model = Model()
        assert self.attempt.hard_deadline_at
        self.ends = self.attempt.hard_deadline_at

    def teardown(self) -> None:
        if hasattr(self, "traveller"):
            self.traveller.stop()

    def fresh(self) -> Attempt:
        return Attempt.objects.select_related("quiz_version", "quiz").get(pk=self.attempt.pk)

    @property
    def in_time(self) -> bool:
        return datetime.now(UTC) <= self.ends

    @rule(item=ITEMS, choice=CHOICES, seq=NUMBERS, back=st.integers(0, 2), client=st.sampled_from(["a", "b"]))
    def save(self, item: int, choice: bool | None, seq: int, back: int, client: str) -> None:
        epoch = max(0, self.model.epoch - back)
        saved = self.fresh().save_answer(self.items[item].pk, fields(choice), epoch=epoch, seq=seq, client=client)
        self.model.arrived.add((item, client, epoch, seq))
        if not self.model.open:
            assert saved.outcome in {Outcome.CLOSED, Outcome.LATE}
        elif not self.in_time:
            assert saved.outcome == Outcome.LATE
            self.model.open = False
        elif epoch < self.model.epoch:
            assert saved.outcome == Outcome.OTHER_TAB
        elif self.model.keep(item, choice, (epoch, seq)):
            assert saved.outcome == Outcome.APPLIED
        else:
            assert saved.outcome in {Outcome.APPLIED, Outcome.STALE}

    @rule()
    def claim(self) -> None:
        try:
            epoch = self.fresh().claim()
        except AttemptOver:
            assert not (self.model.open and self.in_time)
        else:
            self.model.epoch += 1
            assert epoch == self.model.epoch

    @rule(sent=st.lists(st.tuples(ITEMS, CHOICES, NUMBERS), max_size=5))
    def submit(self, sent: list[tuple[int, bool | None, int]]) -> None:
        epoch = self.model.epoch
        answers = [(self.items[item].pk, fields(choice), epoch, seq, None) for item, choice, seq in sent]
        counts = self.model.open and self.in_time
        result = self.fresh().submit(answers, client="last")
        if counts:
            for item, choice, seq in sorted(sent, key=lambda one: one[2]):
                self.model.keep(item, choice, (epoch, seq))
        self.model.open = False
        assert result is not None

    @precondition(lambda self: self.model.open)
    @rule(seconds=st.sampled_from([1, 600, 1799, 3600, -1800]))
    def time_passes(self, seconds: int) -> None:
        self.clock.shift(timedelta(seconds=seconds))

    @rule()
    def sweep(self) -> None:
        close_overdue()
        self.model.open = self.model.open and self.in_time

    @invariant()
    def what_is_stored_is_what_must_be(self) -> None:
        if not hasattr(self, "model"):
            return
        responses = {response.item_id: response for response in Response.objects.filter(item__attempt=self.attempt)}
        for place, item in enumerate(self.items):
            response = responses[item.pk]
            choice = self.model.body[place]
            assert (response.epoch, response.seq) == self.model.kept[place]
            assert response.body == (None if choice is None else {"choice": choice})
        attempt = self.fresh()
        assert attempt.is_open is self.model.open
        assert attempt.results.count() == int(not self.model.open)
        if attempt.result:
            assert attempt.state == State.GRADED
            assert attempt.result.raw == 10_000 * sum(choice is True for choice in self.model.body.values())
            assert attempt.submitted_at
            assert attempt.deadline_at
            assert attempt.submitted_at <= attempt.deadline_at

    @invariant()
    def nothing_that_arrived_is_forgotten(self) -> None:
        if hasattr(self, "model"):
            events = ResponseEvent.objects.filter(item__attempt=self.attempt).exclude(client="last")
            places = {item.pk: place for place, item in enumerate(self.items)}
            rows = events.values_list("item", "client", "epoch", "seq")
            assert {(places[item], *rest) for item, *rest in rows} == self.model.arrived


@pytest.mark.django_db
def test_any_order_of_events_ends_as_it_must() -> None:
    course = make_course()
    add_pool(course, each=2)
    Life.quiz = make_quiz(course)

    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=25,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
