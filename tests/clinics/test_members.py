"""A clinic's people look after themselves: owners invite, change roles and remove; one owner always stays."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Invitation, User
from clinics.models import Clinic, LastOwner, Membership
from jobs.models import Mail
from tests.cast import PASSWORD, person
from tests.clinics.conftest import OwnerClient

ClientOf = Callable[[User], Client]
OWNER, MEMBER = Membership.Role.OWNER, Membership.Role.MEMBER


def post(client: Client, name: str, clinic: Clinic, *rest: int, **words: str) -> Any:
    return client.post(reverse(f"clinics:{name}", args=[clinic.pk, *rest]), words)


def membership(clinic: Clinic, user: User) -> Membership:
    return Membership.objects.get(clinic=clinic, user=user)


def link_in(letter: Mail) -> str:
    return next(line for line in letter.text.splitlines() if "/invitations/" in line).partition("example")[2]


def test_an_owner_invites_to_their_own_clinic_and_the_invited_joins(
    clinic: Clinic, olga: User, oskar: User, settings: Settings, signed_in: OwnerClient, client_of: ClientOf
) -> None:
    post(signed_in(olga), "members", clinic, email="Oskar@Example.com", role="member")

    letter = Mail.objects.get(kind="invitation")
    assert (letter.to, letter.holds_secret) == ("oskar@example.com", True)
    assert "Olga Owner invites you" in letter.text
    page = client_of(oskar).post(link_in(letter))
    assert page["Location"] == reverse("clinics:mine")
    assert membership(clinic, oskar).role == MEMBER


def test_inviting_asks_for_the_password_again_first(clinic: Clinic, olga: User, client_of: ClientOf) -> None:
    page = post(client_of(olga), "members", clinic, email="new@example.com", role="member")

    assert page["Location"].startswith(reverse("account_reauthenticate"))
    assert not Invitation.objects.exists()


def test_after_the_password_the_invitation_that_waited_is_sent(clinic: Clinic, olga: User, client_of: ClientOf) -> None:
    client = client_of(olga)
    asked = post(client, "members", clinic, email="new@example.com", role="member")

    client.post(asked["Location"], {"password": PASSWORD})

    assert Invitation.objects.get().email == "new@example.com"


def test_a_member_reads_who_belongs_and_can_invite_nobody(
    clinic: Clinic, olga: User, cleo: User, signed_in: OwnerClient
) -> None:
    client = signed_in(cleo)

    page = client.get(reverse("clinics:members", args=[clinic.pk])).text
    answer = post(client, "members", clinic, email="new@example.com", role="owner")

    assert "Olga Owner" in page
    assert "Invite someone" not in page
    assert answer.status_code == 404
    assert not Invitation.objects.exists()


def test_an_owner_invites_to_no_other_clinic(clinic: Clinic, olga: User, signed_in: OwnerClient) -> None:
    other = Clinic.objects.create(name="Hill Clinic", place="York")

    answer = post(signed_in(olga), "members", other, email="new@example.com", role="owner")

    assert answer.status_code == 404
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("cleo@example.com", "a member already"),
        ("twice@example.com", "an open invitation"),
        ("nonsense", "valid email"),
        ("", "Enter the address"),
    ],
)
def test_whom_one_cannot_invite_is_said_in_words(
    email: str, words: str, clinic: Clinic, olga: User, cleo: User, signed_in: OwnerClient
) -> None:
    client = signed_in(olga)
    post(client, "members", clinic, email="twice@example.com", role="member")

    page = post(client, "members", clinic, email=email, role="member")

    assert page.status_code == 422
    assert words in page.text
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("role", ["", "emperor", "x" * 300])
def test_only_the_two_roles_can_be_given(
    role: str, clinic: Clinic, olga: User, cleo: User, signed_in: OwnerClient
) -> None:
    client = signed_in(olga)

    assert post(client, "members", clinic, email="new@example.com", role=role).status_code == 422
    post(client, "role_create", clinic, membership(clinic, cleo).pk, role=role)

    assert membership(clinic, cleo).role == MEMBER
    assert not Invitation.objects.exists()


def test_sent_again_only_the_new_link_works(
    clinic: Clinic, olga: User, oskar: User, settings: Settings, signed_in: OwnerClient, client_of: ClientOf
) -> None:
    client = signed_in(olga)
    post(client, "members", clinic, email=oskar.email, role="member")

    post(client, "invitation_again", clinic, Invitation.objects.get().pk)

    first, second = Mail.objects.filter(kind="invitation").order_by("pk")
    assert "has ended" in client_of(oskar).post(link_in(first)).text
    assert not clinic.members.filter(pk=oskar.pk).exists()
    client_of(oskar).post(link_in(second))
    assert clinic.members.filter(pk=oskar.pk).exists()


def test_a_withdrawn_invitation_opens_nothing_and_leaves_the_list(
    clinic: Clinic, olga: User, oskar: User, signed_in: OwnerClient, client_of: ClientOf
) -> None:
    client = signed_in(olga)
    post(client, "members", clinic, email=oskar.email, role="member")

    post(client, "invitation_end", clinic, Invitation.objects.get().pk)

    client_of(oskar).post(link_in(Mail.objects.get(kind="invitation")))
    assert not clinic.members.filter(pk=oskar.pk).exists()
    client.get(reverse("clinics:members", args=[clinic.pk]))  # what was just done is said once, with the address
    assert oskar.email not in client.get(reverse("clinics:members", args=[clinic.pk])).text


@pytest.mark.parametrize("act", ["member_end", "role_create"])
def test_who_owns_the_clinic_no_more_has_let_nobody_in(
    act: str, clinic: Clinic, olga: User, oskar: User, settings: Settings, signed_in: OwnerClient, client_of: ClientOf
) -> None:
    second = person("second@example.com", "Sten Second", second_factor=True)
    clinic.join(second, role=OWNER)
    post(signed_in(second), "members", clinic, email="oskar@example.com", role="owner")
    link = link_in(Mail.objects.get(kind="invitation"))
    client = signed_in(olga)

    post(client, act, clinic, membership(clinic, second).pk, role="member")

    client_of(oskar).post(link)
    assert not Membership.objects.filter(clinic=clinic, user=oskar).exists()
    post(client, "invitation_again", clinic, Invitation.objects.get().pk)
    client_of(oskar).post(link_in(Mail.objects.filter(kind="invitation").latest("pk")))
    assert membership(clinic, oskar).role == OWNER


def test_an_accepted_invitation_cannot_be_withdrawn(
    clinic: Clinic, olga: User, oskar: User, signed_in: OwnerClient
) -> None:
    made, _token = Invitation.make(role="clinic_member", about=f"clinic:{clinic.pk}", email=oskar.email, by=olga)
    assert made.accept(oskar)

    assert post(signed_in(olga), "invitation_end", clinic, made.pk).status_code == 404
    made.refresh_from_db()
    assert made.expires_at > timezone.now()


def test_another_clinic_s_invitation_and_a_course_s_are_not_there(
    clinic: Clinic, olga: User, ada: User, signed_in: OwnerClient
) -> None:
    client = signed_in(olga)
    for role, about in (("clinic_member", "clinic:999"), ("instructor", f"clinic:{clinic.pk}"), ("instructor", "x")):
        made, _token = Invitation.make(role=role, about=about, email="new@example.com", by=ada)
        assert post(client, "invitation_end", clinic, made.pk).status_code == 404
        assert post(client, "invitation_again", clinic, made.pk).status_code == 404


def test_an_old_invitation_leaves_the_list_after_a_month(clinic: Clinic, olga: User, signed_in: OwnerClient) -> None:
    made, _token = Invitation.make(role="clinic_member", about=f"clinic:{clinic.pk}", email="new@example.com", by=olga)
    client, address = signed_in(olga), reverse("clinics:members", args=[clinic.pk])
    Invitation.objects.filter(pk=made.pk).update(expires_at=timezone.now() - timedelta(days=29))
    assert "new@example.com" in client.get(address).text

    Invitation.objects.filter(pk=made.pk).update(expires_at=timezone.now() - timedelta(days=31))

    assert "new@example.com" not in client.get(address).text


def test_an_owner_changes_roles_and_removes(clinic: Clinic, olga: User, cleo: User, signed_in: OwnerClient) -> None:
    client = signed_in(olga)

    post(client, "role_create", clinic, membership(clinic, cleo).pk, role="owner")
    assert membership(clinic, cleo).role == OWNER

    post(client, "member_end", clinic, membership(clinic, cleo).pk)
    assert not clinic.members.filter(pk=cleo.pk).exists()


def test_a_member_changes_nobody_and_may_leave(clinic: Clinic, olga: User, cleo: User, signed_in: OwnerClient) -> None:
    client = signed_in(cleo)

    for name in ("role_create", "member_end"):
        assert post(client, name, clinic, membership(clinic, olga).pk, role="member").status_code == 404
    assert post(client, "role_create", clinic, membership(clinic, cleo).pk, role="owner").status_code == 404
    answer = post(client, "member_end", clinic, membership(clinic, cleo).pk)

    assert answer["Location"] == reverse("today")
    assert list(clinic.members.all()) == [olga]


def test_the_last_owner_stays(clinic: Clinic, olga: User, cleo: User, signed_in: OwnerClient) -> None:
    client, own = signed_in(olga), membership(clinic, olga).pk

    for name in ("role_create", "member_end"):
        page = client.post(reverse(f"clinics:{name}", args=[clinic.pk, own]), {"role": "member"}, follow=True).text
        assert "a clinic keeps at least one owner" in page

    assert membership(clinic, olga).role == OWNER


def test_an_owner_without_a_second_factor_is_sent_to_set_one_up(
    clinic: Clinic, oskar: User, client_of: ClientOf
) -> None:
    clinic.join(oskar, role=OWNER)

    page = client_of(oskar).get(reverse("clinics:members", args=[clinic.pk]))

    assert page["Location"] == reverse("mfa_index")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["leave", "demote"])
def test_two_owners_who_go_at_the_same_moment_leave_one(act: str) -> None:
    clinic = Clinic.objects.create(name="Harbour Clinic", place="Whitby")
    for _round in range(5):
        Membership.objects.all().delete()
        owners = [
            User.objects.filter(email=f"{name}@example.com").first() or person(f"{name}@example.com") for name in "ab"
        ]
        for owner in owners:
            clinic.join(owner, role=OWNER)
        barrier = Barrier(2)
        outcomes: list[Any] = []

        def go(owner: User, barrier: Barrier = barrier, outcomes: list[Any] = outcomes) -> None:
            try:
                connection.ensure_connection()
                barrier.wait()
                here = Clinic.objects.get(pk=clinic.pk)
                outcomes.append(here.leave(owner) if act == "leave" else here.change_role(owner, MEMBER))
            except Exception as error:
                outcomes.append(error)
            finally:
                connection.close()

        threads = [Thread(target=go, args=(owner,)) for owner in owners]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert [type(outcome) for outcome in outcomes].count(LastOwner) == 1, outcomes
        assert Membership.objects.filter(clinic=clinic, role=OWNER).count() == 1
