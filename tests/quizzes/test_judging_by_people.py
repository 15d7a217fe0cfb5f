"""People mark what the machine cannot: once, a second time where it is close, a third where they differ."""

import io
import re
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from accounts.models import User
from courses.models import Completion, Course, Enrolment, Teaching
from jobs.models import Mail
from quizzes import agreeing, files, judging
from quizzes.agreeing import Rules, Turn
from quizzes.kinds.base import KindError, Unreadable
from quizzes.kinds.written_answer import WrittenAnswer
from quizzes.models import (
    AnswerFile,
    Attempt,
    AttemptOver,
    Item,
    Judgement,
    Marking,
    Outcome,
    Quiz,
    Result,
    State,
)
from tests.cast import person
from tests.conftest import ClientOf
from tests.quizzes.making import add_question, answers_for, items_of, kept, make_quiz, study_all
from tests.quizzes.test_races import attempt_of, together, unexpected

KIND = WrittenAnswer()
SOURCE: dict[str, Any] = dict(WrittenAnswer.examples[0].source)
BODY, KEY = KIND.parse(SOURCE)
GONE = object()
TEXT = {"text": ["I would wait until it has healed."]}
# Three points in all: the levels of criterion a (0 unsafe, 1, 2) and of b (0, 1).
FULL, NONE, UNSAFE = {"a": 2, "b": 1}, {"a": 1, "b": 0}, {"a": 0, "b": 1}

WRONG: list[tuple[tuple[Any, ...], Any, str]] = [
    (("accepts",), "film", "accepts"),
    (("max_characters",), 10, "max_characters"),
    (("max_characters",), 50.5, "max_characters"),
    (("criteria",), [], "criteria"),
    (("criteria", 1, "id"), "a", "criteria[1].id"),
    (("criteria", 0, "text"), GONE, "criteria[0].text"),
    (("criteria", 0, "weight"), 2, "criteria[0].weight"),
    (("criteria", 0, "levels"), [{"points": 1, "text": "One"}], "criteria[0].levels"),
    (("criteria", 0, "levels", 0), "None", "criteria[0].levels[0]"),
    (("criteria", 0, "levels", 0, "points"), -1, "criteria[0].levels[0].points"),
    (("criteria", 0, "levels", 0, "points"), 1, "criteria[0].levels"),  # two levels earn the same
    (("criteria", 0, "levels", 2, "critical"), True, "criteria[0].levels"),  # the best one is unsafe
    (("criteria", 0, "levels", 0, "hint"), "x", "criteria[0].levels[0].hint"),
    (("margin_percent",), 101, "margin_percent"),
    (("margin_percent",), 0.001, "margin_percent"),
    (("agree_within_percent",), -1, "agree_within_percent"),
    (("guidance",), "", "guidance"),
]


@pytest.mark.parametrize(("where", "what", "path"), WRONG, ids=[f"{p}-{n}" for n, (_w, _x, p) in enumerate(WRONG)])
def test_a_rubric_that_cannot_be_used_is_refused(where: tuple[Any, ...], what: Any, path: str) -> None:
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


def test_a_critical_question_says_which_level_is_unsafe() -> None:
    source = deepcopy(SOURCE) | {"critical": True}
    KIND.parse(source)
    del source["criteria"][0]["levels"][0]["critical"]

    with pytest.raises(KindError, match="which level"):
        KIND.parse(source)


def test_the_machine_marks_only_a_blank() -> None:
    blank = KIND.mark(BODY, KEY, {}, None, critical=True)

    assert (blank.fraction, blank.answered, blank.critical_missed) == (Fraction(0), False, True)
    assert KIND.judged(BODY, KEY, FULL, critical=True).fraction == 1
    assert KIND.judged(BODY, KEY, NONE, critical=True).fraction == Fraction(1, 3)
    assert KIND.judged(BODY, KEY, UNSAFE, critical=True).critical_missed
    assert not KIND.judged(BODY, KEY, UNSAFE, critical=False).critical_missed


