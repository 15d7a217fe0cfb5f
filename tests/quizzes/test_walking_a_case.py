"""A case is walked step by step: each step is kept before the next is shown, and none is taken back."""

import json
from copy import deepcopy
from fractions import Fraction
from itertools import count
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from courses.models import Course, Enrolment
from quizzes import kinds
from quizzes.kinds.base import KindError, Unreadable
from quizzes.kinds.branching_case import BranchingCase, Tree
from quizzes.models import Attempt, Item, Outcome, Quiz, Response, ResponseEvent, Saved
from tests.conftest import ClientOf
from tests.quizzes.making import add_question, items_of, kept, make_quiz, study_all
from tests.quizzes.test_races import attempt_of, together, unexpected

KIND = kinds.get("branching_case")
SOURCE: dict[str, Any] = dict(BranchingCase.examples[0].source)
BODY, KEY = KIND.parse(SOURCE)
GONE = object()

# where to change the example, what to put there, the path that is named
WRONG: list[tuple[tuple[Any, ...], Any, str]] = [
    (("case",), "", "case"),
    (("nodes",), [], "nodes"),
    (("nodes",), GONE, "nodes"),
    (("nodes", 1, "id"), "a", "nodes[1].id"),
    (("nodes", 0, "text"), " ", "nodes[0].text"),
    (("nodes", 0, "picture"), "x", "nodes[0].picture"),
    (("nodes", 0, "choices"), [], "nodes[0].choices"),
    (("nodes", 0, "choices"), [{"text": str(number), "then": "b"} for number in range(9)], "nodes[0].choices"),
    (("nodes", 0, "choices", 0), "Go", "nodes[0].choices[0]"),
    (("nodes", 0, "choices", 0, "text"), GONE, "nodes[0].choices[0].text"),
    (("nodes", 0, "choices", 1, "text"), "Put the session off", "nodes[0].choices[1].text"),
    (("nodes", 0, "choices", 0, "then"), "z", "nodes[0].choices[0].then"),
    (("nodes", 0, "choices", 0, "then"), 1, "nodes[0].choices[0].then"),
    (("nodes", 0, "choices", 0, "points"), -1, "nodes[0].choices[0].points"),
    (("nodes", 0, "choices", 0, "points"), "two", "nodes[0].choices[0].points"),
    (("nodes", 0, "choices", 0, "hint"), "x", "nodes[0].choices[0].hint"),
    (("nodes", 0, "choices", 2, "then"), "b", "nodes[0].choices[2].then"),  # unsafe, and leads on
    (("nodes", 0, "choices", 2, "points"), 1, "nodes[0].choices[2].points"),
    (("nodes", 0, "choices", 2, "critical"), "yes", "nodes[0].choices[2].critical"),
    (("nodes", 1, "choices", 0, "then"), "a", "nodes"),  # back to where it was
    (("nodes", 1, "choices"), [{"text": "Go", "critical": True}], "nodes[1].choices"),  # no safe way
    (("shuffle",), "no", "shuffle"),
]


@pytest.mark.parametrize(("where", "what", "path"), WRONG, ids=[f"{p}-{n}" for n, (_w, _x, p) in enumerate(WRONG)])
def test_a_case_that_cannot_be_walked_is_refused(where: tuple[Any, ...], what: Any, path: str) -> None:
    source = deepcopy(SOURCE)
    target: Any = source
    for step in where[:-1]:
        target = target[step]
    if what is GONE:
        del target[where[-1]]
    else:
        target[where[-1]] = what

    with pytest.raises(KindError) as refused:
        KIND.parse(source)

    assert refused.value.path == path
    assert refused.value.message


def test_a_situation_nobody_reaches_is_refused() -> None:
    source = deepcopy(SOURCE)
    source["nodes"].append({"id": "c", "text": "Far away.", "choices": [{"text": "Rest"}]})

    with pytest.raises(KindError, match="No choice leads here"):
        KIND.parse(source)


def test_a_case_that_never_ends_is_told_apart_from_one_that_goes_round() -> None:
    round_about, endless = deepcopy(SOURCE), deepcopy(SOURCE)
    round_about["nodes"][1]["choices"][0]["then"] = "a"
    for choice in endless["nodes"][1]["choices"]:
        choice["then"] = "a"

    with pytest.raises(KindError, match="comes back"):
        KIND.parse(round_about)
    with pytest.raises(KindError, match="comes to an end"):
        KIND.parse(endless)


