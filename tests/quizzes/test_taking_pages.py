"""The pages of a quiz: nothing typed is lost, nothing of others is shown, nothing breaks on bad input."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from quizzes.models import Attempt, Response, ResponseEvent, Result
from tests import school

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(tess: User) -> Attempt:
    school.open_small()
    school.enrol_and_study(tess)
    return school.begin(tess)


@pytest.fixture
def browser(tess: User, client_of: ClientOf) -> Client:
    return client_of(tess)


def send(browser: Client, attempt: Attempt, body: Any, door: str = "responses") -> Any:
    return browser.post(f"/quizzes/attempts/{attempt.pk}/{door}/", json.dumps(body), content_type="application/json")


def answer(item: Any, *, epoch: int = 0, seq: int = 1, fields: Any = None, flagged: bool = False) -> dict[str, Any]:
    return {
        "item": item.pk,
        "epoch": epoch,
        "seq": seq,
        "flagged": flagged,
        "fields": school.pairs(school.right_answer(item)) if fields is None else fields,
    }


def test_the_start_page_tells_the_rules_and_asks_for_own_work(tess: User, browser: Client) -> None:
    school.open_small()
    quiz = school.enrol_and_study(tess).course.quiz

    page = browser.get(f"/quizzes/{quiz.pk}/")
    refused = browser.post(f"/quizzes/{quiz.pk}/attempts/", follow=True)

    assert "30 minutes" in page.text
    assert "my own work" in page.text
    assert "Declare that the answers" in refused.text
    assert not Attempt.objects.exists()


def test_the_start_page_says_what_stands_in_the_way(tess: User, browser: Client) -> None:
    school.open_small()
    from courses.models import Course

    course = Course.objects.get(slug="needles")
    course.enrol(tess)

    page = browser.get(f"/quizzes/{course.quiz.pk}/")

    assert "2 lessons are left to study" in page.text
    assert "Begin the attempt" not in page.text


def test_opening_the_paper_writes_nothing(browser: Client, attempt: Attempt) -> None:
    browser.get(f"/quizzes/attempts/{attempt.pk}/")

    attempt.refresh_from_db()
    assert attempt.writer_epoch == 0
    assert not ResponseEvent.objects.exists()


def test_the_paper_shows_every_question_and_no_key(browser: Client, attempt: Attempt) -> None:
    page = browser.get(f"/quizzes/attempts/{attempt.pk}/").text

    for item in school.items_of(attempt):
        assert item.question_version.feedback["wrong"] not in page
    assert page.count("data-question=") == 4


def test_a_batch_is_saved_and_answers_with_the_clock(browser: Client, attempt: Attempt) -> None:
    epoch = send(browser, attempt, {}, "claim").json()["epoch"]
    one, two, *_ = school.items_of(attempt)

    reply = send(browser, attempt, {"client": "c", "answers": [answer(one, epoch=epoch), answer(two, epoch=epoch)]})

    assert reply.status_code == 200
    assert [row["outcome"] for row in reply.json()["answers"]] == ["applied", "applied"]
    assert reply.json()["deadline"]
    assert Response.objects.filter(item__attempt=attempt, body__isnull=False).count() == 2


def test_an_older_window_is_told_and_its_answer_offered_back(browser: Client, attempt: Attempt) -> None:
    first = send(browser, attempt, {}, "claim").json()["epoch"]
    send(browser, attempt, {}, "claim")
    item = school.items_of(attempt)[0]

    reply = send(browser, attempt, {"client": "old", "answers": [answer(item, epoch=first)]})
    page = browser.get(f"/quizzes/attempts/{attempt.pk}/")

    assert reply.status_code == 409
    assert "Use this answer" in page.text
    event = ResponseEvent.objects.get()
    browser.post(f"/quizzes/attempts/{attempt.pk}/kept/{event.pk}/")
    assert Response.objects.get(item=item).body == event.body


def test_an_answer_kept_aside_on_another_paper_is_not_found(
    browser: Client, attempt: Attempt, oskar: User, client_of: ClientOf
) -> None:
    send(browser, attempt, {"client": "old", "answers": [answer(school.items_of(attempt)[0], epoch=7)]})
    event = ResponseEvent.objects.get()
    school.enrol_and_study(oskar)
    other = school.begin(oskar)

    assert client_of(oskar).post(f"/quizzes/attempts/{other.pk}/kept/{event.pk}/").status_code == 404
    assert client_of(oskar).post(f"/quizzes/attempts/{attempt.pk}/kept/{event.pk}/").status_code == 404


def test_an_answer_after_the_deadline_is_kept_and_the_page_sent_to_the_result(
    browser: Client, attempt: Attempt
) -> None:
    item = school.items_of(attempt)[0]
    Attempt.objects.update(hard_deadline_at=timezone.now() - timedelta(seconds=1))

    reply = send(browser, attempt, {"client": "c", "answers": [answer(item)]})

    assert reply.status_code == 410
    assert reply.json()["result"].endswith("/result/")
    assert ResponseEvent.objects.get().outcome == "late"
    assert Result.objects.filter(attempt=attempt).exists()


def test_handing_in_sends_everything_once_more(browser: Client, attempt: Attempt) -> None:
    epoch = send(browser, attempt, {}, "claim").json()["epoch"]
    answers = [answer(item, epoch=epoch) for item in school.items_of(attempt)]

    first = send(browser, attempt, {"client": "c", "answers": answers}, "submission")
    again = send(browser, attempt, {"client": "c", "answers": answers}, "submission")

    assert first.json() == again.json()
    assert Result.objects.get().percent == 10_000


def test_the_hand_in_page_lists_what_is_open_and_flagged(browser: Client, attempt: Attempt) -> None:
    item = school.items_of(attempt)[0]
    send(browser, attempt, {"client": "c", "answers": [answer(item, flagged=True)]})

    page = browser.get(f"/quizzes/attempts/{attempt.pk}/hand-in/").text

    assert "3 questions are not answered" in page
    assert "1 question is flagged" in page


def test_the_form_alone_saves_moves_on_and_comes_back(browser: Client, attempt: Attempt) -> None:
    item = school.items_of(attempt)[0]
    data = {f"i{item.pk}-{name}": values for name, values in school.right_answer(item).items()}
    data |= {f"i{item.pk}-seq": ["0"], f"i{item.pk}-flag": ["1"], "epoch": ["0"], "at": ["1"], "go": ["2"]}

    reply = browser.post(f"/quizzes/attempts/{attempt.pk}/responses/", data)

    assert reply.headers["Location"].endswith("?q=2")
    kept = Response.objects.get(item=item)
    assert kept.body is not None
    assert kept.flagged


def test_the_form_saves_only_what_changed(browser: Client, attempt: Attempt) -> None:
    item = school.items_of(attempt)[0]
    data = {f"i{item.pk}-{name}": values for name, values in school.right_answer(item).items()}
    data |= {f"i{item.pk}-seq": ["0"], "epoch": ["0"]}

    browser.post(f"/quizzes/attempts/{attempt.pk}/responses/", data)
    # The page, drawn again, carries the next number: without a change it is still no save.
    browser.post(f"/quizzes/attempts/{attempt.pk}/responses/", data | {f"i{item.pk}-seq": ["1"]})

    assert ResponseEvent.objects.count() == 1


def test_more_answers_than_any_paper_has_are_refused_whole(browser: Client, attempt: Attempt) -> None:
    item = school.items_of(attempt)[0]
    answers = [answer(item, seq=number) for number in range(1, 302)]

    reply = send(browser, attempt, {"client": "c", "answers": answers})

    assert reply.status_code == 400
    assert not ResponseEvent.objects.exists()


def test_a_failed_result_reads_as_a_plan(browser: Client, attempt: Attempt) -> None:
    school.hand_in(attempt, wrong=4)

    page = browser.get(f"/quizzes/attempts/{attempt.pk}/result/").text

    assert "Not passed this time" in page
    assert "2 attempts left" in page
    assert "One needle, one client" in page


def test_feedback_is_opened_by_a_click_and_explains(browser: Client, attempt: Attempt) -> None:
    school.hand_in(attempt)
    assert browser.get(f"/quizzes/attempts/{attempt.pk}/feedback/").status_code == 302

    page = browser.post(f"/quizzes/attempts/{attempt.pk}/feedback/opening/", follow=True).text

    for item in school.items_of(attempt):
        assert item.question_version.feedback["right"] in page


@pytest.mark.parametrize(
    "body",
    [
        "nothing",
        [],
        {"answers": "all"},
        {"answers": [1]},
        {"answers": [{"item": "x"}]},
        {"answers": [{"item": 1, "epoch": -1, "seq": 1}]},
        {"answers": [{"item": 2**80, "epoch": 1, "seq": 1}]},
        {"answers": [{"item": True, "epoch": 1, "seq": 1}]},
        {"answers": [{"item": 1, "epoch": 1, "seq": 1, "fields": {"a": 1}}]},
        {"answers": [{"item": 1, "epoch": 1, "seq": 1, "fields": [["choice", 1]]}]},
        {"answers": [{"item": 1, "epoch": 1, "seq": 1, "flagged": "yes"}]},
        {"answers": [{}] * 1000},
    ],
)
def test_what_is_no_answer_is_refused_in_words(browser: Client, attempt: Attempt, body: Any) -> None:
    reply = send(browser, attempt, body)

    assert reply.status_code == 400
    assert reply.json()["message"]


def test_broken_json_is_refused(browser: Client, attempt: Attempt) -> None:
    for raw in (b"{", b"\xff\xfe", b"[" * 100_000):
        reply = browser.post(f"/quizzes/attempts/{attempt.pk}/responses/", raw, content_type="application/json")
        assert reply.status_code == 400


@pytest.mark.parametrize("number", ["", "x", "-1", "²", "0" * 5000, "0" * 12 + "9" * 5000, "9" * 30])
@pytest.mark.parametrize("field", ["epoch", "seq"])
def test_a_form_with_numbers_that_are_none_is_refused_in_words(
    browser: Client, attempt: Attempt, field: str, number: str
) -> None:
    item = school.items_of(attempt)[0]
    data = {f"i{item.pk}-choice": "0", f"i{item.pk}-seq": "0", "epoch": "0"}

    reply = browser.post(
        f"/quizzes/attempts/{attempt.pk}/responses/",
        data | {"epoch" if field == "epoch" else f"i{item.pk}-seq": number},
        follow=True,
    )

    assert reply.status_code == 200
    assert "The page is out of date" in reply.text
    assert not ResponseEvent.objects.exists()


def test_an_item_of_another_paper_is_not_found(browser: Client, attempt: Attempt, oskar: User) -> None:
    school.enrol_and_study(oskar)
    foreign = school.items_of(school.begin(oskar))[0]

    assert send(browser, attempt, {"answers": [answer(foreign)]}).status_code == 404
    assert send(browser, attempt, {"answers": [answer(foreign)]}, "submission").status_code == 404


@pytest.mark.parametrize("door", ["", "hand-in/", "result/", "feedback/"])
def test_another_persons_attempt_is_not_found(oskar: User, client_of: ClientOf, attempt: Attempt, door: str) -> None:
    assert client_of(oskar).get(f"/quizzes/attempts/{attempt.pk}/{door}").status_code == 404


@pytest.mark.parametrize("number", ["0", "999999999999999999999999"])
def test_a_number_that_is_no_attempt_is_not_found(browser: Client, number: str) -> None:
    assert browser.get(f"/quizzes/attempts/{number}/").status_code == 404
    assert browser.get(f"/quizzes/{number}/").status_code == 404


@pytest.mark.parametrize("q", ["0", "99", "-1", "x", "²", "9" * 40])
def test_a_question_that_is_not_there_leads_to_the_first_open_one(browser: Client, attempt: Attempt, q: str) -> None:
    page = browser.get(f"/quizzes/attempts/{attempt.pk}/", {"q": q})

    assert page.status_code == 200


def test_the_paper_costs_the_same_queries_whatever_its_length(
    browser: Client, attempt: Attempt, tess: User, django_assert_max_num_queries: Any
) -> None:
    browser.get(f"/quizzes/attempts/{attempt.pk}/")

    with django_assert_max_num_queries(10):
        browser.get(f"/quizzes/attempts/{attempt.pk}/")
