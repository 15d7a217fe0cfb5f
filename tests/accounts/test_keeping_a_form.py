"""A form sent after its sender had been signed out: nothing typed is lost, and nothing is sent without a click."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import ConnectionError as Unreachable

from accounts import keeping
from accounts.models import Invitation, User
from courses.models import Lesson
from quizzes import kinds
from quizzes.models import CheckAnswer
from tests import school
from tests.accounts.test_signing_in import app_code, signing_in
from tests.cast import PASSWORD
from tests.conftest import ClientOf
from tests.test_who_may_see_what import pages

FORM = re.compile(r'<form method="post" action="([^"]*)">(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
TYPED = {"name": "Tess <Trainée> & Daughter", "time_zone": "Europe/Paris"}
KEPT = "It is kept for an hour"


def sent_while_signed_out(client: Client, url: str = "", data: Any = None, **more: Any) -> Any:
    return client.post(url or reverse("profile"), TYPED if data is None else data, **more)


def coming_back(client: Client, user: User) -> Any:
    """The sign-in page to which the form led, and where it leads."""
    page = signing_in(client, user.email, next=reverse("kept_form"))
    return client.get(page.headers["Location"])


def kept(client: Client) -> bool:
    return keeping.KEPT in client.session


def the_form(page: Any) -> tuple[str, list[tuple[str, str]]]:
    """Where the form goes, and what is in it."""
    address, inside = next(form for form in FORM.findall(page.text) if "Send it now" in form[1])
    return unescape(address), [(unescape(name), unescape(value)) for name, value in HIDDEN.findall(inside)]


def press_send(client: Client, page: Any) -> Any:
    """Exactly what a browser would send: the hidden inputs of the page, to the form's own address."""
    address, pairs = the_form(page)
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return client.post(address, data)


def test_what_was_typed_comes_back_after_signing_in_and_is_sent_by_the_click(client: Client, tess: User) -> None:
    away = sent_while_signed_out(client)
    assert away.headers["Location"] == f"{reverse('account_login')}?next={reverse('kept_form')}"
    assert KEPT in client.get(away.headers["Location"]).text

    page = coming_back(client, tess)
    shown = page.text
    tess.refresh_from_db()
    name_before = tess.name
    answer = press_send(client, page)

    assert name_before == "Tess Trainee"
    assert "Your profile" in shown
    assert "Tess &lt;Trainée&gt; &amp; Daughter" in shown
    assert f"Tess Trainee, {tess.email}" in shown
    assert answer.status_code == 302
    tess.refresh_from_db()
    assert (tess.name, tess.time_zone) == (TYPED["name"], "Europe/Paris")
    assert not kept(client)


def test_a_session_that_ended_in_the_middle_of_the_form_is_the_common_case(tess: User, client_of: ClientOf) -> None:
    client = client_of(tess)
    client.get(reverse("profile"))

    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        sent_while_signed_out(client)
        page = coming_back(client, tess)
        press_send(client, page)

    assert "Somebody else was signed in here" not in page.text
    tess.refresh_from_db()
    assert tess.name == TYPED["name"]


def test_another_form_s_ways_in_lead_to_it_too(client: Client, ines: User) -> None:
    """With a second factor, and without the address of the next page."""
    sent_while_signed_out(client)

    page = signing_in(client, ines.email)
    page = client.post(page.headers["Location"], {"code": app_code(ines)})
    page = client.post(page.headers["Location"], {"action": "skip"})

    assert page.headers["Location"] == reverse("kept_form")
    assert client.get(page.headers["Location"]).context["kept"].path == reverse("profile")


def test_line_breaks_and_repeated_fields_arrive_as_they_were(client: Client, tess: User) -> None:
    typed = {"name": ["one\r\ntwo  \"three\" 'four'", "five"], "empty": "", "time_zone": "Europe/Paris"}
    sent_while_signed_out(client, data=typed)

    page = coming_back(client, tess)

    _address, (_token, *pairs) = the_form(page)
    assert pairs == [
        ("name", "one\r\ntwo  \"three\" 'four'"),
        ("name", "five"),
        ("empty", ""),
        ("time_zone", "Europe/Paris"),
    ]