def test_a_case_without_points_is_refused() -> None:
    source = deepcopy(SOURCE)
    for node in source["nodes"]:
        for choice in node["choices"]:
            choice.pop("points", None)

    with pytest.raises(KindError, match="earns a point"):
        KIND.parse(source)


@pytest.mark.parametrize(
    ("path", "fraction", "missed"),
    [
        (["a.1", "b.1"], Fraction(1), False),
        (["a.2", "b.1"], Fraction(2, 3), False),
        (["a.1", "b.2"], Fraction(2, 3), False),
        (["a.2", "b.2"], Fraction(1, 3), False),
        (["a.1"], Fraction(2, 3), True),  # not walked to its end: what is safe was not shown
        (["a.3"], Fraction(0), True),
    ],
)
def test_the_way_taken_is_worth_its_share_of_the_best_way(path: list[str], fraction: Fraction, missed: bool) -> None:
    mark = KIND.mark(BODY, KEY, {}, {"path": path}, critical=True)

    assert (mark.fraction, mark.critical_missed, mark.answered) == (fraction, missed, True)
    assert not KIND.mark(BODY, KEY, {}, {"path": path}, critical=False).critical_missed


def test_without_an_unsafe_choice_a_critical_case_must_be_fully_right() -> None:
    source = deepcopy(SOURCE)
    del source["nodes"][0]["choices"][2]
    body, key = KIND.parse(source)

    assert not KIND.mark(body, key, {}, {"path": ["a.1", "b.1"]}, critical=True).critical_missed
    assert KIND.mark(body, key, {}, {"path": ["a.2", "b.1"]}, critical=True).critical_missed


@st.composite
def sources(draw: Any) -> dict[str, Any]:
    """Any case that can be walked: from each situation to later ones only, and each reached from the one before."""
    size = draw(st.integers(1, 5))
    names = "abcde"[:size]
    points = st.sampled_from([None, 0, 1, 2, 0.5])
    nodes: list[dict[str, Any]] = []
    for place, name in enumerate(names):
        targets = [None, *names[place + 1 :]]
        thens = [names[place + 1] if place + 1 < size else None]
        thens += draw(st.lists(st.sampled_from(targets), max_size=3))
        numbers = count(1)
        choices: list[dict[str, Any]] = [
            {"text": f"{name} {next(numbers)}", "then": then, "points": draw(points)} for then in thens
        ]
        if draw(st.booleans()):
            choices.append({"text": f"{name} unsafe", "critical": True})
        nodes.append({"id": name, "text": f"At {name}.", "choices": choices})
    nodes[-1]["choices"][0]["points"] = 1
    return SOURCE | {"nodes": nodes, "shuffle": True}


def ways(body: dict[str, Any], node_id: str | None) -> list[list[str]]:
    """Every whole way from a situation, the long way round."""
    if node_id is None:
        return [[]]
    node = next(node for node in body["nodes"] if node["id"] == node_id)
    return [[each["id"], *rest] for each in node["choices"] for rest in ways(body, each["then"])]


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(source=sources(), seed=st.integers(0, 10_000))
def test_any_case_is_scored_against_the_best_of_all_its_ways(source: dict[str, Any], seed: int) -> None:
    body, key = KIND.parse(source)
    tree = Tree(body, key)
    every = ways(body, "a")
    best = max(sum((tree.points(step) for step in way), Fraction(0)) for way in every)

    assert tree.best == best
    assert KIND.weigh(body, key, KIND.solve(body, key))[0] == 1
    assert KIND.compose(KIND.source(body, key)) == (body, key)
    way = KIND.random(body, Random(seed))
    drawn = KIND.draw(body, Random(seed))
    assert KIND.accept(body, way) == way
    assert KIND.read(body, drawn, KIND.fields(body, drawn, way)) == way
    assert 0 <= KIND.mark(body, key, drawn, way, critical=True).fraction <= 1
    for end in range(len(way["path"])):
        before = {"path": way["path"][:end]} if end else None
        assert KIND.follows(body, before, way)
        assert not end or not KIND.follows(body, way, before)
    told = json.dumps(KIND.shown(body, drawn, way))
    met = {step.partition(".")[0] for step in way["path"]}
    now = KIND.shown(body, drawn, way)["now"]
    for node in body["nodes"]:
        if node["id"] not in met and (now is None or now["text"] != node["text"]):
            assert node["text"] not in told


