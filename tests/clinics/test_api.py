"""Programs check certificates: one, many, a document, and what changed. What goes wrong is a problem they can read."""

import json
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from certificates import registering, throttling
from certificates.checking import look_up
from certificates.codes import grouped, new_code
from certificates.examining import Difference, Document, Finding
from certificates.models import Achievement, Certificate, CertificateEvent
from clinics import access
from clinics.api import changes
from clinics.api.asking import LIMITS
from clinics.models import ApiKey, Clinic, IdempotentAnswer
from clinics.models.access import Scope
from courses.models import Course
from tests.cast import person
from tests.certificates.conftest import Earn
from tests.clinics.asking import API, BULK, CHANGES, DOCUMENT, ask, is_problem, key_of, program
from tests.clinics.conftest import Watch
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_asked_yet() -> None:
    throttling.forget()


@pytest.fixture
def key(clinic: Clinic, cleo: User) -> tuple[ApiKey, str]:
    return key_of(clinic, cleo)


@pytest.fixture
def holder(key: tuple[ApiKey, str]) -> Client:
    """A program of the clinic, which may do everything."""
    return program(key[1])


def one(code: str) -> str:
    return f"{API}/certificates/{code}"


# --- One certificate ------------------------------------------------------------------------------
def test_anyone_may_check_one(client: Client, certificate: Certificate) -> None:
    said = client.get(one(certificate.code)).json()

    assert said["state"] == "valid"
    assert said["code"] == certificate.grouped_code
    assert said["holder"] == {"name": "Tess Trainee"}
    assert said["achievement"]["name"] == "Hygiene and infection control"
    assert (said["issued"], said["expires"]) == (str(certificate.issued_on), str(certificate.expires_on))


def test_case_and_dashes_do_not_matter(client: Client, certificate: Certificate) -> None:
    assert client.get(one(grouped(certificate.code).lower())).json()["state"] == "valid"


def test_a_revoked_one_says_so_with_the_public_reason_and_nothing_private(
    client: Client, certificate: Certificate, ada: User
) -> None:
    certificate.revoke(
        by=ada, reason_code="wrong_person", public_reason="Another person sat the quiz.", private_note="A secret note"
    )

    response = client.get(one(certificate.code))
    assert response.status_code == 200
    assert response.json()["state"] == "revoked"
    assert response.json()["reason"] == {"code": "wrong_person", "words": "Another person sat the quiz."}
    assert "secret" not in response.text
    assert "tess@" not in response.text


def test_unknown_and_malformed_codes_get_the_same_answer_to_the_byte(client: Client, certificate: Certificate) -> None:
    answers = [client.get(one(code)) for code in (new_code(), "ABC", "%00", "x" * 300, "..%20", "%3F")]

    for answer in answers:
        assert is_problem(answer, 404)["state"] == "unknown"
    assert len({answer.content for answer in answers}) == 1
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


def test_an_answer_that_did_not_change_is_not_sent_again(client: Client, certificate: Certificate, ada: User) -> None:
    etag = client.get(one(certificate.code))["ETag"]

    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert client.get(one(certificate.code), headers={"If-None-Match": etag}).status_code == 304
    certificate.revoke(by=ada, reason_code="other", public_reason="It was.")
    assert client.get(one(certificate.code), headers={"If-None-Match": etag}).status_code == 200


def test_a_check_is_not_indexed_and_not_kept_without_asking(client: Client, certificate: Certificate) -> None:
    response = client.get(one(certificate.code))

    assert response["X-Robots-Tag"] == "noindex"
    assert response["Cache-Control"] == "private, no-cache"


def test_what_answers_get_answers_head(client: Client, certificate: Certificate) -> None:
    assert client.head(one(certificate.code)).status_code == 200
    assert client.head(one("ABC")).status_code == 404


def test_a_check_takes_three_queries_at_most(
    client: Client, tess: User, competence: Achievement, hygiene: Course, earn: Earn
) -> None:
    earn(tess, hygiene.achievement, days_ago=400)
    certificate = earn(tess, competence)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        said = client.get(one(certificate.code)).json()
    assert said["conditions"] == ["hygiene_renewal_due"]
    assert len(queries) <= 3


