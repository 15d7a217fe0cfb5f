"""An owner makes a key for a program, copies it that once, and revokes it when it is no longer needed."""

import hashlib
import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from clinics import access
from clinics.models import ApiKey, Clinic, Membership
from clinics.models.access import Scope
from tests.cast import PASSWORD, person
from tests.clinics.asking import CHANGES, key_of, program
from tests.clinics.conftest import OwnerClient
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

WORDS = {"label": "Rota", "scopes": ["verify", "changes"], "days": "90"}
KEY = re.compile(r"stp_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")


def keys_page(clinic: Clinic) -> str:
    return reverse("clinics:api_keys", args=[clinic.pk])


def end_page(key: ApiKey) -> str:
    return reverse("clinics:api_key_end", args=[key.clinic_id, key.pk])


def test_an_owner_makes_a_key_that_works(clinic: Clinic, olga: User, signed_in: OwnerClient) -> None:
    page = signed_in(olga).post(keys_page(clinic), WORDS)

    assert page.status_code == 200
    (whole,) = set(KEY.findall(page.text))
    assert program(whole).get(CHANGES).status_code == 200
    key = ApiKey.objects.get()
    assert (key.label, key.made_by, key.scopes) == ("Rota", olga, ["changes", "verify"])
    assert timedelta(days=89) < key.expires_at - timezone.now() < timedelta(days=91)


def test_the_whole_key_is_shown_once_and_kept_nowhere(clinic: Clinic, olga: User, signed_in: OwnerClient) -> None:
    client = signed_in(olga)
    page = client.post(keys_page(clinic), WORDS)
    (whole,) = set(KEY.findall(page.text))

    assert "no-store" in page["Cache-Control"]
    assert KEY.search(client.get(keys_page(clinic)).text) is None
    key = ApiKey.objects.get()
    assert key.prefix in client.get(keys_page(clinic)).text
    assert key.sha256 == hashlib.sha256(whole.encode()).hexdigest()
    kept = ApiKey.objects.values().get()
    assert whole[-43:] not in str(kept)
    assert whole not in str(dict(client.session))


def test_whoever_makes_a_key_confirms_that_it_is_them_first(clinic: Clinic, olga: User, client_of: ClientOf) -> None:
    client = client_of(olga)
    asked = client.post(keys_page(clinic), WORDS)

    assert asked.status_code == 302
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert not ApiKey.objects.exists()
    done = client.post(asked["Location"], {"password": PASSWORD})
    assert ApiKey.objects.count() == 1
    assert KEY.search(done.text)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"label": ""}, "required"),
        ({"label": "x" * 81}, "at most 80"),
        ({"scopes": []}, "Choose at least one"),
        ({"scopes": ["everything"]}, "not one of the available choices"),
        ({"days": "3650"}, "not one of the available choices"),
        ({"days": ""}, "required"),
    ],
)
def test_what_is_missing_is_told_and_no_key_is_made(
    clinic: Clinic, olga: User, signed_in: OwnerClient, changes: dict[str, object], words: str
) -> None:
    page = signed_in(olga).post(keys_page(clinic), WORDS | changes)

    assert page.status_code == 422
    assert words in page.text
    assert not ApiKey.objects.exists()


def test_a_clinic_has_so_many_keys_and_no_more(clinic: Clinic, olga: User, signed_in: OwnerClient) -> None:
    for _ in range(access.MOST_KEYS):
        key_of(clinic, olga)
    client = signed_in(olga)

    assert client.post(keys_page(clinic), WORDS).status_code == 422
    access.revoke(ApiKey.objects.all()[0], by=olga)
    assert client.post(keys_page(clinic), WORDS).status_code == 200


def test_members_and_owners_of_other_clinics_find_nothing(
    clinic: Clinic, cleo: User, olga: User, ada: User, signed_in: OwnerClient
) -> None:
    key, _whole = key_of(clinic, olga)
    elsewhere = Clinic.objects.create(name="Elsewhere", place="Hull")
    other = person("otto@example.com", "Otto Other", second_factor=True)
    elsewhere.join(other, role=Membership.Role.OWNER)

    for who in (cleo, other, ada):
        client = signed_in(who)
        assert client.get(keys_page(clinic)).status_code == 404
        assert client.post(keys_page(clinic), WORDS).status_code == 404
        assert client.post(end_page(key)).status_code == 404
    mixed = reverse("clinics:api_key_end", args=[elsewhere.pk, key.pk])
    assert signed_in(other).post(mixed).status_code == 404
    assert ApiKey.objects.usable().count() == 1


def test_a_revoked_key_counts_no_more_from_that_moment(clinic: Clinic, olga: User, client_of: ClientOf) -> None:
    key, whole = key_of(clinic, olga)
    client = client_of(olga)  # without a password given anew: a key that leaked goes at once
    assert "Revoke “Rota”?" in client.get(end_page(key)).text
    assert program(whole).get(CHANGES).status_code == 200

    assert client.post(end_page(key)).status_code == 302
    assert program(whole).get(CHANGES).status_code == 401
    key.refresh_from_db()
    assert key.revoked_by == olga
    assert key.prefix in client.get(keys_page(clinic)).text


def test_only_the_first_revocation_is_remembered(clinic: Clinic, olga: User, cleo: User) -> None:
    key, _whole = key_of(clinic, olga)
    access.revoke(key, by=olga)
    access.revoke(key, by=cleo)

    key.refresh_from_db()
    assert key.revoked_by == olga


def test_a_key_ends_by_itself(clinic: Clinic, olga: User) -> None:
    _key, whole = key_of(clinic, olga, days=30)

    with time_machine.travel(timezone.now() + timedelta(days=29, hours=23)):
        assert access.find(whole)
    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1)):
        assert access.find(whole) is None


def test_a_key_is_found_whole_or_not_at_all(clinic: Clinic, olga: User) -> None:
    key, whole = key_of(clinic, olga)
    _other, others = key_of(clinic, olga)

    assert access.find(whole) == key
    for wrong in (whole[:-1], whole + "A", whole.upper(), f" {whole}", key.prefix + others[12:], whole + "\n", ""):
        assert access.find(wrong) is None, wrong


def test_the_page_takes_the_same_queries_for_one_key_and_for_many(
    clinic: Clinic, olga: User, signed_in: OwnerClient
) -> None:
    client = signed_in(olga)
    key_of(clinic, olga)
    client.get(keys_page(clinic))

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(keys_page(clinic)).status_code == 200
        return len(counted)

    for_one = queries()
    for _ in range(40):
        access.revoke(key_of(clinic, olga)[0], by=olga)
    assert queries() == for_one


def test_every_scope_is_needed_somewhere(clinic: Clinic) -> None:
    from clinics.api.routes import router

    asked = {
        auth.scope
        for view in router.path_operations.values()
        for operation in view.operations
        for auth in operation.auth_callbacks
        if hasattr(auth, "scope")
    }
    assert asked == {*Scope}


def test_keys_need_no_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run", "clinics", verbosity=0)