def test_an_answer_is_read_the_same_whoever_sends_its_line_ends() -> None:
    assert KIND.read(BODY, {}, {"text": [" one\r\ntwo\r\n"]}) == {"text": "one\ntwo"}
    assert KIND.read(BODY, {}, {"text": ["  "], "file": [""]}) is None
    assert KIND.read(BODY, {}, {"text": [""], "file": ["7"]}) == {"file": 7}
    assert KIND.read(BODY, {}, {"file": ["7"], "drop": ["1"]}) is None
    for fields in ({"text": ["x" * 401]}, {"text": ["a\x00"]}, {"text": ["a", "b"]}, {"file": ["x"]}, {"file": ["²"]}):
        with pytest.raises(Unreadable):
            KIND.read(BODY, {}, fields)


# When one marker is enough


RULES = Rules(max_mark=30_000, pass_percent=8000, margin=1000, agree_within=1000)


@pytest.mark.parametrize(
    ("marks", "settled"),
    [
        ([30_000], 30_000),
        ([27_001], 27_001),
        ([27_000], None),  # on the edge of the margin above the pass mark
        ([21_000], None),
        ([20_999], 20_999),
        ([24_000, 27_000], 25_500),
        ([24_000, 27_001], None),
        ([24_000, 24_001], 24_001),  # half a part is rounded up
        ([24_000, 30_000, 3], 3),
    ],
)
def test_turns_come_to_a_mark_or_ask_for_another(marks: list[int], settled: int | None) -> None:
    found = agreeing.settle([Turn(mark, critical=False) for mark in marks], RULES)

    assert (found.mark if found else None) == settled


def test_what_is_unsafe_is_never_left_to_one() -> None:
    unsafe, safe = Turn(0, critical=True), Turn(0, critical=False)

    assert agreeing.settle([unsafe], RULES) is None
    assert agreeing.settle([unsafe, unsafe], RULES) == unsafe
    assert agreeing.settle([unsafe, safe], RULES) is None
    assert agreeing.settle([unsafe, safe, safe], RULES) == safe


turns = st.builds(Turn, mark=st.integers(0, 30_000), critical=st.booleans())


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(one=turns, other=turns, third=turns)
def test_three_turns_always_settle_and_the_order_of_two_never_matters(one: Turn, other: Turn, third: Turn) -> None:
    settled = agreeing.settle([one, other, third], RULES)
    assert settled
    assert settled.mark == third.mark
    assert settled.critical == (one.critical + other.critical + third.critical >= 2)  # unsafe is what two of three say
    both = agreeing.settle([one, other], RULES)
    assert both == agreeing.settle([other, one], RULES)
    if both:
        assert min(one.mark, other.mark) <= both.mark <= max(one.mark, other.mark)


# On a paper


@pytest.fixture
def quiz(course: Course) -> Quiz:
    """One written answer, worth a mark, beside three ordinary questions."""
    own = {name: value for name, value in SOURCE.items() if name != "kind"}
    add_question(course, "ESSAY", "M1.1a", kind="written_answer", source=own, critical=True)
    course.questions.filter(current__objective="M1.1a").exclude(ref="ESSAY").update(retired=True)
    return make_quiz(course, {"M1.1a": 1, "M1.2a": 3}, pass_percent=6000, critical_min_percent=0)


@pytest.fixture
def item(attempt: Attempt) -> Item:
    return written(attempt)


@pytest.fixture
def ines(ines: User, course: Course) -> User:
    Teaching.objects.create(course=course, user=ines)
    return ines


@pytest.fixture
def igor(course: Course) -> User:
    """Another instructor of the course."""
    igor = person("igor@example.com", "Igor Instructor", second_factor=True)
    Teaching.objects.create(course=course, user=igor)
    return igor


def written(attempt: Attempt) -> Item:
    return next(item for item in items_of(attempt) if item.question_version.kind == "written_answer")


def hand_in(attempt: Attempt, *, answered: bool = True) -> Result | None:
    """Everything right, and the written answer given or left blank."""
    essay = written(attempt)
    others = [answer for answer in answers_for(attempt) if answer[0] != essay.pk]
    return attempt.submit([*others, (essay.pk, TEXT if answered else {}, 0, 1, None)], client="test")


def judge(item: Item, marker: User, levels: dict[str, int], turn: int = 1, comment: str = "") -> judging.Judged:
    return judging.judge(judging.taught_by(marker).get(pk=item.pk), marker, turn=turn, levels=levels, comment=comment)