def test_an_address_that_guesses_is_stopped_and_told_when_to_go_on(client: Client, db: None) -> None:
    statuses = [client.get(one("ABC")).status_code for _ in range(100)]

    assert statuses[:40] == [404] * 40
    assert statuses[-1] == 429
    refused = client.get(one("ABC"))
    is_problem(refused, 429)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert client.get(one("ABC"), REMOTE_ADDR="192.0.2.7").status_code == 404


# --- Keys -----------------------------------------------------------------------------------------
def test_a_key_opens_what_its_scopes_name_and_nothing_else(
    clinic: Clinic, cleo: User, certificate: Certificate
) -> None:
    verify = program(key_of(clinic, cleo, scopes=[Scope.VERIFY])[1])
    reads = program(key_of(clinic, cleo, scopes=[Scope.CHANGES])[1])

    assert ask(verify, certificate.code).status_code == 200
    assert reads.get(CHANGES).status_code == 200
    refused = verify.get(CHANGES)
    is_problem(refused, 403)
    assert 'error="insufficient_scope"' in refused["WWW-Authenticate"]
    is_problem(ask(reads, certificate.code), 403)
    is_problem(reads.post(DOCUMENT, {"file": SimpleUploadedFile("a.pdf", b"%PDF-")}), 403)
    nothing = program(key_of(clinic, cleo, scopes=[])[1])
    is_problem(ask(nothing, certificate.code), 403)
    is_problem(nothing.get(CHANGES), 403)


def bad_keys(key: ApiKey, whole: str, cleo: User) -> dict[str, dict[str, str]]:
    expired, over = key_of(key.clinic, cleo)
    ApiKey.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    gone, revoked = key_of(key.clinic, cleo)
    access.revoke(gone, by=cleo)
    return {
        "nobody": {},
        "wrong": {"Authorization": f"Bearer {whole[:-1]}{'A' if whole[-1] != 'A' else 'B'}"},
        "of a prefix nobody has": {"Authorization": f"Bearer stp_00000000_{whole[-43:]}"},
        "expired": {"Authorization": f"Bearer {over}"},
        "revoked": {"Authorization": f"Bearer {revoked}"},
        "the prefix alone": {"Authorization": f"Bearer {key.prefix}"},
        "the hash": {"Authorization": f"Bearer {key.sha256}"},
        "empty": {"Authorization": "Bearer "},
        "of another kind": {"Authorization": f"Basic {whole}"},
        "no ASCII": {"Authorization": "Bearer stp_ü"},
    }


def test_every_key_that_does_not_count_gets_the_same_answer(key: tuple[ApiKey, str], cleo: User) -> None:
    bodies = set()
    for name, headers in bad_keys(*key, cleo).items():
        response = Client(headers=headers).get(CHANGES)
        is_problem(response, 401)
        assert response["WWW-Authenticate"].startswith("Bearer"), name
        bodies.add(response.content)
    assert len(bodies) == 1


def test_a_session_opens_nothing(
    cleo: User, client_of: ClientOf, certificate: Certificate, key: tuple[ApiKey, str]
) -> None:
    is_problem(ask(client_of(cleo), certificate.code), 401)
    is_problem(client_of(cleo).get(CHANGES), 401)


def test_a_key_that_does_not_count_is_refused_even_where_none_is_asked_for(db: None) -> None:
    sent = {"file": SimpleUploadedFile("a.pdf", b"%PDF-")}

    is_problem(program("stp_00000000_" + "a" * 43).post(DOCUMENT, sent), 401)


def test_who_tries_keys_is_stopped(db: None) -> None:
    statuses = [Client(headers={"Authorization": "Bearer x"}).get(CHANGES).status_code for _ in range(25)]

    assert statuses[:20] == [401] * 20
    assert set(statuses[20:]) == {429}