def test_secrets_are_never_kept_and_the_page_says_so(client: Client, ada: User) -> None:
    url = reverse("admin:accounts_user_add")
    data = {"email": "new@example.com", "password1": "hush", "New_PASSWORD": "hush", "api-token": "hush"}
    sent_while_signed_out(client, url, data | {"csrfmiddlewaretoken": "hush"})

    session = str(dict(client.session.items()))
    client.force_login(ada)
    page = client.get(reverse("kept_form"))

    assert "new@example.com" in session
    assert "hush" not in session
    assert "Left out, because it may be secret: password1, New_PASSWORD, api-token." in page.text
    assert "new@example.com" in page.text


def test_a_form_of_ours_keeps_a_field_that_only_sounds_secret_but_no_password(client: Client, ada: User) -> None:
    url = reverse("certificates:revocation_create", args=["SMP-2222-2222"])
    sent_while_signed_out(client, url, {"reason_code": "error", "public_reason": "A slip", "password": "hush"})

    assert client.session[keeping.KEPT]["fields"] == [["reason_code", "error"], ["public_reason", "A slip"]]
    assert client.session[keeping.KEPT]["left_out"] == ["password"]


def test_what_is_too_long_is_told_and_leads_back_to_its_page(client: Client, tess: User) -> None:
    page = sent_while_signed_out(
        client, data={"name": "x" * 64_001}, headers={"Referer": f"http://testserver{reverse('name_confirm')}?a=1#b"}
    )

    assert not kept(client)
    assert page.headers["Location"] == f"{reverse('account_login')}?next={reverse('name_confirm')}%3Fa%3D1"
    assert "it is too long" in client.get(page.headers["Location"]).text


def test_many_short_fields_count_as_well(client: Client, tess: User) -> None:
    sent_while_signed_out(client, data={f"{number:050}": "" for number in range(1500)})

    assert not kept(client)


def test_files_are_told_and_not_kept(client: Client, tess: User) -> None:
    page = sent_while_signed_out(client, data={"name": "Tess", "file": SimpleUploadedFile("a.txt", b"words")})

    assert not kept(client)
    assert "it holds a file" in client.get(page.headers["Location"]).text


def test_strangers_cannot_fill_the_database(tess: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"keep_form": "2/h/ip"}
    browsers = [Client(), Client(), Client()]

    pages = [sent_while_signed_out(browser) for browser in browsers]

    assert [kept(browser) for browser in browsers] == [True, True, False]
    assert "could not be kept just now" in browsers[2].get(pages[2].headers["Location"]).text