def test_a_paper_waits_for_people_with_everything_else_marked(attempt: Attempt, item: Item) -> None:
    assert hand_in(attempt) is None

    assert (attempt.state, attempt.result) == (State.SUBMITTED, None)
    assert Marking.objects.filter(item__attempt=attempt).count() == 3
    assert not item.markings.exists()
    assert not Completion.objects.exists()
    assert attempt.submit([], client="again") is None


def test_a_blank_one_waits_for_nobody(attempt: Attempt, item: Item) -> None:
    result = hand_in(attempt, answered=False)

    assert result
    assert (result.percent, result.cause, result.critical_missed) == (7500, "handed_in", 1)
    assert (item.markings.get().mark, item.markings.get().answered) == (0, False)


def test_the_last_answer_marked_makes_the_result(attempt: Attempt, item: Item, ines: User) -> None:
    hand_in(attempt)

    judged = judge(item, ines, FULL, comment="Well said.")

    result = Result.objects.get()
    assert judged.result == result
    assert (result.percent, result.passed, result.cause, result.actor) == (10_000, True, "judged", ines)
    assert Attempt.objects.get().state == State.GRADED
    marking = item.markings.get()
    assert (marking.mark, marking.marked_by, marking.comment, marking.answered) == (10_000, ines, "Well said.", True)
    assert Completion.objects.get().enrolment.trainee == attempt.trainee
    letter = Mail.objects.get(kind="attempt-marked")
    assert (letter.to, "/result/" in letter.text) == (attempt.trainee.email, True)


def test_the_clock_hands_in_a_paper_that_waits_too(attempt: Attempt, item: Item, ines: User, clock: Any) -> None:
    attempt.save_answer(item.pk, TEXT, epoch=0, seq=1, client="a")
    clock.forward(minutes=40)

    attempt.close_if_over()

    assert (attempt.state, attempt.result) == (State.SUBMITTED, None)
    judge(item, ines, FULL)
    assert Result.objects.get().percent == 2500


def test_near_the_pass_mark_a_second_marker_is_asked_and_the_two_are_averaged(
    attempt: Attempt, item: Item, ines: User, igor: User
) -> None:
    hand_in(attempt)

    first = judge(item, ines, {"a": 1, "b": 1})  # two of three points; the pass mark is 60 %
    assert first.marking is None
    second = judge(item, igor, {"a": 1, "b": 1}, turn=2)

    assert second.marking
    assert second.marking.mark == 6667
    assert second.marking.detail["levels"] == {"a": 1, "b": 1}


def test_an_unsafe_level_asks_for_a_second_marker_and_both_are_kept(
    attempt: Attempt, item: Item, ines: User, igor: User
) -> None:
    hand_in(attempt)

    first = judge(item, ines, UNSAFE, comment="This harms.")
    assert (first.marking, first.result) == (None, None)
    assert not judging.open_to(ines).exists()
    assert judging.open_to(igor).get().turn == 2  # type: ignore[attr-defined]
    second = judge(item, igor, UNSAFE, turn=2, comment="It does.")

    assert second.marking
    assert (second.marking.mark, second.marking.critical_missed) == (3333, True)
    assert second.marking.comment == "This harms.\n\nIt does."
    assert [each.marker for each in Judgement.objects.filter(item=item)] == [ines, igor]
    assert second.result
    assert second.result.critical_missed == 1


def test_where_two_differ_a_third_decides(attempt: Attempt, item: Item, ines: User, igor: User, ada: User) -> None:
    hand_in(attempt)
    judge(item, ines, UNSAFE, comment="Unsafe.")

    second = judge(item, igor, FULL, turn=2, comment="Fine.")
    assert second.marking is None
    assert judging.open_to(ada).get().turn == 3  # type: ignore[attr-defined]
    third = judge(item, ada, {"a": 1, "b": 1}, turn=3, comment="Safe, but vague.")

    assert third.marking
    assert (third.marking.mark, third.marking.critical_missed) == (6667, False)
    assert (third.marking.comment, third.marking.marked_by) == ("Safe, but vague.", ada)


def test_nobody_marks_twice_nor_out_of_turn(attempt: Attempt, item: Item, ines: User, igor: User) -> None:
    hand_in(attempt)
    judge(item, ines, UNSAFE)

    for marker, turn in ((ines, 2), (igor, 1), (igor, 3)):
        with pytest.raises(judging.Moved):
            judge(item, marker, FULL, turn=turn)

    assert Judgement.objects.count() == 1


