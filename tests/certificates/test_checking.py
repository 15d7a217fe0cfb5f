"""Anyone with a code can learn whether a certificate stands."""

import re
from dataclasses import replace
from datetime import timedelta
from unittest import mock
from urllib.parse import quote

import pytest
import time_machine
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from certificates import throttling
from certificates.check_views import _etag
from certificates.checking import answer_of
from certificates.codes import ALPHABET, new_code
from certificates.dates import academy_zone
from certificates.models import Achievement, Certificate, Condition
from courses.models import Course
from tests.certificates.conftest import Earn
from tests.conftest import ClientOf


def misread(code: str) -> str:
    return ALPHABET[(ALPHABET.index(code[0]) + 1) % 32] + code[1:]


def test_a_standing_one_shows_everything_the_paper_says(client: Client, certificate: Certificate) -> None:
    page = client.get(f"/v/{certificate.code}")

    assert page.status_code == 200
    for words in (
        "Valid certificate",
        "Tess Trainee",
        "Hygiene and infection control",
        certificate.issued_on.strftime("%-d %B %Y"),
        certificate.expires_on.strftime("%-d %B %Y"),
        certificate.grouped_code,
        "Stipple Academy, Leeds",
        "Hand hygiene",
        "It shows tested knowledge on the day of issue. It is neither a licence nor proof of practical skill.",
        "Checked against the live register on",
        "Ask for photo ID",
    ):
        assert words in page.text


def test_it_shows_nothing_else_of_the_holder(client: Client, certificate: Certificate) -> None:
    assert "tess@" not in client.get(f"/v/{certificate.code}").text


@pytest.mark.parametrize("spell", [str.upper, str.lower, lambda code: "-".join(re.findall("....", code))])
@pytest.mark.parametrize("path", ["/v/{}", "/V/{}", "/v/{}/", "/V/{}/"])
def test_case_dashes_and_a_slash_do_not_matter(
    client: Client, certificate: Certificate, spell: "type[str]", path: str
) -> None:
    assert client.get(path.format(spell(certificate.code))).status_code == 200


def test_a_revoked_one_says_so_instead_of_vanishing(client: Client, certificate: Certificate, ada: User) -> None:
    certificate.revoke(by=ada, reason_code="issued_by_mistake", public_reason="Issued by <b>mistake</b>.")

    page = client.get(certificate.get_check_url())

    assert page.status_code == 200
    assert "Revoked certificate" in page.text
    assert "Issued by &lt;b&gt;mistake&lt;/b&gt;." in page.text
    assert f"Revoked on {certificate.issued_on:%-d %B %Y}" in page.text
    assert "Valid certificate" not in page.text


def test_an_expired_one_says_since_when_and_names_a_newer(
    client: Client, tess: User, hygiene: Course, earn: Earn
) -> None:
    old = earn(tess, hygiene.achievement, days_ago=400)
    alone = client.get(old.get_check_url()).text
    new = earn(tess, hygiene.achievement, cycle=2)

    page = client.get(old.get_check_url()).text

    assert "Expired certificate" in alone
    assert f"Not valid since {old.expires_on + timedelta(days=1):%-d %B %Y}" in alone
    assert "no newer one" in alone
    assert new.get_check_url() in page


@pytest.mark.parametrize(("days_left", "soon"), [(61, False), (60, True), (0, True)])
def test_one_that_expires_within_sixty_days_says_so(
    client: Client, certificate: Certificate, days_left: int, soon: bool
) -> None:
    lasts = (certificate.expires_on - certificate.issued_on).days
    issued_at = certificate.issued_at.astimezone(academy_zone())
    with time_machine.travel(issued_at + timedelta(days=lasts - days_left), tick=False):
        page = client.get(certificate.get_check_url()).text

    assert ("Valid, expires soon" in page) is soon
    assert ("Valid certificate" in page) is not soon


def test_competence_whose_hygiene_lapsed_says_so_and_since_when(
    client: Client, tess: User, hygiene: Course, competence: Achievement, earn: Earn
) -> None:
    lapsed = earn(tess, hygiene.achievement, days_ago=400)
    held = earn(tess, competence, days_ago=390)

    page = client.get(held.get_check_url()).text

    assert held.conditions == (Condition.HYGIENE_RENEWAL_DUE,)
    assert "Valid, hygiene renewal due" in page
    assert f"{lapsed.expires_on + timedelta(days=1):%-d %B %Y}" in page