def test_each_key_has_its_own_limit(clinic: Clinic, cleo: User) -> None:
    first, second = (program(key_of(clinic, cleo)[1]) for _ in range(2))
    with mock.patch.dict(LIMITS, {"changes": "3/m/key"}):
        assert [first.get(CHANGES).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = first.get(CHANGES)
        is_problem(refused, 429)
        assert 1 <= int(refused["Retry-After"]) <= 60
        assert second.get(CHANGES).status_code == 200


def test_with_the_cache_down_checks_go_on(holder: Client, certificate: Certificate) -> None:
    with mock.patch("allauth.core.internal.ratelimit.cache.add", side_effect=ConnectionError):
        assert ask(holder, certificate.code).status_code == 200


def test_the_day_of_use_is_written_once_a_day(key: tuple[ApiKey, str], holder: Client) -> None:
    holder.get(CHANGES)
    assert ApiKey.objects.get(pk=key[0].pk).last_used_on == timezone.now().date()
    with CaptureQueriesContext(connection) as queries:
        holder.get(CHANGES)
    assert not [each for each in queries if each["sql"].startswith("UPDATE")]


# --- Many -----------------------------------------------------------------------------------------
def test_each_row_is_answered_in_its_place(holder: Client, certificate: Certificate) -> None:
    answers = ask(holder, "ABC", certificate.code, new_code(), certificate.code).json()["answers"]

    assert [row["asked"] for row in answers][:2] == ["ABC", certificate.code]
    assert [row["answer"]["state"] for row in answers] == ["unknown", "valid", "unknown", "valid"]


def test_many_are_answered_as_one_after_the_other_would_be(
    client: Client, holder: Client, tess: User, ines: User, hygiene: Course, competence: Achievement, earn: Earn
) -> None:
    """What is true of one person's certificates is never said of another's."""
    held = [
        earn(tess, hygiene.achievement, days_ago=400),
        earn(tess, competence, days_ago=390),
        earn(ines, hygiene.achievement, days_ago=800),
        earn(ines, hygiene.achievement, cycle=2),
        earn(ines, competence, days_ago=800),
        earn(ines, competence, cycle=2),
    ]

    together = ask(holder, *[each.code for each in held])
    alone = [client.get(one(each.code)).json() for each in held]

    assert [row["answer"] | {"checked_at": ""} for row in together.json()["answers"]] == [
        said | {"checked_at": ""} for said in alone
    ]
    assert together["Cache-Control"] == "no-store"
    assert [said["state"] for said in alone] == ["expired", "valid", "expired", "valid", "expired", "valid"]
    assert [said.get("replaced_by") for said in alone] == [
        None, None, held[3].grouped_code, None, held[5].grouped_code, None
    ]  # fmt: skip
    assert [said["conditions"] for said in alone][1::2] == [["hygiene_renewal_due"], [], []]


@pytest.mark.parametrize(
    ("name", "match"),
    [("  tess   TRAINEE ", "match"), ("Tess", "no_match"), ("", "not_asked"), (None, "not_asked")],
)
def test_a_name_is_compared_as_people_write_it(
    holder: Client, certificate: Certificate, name: str | None, match: str
) -> None:
    row = {"code": certificate.code} | ({} if name is None else {"name": name})
    sent = holder.post(BULK, {"certificates": [row]}, content_type="application/json")

    assert sent.json()["answers"][0]["name_match"] == match


def test_a_name_beside_an_unknown_code_matches_nothing(holder: Client) -> None:
    sent = holder.post(BULK, {"certificates": [{"code": "ABC", "name": "Tess"}]}, content_type="application/json")

    assert sent.json()["answers"][0]["name_match"] == "not_asked"


def test_five_hundred_are_answered_and_one_more_is_not(holder: Client) -> None:
    assert len(ask(holder, *["ABC"] * 500).json()["answers"]) == 500
    assert is_problem(ask(holder, *["ABC"] * 501), 422)["errors"][0]["place"] == "body.certificates"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("\xff\xfe".encode("latin-1"), "application/json", 400),
        ('{"certificates": [{"code": "\\ud800"}]}', "application/json", 422),
        ("", "application/json", 422),
        ("{}", "application/json", 422),
        ("[]", "application/json", 422),
        ("null", "application/json", 422),
        ('{"certificates": []}', "application/json", 422),
        ('{"certificates": [{"code": 5}]}', "application/json", 422),
        ('{"certificates": [{"code": ""}]}', "application/json", 422),
        ('{"certificates": [{"code": "A", "scores": true}]}', "application/json", 422),
        ('{"certificates": [{"code": "A"}], "more": 1}', "application/json", 422),
        ('{"certificates": [{"code": "' + "A" * 201 + '"}]}', "application/json", 422),
        ("{}", "text/plain", 415),
        ("a=b", "application/x-www-form-urlencoded", 415),
        ('{"certificates": "' + "A" * 1_100_000 + '"}', "application/json", 413),
        ("A" * 5_000_001, "application/json", 413),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_read_is_refused_in_words(holder: Client, body: Any, kind: str, status: int) -> None:
    said = is_problem(holder.post(BULK, body, content_type=kind), status)

    if status == 422:
        assert all(error["place"] and error["detail"] for error in said["errors"])


def test_the_number_of_queries_does_not_grow_with_the_rows(
    holder: Client, competence: Achievement, hygiene: Course, earn: Earn
) -> None:
    codes = []
    for number in range(12):
        trainee = person(f"t{number}@example.com", f"Trainee {number}")
        codes += [earn(trainee, hygiene.achievement, days_ago=400).code, earn(trainee, competence).code]
        codes.append(earn(trainee, hygiene.achievement, cycle=2).code)
    holder.get(CHANGES)

    def queries(*asked: str) -> int:
        with CaptureQueriesContext(connection) as counted:
            assert ask(holder, *asked).status_code == 200
        return len(counted)

    assert queries(*codes[:3]) == queries(*codes)
    assert queries(*codes) <= 5


# --- The same again -------------------------------------------------------------------------------
def test_a_repeat_gets_the_answer_of_the_first(holder: Client, certificate: Certificate, ada: User) -> None:
    first = ask(holder, certificate.code, **{"Idempotency-Key": "a"})
    certificate.revoke(by=ada, reason_code="other", public_reason="It was.")

    assert ask(holder, certificate.code, **{"Idempotency-Key": "a"}).json() == first.json()
    assert ask(holder, certificate.code, **{"Idempotency-Key": "b"}).json() != first.json()


def test_a_sign_that_no_database_takes_is_answered_and_repeated(holder: Client) -> None:
    first = ask(holder, "A\0B", **{"Idempotency-Key": "one"})
    again = ask(holder, "A\0B", **{"Idempotency-Key": "one"})

    assert first.json()["answers"][0]["asked"] == "A\0B"
    assert again.json() == first.json()


def test_the_same_idempotency_key_with_another_body_is_a_mistake(holder: Client, certificate: Certificate) -> None:
    ask(holder, certificate.code, **{"Idempotency-Key": "a"})

    said = is_problem(ask(holder, "ABC", **{"Idempotency-Key": "a"}), 422)
    assert said["errors"][0]["place"] == "header.Idempotency-Key"


def test_another_program_may_use_the_same_idempotency_key(
    holder: Client, clinic: Clinic, cleo: User, certificate: Certificate
) -> None:
    ask(holder, certificate.code, **{"Idempotency-Key": "a"})

    assert ask(program(key_of(clinic, cleo)[1]), "ABC", **{"Idempotency-Key": "a"}).status_code == 200


def test_after_a_day_an_idempotency_key_is_new_and_its_answer_forgotten(
    holder: Client, certificate: Certificate
) -> None:
    from clinics.api.idempotency import forget

    ask(holder, certificate.code, **{"Idempotency-Key": "a"})
    ask(holder, certificate.code, **{"Idempotency-Key": "b"})
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        assert ask(holder, "ABC", **{"Idempotency-Key": "a"}).status_code == 200
        forget()
        assert IdempotentAnswer.objects.get().key == "a"


@pytest.mark.parametrize("sent", ["", "x" * 81])
def test_an_idempotency_key_has_a_length(holder: Client, sent: str) -> None:
    is_problem(ask(holder, "ABC", **{"Idempotency-Key": sent}), 422)


@pytest.mark.django_db(transaction=True)
def test_of_requests_at_the_same_moment_one_answer_is_kept_and_all_get_it(
    key: tuple[ApiKey, str], certificate: Certificate
) -> None:
    barrier, answers = Barrier(8), []

    def send() -> None:
        try:
            client = program(key[1])
            connection.ensure_connection()
            barrier.wait()
            response = ask(client, certificate.code, **{"Idempotency-Key": "race"})
            answers.append((response.status_code, response.content))
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 8
    assert {status for status, _body in answers} == {200}
    assert len({json.dumps(json.loads(body), sort_keys=True) for _status, body in answers}) == 1
    assert IdempotentAnswer.objects.count() == 1


def test_of_two_answers_to_one_key_the_one_that_was_kept_is_given(
    holder: Client, certificate: Certificate, ada: User
) -> None:
    """As it is when the other request was answered after this one had looked for an answer."""
    first = ask(holder, certificate.code, **{"Idempotency-Key": "a"})
    certificate.revoke(by=ada, reason_code="other", public_reason="It was.")
    with mock.patch("clinics.api.idempotency._kept", return_value=None):
        second = ask(holder, certificate.code, **{"Idempotency-Key": "a"})
        other = ask(holder, "ABC", **{"Idempotency-Key": "a"})

    assert second.json() == first.json()
    is_problem(other, 422)


# --- A document -----------------------------------------------------------------------------------
def send(client: Client, content: bytes, name: str = "certificate.pdf") -> Any:
    return client.post(DOCUMENT, {"file": SimpleUploadedFile(name, content)})


def test_a_document_that_is_none_is_an_answer(client: Client, db: None) -> None:
    said = send(client, b"hello").json()

    assert said["document"] == "unreadable"
    assert said["certificate"] is None
    assert said["problems"]


def test_a_larger_document_than_any_of_ours_is_refused(client: Client, db: None) -> None:
    is_problem(send(client, b"%PDF-" + b"x" * 2_100_000), 413)
    is_problem(send(client, b"%PDF-" + b"x" * 5_000_000), 413)


def test_a_document_is_never_written_to_the_disk(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "django.core.files.uploadhandler.TemporaryUploadedFile", lambda *_, **__: pytest.fail("Written.")
    )

    is_problem(send(client, b"%PDF-" + b"x" * 4_000_000), 413)


def test_a_document_is_answered_with_what_it_says_otherwise_and_with_how_its_certificate_stands(
    client: Client, certificate: Certificate, ada: User
) -> None:
    revoke(certificate, ada)
    found = Finding(
        Document.ALTERED,
        certificate.code,
        look_up(certificate.code),
        (Difference("Name", "Mallory Nobody", "Tess Trainee"),),
        ("Our seal is broken.",),
    )
    with mock.patch("clinics.api.routes.examining.examine", return_value=found):
        response = send(client, b"%PDF-")

    said = response.json()
    assert said["document"] == "altered"
    assert said["code"] == certificate.code
    assert said["differences"] == [{"label": "Name", "shown": "Mallory Nobody", "true": "Tess Trainee"}]
    assert said["problems"] == ["Our seal is broken."]
    assert said["certificate"]["state"] == "revoked"
    assert "secret" not in response.text
    assert response["Cache-Control"] == "no-store"


def test_a_document_that_names_what_the_register_does_not_have_says_so(client: Client, db: None) -> None:
    found = Finding(Document.UNSIGNED, new_code())
    with mock.patch("clinics.api.routes.examining.examine", return_value=found):
        said = send(client, b"%PDF-").json()

    assert said["certificate"]["state"] == "unknown"
    assert said["certificate"].keys() == {"state", "checked_at"}


def test_a_document_that_nobody_looked_at_is_no_answer(client: Client, db: None) -> None:
    with mock.patch("clinics.api.routes.examining.examine", return_value=Finding(Document.BUSY)):
        response = send(client, b"%PDF-")

    is_problem(response, 503)
    assert int(response["Retry-After"]) > 0


def test_a_document_is_sent_as_a_form(client: Client, holder: Client) -> None:
    is_problem(client.post(DOCUMENT, "{}", content_type="application/json"), 415)
    is_problem(client.post(DOCUMENT, "x", content_type="multipart/form-data"), 400)
    is_problem(client.post(DOCUMENT, {"other": "x"}), 422)
    assert send(holder, b"hello").status_code == 200


def test_documents_without_a_key_are_fewer_than_those_with_one(client: Client, holder: Client) -> None:
    with mock.patch("clinics.api.routes.examining.examine") as examine:
        examine.return_value = mock.Mock(code="", document="unsigned", answer=None)
        examine.return_value.describe.return_value = {
            "document": "unsigned", "code": "", "differences": [], "problems": []
        }  # fmt: skip
        statuses = [send(client, b"%PDF-").status_code for _ in range(31)]
        assert statuses[:10] == [200] * 10
        assert statuses[-1] == 429
        assert send(holder, b"%PDF-").status_code == 200


# --- Changes --------------------------------------------------------------------------------------
def read(client: Client, cursor: str = "", limit: int = 50) -> dict[str, Any]:
    response = client.get(CHANGES, {"cursor": cursor, "limit": str(limit)})
    assert response.status_code == 200, response.content
    said: dict[str, Any] = response.json()
    return said


def revoke(certificate: Certificate, by: User) -> None:
    certificate.revoke(by=by, reason_code="other", public_reason="It was a mistake.", private_note="A secret note")


def test_a_change_of_a_watched_certificate_is_told_in_public_words(
    holder: Client, certificate: Certificate, watch: Watch, ada: User
) -> None:
    watch(certificate)
    revoke(certificate, ada)
    registering.link()

    (change,) = read(holder)["changes"]
    assert change["kind"] == "revoked"
    assert change["code"] == certificate.grouped_code
    assert change["public"] == {"reason_code": "other", "reason": "It was a mistake."}
    assert "secret" not in json.dumps(change)


def test_what_the_clinic_does_not_watch_is_not_told(
    holder: Client, certificate: Certificate, watch: Watch, ada: User, tess: User, clinic: Clinic
) -> None:
    revoke(certificate, ada)
    registering.link()
    assert read(holder)["changes"] == []

    item = watch(certificate)
    assert read(holder)["changes"]
    item.refused_at = timezone.now()
    item.save()
    assert read(holder)["changes"] == []


def test_a_review_from_before_the_clinic_watched_is_not_told(
    holder: Client, certificate: Certificate, watch: Watch, ada: User
) -> None:
    certificate.record("issued")
    certificate.suspend(by=ada, why="A report.")
    certificate.reinstate(by=ada, why="It was none.")
    watch(certificate)
    registering.link()
    assert [change["kind"] for change in read(holder)["changes"]] == ["issued"]

    certificate.suspend(by=ada, why="Another report.")
    registering.link()
    assert [change["kind"] for change in read(holder)["changes"]] == ["issued", "suspended"]


def test_another_clinic_reads_its_own_changes(certificate: Certificate, watch: Watch, ada: User, cleo: User) -> None:
    elsewhere = Clinic.objects.create(name="Elsewhere", place="Hull")
    watch(certificate)
    revoke(certificate, ada)
    registering.link()

    assert read(program(key_of(elsewhere, cleo)[1]))["changes"] == []


def test_what_concerns_nobody_outside_is_not_told(holder: Client, certificate: Certificate, watch: Watch) -> None:
    watch(certificate)
    certificate.record("sealed", public={"pdf_sha256": "0" * 64})
    certificate.record("delivered")
    certificate.record("issued", public={"newer": "SECRET", "reason": "x"}, note="For staff")
    registering.link()

    (change,) = read(holder)["changes"]
    assert change["kind"] == "issued"
    assert change["public"] == {"reason": "x"}


@pytest.fixture
def many(hygiene: Course, earn: Earn, watch: Watch) -> list[Certificate]:
    """Seven certificates on the list."""
    held = [earn(person(f"t{n}@example.com", f"Trainee {n}"), hygiene.achievement) for n in range(7)]
    for each in held:
        watch(each)
    return held


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_page_after_page_tells_everything_once_and_in_order(
    holder: Client, many: list[Certificate], ada: User, limit: int
) -> None:
    for each in many:
        revoke(each, ada)
    registering.link()

    told, cursor, has_more = [], "", True
    while has_more:
        said = read(holder, cursor, limit)
        assert len(said["changes"]) <= limit
        told += [change["code"] for change in said["changes"]]
        cursor, has_more = said["cursor"], said["has_more"]
    assert told == [each.grouped_code for each in many]
    assert read(holder, cursor)["changes"] == []


def test_what_is_linked_later_is_neither_skipped_nor_told_twice(
    holder: Client, many: list[Certificate], ada: User
) -> None:
    told, cursor = [], ""
    for number, each in enumerate(many):
        revoke(each, ada)  # the third and later ones happen now and are linked after the reader has been there
        if number % 3 == 0:
            registering.link()
        said = read(holder, cursor)
        told += [change["code"] for change in said["changes"]]
        cursor = said["cursor"]
    registering.link()
    said = read(holder, cursor)
    told += [change["code"] for change in said["changes"]]

    assert told == [each.grouped_code for each in many]
    assert read(holder, said["cursor"]) == {"changes": [], "cursor": said["cursor"], "has_more": False}


def test_what_is_linked_while_a_page_is_read_is_told_once(
    holder: Client, certificate: Certificate, watch: Watch, ada: User
) -> None:
    watch(certificate)
    revoke(certificate, ada)
    linked: list[str] = []

    def link_once_the_end_was_read(execute: Any, sql: str, *more: Any) -> Any:
        found = execute(sql, *more)
        if "MAX(" in sql and not linked:
            linked.append(sql)
            registering.link()
        return found

    with connection.execute_wrapper(link_once_the_end_was_read):
        first = read(holder)
    second = read(holder, first["cursor"])

    assert linked
    assert [change["kind"] for change in first["changes"] + second["changes"]] == ["revoked"]


def test_an_event_that_happened_before_another_but_is_linked_after_it_is_told(
    holder: Client, many: list[Certificate], ada: User
) -> None:
    """Its moment is earlier than what was read already: the order is that of the links, not of the moments."""
    first, second = many[:2]
    revoke(second, ada)
    registering.link()
    cursor = read(holder)["cursor"]
    first.revoke(by=ada, reason_code="other", public_reason="x", at=timezone.now() - timedelta(days=3))
    registering.link()

    assert [change["code"] for change in read(holder, cursor)["changes"]] == [first.grouped_code]


def test_a_cursor_never_goes_back(holder: Client, many: list[Certificate], ada: User) -> None:
    seen = []
    cursor = ""
    for each in many:
        revoke(each, ada)
        registering.link()
        cursor = read(holder, cursor)["cursor"]
        seen.append(changes.number_of(cursor))
    assert seen == sorted(seen)
    ahead = changes.cursor_of(10_000)
    assert read(holder, ahead)["cursor"] == ahead


@pytest.mark.parametrize(
    "cursor",
    ["x", "5", "c", "c-1", "c01", "C1", "c1 ", "c1\n", "c1234567890123456789", "cü", "c\0", "c\u0661"],
)
def test_a_cursor_that_is_not_ours_is_refused(holder: Client, cursor: str) -> None:
    assert is_problem(holder.get(CHANGES, {"cursor": cursor}), 422)["errors"][0]["place"] == "query.cursor"


@pytest.mark.parametrize("limit", ["0", "101", "x", "1.5", "9" * 5000])
def test_a_page_has_a_size(holder: Client, limit: str) -> None:
    assert is_problem(holder.get(CHANGES, {"limit": limit}), 422)["errors"][0]["place"] == "query.limit"


def test_a_misspelt_parameter_is_told(holder: Client) -> None:
    assert is_problem(holder.get(CHANGES, {"curser": "c5"}), 422)["errors"][0]["place"] == "query.curser"


def test_reading_changes_takes_the_same_queries_for_one_and_for_many(
    holder: Client, many: list[Certificate], ada: User
) -> None:
    for each in many:
        revoke(each, ada)
    registering.link()
    holder.get(CHANGES)

    def queries(limit: int) -> int:
        with CaptureQueriesContext(connection) as counted:
            read(holder, limit=limit)
        return len(counted)

    assert queries(1) == queries(7) <= 4


def test_every_kind_of_event_is_either_told_or_not_by_decision() -> None:
    assert {*changes.TOLD, CertificateEvent.Kind.SEALED, CertificateEvent.Kind.DELIVERED} == {*CertificateEvent.Kind}


# --- Whatever goes wrong --------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v1/nothing", "/api/v2/changes", "/api/v1/certificates/", "/api/%00"]
)
def test_an_address_that_is_none_is_a_problem_and_no_page(client: Client, db: None, path: str) -> None:
    is_problem(client.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", one("ABC"), "GET"), ("DELETE", CHANGES, "GET"), ("GET", BULK, "POST"), ("PUT", DOCUMENT, "POST"),
        ("POST", f"{API}/openapi.json", "GET"), ("TRACE", CHANGES, "GET"), ("OPTIONS", BULK, "POST"),
    ],
)  # fmt: skip
def test_another_method_is_a_problem_that_names_the_right_one(
    client: Client, db: None, method: str, path: str, allowed: str
) -> None:
    response = client.generic(method, path)

    is_problem(response, 405)
    assert allowed in response["Allow"]