def test_nobody_marks_their_own_answer(quiz: Quiz, ines: User, course: Course, client_of: ClientOf) -> None:
    study_all(ines, course)
    own = quiz.begin(ines, declared=True)
    item = written(own)
    hand_in(own)
    browser = client_of(ines)

    assert not judging.open_to(ines).exists()
    assert browser.get(f"/studio/marking/{item.pk}/").status_code == 404
    assert browser.post(f"/studio/marking/{item.pk}/judgement/", {"turn": "1"}).status_code == 404


def test_the_database_itself_keeps_one_judgement_a_turn_and_a_marker(
    attempt: Attempt, item: Item, ines: User, igor: User
) -> None:
    hand_in(attempt)
    judge(item, ines, UNSAFE)
    row = {"item": item, "levels": FULL, "mark": 1}

    for more in ({"turn": 1, "marker": igor}, {"turn": 2, "marker": ines}, {"turn": 4, "marker": igor}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Judgement.objects.create(**row, **more)
    with pytest.raises(IntegrityError, match="this row is final"), transaction.atomic():
        Judgement.objects.update(mark=1)


def test_a_paper_that_waits_holds_the_next_one(attempt: Attempt, quiz: Quiz, client_of: ClientOf) -> None:
    hand_in(attempt)
    browser = client_of(attempt.trainee)

    page = browser.get(f"/quizzes/{quiz.pk}/").text
    browser.post(f"/quizzes/{quiz.pk}/attempts/", {"declared": "yes"})

    assert "being marked by a person" in page
    assert Attempt.objects.count() == 1
    assert "A person marks what you wrote" in browser.get(attempt.get_result_url()).text


def test_a_missed_one_is_put_again_and_judged_again(
    attempt: Attempt, item: Item, quiz: Quiz, ines: User, igor: User, tess: User
) -> None:
    hand_in(attempt)
    judge(item, ines, UNSAFE)
    held = judge(item, igor, UNSAFE, turn=2).result
    assert held
    assert not Completion.objects.exists()
    attempt = Attempt.objects.get()
    attempt.open_feedback()

    again = quiz.begin_follow_up(tess)
    essay = written(again)
    assert again.submit([(essay.pk, TEXT, 0, 1, None)], client="test") is None
    judge(essay, ines, FULL)

    assert again.results.get().critical_missed == 0
    assert Completion.objects.exists()


def test_grading_takes_no_more_queries_for_more_to_mark(attempt: Attempt, item: Item, ines: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        hand_in(attempt)

    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 16


# The studio


def test_the_queue_shows_answers_without_names(
    attempt: Attempt, item: Item, ines: User, client_of: ClientOf, tess: User
) -> None:
    hand_in(attempt)
    browser = client_of(ines)

    queue, one = browser.get("/studio/marking/").text, browser.get(f"/studio/marking/{item.pk}/").text

    assert "1 answer waits for you" in queue
    assert "First marker" in queue
    assert "I would wait until it has healed." in one
    assert "Promises hair or a cure." in one
    for page in (queue, one):
        assert "Tess" not in page
        assert tess.email not in page


def test_the_oldest_comes_first(
    attempt: Attempt, ines: User, quiz: Quiz, course: Course, oskar: User, clock: Any
) -> None:
    study_all(oskar, course)
    second = quiz.begin(oskar, declared=True)
    hand_in(second)
    clock.forward(minutes=1)
    hand_in(attempt)

    assert [item.attempt_id for item in judging.open_to(ines)] == [second.pk, attempt.pk]


def test_a_mark_is_given_in_the_studio(attempt: Attempt, item: Item, ines: User, client_of: ClientOf) -> None:
    hand_in(attempt)
    form = {"turn": "1", "level-a": "2", "level-b": "1", "comment": "Well said."}

    page = client_of(ines).post(f"/studio/marking/{item.pk}/judgement/", form, follow=True).text

    assert "You gave 1 of 1 points." in page
    assert "The paper is marked" in page
    assert Result.objects.exists()


def test_the_second_marker_sees_nothing_of_the_first(
    attempt: Attempt, item: Item, ines: User, igor: User, client_of: ClientOf
) -> None:
    hand_in(attempt)
    form = {"turn": "1", "level-a": "0", "level-b": "1", "comment": "A secret word."}
    told = client_of(ines).post(f"/studio/marking/{item.pk}/judgement/", form, follow=True).text

    page = client_of(igor).get(f"/studio/marking/{item.pk}/").text

    assert "a second marker looks at it too" in told
    assert "Another marker has marked this answer" in page
    assert "A secret word." not in page
    assert not re.search(r'name="level-[^>]* checked', page)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"turn": "1", "level-a": "2"},
        {"turn": "1", "level-a": "9", "level-b": "1"},
        {"turn": "1", "level-a": "²", "level-b": "-1"},
        {"turn": "1", "level-a": "2", "level-b": "1", "comment": "x" * 4001},
    ],
)
def test_half_a_mark_is_no_mark(
    attempt: Attempt, item: Item, ines: User, client_of: ClientOf, form: dict[str, str]
) -> None:
    hand_in(attempt)

    answer = client_of(ines).post(f"/studio/marking/{item.pk}/judgement/", form)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert not Judgement.objects.exists()


