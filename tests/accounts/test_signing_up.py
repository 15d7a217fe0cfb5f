"""A newcomer makes an account: an address, a password, two promises, and a code from the mail."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts.models import Agreement, User
from jobs.models import Job, Mail

NEW = "nell@example.org"
PASSWORD = "walnut river seventeen"


def signing_up(client: Client, **changes: Any) -> Any:
    data = {"email": NEW, "password1": PASSWORD, "agrees": "on", "is_of_age": "on"} | changes
    return client.post(reverse("account_signup"), {key: value for key, value in data.items() if value is not None})


def bare(page: Any) -> str:
    """A page without what differs between any two people: form tokens, and the address."""
    words = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page.text)
    return re.sub(r"[\w.]+@example\.\w+", "someone", words)


def code_for(address: str) -> str:
    """The code in the newest letter to this address: the only line of it that stands alone in capitals."""
    letter = Mail.objects.filter(to=address).latest("pk")
    found = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*)\s*$", letter.text, re.MULTILINE)
    assert found, letter.text
    return found[1]


@pytest.mark.django_db
def test_the_code_from_the_mail_opens_the_account(client: Client) -> None:
    page = signing_up(client)
    assert page.headers["Location"] == reverse("account_email_verification_sent")

    page = client.post(page.headers["Location"], {"code": code_for(NEW)})

    assert page.headers["Location"] == reverse("today")
    assert EmailAddress.objects.get(email=NEW).verified
    assert client.session["_auth_user_id"] == str(User.objects.get(email=NEW).pk)


@pytest.mark.django_db
def test_signing_up_records_what_was_agreed_to_and_when(client: Client, settings: Any) -> None:
    settings.TERMS_VERSION, settings.PRIVACY_VERSION, settings.MINIMUM_AGE = "2026-05", "7", 18
    signing_up(client)

    agreed = Agreement.objects.filter(user__email=NEW)

    assert set(agreed.values_list("document", "version")) == {("terms", "2026-05"), ("privacy", "7"), ("age", "18")}
    assert all(agreement.agreed_at for agreement in agreed)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "words"), [("agrees", "Read both, then tick"), ("is_of_age", "once you have reached this age")]
)
def test_without_a_promise_there_is_no_account(client: Client, field: str, words: str) -> None:
    page = signing_up(client, **{field: None})

    assert words in page.text
    assert not User.objects.exists()
    assert not Agreement.objects.exists()


@pytest.mark.django_db
def test_a_wrong_code_opens_nothing_and_a_few_are_the_end(client: Client) -> None:
    url = signing_up(client).url

    for _try in range(3):
        page = client.post(url, {"code": "000-000"})

    assert page.headers["Location"] == reverse("account_login")
    assert not EmailAddress.objects.get(email=NEW).verified
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_the_letter_is_a_row_and_a_job(client: Client) -> None:
    signing_up(client)

    letter = Mail.objects.get(to=NEW)

    assert letter.holds_secret
    assert code_for(NEW) in letter.html
    assert Job.objects.filter(kind="send_mail", key=str(letter.pk)).exists()


def test_a_taken_address_looks_like_a_free_one_and_its_owner_is_told(client: Client, tess: User) -> None:
    page = signing_up(client, email=tess.email)
    shown = client.get(page.headers["Location"])

    free = Client()
    other = signing_up(free)

    assert page.headers["Location"] == other.headers["Location"]
    assert bare(shown) == bare(free.get(other.headers["Location"]))
    refused = [each.post(page.headers["Location"], {"code": "NONE22"}) for each in (client, free)]
    assert bare(refused[0]) == bare(refused[1])
    assert Mail.objects.get(to=tess.email).subject == "You already have an account"
    assert User.objects.filter(email=tess.email).count() == 1
    assert tess.agreements.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "email",
    [
        "",
        "nell",
        "nell@example.org\x00",
        "n" * 300 + "@example.org",
        "nell@" + "e" * 250 + ".org",
        "a@b@c",
        "💥@example.org",
    ],
)
def test_an_address_that_is_none_is_refused_in_words(client: Client, email: str) -> None:
    page = signing_up(client, email=email)

    assert page.status_code == 200
    assert "to mend" in page.text
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["", "short", "password1234", "stipple academy 1", "x\x00" * 10, "nell example 1"])
def test_a_password_that_others_would_try_is_refused(client: Client, password: str) -> None:
    page = signing_up(client, password1=password)

    assert page.status_code == 200
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("length", [12, 128, 1000])
def test_long_passwords_are_welcome(client: Client, length: int) -> None:
    signing_up(client, password1=(f"quiet lantern moss {length}" * 60)[:length])

    assert User.objects.filter(email=NEW).exists()


@pytest.mark.django_db
def test_whoever_mistyped_their_address_signs_up_again(client: Client) -> None:
    waiting = client.get(signing_up(client, email="nel@example.org").url)
    assert "Use another address" in waiting.text

    again = client.post(reverse("account_logout"), {"next": reverse("account_signup")})
    assert again.headers["Location"] == reverse("account_signup")
    url = signing_up(client).url
    page = client.post(url, {"code": code_for(NEW)})

    assert page.headers["Location"] == reverse("today")
    assert EmailAddress.objects.get(verified=True).email == NEW


@pytest.mark.django_db
def test_a_newcomer_goes_on_to_where_they_were_heading(client: Client) -> None:
    url = signing_up(client, next="/profile/").url

    page = client.post(url, {"code": code_for(NEW), "next": "/profile/"})

    assert page.headers["Location"] == "/profile/"