def test_a_step_is_taken_only_with_its_button() -> None:
    drawn = KIND.draw(BODY, Random(1))

    assert KIND.read(BODY, drawn, {"next": ["0"]}) is None
    assert KIND.read(BODY, drawn, {"next": ["0"], "take": ["1"]}) == {"path": ["a.1"]}
    assert KIND.read(BODY, drawn, {"step-1": ["0"], "next": ["1"], "take": ["2"]}) == {"path": ["a.1", "b.2"]}
    for fields in (
        {"take": ["1"]},
        {"next": ["9"], "take": ["1"]},
        {"step-1": ["0"], "next": ["0"], "take": ["1"]},  # the button of a step taken before
        {"step-2": ["0"]},
        {"step-1": ["2"], "step-2": ["0"]},  # beyond the end
    ):
        with pytest.raises(Unreadable):
            KIND.read(BODY, drawn, fields)


# On a paper


@pytest.fixture
def quiz(course: Course) -> Quiz:
    """One case beside ordinary questions."""
    own = {name: value for name, value in SOURCE.items() if name != "kind"}
    add_question(course, "CASE", "M1.1a", kind="branching_case", source=own)
    course.questions.filter(current__objective="M1.1a").exclude(ref="CASE").update(retired=True)
    return make_quiz(course, {"M1.1a": 1, "M1.2a": 2})


@pytest.fixture
def item(attempt: Attempt) -> Item:
    return next(item for item in items_of(attempt) if item.question_version.kind == "branching_case")


FIRST, OTHER, SECOND = {"step-1": ["0"]}, {"step-1": ["1"]}, {"step-1": ["0"], "step-2": ["0"]}


def save(attempt: Attempt, item: Item, data: dict[str, list[str]], epoch: int, seq: int, client: str = "a") -> Saved:
    return attempt_of(attempt.pk).save_answer(item.pk, data, epoch=epoch, seq=seq, client=client)


def test_each_step_is_kept_and_opens_the_next(attempt: Attempt, item: Item) -> None:
    assert save(attempt, item, FIRST, 0, 1).outcome == Outcome.APPLIED
    shown = next(each for each in attempt.paper() if each.item == item).public

    assert [step["choice"] for step in shown["walked"]] == ["Put the session off"]
    assert shown["now"]["text"] == "She asks when to come back."
    assert save(attempt, item, SECOND, 0, 2).outcome == Outcome.APPLIED
    assert kept(item) == {"path": ["a.1", "b.1"]}


@pytest.mark.parametrize("data", [OTHER, {}, {"step-1": ["1"], "step-2": ["0"]}])
def test_a_step_cannot_be_taken_back(attempt: Attempt, item: Item, data: dict[str, list[str]]) -> None:
    save(attempt, item, FIRST, 0, 1)

    saved = save(attempt, item, data, 0, 2)

    assert saved.outcome == Outcome.NOT_NEXT
    assert saved.message
    assert kept(item) == {"path": ["a.1"]}
    assert [event.outcome for event in ResponseEvent.objects.filter(item=item)] == ["applied", "not_next"]


def test_the_same_step_sent_again_is_one_step(attempt: Attempt, item: Item) -> None:
    save(attempt, item, FIRST, 0, 1)

    assert save(attempt, item, FIRST, 0, 1).outcome == Outcome.APPLIED
    assert save(attempt, item, FIRST, 0, 2).outcome == Outcome.APPLIED  # a flag was set, say
    assert kept(item) == {"path": ["a.1"]}


def test_an_earlier_step_that_arrives_late_is_merely_old(attempt: Attempt, item: Item) -> None:
    save(attempt, item, FIRST, 0, 1)
    save(attempt, item, SECOND, 0, 3)

    saved = save(attempt, item, FIRST, 0, 2, client="elsewhere")

    assert (saved.outcome, saved.message) == (Outcome.STALE, "")
    assert kept(item) == {"path": ["a.1", "b.1"]}


def test_two_pages_without_a_script_cannot_fork_the_way(attempt: Attempt, item: Item) -> None:
    save(attempt, item, FIRST, 0, 1, client="one page")

    saved = save(attempt, item, OTHER, 0, 1, client="another")

    assert saved.outcome == Outcome.NOT_NEXT
    assert "Another choice was taken" in saved.message
    assert kept(item) == {"path": ["a.1"]}
    assert attempt.kept_aside() == []