def test_competence_is_current_again_once_hygiene_is_renewed(
    client: Client, tess: User, hygiene: Course, competence: Achievement, earn: Earn
) -> None:
    earn(tess, hygiene.achievement, days_ago=400)
    held = earn(tess, competence, days_ago=390)
    earn(tess, hygiene.achievement, cycle=2)

    assert "Valid certificate" in client.get(held.get_check_url()).text


def test_revoked_hygiene_makes_renewal_due(
    client: Client, tess: User, ada: User, hygiene: Course, competence: Achievement, earn: Earn
) -> None:
    clean = earn(tess, hygiene.achievement, days_ago=30)
    held = earn(tess, competence, days_ago=20)
    clean.revoke(by=ada, reason_code="other", public_reason="A mistake.")

    assert "Valid, hygiene renewal due" in client.get(held.get_check_url()).text


def test_unknown_and_malformed_codes_get_the_same_page(client: Client, certificate: Certificate) -> None:
    pages = [
        client.get(f"/v/{quote(code)}")
        for code in (
            new_code(),
            misread(certificate.code),
            "x",
            "0" * 300,
            "a\x00b",
            "<script>",
            "%",
            "🙂",
            "..",
            "'--",
        )
    ]

    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in pages}) == 1
    assert "No certificate has this number" in pages[0].text


def test_a_malformed_code_never_reaches_the_database(client: Client, certificate: Certificate) -> None:
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/v/{misread(certificate.code)}")

    assert len(queries) == 0


def test_a_check_by_a_stranger_costs_at_most_three_queries_and_asks_for_no_session(
    client: Client, tess: User, hygiene: Course, competence: Achievement, earn: Earn
) -> None:
    earn(tess, hygiene.achievement, days_ago=400)
    held = earn(tess, competence, days_ago=390)
    old = earn(tess, competence, cycle=2, days_ago=900)

    for certificate in (held, old):
        with CaptureQueriesContext(connection) as queries:
            client.get(certificate.get_check_url())
        assert len(queries) <= 3
        asked = " ".join(query["sql"] for query in queries)
        assert not [table for table in ("django_session", "usersessions", "accounts_user") if table in asked]


@pytest.mark.parametrize("path", ["/v/", "/v/{}", "/v/nothing"])
def test_answers_are_private_fresh_and_in_no_index(client: Client, certificate: Certificate, path: str) -> None:
    answer = client.get(path.format(certificate.code))

    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Robots-Tag"] == "noindex"
    assert answer["Referrer-Policy"] == "no-referrer"


def test_an_unchanged_answer_is_not_sent_twice_and_a_changed_one_is(
    client: Client, certificate: Certificate, ada: User
) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        etag = client.get(certificate.get_check_url())["ETag"]
        again = client.get(certificate.get_check_url(), headers={"if-none-match": etag})
        certificate.revoke(by=ada, reason_code="other", public_reason="A mistake.")
        changed = client.get(certificate.get_check_url(), headers={"if-none-match": etag})

    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == "private, no-cache"
    assert changed.status_code == 200
    assert "Revoked certificate" in changed.text


def test_an_answer_one_reader_got_does_not_stand_for_another(
    client: Client, client_of: ClientOf, certificate: Certificate, ada: User
) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        stranger, staff = client, client_of(ada)
        etag = staff.get(certificate.get_check_url())["ETag"]
        signed_out = stranger.get(certificate.get_check_url(), headers={"if-none-match": etag})
        etag = signed_out["ETag"]
        stranger.cookies["theme"] = "dark"
        darkened = stranger.get(certificate.get_check_url(), headers={"if-none-match": etag})

    assert (signed_out.status_code, "Open the record" in signed_out.text) == (200, False)
    assert (darkened.status_code, 'data-theme="dark"' in darkened.text) == (200, True)


def test_an_answer_that_leads_to_a_newer_one_is_another_answer(
    client: Client, tess: User, ada: User, hygiene: Course, earn: Earn
) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        older, newer = earn(tess, hygiene.achievement), earn(tess, hygiene.achievement, cycle=2)
        supersession = older.supersede(newer, cause="name_change", by=ada)
        etag = client.get(older.get_check_url())["ETag"]
        type(supersession).objects.filter(pk=supersession.pk).update(is_shared=True)
        shared = client.get(older.get_check_url(), headers={"if-none-match": etag})

    assert shared.status_code == 200
    assert newer.code in shared.text