def test_with_the_store_of_limits_down_people_still_reach_the_sign_in_page(
    client: Client, tess: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> bool:
        raise Unreachable

    monkeypatch.setattr("accounts.keeping.ratelimit.consume", down)

    page = sent_while_signed_out(client)

    assert page.headers["Location"].startswith(reverse("account_login"))
    assert not kept(client)


@pytest.mark.parametrize(
    "asked",
    [
        {"content_type": "application/json", "data": "{}"},
        {"content_type": "text/plain", "data": "name=Tess"},
        {"headers": {"HX-Request": "true"}},
        {"headers": {"Accept": "*/*"}},  # a beacon, which sends fields as a form does
    ],
)
def test_what_scripts_send_is_answered_as_before(client: Client, tess: User, asked: dict[str, Any]) -> None:
    page = client.post(reverse("profile"), **({"data": TYPED} | asked))

    # htmx learns the way from a header of its own
    assert page.headers.get("Location", page.headers.get("HX-Redirect", "")).startswith(reverse("account_login"))
    assert "kept" not in str(page.headers)
    assert not kept(client)
    assert client.cookies.get("messages") is None


@pytest.mark.parametrize("name", ["account_change_password", "account_email", "mfa_index", "kept_form_removal_create"])
def test_pages_about_signing_in_keep_nothing(client: Client, tess: User, name: str) -> None:
    sent_while_signed_out(client, reverse(name))

    assert not kept(client)


def test_nothing_outlives_the_hour(client: Client, tess: User) -> None:
    sent_while_signed_out(client)

    with time_machine.travel(timezone.now() + timedelta(minutes=59)):
        soon = coming_back(client, tess)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        late = client.get(reverse("kept_form"))

    assert "Send it now" in soon.text
    assert "Nothing is kept here" in late.text
    assert TYPED["time_zone"] not in late.text
    with time_machine.travel(timezone.now() + timedelta(minutes=70)):  # and soon after it is gone altogether
        client.get(reverse("profile"))
    assert not kept(client)


def test_the_newest_takes_the_place_of_the_one_before(client: Client, tess: User) -> None:
    sent_while_signed_out(client)
    sent_while_signed_out(client, reverse("name_confirm"), {"name": "Second"})

    page = coming_back(client, tess)

    assert "Second" in page.text
    assert "Europe/Paris" not in page.text


def test_it_can_be_thrown_away(client: Client, tess: User) -> None:
    sent_while_signed_out(client)
    coming_back(client, tess)

    page = client.post(reverse("kept_form_removal_create"))
    again = client.post(reverse("kept_form_removal_create"))

    assert page.headers["Location"] == again.headers["Location"] == reverse("today")
    assert "Thrown away." in client.get(reverse("kept_form")).text
    assert not kept(client)
    tess.refresh_from_db()
    assert tess.name == "Tess Trainee"


def test_looking_at_it_writes_nothing(client: Client, tess: User) -> None:
    sent_while_signed_out(client)
    coming_back(client, tess)
    before = dict(client.session.items())

    for _look in range(2):
        client.get(reverse("kept_form"))

    assert dict(client.session.items()) == before
    assert client.session[keeping.KEPT]["path"] == reverse("profile")


def test_another_person_is_told_that_it_may_not_be_theirs(tess: User, oskar: User, client_of: ClientOf) -> None:
    client = client_of(tess)
    client.get(reverse("profile"))
    client.post(reverse("account_logout"))
    sent_while_signed_out(client)

    page = coming_back(client, oskar)

    assert "Somebody else was signed in here" in page.text
    assert f"Oskar Outsider, {oskar.email}" in page.text
    oskar.refresh_from_db()
    assert oskar.name == "Oskar Outsider"


def test_the_session_of_somebody_else_never_hands_over_what_it_keeps(tess: User, oskar: User) -> None:
    client = Client()
    sent_while_signed_out(client)
    client.force_login(tess)

    client.force_login(oskar)

    assert not kept(client)


def test_what_its_page_refuses_goes_on_waiting(client: Client, tess: User, oskar: User) -> None:
    school.open_small()
    school.enrol_and_study(tess)
    attempt = school.begin(tess)
    sent_while_signed_out(client, reverse("quizzes:submission_create", args=[attempt.pk]))

    answer = press_send(client, coming_back(client, oskar))

    assert answer.status_code == 404
    assert kept(client)


def test_a_form_that_needs_mending_is_shown_by_its_own_page(client: Client, tess: User) -> None:
    sent_while_signed_out(client, data={"name": "Tess", "time_zone": "Atlantis/Deep"})

    answer = press_send(client, coming_back(client, tess))

    assert answer.status_code == 422
    assert 'value="Tess"' in answer.text
    assert not kept(client)


def test_another_site_cannot_have_words_kept_here(tess: User) -> None:
    client = Client(enforce_csrf_checks=True)

    page = sent_while_signed_out(client)

    assert page.status_code == 403
    assert not kept(client)


def test_a_form_older_than_the_sign_in_shows_the_way_back_to_its_page(tess: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(tess)
    course = reverse("courses:course", args=["needles"])

    page = client.post(
        reverse("courses:enrolment_create", args=["needles"]), headers={"Referer": f"http://testserver{course}"}
    )

    assert page.status_code == 403
    assert f'href="{course}">Open it again' in page.text


def test_sending_has_a_token_of_its_own(tess: User) -> None:
    client = Client(enforce_csrf_checks=True)
    login = client.get(reverse("account_login")).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', login)
    assert token is not None
    sent_while_signed_out(client, data=TYPED | {"csrfmiddlewaretoken": token[1]})
    client.post(reverse("account_login"), {"login": tess.email, "password": PASSWORD, "csrfmiddlewaretoken": token[1]})

    refused = client.post(reverse("profile"), TYPED | {"csrfmiddlewaretoken": token[1]})
    still_there = kept(client)
    answer = press_send(client, client.get(reverse("kept_form")))

    assert refused.status_code == 403
    assert still_there
    assert answer.status_code == 302
    tess.refresh_from_db()
    assert tess.name == TYPED["name"]


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/profile/",
        "//evil.example/profile/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "/no/such/page/",
        "",
        "/profile/\0",
    ],
)
def test_it_leads_nowhere_but_to_a_page_of_ours(client: Client, tess: User, path: str) -> None:
    sent_while_signed_out(client)
    session = client.session
    session[keeping.KEPT] |= {"path": path}
    session.save()

    assert "Nothing is kept here" in coming_back(client, tess).text


