"""The administration: people by their address, history that nobody edits, no lifting oneself up."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agreement, Invitation, User
from clinics.models import Clinic
from tests.cast import person
from tests.conftest import ClientOf


def test_its_sign_in_is_the_portal_s(client: Client, tess: User) -> None:
    assert client.get(reverse("admin:login")).headers["Location"].startswith(reverse("account_login"))
    client.force_login(tess)
    assert client.get(reverse("admin:login")).status_code == 403


def test_every_list_and_form_opens(ada: User, clinic: Clinic, cleo: User, client_of: ClientOf) -> None:
    Agreement.record(cleo)
    invitation, _token = Invitation.make(
        role="clinic_member", about=f"clinic:{clinic.pk}", email="a@example.com", by=ada
    )
    client = client_of(ada)

    for model, pk in (
        ("accounts_user", cleo.pk),
        ("accounts_agreement", cleo.agreements.get(document="age").pk),
        ("accounts_invitation", invitation.pk),
        ("account_emailaddress", EmailAddress.objects.get(user=cleo).pk),
        ("mfa_authenticator", Authenticator.objects.get(user=ada).pk),
        ("usersessions_usersession", UserSession.objects.create(user=cleo, ip="127.0.0.1", session_key="k").pk),
        ("clinics_clinic", clinic.pk),
        ("clinics_membership", cleo.memberships.get().pk),
    ):
        assert client.get(reverse(f"admin:{model}_changelist"), {"q": "a"}).status_code == 200
        assert client.get(reverse(f"admin:{model}_change", args=[pk])).status_code == 200
    for model in ("accounts_user", "clinics_clinic", "clinics_membership"):
        assert client.get(reverse(f"admin:{model}_add")).status_code == 200


def test_a_person_is_added_by_address(ada: User, client_of: ClientOf) -> None:
    words = "walnut river seventeen"
    data = {
        "email": "Nell@Example.com",
        "name": "Nell",
        "usable_password": "true",
        "password1": words,
        "password2": words,
    }

    page = client_of(ada).post(reverse("admin:accounts_user_add"), data)

    assert page.status_code == 302
    assert User.objects.get(email="nell@example.com").check_password(words)


def test_an_address_in_other_letters_is_the_same_person(ada: User, tess: User, client_of: ClientOf) -> None:
    data = {"email": "TESS@example.com", "usable_password": "false"}

    page = client_of(ada).post(reverse("admin:accounts_user_add"), data)

    assert page.status_code == 200
    assert User.objects.filter(email__iexact="tess@example.com").count() == 1


def test_a_name_changed_by_staff_waits_for_its_owner(ada: User, tess: User, client_of: ClientOf) -> None:
    data = {"name": "Tess Tester", "time_zone": "Europe/London", "is_active": "on"}

    client_of(ada).post(reverse("admin:accounts_user_change", args=[tess.pk]), data)

    tess.refresh_from_db()
    assert tess.name == "Tess Tester"
    assert not tess.name_is_confirmed


def test_agreements_are_read_and_never_written(ada: User, tess: User, client_of: ClientOf) -> None:
    Agreement.record(tess)
    agreement = tess.agreements.get(document="terms")
    client = client_of(ada)

    assert client.get(reverse("admin:accounts_agreement_add")).status_code == 403
    assert (
        client.post(reverse("admin:accounts_agreement_change", args=[agreement.pk]), {"version": "9"}).status_code
        == 403
    )
    assert (
        client.post(reverse("admin:accounts_agreement_delete", args=[agreement.pk]), {"post": "yes"}).status_code == 403
    )
    for change in (lambda: Agreement.objects.update(version="9"), Agreement.objects.all().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_nobody_is_deleted(ada: User, tess: User, client_of: ClientOf) -> None:
    page = client_of(ada).post(reverse("admin:accounts_user_delete", args=[tess.pk]), {"post": "yes"})

    assert page.status_code == 403
    assert User.objects.filter(pk=tess.pk).exists()


def test_staff_do_not_lift_themselves_up(ada: User, client_of: ClientOf) -> None:
    helper = person("helper@example.com", second_factor=True, is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    client = client_of(helper)

    client.post(
        reverse("admin:accounts_user_change", args=[helper.pk]),
        {"name": "Helper", "time_zone": "UTC", "is_active": "on", "is_staff": "on", "is_superuser": "on"},
    )
    page = client.post(reverse("admin:accounts_user_change", args=[ada.pk]), {"name": "Mine", "time_zone": "UTC"})

    helper.refresh_from_db()
    assert helper.name == "Helper"
    assert not helper.is_superuser
    assert page.status_code == 403
    assert client.get(reverse("admin:auth_user_password_change", args=[ada.pk])).status_code == 403


def test_a_lost_second_factor_can_be_taken_off_and_its_secret_is_never_shown(
    ada: User, ines: User, client_of: ClientOf
) -> None:
    lost = Authenticator.objects.get(user=ines)
    client = client_of(ada)

    page = client.get(reverse("admin:mfa_authenticator_change", args=[lost.pk]))
    client.post(reverse("admin:mfa_authenticator_delete", args=[lost.pk]), {"post": "yes"})

    assert lost.data["secret"] not in page.text
    assert not Authenticator.objects.filter(user=ines).exists()