def test_while_the_academy_is_worked_on_programs_are_told_when_to_come_back(client: Client, settings: Settings) -> None:
    settings.MAINTENANCE = True

    response = client.get(one("ABC"))
    is_problem(response, 503)
    assert int(response["Retry-After"]) > 0


@pytest.mark.parametrize("trouble", [OperationalError, InterfaceError])
def test_without_a_database_nobody_can_check_and_no_certificate_is_called_invalid(
    client: Client, db: None, certificate: Certificate, trouble: type[Exception]
) -> None:
    with mock.patch("clinics.api.routes.look_up", side_effect=trouble("gone")):
        response = client.get(one(certificate.code))
    said = is_problem(response, 503)
    assert "nothing about any certificate" in said["detail"]
    assert int(response["Retry-After"]) > 0


def test_a_fault_of_ours_is_a_problem_without_its_inside(db: None, certificate: Certificate) -> None:
    client = Client(raise_request_exception=False)
    with mock.patch("clinics.api.routes.look_up", side_effect=RuntimeError("the inside")):
        response = client.get(one(certificate.code))
    is_problem(response, 500)
    assert "inside" not in response.text


def test_a_host_that_is_not_ours_gets_a_problem(client: Client, db: None) -> None:
    is_problem(client.get(CHANGES, headers={"host": "evil.example"}), 400)


