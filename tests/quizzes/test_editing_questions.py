"""An instructor edits a question: the draft keeps everything, the published version changes only when they say so."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from courses.models import Course, Teaching
from quizzes import kinds
from quizzes.correcting import revising
from quizzes.models import Question, QuestionDraft, QuestionVersion
from quizzes.writing import drafts
from tests import school
from tests.cast import person
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(ines: User) -> Question:
    """A single choice of the course that ines teaches."""
    school.open_small()
    course = Course.objects.get(slug="needles")
    Teaching.objects.create(course=course, user=ines)
    return Question.objects.filter(course=course, current__kind="single_choice").select_related("current").first()  # type: ignore[return-value]


@pytest.fixture
def desk(client_of: ClientOf, ines: User) -> Client:
    return client_of(ines)


def opened(desk: Client, question: Question) -> QuestionDraft:
    answer = desk.post(reverse("quizzes:draft_create", args=[question.pk]))
    draft = QuestionDraft.objects.get(question=question)
    assert answer.headers["Location"] == draft.get_absolute_url()
    return draft


def typed(draft: QuestionDraft, **changes: str) -> dict[str, Any]:
    return {**draft.fields, "edition": draft.edition, **changes}


def published(desk: Client, draft: QuestionDraft, **said: str) -> Any:
    where = reverse("quizzes:publication", args=[draft.pk])
    current = draft.question.current_id if draft.question else ""
    return desk.post(where, {"seen": current, **said})


@pytest.mark.parametrize("kind", [kind.name for kind in kinds.all_kinds()])
def test_an_untouched_draft_says_what_is_published(kind: str, ines: User) -> None:
    school.open_small()
    for version in QuestionVersion.objects.filter(kind=kind):
        draft = drafts.open_for(version.question, ines)

        content = draft.checked().content

        assert content is not None
        assert {name: getattr(version, name) for name in content} == content


def test_opening_twice_opens_the_same_draft(desk: Client, question: Question) -> None:
    assert opened(desk, question) == opened(desk, question)


def test_what_is_wrong_is_kept_and_told_beside_its_field(desk: Client, question: Question) -> None:
    draft = opened(desk, question)

    page = desk.post(draft.get_absolute_url(), typed(draft, **{"options-1-text": "", "do": "check"}))

    assert page.status_code == 422
    assert "“text” is missing." in page.text
    assert 'aria-invalid="true"' in page.text
    draft.refresh_from_db()
    assert draft.fields["options-1-text"] == [""]
    question.refresh_from_db()
    assert question.versions.count() == 1


def test_a_draft_changes_nothing_for_trainees_until_it_is_published(desk: Client, question: Question) -> None:
    draft = opened(desk, question)

    desk.post(draft.get_absolute_url(), typed(draft, stem="Which needle now?"))

    question.refresh_from_db()
    assert question.current is not None
    assert question.current.stem != "Which needle now?"


def test_publishing_an_unanswered_question_asks_nothing(desk: Client, question: Question, ines: User) -> None:
    draft = opened(desk, question)
    desk.post(draft.get_absolute_url(), typed(draft, stem="Which needle now?"))

    answer = published(desk, draft)

    question.refresh_from_db()
    assert answer.status_code == 302
    assert question.current is not None
    assert (question.current.number, question.current.stem) == (2, "Which needle now?")
    assert question.current.author == ines
    assert not QuestionDraft.objects.exists()


def test_an_answered_question_asks_what_sort_of_change_it_is(
    desk: Client, ines: User, question: Question, tess: User
) -> None:
    school.enrol_and_study(tess)
    item = school.items_of(school.begin(tess))[0]
    asked = item.question
    draft = drafts.open_for(asked, ines)
    desk.post(draft.get_absolute_url(), typed(draft, points="3"))

    page = desk.get(reverse("quizzes:publication", args=[draft.pk]))
    refused = published(desk, draft)
    called_typo = published(desk, draft, change="typo")
    answer = published(desk, draft, change="key", reason="The manual says so.")

    assert "What sort of change is it?" in page.text
    assert refused.status_code == 422
    assert called_typo.status_code == 422
    assert answer.status_code == 302
    asked.refresh_from_db()
    assert asked.current is not None
    assert asked.current.change_kind == "key"
    assert item.question_version_id != asked.current_id  # the paper keeps what it was drawn with


def test_two_authors_do_not_overwrite_each_other(
    desk: Client, question: Question, client_of: ClientOf, ada: User
) -> None:
    draft = opened(desk, question)
    mine, theirs = typed(draft, stem="Mine"), typed(draft, stem="Theirs")

    first = client_of(ada).post(draft.get_absolute_url(), theirs)
    second = desk.post(draft.get_absolute_url(), mine)

    draft.refresh_from_db()
    assert first.status_code == 302
    assert second.status_code == 409
    assert "Ada" in second.text
    assert "Mine" in second.text  # shown, so that nothing typed is lost
    assert draft.fields["stem"] == ["Theirs"]


def test_a_version_published_meanwhile_is_not_overwritten_unseen(desk: Client, question: Question, ines: User) -> None:
    draft = opened(desk, question)
    desk.post(draft.get_absolute_url(), typed(draft, stem="Mine"))
    seen = str(question.current_id)
    other = drafts.check(draft).content
    assert other is not None
    question.refresh_from_db()
    revising.revise(question, {**other, "stem": "Quicker"}, change="typo", by=ines)

    answer = desk.post(reverse("quizzes:publication", args=[draft.pk]), {"seen": seen, "change": "typo"})

    question.refresh_from_db()
    assert answer.status_code == 422
    assert "moved on" in answer.text
    assert question.current is not None
    assert question.current.stem == "Quicker"


def test_rows_come_and_go_without_a_script(desk: Client, question: Question) -> None:
    draft = opened(desk, question)
    before = len(question.current.body["options"]) if question.current else 0

    desk.post(draft.get_absolute_url(), typed(draft, add="options:ids"))
    draft.refresh_from_db()
    desk.post(draft.get_absolute_url(), typed(draft, **{f"options-{before}-text": "A new one"}))
    draft.refresh_from_db()
    more = draft.checked().content
    desk.post(draft.get_absolute_url(), typed(draft, drop=f"options-{before}"))
    draft.refresh_from_db()
    fewer = draft.checked().content

    assert more is not None
    assert more["body"]["options"][-1]["text"] == "A new one"
    assert fewer is not None
    assert len(fewer["body"]["options"]) == before


def test_a_new_question_is_written_from_nothing(desk: Client, question: Question) -> None:
    answer = desk.post(reverse("quizzes:question_create"), {"course": "needles", "kind": "true_false"})
    draft = QuestionDraft.objects.get(question=None)
    assert answer.headers["Location"] == draft.get_absolute_url()
    objective = question.current.objective if question.current else ""

    desk.post(
        draft.get_absolute_url(),
        typed(draft, stem="Gloves replace washing.", objective=objective)
        | {"feedback-right": "Right.", "feedback-wrong": "They never do."},
    )
    published(desk, draft)

    fresh = Question.objects.get(current__stem="Gloves replace washing.")
    assert (fresh.course.slug, fresh.ref) == ("needles", draft.fields["id"][0])


def test_loading_the_folder_again_leaves_what_the_studio_wrote(desk: Client, question: Question) -> None:
    draft = opened(desk, question)
    desk.post(draft.get_absolute_url(), typed(draft, stem="Which needle now?"))
    published(desk, draft)
    test_a_new_question_is_written_from_nothing(desk, question)

    school.open_small()

    question.refresh_from_db()
    assert question.current is not None
    assert question.current.stem == "Which needle now?"
    assert not Question.objects.get(current__stem="Gloves replace washing.").retired


def test_somebody_elses_questions_do_not_exist(client_of: ClientOf, question: Question, ines: User) -> None:
    other = person("other@example.com", "Other Instructor", second_factor=True)
    Teaching.objects.create(course=Course.objects.get(slug="shades"), user=other)
    stranger = client_of(other)
    draft = drafts.open_for(question, ines)

    pages = [
        stranger.get(reverse("quizzes:question", args=[question.pk])),
        stranger.post(reverse("quizzes:draft_create", args=[question.pk])),
        stranger.get(draft.get_absolute_url()),
        stranger.post(draft.get_absolute_url(), {"edition": 0}),
        stranger.post(reverse("quizzes:draft_discard", args=[draft.pk])),
    ]

    assert {page.status_code for page in pages} == {404}


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"edition": "x"},
        {"edition": "0", "add": "../../etc"},
        {"edition": "0", "drop": "options-999"},
        {"edition": "0", "options-0-text": "\0" * 50, "stem": "x" * 100_000},
        {"edition": "0", **{f"n{number}": "1" for number in range(1900)}},
        {"edition": "0", "answer": ["a", "b", "c"], "options-0-id": "<script>"},
    ],
)
def test_nonsense_is_no_accident(desk: Client, question: Question, sent: dict[str, Any]) -> None:
    draft = opened(desk, question)

    answer = desk.post(draft.get_absolute_url(), sent)

    assert answer.status_code in {302, 409}
    assert desk.get(draft.get_absolute_url()).status_code == 200


def test_no_nul_reaches_the_database(desk: Client, question: Question) -> None:
    """PostgreSQL would refuse it, whatever the field."""
    draft = opened(desk, question)

    desk.post(draft.get_absolute_url(), typed(draft, add="a\0b:1"))
    found = desk.get(reverse("quizzes:questions"), {"q": "\0gloves", "course": "\0"})

    draft.refresh_from_db()
    assert not [name for name in draft.fields if "\0" in name]
    assert found.context["wanted"] == {"course": "", "kind": "", "q": "gloves", "only": ""}


def test_a_reason_with_a_nul_is_kept_without_it(desk: Client, question: Question) -> None:
    draft = opened(desk, question)
    desk.post(draft.get_absolute_url(), typed(draft, stem="Which one fits better?"))

    published(desk, draft, reason="Clear\0er.")

    assert question.versions.latest("number").change_reason == "Clearer."


def test_the_list_is_the_same_work_for_one_and_for_many(desk: Client, question: Question) -> None:
    desk.get(reverse("quizzes:questions"))
    with CaptureQueriesContext(connection) as one:
        desk.get(reverse("quizzes:questions"), {"q": question.ref})
    with CaptureQueriesContext(connection) as many:
        desk.get(reverse("quizzes:questions"))

    assert len(one) == len(many)