@pytest.mark.parametrize("shape", ["words", [], {"path": "/profile/"}, {"at": "x"}, {"at": None}])
def test_a_record_of_another_shape_is_none(client: Client, tess: User, shape: Any) -> None:
    sent_while_signed_out(client)
    session = client.session
    session[keeping.KEPT] = shape
    session.save()

    assert "Nothing is kept here" in coming_back(client, tess).text


@pytest.mark.parametrize("path", ["//evil.example/a/", "/kept/%00", "/" + "x" * 3000])
def test_addresses_that_are_none_of_ours_keep_nothing(client: Client, tess: User, path: str) -> None:
    page = client.post(path, TYPED)

    assert page.status_code == 404
    assert not kept(client)


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("http://testserver/profile/?a=1#name", "/profile/?a=1"),
        ("http://evil.example/profile/", ""),
        ("http://testserver.evil.example/profile/", ""),
        ("http://testserver//evil.example/", ""),
        ("http://testserver/no/such/page/", ""),
        ("http://testserver/kept/", ""),
        ("javascript:alert(1)", ""),
        ("http://testserver/\\evil.example", ""),
        ("", ""),
    ],
)
def test_only_a_page_of_ours_is_where_it_was_written(rf: RequestFactory, referer: str, page: str) -> None:
    assert keeping.page_of(rf.post("/profile/", headers={"Referer": referer})) == page


def test_nul_and_broken_letters_do_not_break_the_page(client: Client, tess: User) -> None:
    client.post(
        reverse("profile"),
        b"name=a%00b%ff&time_zone=%ed%a0%80&%00=%00",
        content_type="application/x-www-form-urlencoded",
    )

    page = coming_back(client, tess)

    assert page.status_code == 200
    assert press_send(client, page).status_code == 422


def test_a_quiz_paper_without_javascript_loses_nothing(client: Client, tess: User) -> None:
    school.open_small()
    school.enrol_and_study(tess)
    attempt = school.begin(tess)
    item = school.items_of(attempt)[0]
    answer = {f"i{item.pk}-{name}": values for name, values in school.right_answer(item).items()}
    paper = {"client": "page", "epoch": str(attempt.writer_epoch), f"i{item.pk}-seq": "0", "at": "1", "go": "2"}
    sent_while_signed_out(client, reverse("quizzes:response_create", args=[attempt.pk]), paper | answer)
    assert attempt.paper()[0].fields == {}

    page = coming_back(client, tess)
    saved = press_send(client, page)

    assert "Your answers in a quiz" in page.text
    assert "Everything as you had marked it" in page.text
    assert saved.headers["Location"] == f"{reverse('quizzes:attempt', args=[attempt.pk])}?q=2"
    assert attempt.paper()[0].fields == school.right_answer(item)


def test_a_knowledge_check_loses_nothing(client: Client, tess: User) -> None:
    school.open_small()
    school.enrol_and_study(tess, "shades")
    lesson = Lesson.objects.get(slug="shade-and-depth")
    url = reverse("quizzes:check", args=["shades", lesson.slug, "start"])
    assert lesson.current is not None
    block = next(block for block in lesson.current.blocks if block["id"] == "start")
    kind = kinds.get(block["asks"])
    answer = kind.fields(block["body"], {}, kind.solve(block["body"], block["key"]))
    typed = {f"start-{name}": values for name, values in answer.items()}
    sent_while_signed_out(client, url, {"version": str(lesson.current.number)} | typed)

    page = coming_back(client, tess)
    press_send(client, page)

    assert "Your answer to a knowledge check" in page.text
    assert CheckAnswer.objects.of(tess).get(block="start").right


def test_an_invitation_half_made_is_not_lost(client: Client, ada: User) -> None:
    sent_while_signed_out(client, reverse("invitations"), {"email": "new@example.com", "place": "nowhere"})
    client.force_login(ada)

    answer = press_send(client, client.get(reverse("kept_form")))

    assert answer.status_code == 422
    assert 'value="new@example.com"' in answer.text
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("name", sorted(keeping._called))
def test_forms_are_named_after_pages_that_exist(name: str) -> None:
    assert name in set(pages())