def test_pages_stay_pages(client: Client, db: None) -> None:
    assert client.get("/nothing-like-this/")["Content-Type"].startswith("text/html")


# --- How it describes itself ----------------------------------------------------------------------
@pytest.fixture
def described(client: Client, db: None) -> dict[str, Any]:
    said: dict[str, Any] = client.get(f"{API}/openapi.json").json()
    return said


def routes() -> set[tuple[str, str]]:
    """Every address and method that is served, as the description would spell it."""
    found = set()
    (mounted,) = (
        each for each in get_resolver().url_patterns if isinstance(each, URLResolver) and each.namespace == "api"
    )
    for pattern in mounted.url_patterns:
        assert isinstance(pattern, URLPattern)
        path = f"/{mounted.pattern}{pattern.pattern}".replace("<code>", "{code}").replace("<str:code>", "{code}")
        if pattern.name not in {"openapi-json", "api-root"}:
            allowed = Client(headers={}).generic("BREW", path)["Allow"]
            found |= {(path, method.strip()) for method in allowed.split(",")}
    return found


def test_what_is_described_is_what_is_served(described: dict[str, Any]) -> None:
    told = {(path, method.upper()) for path, methods in described["paths"].items() for method in methods}

    assert told == routes()
    assert len(told) == 4


def test_every_error_is_described_as_a_problem(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert set(answer["content"]) == {"application/problem+json"}, (path, status)
            asks_for_key = {"ApiKey": []} in operation.get("security", [])
            assert ("401" in operation["responses"]) == asks_for_key, path
            assert {"422", "429", "503"} <= operation["responses"].keys(), path


def test_the_way_to_send_a_key_is_described(described: dict[str, Any]) -> None:
    assert list(described["components"]["securitySchemes"]) == ["ApiKey"]
    assert described["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
    assert described["paths"][DOCUMENT]["post"]["security"] == [{"ApiKey": []}, {}]
    assert "security" not in described["paths"][f"{API}/certificates/{{code}}"]["get"]


def test_the_description_is_served_without_loading_anything_from_elsewhere(client: Client, db: None) -> None:
    is_problem(client.get(f"{API}/docs"), 404)


def test_the_readme_says_how_to_ask() -> None:
    words = (configured.BASE_DIR / "README.md").read_text()

    assert "/api/v1/openapi.json" in words
    assert "Authorization: Bearer stp_" in words
