"""Answers on their way: the larger number wins, and nothing that arrived is forgotten."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Course
from quizzes.models import Attempt, AttemptOver, Item, Outcome, Quiz, Response, ResponseEvent, Saved, State
from tests.conftest import ClientOf
from tests.quizzes.making import Clock, fields_for, hand_in, items_of, kept, study_all

YES, NO = {"choice": ["0"]}, {"choice": ["1"]}


def save(attempt: Attempt, item: Item, data: dict[str, list[str]], epoch: int, seq: int, **more: Any) -> Saved:
    numbers: dict[str, Any] = {"epoch": epoch, "seq": seq, "client": "laptop"}
    return attempt.save_answer(item.pk, data, **numbers | more)


@pytest.fixture
def item(attempt: Attempt) -> Item:
    return items_of(attempt)[0]


def test_an_answer_is_kept(attempt: Attempt, item: Item, clock: Clock) -> None:
    saved = save(attempt, item, YES, 0, 1)

    assert (saved.outcome, saved.epoch, saved.seq) == (Outcome.APPLIED, 0, 1)
    assert kept(item) == {"choice": True}
    assert Response.objects.get(item=item).saved_at == clock.now


def test_the_same_save_twice_is_one_save(attempt: Attempt, item: Item) -> None:
    save(attempt, item, YES, 0, 1)

    again = save(attempt, item, YES, 0, 1)

    assert again.outcome == Outcome.APPLIED
    assert ResponseEvent.objects.filter(item=item).count() == 1


def test_an_older_save_that_arrives_later_changes_nothing(attempt: Attempt, item: Item) -> None:
    save(attempt, item, YES, 0, 2)

    saved = save(attempt, item, NO, 0, 1)

    assert (saved.outcome, saved.seq) == (Outcome.STALE, 2)
    assert kept(item) == {"choice": True}
    assert [event.outcome for event in ResponseEvent.objects.filter(item=item)] == ["applied", "stale"]


def test_an_answer_can_be_taken_back_to_none(attempt: Attempt, item: Item) -> None:
    save(attempt, item, YES, 0, 1)

    save(attempt, item, {}, 0, 2)

    assert kept(item) is None
    assert not attempt.paper()[0].answered


def test_what_was_saved_is_filled_in_again(attempt: Attempt, item: Item) -> None:
    save(attempt, item, NO, 0, 1, flagged=True)

    shown = attempt.paper()[0]

    assert shown.fields == NO
    assert shown.answered
    assert shown.flagged
    assert (shown.epoch, shown.seq) == (0, 1)


def test_a_save_that_says_nothing_of_the_flag_leaves_it(attempt: Attempt, item: Item) -> None:
    save(attempt, item, YES, 0, 1, flagged=True)

    save(attempt, item, NO, 0, 2)

    assert Response.objects.get(item=item).flagged


def test_claiming_counts_up(attempt: Attempt) -> None:
    assert [attempt.claim(), attempt.claim()] == [1, 2]
    assert Attempt.objects.get().writer_epoch == 2


def test_a_closed_attempt_cannot_be_claimed(attempt: Attempt) -> None:
    hand_in(attempt)

    with pytest.raises(AttemptOver):
        attempt.claim()


def test_an_older_window_learns_that_it_was_taken_over(attempt: Attempt, item: Item) -> None:
    old = attempt.claim()
    new = attempt.claim()

    saved = save(attempt, item, YES, old, 1)

    assert (saved.outcome, saved.epoch) == (Outcome.OTHER_TAB, new)
    assert "Another window" in saved.message
    assert kept(item) is None
    assert ResponseEvent.objects.get(item=item).body == {"choice": True}


def test_the_newer_window_wins_even_with_a_smaller_number(attempt: Attempt, item: Item) -> None:
    save(attempt, item, YES, attempt.claim(), 40)

    saved = save(attempt, item, NO, attempt.claim(), 1)

    assert saved.outcome == Outcome.APPLIED
    assert kept(item) == {"choice": False}


def test_an_epoch_nobody_was_given_is_not_a_way_in(attempt: Attempt, item: Item) -> None:
    assert save(attempt, item, YES, 99, 1).outcome == Outcome.OTHER_TAB
    assert kept(item) is None


def test_a_late_answer_of_an_older_window_is_offered_back(attempt: Attempt, item: Item, clock: Clock) -> None:
    old = attempt.claim()
    attempt.claim()
    clock.forward(seconds=5)
    save(attempt, item, YES, old, 1)

    (aside,) = attempt.kept_aside()

    assert (aside.item_id, aside.position, aside.fields, aside.words) == (item.pk, 1, YES, ["True"])


def test_using_an_answer_that_was_kept_aside_makes_it_count(attempt: Attempt, item: Item, clock: Clock) -> None:
    old = attempt.claim()
    new = attempt.claim()
    save(attempt, item, YES, old, 1)
    (aside,) = attempt.kept_aside()

    saved = attempt.take_back(aside.event, epoch=new, seq=1, client="phone")

    assert saved.outcome == Outcome.APPLIED
    assert kept(item) == {"choice": True}
    assert attempt.kept_aside() == []


def test_an_answer_given_since_is_not_asked_about(attempt: Attempt, item: Item, clock: Clock) -> None:
    old = attempt.claim()
    new = attempt.claim()
    save(attempt, item, YES, old, 1)
    clock.forward(seconds=5)
    save(attempt, item, NO, new, 1)

    assert attempt.kept_aside() == []


def test_saves_of_one_window_out_of_order_are_not_asked_about(attempt: Attempt, item: Item) -> None:
    save(attempt, item, YES, 0, 2)
    save(attempt, item, NO, 0, 1)

    assert attempt.kept_aside() == []


def test_two_pages_without_a_script_do_not_lose_the_second_answer(attempt: Attempt, item: Item, clock: Clock) -> None:
    save(attempt, item, YES, 0, 1, client="first page")
    clock.forward(seconds=5)
    save(attempt, item, NO, 0, 1, client="second page")

    assert kept(item) == {"choice": True}
    assert [aside.fields for aside in attempt.kept_aside()] == [NO]


def test_within_the_grace_an_answer_still_counts(attempt: Attempt, item: Item, clock: Clock) -> None:
    clock.forward(minutes=30, seconds=30)

    assert save(attempt, item, YES, 0, 1).outcome == Outcome.APPLIED


def test_after_the_grace_an_answer_is_kept_as_an_event_and_closes_the_attempt(
    attempt: Attempt, item: Item, clock: Clock
) -> None:
    save(attempt, item, YES, 0, 1)
    clock.forward(minutes=30, seconds=31)

    saved = save(attempt, item, NO, 0, 2)

    assert saved.outcome == Outcome.LATE
    assert kept(item) == {"choice": True}
    assert ResponseEvent.objects.get(item=item, seq=2).outcome == Outcome.LATE
    assert Attempt.objects.get().state == State.GRADED
    assert attempt.state == State.GRADED


def test_after_handing_in_an_answer_is_kept_as_an_event(attempt: Attempt, item: Item) -> None:
    hand_in(attempt)

    saved = save(attempt, item, NO, 0, 9)

    assert saved.outcome == Outcome.CLOSED
    assert ResponseEvent.objects.get(item=item, seq=9).outcome == Outcome.CLOSED
    assert kept(item) == {"choice": True}


def test_nonsense_is_refused_in_words_and_changes_nothing(attempt: Attempt, item: Item) -> None:
    save(attempt, item, YES, 0, 1)

    saved = save(attempt, item, {"choice": ["7; DROP TABLE"]}, 0, 2)

    assert saved.outcome == Outcome.UNREADABLE
    assert saved.message
    assert kept(item) == {"choice": True}
    assert ResponseEvent.objects.get(item=item, seq=2).body is None


@pytest.mark.parametrize(
    "numbers",
    [
        {"epoch": -1},
        {"seq": 0},
        {"seq": 2**31},
        {"epoch": 2**80},
        {"client": ""},
        {"client": "x" * 41},
        {"client": "\x00"},
    ],
)
def test_numbers_and_names_out_of_reach_are_refused(attempt: Attempt, item: Item, numbers: dict[str, Any]) -> None:
    saved = save(attempt, item, YES, **{"epoch": 0, "seq": 1} | numbers)

    assert saved.outcome == Outcome.UNREADABLE
    assert not ResponseEvent.objects.exists()


@pytest.mark.parametrize("item_id", [0, -1, 10**6, 2**80])
def test_an_item_that_is_not_there_is_not_found(attempt: Attempt, item_id: int) -> None:
    with pytest.raises(Item.DoesNotExist):
        attempt.save_answer(item_id, YES, epoch=0, seq=1, client="laptop")


def test_an_item_of_somebody_elses_paper_is_not_found(
    attempt: Attempt, oskar: User, quiz: Quiz, course: Course
) -> None:
    study_all(oskar, course)
    theirs = items_of(quiz.begin(oskar, declared=True))[0]

    with pytest.raises(Item.DoesNotExist):
        save(attempt, theirs, YES, 0, 1)

    assert kept(theirs) is None


def test_saving_costs_four_queries(attempt: Attempt, item: Item) -> None:
    """The item, the guard, the response, the event; session, person and attempt make it seven."""
    with CaptureQueriesContext(connection) as queries:
        save(attempt, item, fields_for(item, right=True), 0, 1)

    counted = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(counted) == 4, counted


def test_pages_without_a_script_opened_twice_offer_the_slower_answer_back(
    attempt: Attempt, item: Item, tess: User, client_of: ClientOf
) -> None:
    browser = client_of(tess)
    pages = [browser.get(attempt.get_absolute_url()).context["client"] for _page in range(2)]
    for page, choice in zip(pages, ("0", "1"), strict=True):
        form = {"client": page, "epoch": "0", f"i{item.pk}-seq": "0", f"i{item.pk}-choice": choice}
        browser.post(f"/quizzes/attempts/{attempt.pk}/responses/", form)

    assert kept(item) == {"choice": True}
    assert [aside.words for aside in attempt.kept_aside()] == [["False"]]