def test_a_step_from_a_window_that_was_taken_over_counts_only_if_it_goes_on(
    attempt: Attempt, item: Item, client_of: ClientOf, tess: User
) -> None:
    old, new = attempt.claim(), attempt.claim()
    save(attempt, item, FIRST, new, 1)
    save(attempt, item, OTHER, old, 1)

    (aside,) = attempt.kept_aside()
    saved = attempt.take_back(aside.event, epoch=new, seq=2, client="a")
    page = client_of(tess).get(attempt.get_absolute_url()).text

    assert not aside.usable
    assert saved.outcome == Outcome.NOT_NEXT
    assert kept(item) == {"path": ["a.1"]}
    assert "It cannot be used" in page
    assert "Use this answer" not in page


def test_the_hand_in_cannot_take_a_step_back_either(attempt: Attempt, item: Item) -> None:
    save(attempt, item, FIRST, 0, 1)

    attempt.submit([(item.pk, OTHER, 0, 5, None)], client="a")

    assert kept(item) == {"path": ["a.1"]}
    assert ResponseEvent.objects.get(item=item, seq=5).outcome == Outcome.NOT_NEXT
    assert item.markings.get().mark == 6667  # two of three points: the way as far as it was walked


@pytest.mark.parametrize("epoch", [0, 1])
@pytest.mark.parametrize("first", ["0", "2"])  # it goes on, or it is unsafe and ends the case
@pytest.mark.parametrize("more", [{"step-2": ["0"]}, {"take": ["2"], "next": ["0"]}])
def test_a_step_that_is_not_open_yet_tells_nothing_of_how_the_case_goes_on(
    attempt: Attempt, item: Item, epoch: int, first: str, more: dict[str, list[str]]
) -> None:
    attempt.claim()

    said = save(attempt, item, {"step-1": [first], **more}, epoch, 1)

    assert (said.outcome, said.message) == (
        Outcome.UNREADABLE,
        "This step is not open yet. The page now shows how the case stands.",
    )
    assert kept(item) is None
    assert attempt.kept_aside() == []


def test_the_hand_in_may_bring_the_next_step(attempt: Attempt, item: Item) -> None:
    save(attempt, item, FIRST, 0, 1)

    attempt.submit([(item.pk, FIRST, 0, 1, None), (item.pk, SECOND, 0, 2, None)], client="a")

    assert item.markings.get().mark == 10_000


def test_only_a_case_pays_for_the_question_what_was_before(attempt: Attempt, item: Item) -> None:
    other = next(each for each in items_of(attempt) if each.question_version.kind == "true_false")
    mine = attempt_of(attempt.pk)
    counts = {}
    for one, data in ((other, {"choice": ["0"]}), (item, FIRST)):
        with CaptureQueriesContext(connection) as queries:
            mine.save_answer(one.pk, data, epoch=0, seq=1, client="a")
        counts[one.pk] = len([query for query in queries if "SAVEPOINT" not in query["sql"]])

    assert counts == {other.pk: 4, item.pk: 6}


# On the page


def ahead(text: str) -> list[str]:
    """What of the case's later part stands in a page."""
    later = ("She asks when to come back.", "When it has healed", "She agrees.", "Open skin is worked on", "too soon")
    return [words for words in later if words in text]


@pytest.fixture
def browser(tess: User, client_of: ClientOf) -> Client:
    return client_of(tess)


def test_no_page_tells_what_lies_ahead(browser: Client, attempt: Attempt, item: Item) -> None:
    where = f"/quizzes/attempts/{attempt.pk}/"

    assert ahead(browser.get(where).text) == []
    assert ahead(browser.get(f"{where}items/{item.pk}/").text) == []
    save(attempt, item, OTHER, 0, 1)
    assert ahead(browser.get(f"{where}items/{item.pk}/").text) == ["She asks when to come back.", "When it has healed"]


def test_a_case_is_walked_without_a_script(browser: Client, attempt: Attempt, item: Item) -> None:
    where, name = f"/quizzes/attempts/{attempt.pk}/responses/", f"i{item.pk}-"
    place = KIND.fields(BODY, item.drawn, {"path": ["a.1"]})["step-1"][0]
    form = {"epoch": "0", f"{name}seq": "0", "at": str(item.position)}

    reply = browser.post(where, form | {f"{name}next": place, f"{name}take": "1"})
    page = browser.get(reply.headers["Location"]).text

    assert reply.headers["Location"].endswith(f"?q={item.position}#{name}now")
    assert "She agrees." in page
    assert f'name="{name}take" value="2"' in page
    assert Response.objects.get(item=item).body == {"path": ["a.1"]}


