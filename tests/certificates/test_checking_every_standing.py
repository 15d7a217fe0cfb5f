"""Each standing has its own picture, heading, day and what to do next; programs are told the same."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import OperationalError, connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from certificates import check_page, checking, codes
from certificates.models import Achievement, Certificate, Condition, StatusEntry, Suspension
from courses.models import Course
from tests.certificates.conftest import Earn
from tests.conftest import ClientOf

NOW = datetime(2026, 11, 23, 20, 21, 5, tzinfo=UTC)


@pytest.fixture
def newer(certificate: Certificate, tess: User, earn: Earn) -> Certificate:
    return earn(tess, certificate.achievement, cycle=2)


@pytest.fixture
def every(
    tess: User, oskar: User, ada: User, hygiene: Course, depth: Course, competence: Achievement, earn: Earn
) -> dict[str, Certificate]:
    """One certificate for every answer."""
    made = {
        "valid": earn(oskar, hygiene.achievement, days_ago=10),
        "expires_soon": earn(oskar, depth.achievement, days_ago=700),
        "expired": earn(tess, hygiene.achievement, days_ago=400),
        "hygiene_renewal_due": earn(tess, competence, days_ago=390),
        "suspended": earn(tess, depth.achievement, days_ago=10),
        "superseded": earn(oskar, competence, days_ago=20),
        "revoked": earn(oskar, hygiene.achievement, days_ago=5, cycle=9),
    }
    made["suspended"].suspend(by=ada, why="The invigilator wrote to us.")
    made["revoked"].revoke(by=ada, reason_code="other", public_reason="A & B.", private_note="Not for everyone.")
    made["superseded"].supersede(earn(oskar, competence, cycle=2), cause="correction", by=ada, why="A slip.")
    return {state: Certificate.objects.get(pk=each.pk) for state, each in made.items()}


def test_one_under_review_says_since_when_and_not_why(client: Client, certificate: Certificate, ada: User) -> None:
    certificate.suspend(by=ada, why="The invigilator wrote to us.")

    page = client.get(certificate.get_check_url())

    assert page.status_code == 200
    assert "Under review" in page.text
    assert f"Under review since {certificate.issued_on:%-d %B %Y}" in page.text
    assert "state--wait" in page.text
    assert "invigilator" not in page.text
    assert "Valid certificate" not in page.text


def test_it_is_valid_to_the_last_minute_of_its_last_day_where_the_academy_is_and_not_a_minute_longer(
    client: Client, tess: User, hygiene: Course, earn: Earn, settings: Settings
) -> None:
    settings.ACADEMY_TIME_ZONE = "Europe/London"
    with time_machine.travel(datetime(2027, 1, 10, 12, tzinfo=UTC), tick=False):
        certificate = earn(tess, hygiene.achievement, expires_on=date(2027, 7, 1))
    said = {}
    for moment in (datetime(2027, 7, 1, 22, 59, 59, tzinfo=UTC), datetime(2027, 7, 1, 23, tzinfo=UTC)):
        with time_machine.travel(moment, tick=False):
            page = client.get(certificate.get_check_url()).text
            said[moment.hour] = (
                "Valid, expires soon" in page,
                "Expired certificate" in page,
                checking.describe(checking.look_up(certificate.code), now=moment)["state"],
            )

    assert said == {22: (True, False, "valid"), 23: (False, True, "expired")}


def test_a_reinstated_one_stands_again(client: Client, certificate: Certificate, ada: User) -> None:
    certificate.suspend(by=ada, why="A question.")
    certificate.reinstate(by=ada, why="Answered.")

    assert "Valid certificate" in client.get(certificate.get_check_url()).text


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("name_change", "The holder’s name changed."),
        ("correction", "A detail on it was corrected."),
        ("renewal", "The holder renewed it."),
    ],
)
def test_a_replaced_one_says_why_as_a_class(
    client: Client, certificate: Certificate, newer: Certificate, ada: User, cause: str, words: str
) -> None:
    certificate.supersede(newer, cause=cause, by=ada, why="Private words.")

    page = client.get(certificate.get_check_url()).text

    assert "Replaced by a newer certificate" in page
    assert f"Replaced on {newer.issued_on:%-d %B %Y}" in page
    assert "state--info" in page
    assert words in page
    assert "Private words." not in page


@pytest.mark.parametrize("shared", [True, False])
def test_the_newer_one_is_named_only_when_its_holder_shares_it(
    client: Client, certificate: Certificate, newer: Certificate, ada: User, shared: bool
) -> None:
    supersession = certificate.supersede(newer, cause="name_change", by=ada)
    type(supersession).objects.filter(pk=supersession.pk).update(is_shared=shared)

    page = client.get(certificate.get_check_url()).text
    answer = checking.look_up(certificate.code)

    assert (newer.code in page) is shared
    assert (newer.grouped_code in json.dumps(checking.describe(answer, now=NOW))) is shared


def test_an_expired_one_leads_neither_to_another_award_nor_to_another_holder(
    client: Client, tess: User, oskar: User, hygiene: Course, depth: Course, earn: Earn
) -> None:
    old = earn(tess, hygiene.achievement, days_ago=400)
    others = [earn(tess, depth.achievement, cycle=2), earn(oskar, hygiene.achievement, cycle=2)]

    page = client.get(old.get_check_url()).text
    answer = checking.look_up(old.code)

    assert answer
    assert answer.newer is None
    assert "no newer one" in page
    assert not [each for each in others if each.code in page]


@pytest.mark.parametrize("act", ["revoke", "suspend", "supersede"])
def test_it_says_on_which_day_of_the_academys_calendar_that_began(
    client: Client, tess: User, ada: User, hygiene: Course, earn: Earn, settings: Settings, act: str
) -> None:
    settings.ACADEMY_TIME_ZONE = "Europe/London"
    with time_machine.travel(datetime(2027, 7, 1, 23, 30, tzinfo=UTC), tick=False):  # half past midnight in Leeds
        certificate = earn(tess, hygiene.achievement, days_ago=30)
        if act == "revoke":
            certificate.revoke(by=ada, reason_code="other", public_reason="A mistake.")
        elif act == "suspend":
            certificate.suspend(by=ada, why="A question.")
        else:
            certificate.supersede(earn(tess, hygiene.achievement, cycle=2), cause="correction", by=ada, why="A slip.")
        answer = checking.look_up(certificate.code)
        page = client.get(certificate.get_check_url()).text

    assert answer
    assert answer.since == date(2027, 7, 2)
    assert "on 2 July 2027" in page or "since 2 July 2027" in page


def test_the_worst_news_comes_first(client: Client, certificate: Certificate, newer: Certificate, ada: User) -> None:
    said = []
    for act in (
        lambda: certificate.supersede(newer, cause="correction", by=ada),
        lambda: Suspension.objects.create(certificate=certificate, suspended_by=ada, why="A question."),
        lambda: certificate.revoke(by=ada, reason_code="other", public_reason="A mistake."),
    ):
        act()
        found = checking.look_up(certificate.code)
        assert found
        said.append(found.standing)

    assert said == ["superseded", "suspended", "revoked"]


def test_every_answer_repeats_what_the_paper_says(client: Client, every: dict[str, Certificate]) -> None:
    for state, certificate in every.items():
        page = client.get(certificate.get_check_url())
        said = certificate.statement
        for words in (
            said["holder"]["name"],
            said["achievement"]["title"],
            f"{certificate.issued_on:%-d %B %Y}",
            f"{certificate.expires_on:%-d %B %Y}",
            certificate.grouped_code,
            "Stipple Academy, Leeds",
            "Checked against the live register on",
            *said["areas"],
            *said["sentences"],
        ):
            assert words in page.text, (state, words)


def test_no_two_answers_have_the_same_picture_and_word(client: Client, every: dict[str, Certificate]) -> None:
    heads = [
        re.search(r'class="state__box">.*?#([\w-]+)"/></svg></span>([^<]+)<', client.get(each.get_check_url()).text)
        for each in every.values()
    ]

    assert len({head and head[1] for head in heads}) == len(every)
    assert len({head and head[2] for head in heads}) == len(every)


def test_the_kept_page_is_the_page_word_for_word(client: Client, every: dict[str, Certificate]) -> None:
    """Drawn with signs and filled in, or drawn with the words themselves: nobody can tell."""
    for state, certificate in every.items():
        answer = checking.look_up(certificate.code)
        assert answer
        request = RequestFactory().get(certificate.get_check_url())
        check_page._kept.clear()
        twice = [check_page.page(request, answer, now=NOW) for _time in range(2)]
        said = check_page.words(answer, NOW)
        plain = render_to_string(check_page.TEMPLATE, check_page._context(check_page._shape(answer), said), request)
        assert answer.state == state
        assert twice == [plain, plain], state
        assert "\x02" not in plain


def test_pages_that_differ_in_one_thing_are_kept_apart(
    tess: User, oskar: User, hygiene: Course, competence: Achievement, earn: Earn
) -> None:
    changes: list[Callable[[dict[str, Any]], object]] = [
        lambda said: None,
        lambda said: said["areas"].append("Waste"),
        lambda said: said["sentences"].append("It says nothing of one’s hands."),
        lambda said: said["achievement"].update(version="7"),
        lambda said: said["achievement"].pop("version", None),
        lambda said: said["achievement"].update(kind="programme"),
    ]
    answers = []
    for cycle, change in enumerate(changes, start=1):
        words = json.loads(earn(tess, hygiene.achievement, cycle=20 + cycle).snapshot)
        change(words)
        answers.append(checking.look_up(earn(tess, hygiene.achievement, cycle=cycle, snapshot=json.dumps(words)).code))
    # Two things to know of one certificate: the second is said beside the first.
    due = checking.answer_of(earn(oskar, competence))
    assert due.conditions == (Condition.HYGIENE_RENEWAL_DUE,)
    answers += [due, replace(due, conditions=(*due.conditions, Condition.EXPIRES_SOON))]
    check_page._kept.clear()

    for answer in answers * 2:
        assert answer
        request = RequestFactory().get(answer.certificate.get_check_url())
        context = check_page._context(check_page._shape(answer), check_page.words(answer, NOW))
        assert check_page.page(request, answer, now=NOW) == render_to_string(check_page.TEMPLATE, context, request)


def test_a_name_that_looks_like_markup_is_shown_as_it_is(
    client: Client, tess: User, hygiene: Course, earn: Earn
) -> None:
    tess.name = "<b>A & B</b> \x02code\x03"
    odd = earn(tess, hygiene.achievement)

    pages = [client.get(odd.get_check_url()).text for _time in range(2)]

    assert all("&lt;b&gt;A &amp; B&lt;/b&gt;" in page for page in pages)


def test_one_certificates_words_never_show_on_anothers_page(client: Client, every: dict[str, Certificate]) -> None:
    for _time in range(2):
        for certificate in every.values():
            page = client.get(certificate.get_check_url()).text
            assert [each.grouped_code for each in every.values() if each.grouped_code in page] == [
                certificate.grouped_code
            ]


def test_whoever_is_signed_in_gets_a_page_of_their_own(
    client: Client, client_of: ClientOf, certificate: Certificate, ada: User
) -> None:
    client.get(certificate.get_check_url())
    staff = client_of(ada).get(certificate.get_check_url()).text
    stranger = client.get(certificate.get_check_url()).text

    assert "Open the record" in staff
    assert "Open the record" not in stranger
    assert "Sign in" in stranger


def test_a_theme_is_kept_apart(client: Client, certificate: Certificate) -> None:
    pages = {}
    for theme in ("light", "dark", "light"):
        client.cookies["theme"] = theme
        pages[theme] = client.get(certificate.get_check_url()).text

    assert 'data-theme="light"' in pages["light"]
    assert 'data-theme="dark"' in pages["dark"]


@pytest.mark.parametrize("token", ["ABCDEFGH234567", "abcdefgh", "A" * 144, "FORGED0189="])
@pytest.mark.parametrize("v", ["v", "V"])
def test_the_long_qr_code_leads_to_the_same_page_whatever_its_token(
    client: Client, certificate: Certificate, token: str, v: str
) -> None:
    with time_machine.travel(NOW, tick=False):
        plain = client.get(f"/{v}/{certificate.code}")
        long = client.get(f"/{v}/{certificate.code}/{token}/")
        unknown = client.get(f"/{v}/{codes.new_code()}/{token}")

    assert long.content == plain.content
    assert unknown.status_code == 404
    assert "No certificate has this number" in unknown.text


def test_the_seal_is_a_picture_beside_the_page(client: Client, certificate: Certificate) -> None:
    page = client.get(certificate.get_check_url()).text
    seal = client.get(f"/v/{certificate.code}/seal.svg")

    assert f'href="/v/{certificate.code}/seal.svg#dots"' in page
    assert seal["Content-Type"] == "image/svg+xml"
    assert 'id="dots"' in seal.text
    assert seal.text.count("10.01 0z") == 760
    assert client.get(f"/v/{codes.new_code()}/seal.svg").status_code == 404
    assert seal["Cache-Control"].startswith("private, ")


def test_a_machine_that_asks_for_many_seals_is_slowed_down(client: Client, db: None) -> None:
    answers = [client.get(f"/v/{codes.new_code()}/seal.svg").status_code for _time in range(61)]

    assert answers == [404] * 60 + [429]


def test_the_page_can_report_what_the_register_does_not_know(client: Client, db: None) -> None:
    page = client.get(f"/v/{codes.new_code()}").text

    assert "mailto:office@academy.example?subject=" in page
    assert "<code-hint" in page


def test_the_form_leads_to_the_file_and_to_the_camera(client: Client, db: None) -> None:
    page = client.get("/v/").text

    assert 'href="/check/file/"' in page
    assert 'href="/scan/"' in page


def test_the_script_that_points_out_misreads_does_the_same_sums() -> None:
    found = finders.find("js/elements/code-hint.js")
    assert isinstance(found, str)
    script = Path(found).read_text()

    assert f'const ALPHABET = "{codes.ALPHABET}"' in script
    assert "0b100101" in script


def test_a_program_is_told_what_the_page_says(every: dict[str, Certificate]) -> None:
    for state, certificate in every.items():
        described = checking.describe(checking.look_up(certificate.code), now=NOW)
        valid = state in {"valid", "expires_soon", "hygiene_renewal_due"}
        assert described["state"] == ("valid" if valid else state)
        assert described["code"] == certificate.grouped_code
        assert described["holder"] == {"name": certificate.statement["holder"]["name"]}
        assert described["achievement"]["name"] == certificate.statement["achievement"]["title"]
        assert described["issued"] == certificate.issued_on.isoformat()
        assert described["expires"] == certificate.expires_on.isoformat()
        assert described["checked_at"] == "2026-11-23T20:21:05+00:00"
        assert described["expires_soon"] is (state == "expires_soon")
        assert described["conditions"] == ([state] if valid and state != "valid" else [])
        assert (described["since"] is None) is (state in {"valid", "expires_soon"})
        assert "Not for everyone." not in json.dumps(described)
        assert "invigilator" not in json.dumps(described)
        assert "A slip." not in json.dumps(described)
        assert ("reason" in described) is (state == "revoked")
        assert described.get("cause") == ("correction" if state == "superseded" else None)


def test_a_program_is_told_where_the_proofs_are(certificate: Certificate) -> None:
    before = checking.describe(checking.look_up(certificate.code), now=NOW)["evidence"]
    StatusEntry.objects.update_or_create(certificate=certificate, defaults={"list_number": 1, "index": 94567})
    Certificate.objects.filter(pk=certificate.pk).update(credential_sha256="0" * 64, credential_text="{}")

    evidence = checking.describe(checking.look_up(certificate.code), now=NOW)["evidence"]

    assert "credential" not in before
    assert evidence["credential"] == f"https://academy.example/credentials/{certificate.uuid}"
    assert evidence["status_list"] == "https://academy.example/status/revocation/1"
    assert evidence["index"] == 94567


def test_unknown_and_malformed_are_described_alike() -> None:
    assert checking.describe(checking.look_up("x"), now=NOW) == checking.describe(None, now=NOW)
    assert checking.describe(None, now=NOW) == {"state": "unknown", "checked_at": "2026-11-23T20:21:05+00:00"}


def test_the_prepared_look_up_finds_what_the_plain_one_finds(every: dict[str, Certificate]) -> None:
    for certificate in every.values():
        quick = checking.look_up(certificate.code)
        plain = Certificate.objects.to_show().get(code=certificate.code)
        assert quick
        found = quick.certificate
        assert found == plain
        assert found.standing is plain.standing
        assert found.conditions == plain.conditions
        assert found.uuid == plain.uuid
        assert found.issued_at == plain.issued_at
        assert found.seal == plain.seal
        assert found.statement == plain.statement
        assert hasattr(found, "revocation") is hasattr(plain, "revocation")
        assert hasattr(found, "supersession") is hasattr(plain, "supersession")


def test_every_answer_costs_at_most_three_queries(client: Client, every: dict[str, Certificate]) -> None:
    for state, certificate in every.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(certificate.get_check_url()).status_code == 200
        assert len(queries) <= 3, state


def test_a_few_checks_never_ask_the_cache(client: Client, certificate: Certificate) -> None:
    with mock.patch.object(type(cache._connections["default"]), "add", side_effect=AssertionError("asked")):  # type: ignore[attr-defined]
        assert [client.get(certificate.get_check_url()).status_code for _time in range(20)] == [200] * 20


def test_who_was_slowed_down_may_ask_again_a_minute_later(client: Client, certificate: Certificate) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        assert [client.get("/v/nothing").status_code for _time in range(61)][-1] == 429
    with time_machine.travel(now + timedelta(seconds=61), tick=False):
        assert client.get(certificate.get_check_url()).status_code == 200


@pytest.mark.parametrize("picture", ["seal.svg", "card.png"])
def test_a_picture_says_so_when_the_register_does_not_answer(
    client: Client, certificate: Certificate, picture: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(refuse):
        assert client.get(f"/v/{certificate.code}/{picture}").status_code == 503
