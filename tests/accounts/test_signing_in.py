"""Coming back: with a password, a code or a key, and learning nothing about others on the way."""

from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from accounts.models import User
from clinics.models import Clinic
from jobs.models import Mail
from tests.accounts.test_signing_up import code_for
from tests.cast import PASSWORD


def signing_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


def proving(client: Client) -> None:
    """Once more the password, as all that touches an account's safety asks."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def app_code(user: User) -> str:
    """What the person's authenticator app shows now."""
    authenticator = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    secret = get_adapter().decrypt(authenticator.data["secret"])
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_a_password_leads_to_today(client: Client, tess: User) -> None:
    page = signing_in(client, "Tess@Example.com")

    assert page.headers["Location"] == reverse("today")


def test_whoever_checks_for_a_clinic_lands_on_its_staff_list(client: Client, cleo: User, clinic: Clinic) -> None:
    page = signing_in(client, cleo.email)

    assert page.headers["Location"] == reverse("clinics:mine")


def test_a_second_factor_is_asked_for_where_there_is_one(client: Client, ines: User) -> None:
    page = signing_in(client, ines.email)
    assert page.headers["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session

    refused = client.post(page.headers["Location"], {"code": "000000"})
    accepted = client.post(page.headers["Location"], {"code": app_code(ines)})

    assert "This code is not right" in refused.text
    assert accepted.headers["Location"] == reverse("mfa_trust")
    assert client.post(accepted.headers["Location"], {"action": "skip"}).headers["Location"] == reverse("today")


@pytest.mark.parametrize(
    "sent",
    [
        "not json",
        "{}",
        "[]",
        "7",
        "9" * 5000,
        "[" * 100_000,
        '{"response": []}',
        '{"id": "x", "response": {"userHandle": 5}}',
    ],
)
@pytest.mark.django_db
def test_a_key_that_talks_nonsense_is_a_wrong_key(client: Client, sent: str) -> None:
    client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})

    page = client.post(reverse("mfa_login_webauthn"), {"credential": sent})

    assert page.headers["Location"] == reverse("account_login")


def test_a_code_from_the_mail_signs_in(client: Client, tess: User) -> None:
    page = client.post(reverse("account_request_login_code"), {"email": tess.email})

    page = client.post(page.headers["Location"], {"code": code_for(tess.email)})

    assert page.headers["Location"] == reverse("today")


def test_unknown_people_get_the_same_answer(client: Client, tess: User) -> None:
    known = signing_in(client, tess.email, "not her password")
    unknown = signing_in(Client(), "nobody@example.com", "not her password")

    assert known.status_code == unknown.status_code == 200
    assert "do not belong together" in known.text
    assert "do not belong together" in unknown.text


@pytest.mark.parametrize("door", ["account_request_login_code", "account_reset_password"])
def test_asking_for_a_code_tells_nobody_whether_there_is_an_account(door: str, tess: User) -> None:
    known, unknown = Client(), Client()

    first = known.post(reverse(door), {"email": tess.email})
    second = unknown.post(reverse(door), {"email": "nobody@example.com"})

    assert first.headers["Location"] == second.headers["Location"]
    pages = (
        known.get(first.headers["Location"]).text.replace(tess.email, "X"),
        unknown.get(second.headers["Location"]).text.replace("nobody@example.com", "X"),
    )
    one, other = (text.split("<h1>")[1].split("<form")[0] for text in pages)
    assert one == other
    assert Mail.objects.get(to="nobody@example.com").subject == "There is no account with this address"


def test_a_forgotten_password_is_replaced_with_a_code(client: Client, tess: User) -> None:
    page = client.post(reverse("account_reset_password"), {"email": tess.email})
    page = client.post(page.headers["Location"], {"code": code_for(tess.email)})

    page = client.post(
        page.headers["Location"], {"password1": "seven quiet herons", "password2": "seven quiet herons"}, follow=True
    )

    assert page.status_code == 200
    tess.refresh_from_db()
    assert tess.check_password("seven quiet herons")


def test_too_many_wrong_passwords_have_to_wait(client: Client, tess: User) -> None:
    pages = [signing_in(client, tess.email, "wrong wrong wrong") for _try in range(6)]

    assert "Too many tries" in pages[-1].text
    assert "Too many tries" in signing_in(client, tess.email).text


def test_a_closed_account_stays_closed(client: Client, tess: User) -> None:
    User.objects.filter(pk=tess.pk).update(is_active=False)

    page = signing_in(client, tess.email)

    assert "_auth_user_id" not in client.session
    assert page.status_code in {200, 302}


@pytest.mark.parametrize("where", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(client: Client, tess: User, where: str) -> None:
    page = signing_in(client, tess.email, next=where)

    assert page.headers["Location"] == reverse("today")


def test_a_new_address_counts_once_its_code_came_back(client: Client, tess: User) -> None:
    signing_in(client, tess.email)
    proving(client)

    page = client.post(reverse("account_email"), {"email": "new@example.com", "action_add": "1"}, follow=True)
    assert page.redirect_chain[-1][0].startswith(reverse("account_email_verification_sent"))
    tess.refresh_from_db()
    assert tess.email == "tess@example.com"
    client.post(reverse("account_email_verification_sent"), {"code": code_for("new@example.com")})

    tess.refresh_from_db()
    assert tess.email == "new@example.com"


@pytest.mark.parametrize("door", ["account_email", "mfa_activate_totp", "mfa_add_webauthn"])
def test_what_touches_the_account_s_safety_asks_once_more(client: Client, tess: User, door: str) -> None:
    signing_in(client, tess.email)

    page = client.post(reverse(door), {"email": "new@example.com", "action_add": "1"})

    assert page.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_with_the_store_of_rate_limits_down_the_door_stays_shut(tess: User, settings: Any) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    client = Client()

    page = signing_in(client, tess.email)

    assert page.status_code == 503
    assert page.headers["Retry-After"] == "60"
    assert "_auth_user_id" not in client.session
