"""An invitation works once, for a while, for the owner of an address."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, User
from accounts.signals import invitation_accepted
from clinics.models import Clinic, Membership
from jobs.models import Mail
from tests.cast import person
from tests.conftest import ClientOf

Invite = Callable[..., str]


@pytest.fixture
def invite(ada: User, clinic: Clinic) -> Invite:
    """An invitation, as the path of its link."""

    def make(user: User, role: str = "clinic_member") -> str:
        _invitation, token = Invitation.make(role=role, about=f"clinic:{clinic.pk}", email=user.email, by=ada)
        return reverse("invitation", args=[token])

    return make


def test_staff_see_the_link_once_and_it_goes_out_by_mail(ada: User, clinic: Clinic, client_of: ClientOf) -> None:
    client = client_of(ada)

    page = client.post(
        reverse("invitations"), {"email": "New@Example.com", "place": f"clinic_owner|clinic:{clinic.pk}"}
    )

    letter = Mail.objects.get(to="new@example.com")
    link = page.context["made"]["link"]
    assert link in page.text
    assert link in letter.text
    assert letter.holds_secret
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert token not in client.get(reverse("invitations")).text
    assert not Invitation.objects.filter(token_hash=token).exists()
    assert "Clinic owner: Harbour Clinic, Whitby" in letter.text


def test_only_staff_can_invite(tess: User, ines: User, cleo: User, client_of: ClientOf) -> None:
    for someone in (tess, ines, cleo):
        assert client_of(someone).get(reverse("invitations")).status_code == 404
        assert client_of(someone).post(reverse("invitations"), {"email": "a@example.com"}).status_code == 404
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "place", ["", "clinic_member|clinic:999999", "emperor|clinic:1", "clinic_member", "|", "x" * 9000, "a\x00b"]
)
def test_one_cannot_be_invited_to_what_is_not_there(ada: User, client_of: ClientOf, place: str) -> None:
    page = client_of(ada).post(reverse("invitations"), {"email": "new@example.com", "place": place})

    assert page.status_code == 422
    assert not Invitation.objects.exists()


def test_accepting_makes_the_relation_and_renews_the_session(oskar: User, invite: Invite, client_of: ClientOf) -> None:
    client = client_of(oskar)
    link = invite(oskar)
    assert "Clinic member: Harbour Clinic, Whitby" in client.get(link).text
    key = client.session.session_key

    page = client.post(link)

    assert page.headers["Location"] == reverse("clinics:mine")
    assert oskar.memberships.get().role == Membership.Role.MEMBER
    assert client.session.session_key != key


def test_looking_at_it_accepts_nothing(oskar: User, invite: Invite, client_of: ClientOf) -> None:
    client_of(oskar).get(invite(oskar))

    assert Invitation.objects.open().count() == 1


def test_it_works_once(oskar: User, tess: User, invite: Invite, client_of: ClientOf) -> None:
    link = invite(oskar)
    client_of(oskar).post(link)

    again = client_of(oskar).post(link)
    other = client_of(tess).post(link)

    assert "You have accepted this invitation" in again.text
    assert "This invitation has been used" in other.text
    assert Membership.objects.count() == 1


def test_somebody_else_s_invitation_cannot_be_taken(
    oskar: User, tess: User, invite: Invite, client_of: ClientOf
) -> None:
    page = client_of(tess).post(invite(oskar))

    assert page.status_code == 409
    assert "another address than tess@example.com" in page.text
    assert oskar.email not in page.text
    assert not Membership.objects.exists()


def test_an_address_nobody_confirmed_does_not_count(oskar: User, invite: Invite, client_of: ClientOf) -> None:
    EmailAddress.objects.filter(user=oskar).update(verified=False)

    assert client_of(oskar).post(invite(oskar)).status_code == 409
    assert not Membership.objects.exists()


def test_after_a_fortnight_it_is_over(oskar: User, invite: Invite) -> None:
    link = invite(oskar)

    with time_machine.travel(timezone.now() + timedelta(days=15)):
        client = Client()
        client.force_login(oskar)
        page = client.post(link)

    assert "This invitation has ended" in page.text
    assert not Membership.objects.exists()


def test_a_stranger_is_asked_to_sign_in_or_up_and_comes_back(oskar: User, invite: Invite, client: Client) -> None:
    link = invite(oskar)

    page = client.get(link)

    assert f"?next={link}&amp;email=oskar%40example.com".replace("/", "%2F") in page.text
    assert client.post(link).status_code == 409
    assert page["Referrer-Policy"] == "same-origin"
    assert page["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("token", ["x", "%00", "é" * 20, "a" * 3000, "' OR 1=1 --"])
@pytest.mark.django_db
def test_an_unknown_link_gets_a_page_that_says_so(client: Client, token: str) -> None:
    page = client.get(f"/invitations/{token}/")

    assert page.status_code == 404


def test_an_invitation_to_a_clinic_that_left_says_so(
    oskar: User, invite: Invite, clinic: Clinic, client_of: ClientOf
) -> None:
    link = invite(oskar)
    clinic.delete()

    page = client_of(oskar).post(link)

    assert page.status_code == 409
    assert "no longer here" in page.text


def test_the_news_travels_in_the_transaction_that_accepts(oskar: User, invite: Invite) -> None:
    invite(oskar)
    found = Invitation.objects.get()

    def refuse(**_: Any) -> None:
        raise RuntimeError

    invitation_accepted.connect(refuse)
    try:
        with pytest.raises(RuntimeError):
            found.accept(oskar)
    finally:
        invitation_accepted.disconnect(refuse)

    assert Invitation.objects.open().count() == 1
    assert not Membership.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_accepts() -> None:
    ada = person("ada@example.com", is_staff=True)
    oskar = person("oskar@example.com")
    clinic = Clinic.objects.create(name="Harbour Clinic", place="Whitby")
    Invitation.make(role="clinic_member", about=f"clinic:{clinic.pk}", email=oskar.email, by=ada)

    def accept(_number: int) -> bool:
        try:
            return Invitation.objects.get().accept(oskar)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(accept, range(8)))

    assert sum(won) == 1
    assert Membership.objects.count() == 1