def test_an_answer_with_one_more_thing_to_know_is_another_answer(
    tess: User, competence: Achievement, earn: Earn
) -> None:
    request = RequestFactory().get("/v/")
    due = answer_of(earn(tess, competence))
    sooner = replace(due, conditions=(*due.conditions, Condition.EXPIRES_SOON))

    assert _etag(request, due) != _etag(request, sooner)


def test_the_moment_of_the_check_is_never_an_old_one(client: Client, certificate: Certificate) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        etag = client.get(certificate.get_check_url())["ETag"]
    with time_machine.travel(now + timedelta(minutes=1), tick=False):
        later = client.get(certificate.get_check_url(), headers={"if-none-match": etag})

    assert later.status_code == 200


@pytest.mark.parametrize("signed_in", [False, True])
def test_with_the_database_down_it_says_that_it_cannot_check(
    certificate: Certificate, client: Client, client_of: ClientOf, tess: User, signed_in: bool
) -> None:
    asking = client_of(tess) if signed_in else client
    if signed_in:
        asking.get("/v/")
    with mock.patch("certificates.check_views.look_up", side_effect=OperationalError("server closed the connection")):
        answer = asking.get(certificate.get_check_url())

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert answer["Cache-Control"] == "private, no-cache"
    assert "cannot check" in answer.text
    assert "it may well be valid" in answer.text


def test_that_page_needs_no_database(client: Client, certificate: Certificate) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(refuse):
        answer = client.get(certificate.get_check_url())

    assert answer.status_code == 503


def test_a_signed_in_reader_whose_session_cannot_be_read_gets_it_too(
    certificate: Certificate, tess: User, client_of: ClientOf
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError

    asking = client_of(tess)
    asking.raise_request_exception = False
    with connection.execute_wrapper(refuse):
        answer = asking.get(certificate.get_check_url())

    assert answer.status_code == 503
    assert answer["Cache-Control"] == "private, no-cache"
    assert "it may well be valid" in answer.text


def test_checks_go_on_when_the_cache_is_down(client: Client, certificate: Certificate) -> None:
    often = throttling.UNASKED["check"] + 5  # the cache is asked only about who asks often
    with mock.patch.object(type(cache._connections["default"]), "add", side_effect=OSError("gone")) as add:  # type: ignore[attr-defined]
        assert [client.get(certificate.get_check_url()).status_code for _ in range(often)] == [200] * often
    assert add.called


def test_of_many_addresses_the_longest_silent_is_forgotten_first(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttling, "ADDRESSES", 3)
    throttling.forget()
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.1", "192.0.2.4"):
        client.get("/v/nothing", REMOTE_ADDR=address)

    assert [address for _action, address in throttling._seen] == ["192.0.2.3", "192.0.2.1", "192.0.2.4"]


def test_a_machine_that_guesses_is_slowed_down(client: Client, certificate: Certificate) -> None:
    answers = [client.get("/v/nothing").status_code for _ in range(61)]

    assert answers == [404] * 60 + [429]
    late = client.get(certificate.get_check_url())
    assert late.status_code == 429
    assert late["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\n"])
def test_the_form_leads_to_the_page_a_qr_code_leads_to(client: Client, certificate: Certificate, typed: str) -> None:
    answer = client.get("/v/", {"code": typed.format(certificate.grouped_code.lower())})

    assert answer.status_code == 302
    assert answer["Location"] == certificate.get_check_url() == f"/v/{certificate.code}"


@pytest.mark.parametrize("typed", ["", "   ", "!!!", "🙂"])
def test_the_form_asks_again_when_nothing_was_typed(client: Client, db: None, typed: str) -> None:
    answer = client.get("/v/", {"code": typed})

    assert answer.status_code == 422
    assert "Type the 16 letters and digits" in answer.text


@pytest.mark.parametrize("typed", ["x" * 9000, "a\x00b", "../../admin", "//evil.example"])
def test_the_form_stays_here_whatever_is_typed(client: Client, db: None, typed: str) -> None:
    answer = client.get("/v/", {"code": typed})

    assert answer.status_code == 302
    assert re.fullmatch(r"/v/[0-9A-Z]+", answer["Location"])


def test_only_reading_is_possible(client: Client, certificate: Certificate) -> None:
    assert client.post(certificate.get_check_url()).status_code == 405
    assert client.head(certificate.get_check_url()).status_code == 200
    assert reverse("certificates:check_form") == "/v/"
    assert client.get("/check/").headers["Location"] == "/v/"