def test_who_comes_too_late_is_told(attempt: Attempt, item: Item, ines: User, igor: User, client_of: ClientOf) -> None:
    hand_in(attempt)
    judge(item, ines, FULL)
    browser = client_of(igor)

    opened = browser.get(f"/studio/marking/{item.pk}/", follow=True).text
    sent = browser.post(
        f"/studio/marking/{item.pk}/judgement/", {"turn": "1", "level-a": "0", "level-b": "0"}, follow=True
    ).text

    assert "does not wait for you any more" in opened
    assert "Somebody else has marked this answer meanwhile" in sent
    assert Judgement.objects.count() == 1


def test_an_open_paper_is_not_to_be_marked(attempt: Attempt, item: Item, ines: User, client_of: ClientOf) -> None:
    attempt.save_answer(item.pk, TEXT, epoch=0, seq=1, client="a")

    assert client_of(ines).get(f"/studio/marking/{item.pk}/").status_code == 404


def test_the_trainee_reads_what_was_found(attempt: Attempt, item: Item, ines: User, client_of: ClientOf) -> None:
    hand_in(attempt)
    judge(item, ines, {"a": 1, "b": 0}, comment="Name the doctor next time.")

    page = client_of(attempt.trainee).post(f"/quizzes/attempts/{attempt.pk}/feedback/opening/", follow=True).text

    assert "Honest, but vague." in page
    assert "Name the doctor next time." in page
    assert "Ines" not in page


# Files


def picture(form: str = "PNG", **info: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, form, **info)
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF\n"


def uploaded(content: bytes, name: str = "my answer.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def upload(browser: Client, item: Item, content: bytes, name: str = "my answer.pdf") -> Any:
    return browser.post(
        f"/quizzes/attempts/{item.attempt_id}/items/{item.pk}/files/",
        {"upload": uploaded(content, name)},
        headers={"Accept": "application/json"},
    )


@pytest.fixture(autouse=True)
def _own_storage(tmp_path: Path, settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "private": settings.STORAGES["private"]
        | {"OPTIONS": {"location": str(tmp_path), "file_permissions_mode": 0o600}}
    }


@pytest.fixture
def browser(tess: User, client_of: ClientOf) -> Client:
    return client_of(tess)


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, "application/pdf"), (picture(), "image/png"), (picture("JPEG"), "image/jpeg")]
)
def test_a_file_is_taken_by_what_it_is(browser: Client, item: Item, content: bytes, kind: str) -> None:
    answer = upload(browser, item, content, "../../evil.exe")

    row = AnswerFile.objects.get()
    assert answer.json() == {"file": row.pk, "name": "evil.exe", "href": f"/quizzes/answer-files/{row.pk}/"}
    assert row.content_type == kind
    assert row.storage_key.startswith("answers/")
    assert "evil" not in row.storage_key
    assert files.content_of(row)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00",
        b"<html><script>",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\nbroken",
        b"\xff\xd8\xffbroken",
        b"x" * 4_500_001,
    ],
)
def test_what_is_no_such_file_is_refused_in_words(browser: Client, item: Item, content: bytes) -> None:
    answer = upload(browser, item, content)

    assert answer.status_code == 422
    assert answer.json()["message"]
    assert not AnswerFile.objects.exists()


