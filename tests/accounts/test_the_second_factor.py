"""Staff, instructors and owners of clinics must have a second factor; others may."""

from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from cryptography.fernet import InvalidToken
from django.test import Client
from django.urls import reverse

from accounts import roles
from accounts.models import User
from clinics.models import Clinic, Membership
from tests.accounts.test_signing_in import app_code, proving, signing_in
from tests.cast import person
from tests.conftest import ClientOf

GUARDED = "profile"


@pytest.fixture
def bare_ada(db: None) -> User:
    """An administrator who has none yet."""
    return person("ada@example.com", "Ada", is_staff=True, is_superuser=True)


def test_staff_without_one_are_sent_to_set_it_up(bare_ada: User, client_of: ClientOf) -> None:
    client = client_of(bare_ada)

    assert client.get(reverse(GUARDED)).headers["Location"] == reverse("mfa_index")
    assert client.get(reverse("admin:index")).headers["Location"] == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200


def test_staff_with_one_go_on(ada: User, client_of: ClientOf) -> None:
    assert client_of(ada).get(reverse(GUARDED)).status_code == 200


def test_the_owner_of_a_clinic_needs_one_and_a_member_does_not(
    clinic: Clinic, cleo: User, oskar: User, client_of: ClientOf
) -> None:
    clinic.join(oskar, role=Membership.Role.OWNER)

    assert client_of(oskar).get(reverse(GUARDED)).headers["Location"] == reverse("mfa_index")
    assert client_of(cleo).get(reverse(GUARDED)).status_code == 200


def test_a_relation_registered_by_a_higher_floor_counts(
    tess: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roles, "_predicates", [lambda user: user.pk == tess.pk])

    assert client_of(tess).get(reverse(GUARDED)).headers["Location"] == reverse("mfa_index")


def test_trainees_are_not_asked(tess: User, client_of: ClientOf) -> None:
    assert client_of(tess).get(reverse(GUARDED)).status_code == 200


def test_demo_mode_asks_nobody(bare_ada: User, client_of: ClientOf, settings: Any) -> None:
    settings.MFA_REQUIRED = False

    assert client_of(bare_ada).get(reverse(GUARDED)).status_code == 200


def test_giving_it_up_is_noticed_at_once(ada: User, client: Client) -> None:
    page = signing_in(client, ada.email)
    client.post(page.headers["Location"], {"code": app_code(ada)})
    client.post(reverse("mfa_trust"), {"action": "skip"})
    assert client.get(reverse(GUARDED)).status_code == 200

    proving(client)
    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.filter(user=ada).exists()
    assert client.get(reverse(GUARDED)).headers["Location"] == reverse("mfa_index")


@pytest.mark.django_db(transaction=True)
def test_setting_one_up_ends_the_other_sessions(tess: User, client: Client) -> None:
    other = Client()
    signing_in(other, tess.email)
    signing_in(client, tess.email)
    assert UserSession.objects.filter(user=tess).count() == 2
    proving(client)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret

    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    page = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)

    assert "Recovery codes" in page.text
    assert len(page.context["unused_codes"]) == 10
    assert client.get(reverse(GUARDED)).status_code == 200
    assert other.get(reverse(GUARDED)).status_code == 302


def test_the_app_s_secret_is_locked_with_the_secret_key_and_survives_its_rotation(settings: Any) -> None:
    adapter = get_adapter()
    locked = adapter.encrypt("JBSWY3DPEHPK3PXP")
    before = settings.SECRET_KEY

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [before]

    assert "JBSWY3DPEHPK3PXP" not in locked
    assert adapter.decrypt(locked) == "JBSWY3DPEHPK3PXP"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        adapter.decrypt(locked)