def test_the_button_without_a_choice_says_so(browser: Client, attempt: Attempt, item: Item) -> None:
    name = f"i{item.pk}-"
    form = {"epoch": "0", f"{name}seq": "0", "at": "1", f"{name}take": "1"}

    page = browser.post(f"/quizzes/attempts/{attempt.pk}/responses/", form, follow=True).text

    assert "Choose what you would do first" in page
    assert kept(item) is None


def test_a_page_left_behind_is_told_that_the_case_went_on(browser: Client, attempt: Attempt, item: Item) -> None:
    save(attempt, item, FIRST, 0, 1)
    name = f"i{item.pk}-"
    form = {"epoch": "0", f"{name}seq": "0", "at": "1", f"{name}next": "1", f"{name}take": "1"}

    page = browser.post(f"/quizzes/attempts/{attempt.pk}/responses/", form, follow=True).text

    assert "Another choice was taken at this step before" in page
    assert kept(item) == {"path": ["a.1"]}


def test_the_script_is_told_too(browser: Client, attempt: Attempt, item: Item) -> None:
    save(attempt, item, FIRST, 0, 1)
    body = {"client": "b", "answers": [{"item": item.pk, "epoch": 0, "seq": 2, "fields": [["step-1", "1"]]}]}

    reply = browser.post(
        f"/quizzes/attempts/{attempt.pk}/responses/", json.dumps(body), content_type="application/json"
    )

    assert reply.status_code == 200
    assert reply.json()["answers"][0]["outcome"] == "not_next"
    assert reply.json()["answers"][0]["message"]


def test_the_part_of_a_page_is_its_own_trainees(
    browser: Client, attempt: Attempt, item: Item, oskar: User, client_of: ClientOf, course: Course, quiz: Quiz
) -> None:
    study_all(oskar, course)
    other = quiz.begin(oskar, declared=True)

    assert client_of(oskar).get(f"/quizzes/attempts/{attempt.pk}/items/{item.pk}/").status_code == 404
    assert client_of(oskar).get(f"/quizzes/attempts/{other.pk}/items/{item.pk}/").status_code == 404
    attempt.submit([], client="a")
    closed = browser.get(f"/quizzes/attempts/{attempt.pk}/items/{item.pk}/")
    assert (closed.status_code, closed.json()["result"]) == (410, f"/quizzes/attempts/{attempt.pk}/result/")


def test_the_feedback_tells_each_step(browser: Client, attempt: Attempt, item: Item) -> None:
    save(attempt, item, {"step-1": ["2"]}, 0, 1)
    attempt.submit([], client="a")

    page = browser.post(f"/quizzes/attempts/{attempt.pk}/feedback/opening/", follow=True).text

    assert "Go ahead" in page
    assert "Open skin is worked on: stopped." in page
    assert "Your last choice was unsafe, and ended the case." in page
    assert "When it has healed" not in page  # a step that was never met is still not told


@pytest.mark.django_db(transaction=True)
def test_racing_saves_never_fork_the_way(tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = quiz.begin(tess, declared=True)
    item = next(item for item in items_of(attempt) if item.question_version.kind == "branching_case")

    def step(place: int, seq: int) -> Any:
        return lambda: save(attempt, item, {"step-1": [str(place)]}, 0, seq, client=f"window {seq}").outcome

    outcomes = together(*[step(number % 3, number + 1) for number in range(6)])

    assert not unexpected(outcomes)
    first = ResponseEvent.objects.filter(item=item, outcome=Outcome.APPLIED).first()
    assert first
    assert first.body == kept(item)
    assert all(event.body == first.body for event in ResponseEvent.objects.filter(item=item, outcome=Outcome.APPLIED))
    assert ResponseEvent.objects.filter(item=item, outcome=Outcome.NOT_NEXT).count() >= 4


@pytest.mark.django_db(transaction=True)
def test_a_step_against_the_hand_in_never_forks_the_way(tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = quiz.begin(tess, declared=True)
    item = next(item for item in items_of(attempt) if item.question_version.kind == "branching_case")

    outcomes = together(
        lambda: save(attempt, item, FIRST, 0, 1).outcome,
        lambda: bool(attempt_of(attempt.pk).submit([(item.pk, OTHER, 0, 2, None)], client="b")),
    )

    assert not unexpected(outcomes)
    path = kept(item)["path"]
    applied = ResponseEvent.objects.filter(item=item, outcome=Outcome.APPLIED)
    assert [event.body["path"] for event in applied] == [path]
    assert item.markings.get().detail["points"] == ("2" if path == ["a.1"] else "1")