def test_a_picture_keeps_its_pixels_and_nothing_else(browser: Client, item: Item) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home, 12 Secret Street"
    upload(browser, item, picture("JPEG", exif=exif.tobytes(), comment=b"secret"), "photo.jpg")

    content = files.content_of(AnswerFile.objects.get())

    assert content
    assert b"ecret" not in content
    assert Image.open(io.BytesIO(content)).size == (40, 30)


def test_a_picture_that_unpacks_to_more_than_it_seems_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_PIXELS", 40 * 30 - 1)

    with pytest.raises(files.NotTaken, match="too large"):
        files.cleaned(picture())


def test_the_same_file_again_is_the_same_row(browser: Client, item: Item) -> None:
    first, again = upload(browser, item, PDF).json(), upload(browser, item, PDF).json()

    assert first == again
    assert len(storages["private"].listdir("answers")[1]) == 1


def test_only_so_many_files_are_kept(browser: Client, item: Item, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_FILES", 2)

    answers = [upload(browser, item, PDF + bytes([number])).status_code for number in range(3)]

    assert answers == [200, 200, 422]
    assert len(storages["private"].listdir("answers")[1]) == 2


def test_a_closed_paper_takes_no_file(browser: Client, attempt: Attempt, item: Item) -> None:
    hand_in(attempt)

    assert upload(browser, item, PDF).status_code == 410
    with pytest.raises(AttemptOver):
        files.receive(attempt, item, uploaded(PDF))
    assert not AnswerFile.objects.exists()
    assert not storages["private"].exists("answers") or not storages["private"].listdir("answers")[1]


def test_an_ordinary_question_takes_no_file(browser: Client, attempt: Attempt) -> None:
    other = next(item for item in items_of(attempt) if item.question_version.kind == "true_false")

    assert upload(browser, other, PDF).status_code == 422


def test_a_file_of_another_answer_is_refused(
    attempt: Attempt, item: Item, course: Course, quiz: Quiz, oskar: User
) -> None:
    study_all(oskar, course)
    theirs = written(quiz.begin(oskar, declared=True))
    foreign = files.receive(theirs.attempt, theirs, uploaded(PDF))
    fields = {"file": [str(foreign.pk)]}

    saved = attempt.save_answer(item.pk, fields, epoch=0, seq=1, client="a")
    attempt.submit([(item.pk, fields, 0, 2, None)], client="a")

    assert (saved.outcome, "does not belong" in saved.message) == (Outcome.UNREADABLE, True)
    assert kept(item) is None


def test_a_file_is_given_to_its_trainee_and_to_markers_only(
    browser: Client, attempt: Attempt, item: Item, ines: User, oskar: User, ada: User, client_of: ClientOf
) -> None:
    row = files.receive(attempt, item, uploaded(PDF, "Tess Trainee.pdf"))
    where = row.get_absolute_url()
    assert client_of(ines).get(where).status_code == 404  # while the paper is open
    attempt.submit([(item.pk, {"file": [str(row.pk)]}, 0, 1, None)], client="a")

    own, theirs = browser.get(where), client_of(ines).get(where)

    assert client_of(oskar).get(where).status_code == 404
    assert client_of(ada).get(where).status_code == 200
    assert own.content == theirs.content == PDF
    assert own.headers["Content-Disposition"] == 'attachment; filename="Tess Trainee.pdf"'
    assert theirs.headers["Content-Disposition"] == f'attachment; filename="answer-{row.pk}.pdf"'
    for answer in (own, theirs):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "Download the file (PDF" in client_of(ines).get(f"/studio/marking/{item.pk}/").text


def test_a_file_is_uploaded_with_the_whole_form_without_a_script(browser: Client, attempt: Attempt, item: Item) -> None:
    name = f"i{item.pk}-"
    form = {"epoch": "0", "at": "1", f"{name}seq": "0", f"{name}text": "Read the file.", f"{name}upload": uploaded(PDF)}

    answer = browser.post(f"/quizzes/attempts/{attempt.pk}/items/{item.pk}/files/", form)

    row = AnswerFile.objects.get()
    assert answer.headers["Location"].endswith(f"?q={item.position}")
    assert kept(item) == {"text": "Read the file.", "file": row.pk}
    assert row.name in browser.get(answer.headers["Location"]).text
    browser.post(
        f"/quizzes/attempts/{attempt.pk}/responses/",
        {
            "epoch": "0",
            "at": "1",
            f"{name}seq": "1",
            f"{name}text": "No file.",
            f"{name}file": row.pk,
            f"{name}drop": "1",
        },
    )
    assert kept(item) == {"text": "No file."}


def test_a_refused_file_loses_nothing_that_was_typed(browser: Client, attempt: Attempt, item: Item) -> None:
    name = f"i{item.pk}-"
    form = {"epoch": "0", "at": "1", f"{name}seq": "0", f"{name}text": "Kept.", f"{name}upload": uploaded(b"MZ")}

    page = browser.post(f"/quizzes/attempts/{attempt.pk}/items/{item.pk}/files/", form, follow=True).text

    assert "neither a PDF nor" in page
    assert kept(item) == {"text": "Kept."}


def test_the_form_saves_a_written_answer_only_when_it_changed(browser: Client, attempt: Attempt, item: Item) -> None:
    name, where = f"i{item.pk}-", f"/quizzes/attempts/{attempt.pk}/responses/"
    form = {"epoch": "0", "at": "1", f"{name}seq": "0", f"{name}text": "one\r\ntwo", f"{name}file": ""}

    browser.post(where, form)
    browser.post(where, form | {f"{name}seq": "1"})

    assert item.events.count() == 1


# At the same moment


@pytest.mark.django_db(transaction=True)
def test_two_markers_of_one_turn_are_one_winner_and_one_who_is_told(
    tess: User, quiz: Quiz, enrolment: Enrolment, ines: User, igor: User, ada: User
) -> None:
    attempt = quiz.begin(tess, declared=True)
    item = written(attempt)
    hand_in(attempt_of(attempt.pk))

    outcomes = together(*[lambda who=who: judge(item, who, FULL).result for who in (ines, igor, ada)])

    assert not unexpected(outcomes, judging.Moved)
    assert len([outcome for outcome in outcomes if isinstance(outcome, judging.Moved)]) == 2
    assert Judgement.objects.count() == Result.objects.count() == 1
    assert item.markings.count() == 1
    assert Mail.objects.filter(kind="attempt-marked").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_two_answers_marked_at_once_make_one_result(
    tess: User, quiz: Quiz, course: Course, ines: User, igor: User
) -> None:
    own = {name: value for name, value in SOURCE.items() if name != "kind"}
    add_question(course, "ESSAY-2", "M1.2a", kind="written_answer", source=own | {"stem": "And then?"})
    course.questions.filter(current__objective="M1.2a").exclude(ref="ESSAY-2").update(retired=True)
    quiz = make_quiz_again(quiz)
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    one, other = items_of(attempt)
    attempt.submit([(one.pk, TEXT, 0, 1, None), (other.pk, TEXT, 0, 1, None)], client="test")

    outcomes = together(lambda: judge(one, ines, FULL).result, lambda: judge(other, igor, FULL).result)

    assert not unexpected(outcomes)
    assert sorted(outcome is None for outcome in outcomes) == [False, True]
    assert Result.objects.get().percent == 10_000
    assert Attempt.objects.get().state == State.GRADED


def make_quiz_again(quiz: Quiz) -> Quiz:
    """The same quiz, drawing one item of each objective."""
    from quizzes.assembly import Blueprint, Section
    from tests.quizzes.making import set_rules

    set_rules(quiz, Blueprint((Section("All", draw={"M1.1a": 1, "M1.2a": 1}),)), pass_percent=5000)
    return quiz


def test_the_page_shows_what_was_typed_whatever_signs_are_in_it(
    tess: User, attempt: Attempt, item: Item, client_of: ClientOf
) -> None:
    """Text copied from a PDF brings signs that the paper's own drawing uses for numbers."""
    attempt.save_answer(item.pk, {"text": ["well\x02known"]}, epoch=0, seq=1, client="a")

    assert "well\x02known" in client_of(tess).get(attempt.get_absolute_url()).text
