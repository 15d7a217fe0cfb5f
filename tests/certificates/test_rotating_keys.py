"""A key comes, signs, goes, or is lost to somebody else; and what it signed counts as long as it should."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from certificates import examining, issuing, keys
from certificates.examining.finding import Document
from certificates.keys import chain
from certificates.models import Certificate, IssuerKey, Purpose
from portal.environment import Hidden
from tests.quizzes.test_races import together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """A machine of its own with a key for each purpose, which makes no more by itself."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.KEYS_MAY_BE_MADE = True
    settings.ISSUER_KEYS = {name: Hidden("") for name in Purpose.values}
    return tmp_path / "keys"


@pytest.fixture
def production(db: None, settings: Any) -> None:
    keys.ensure()
    settings.KEYS_MAY_BE_MADE = False


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("keys", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def waiting_since(kid: str, minutes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if it had been published so many minutes ago: the row itself is final."""
    later = IssuerKey.objects.get(kid=kid).published_at + timedelta(minutes=minutes)
    monkeypatch.setattr("certificates.keys.living.timezone.now", lambda: later)


# --- By command -----------------------------------------------------------------------------------
@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_new_key_waits_signs_and_retires_the_former(
    purpose: Purpose, production: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = keys.active(purpose).row

    words = told("make", purpose.value)
    new = IssuerKey.objects.get(purpose=purpose, number=former.number + 1)
    assert f"manage.py keys activate {new.kid}" in words
    assert new.state == "waiting"
    assert keys.active(purpose).row == former

    with pytest.raises(CommandError, match="Wait until"):
        told("activate", new.kid)
    assert keys.active(purpose).row == former

    waiting_since(new.kid, 61, monkeypatch)
    assert f"{former.kid} is retired" in told("activate", new.kid)
    former.refresh_from_db()
    assert keys.active(purpose).row == new
    assert former.state == "retired"
    assert former.why == f"Replaced by {new.kid}."
    assert former.retired_at == IssuerKey.objects.get(kid=new.kid).active_from
    words = told("list")
    assert "retired" in words
    assert "active" in words


@pytest.mark.parametrize("how", ["retire", "compromise"])
def test_a_key_made_after_the_only_one_is_gone_may_wait_or_sign_at_once(how: str, production: None) -> None:
    told(how, keys.active(Purpose.TOKEN).kid, "--why", "A laptop was lost", "--yes")

    words = told("make", "token")

    row = IssuerKey.objects.for_(Purpose.TOKEN).get(active_from=None)
    assert "nothing to wait for" not in words
    assert "No token key is active, so nothing is issued until one is." in words
    assert f"After {row.published_at + timedelta(hours=1):%H:%M} UTC" in words
    assert f"manage.py keys activate {row.kid} --now" in words
    assert "signs from now on" in told("activate", row.kid, "--now")


def test_a_first_key_has_nothing_to_wait_for() -> None:
    for _time in range(2):  # one that waits signed nothing either
        assert "there is nothing to wait for" in told("make", "token")


def test_fifty_nine_minutes_are_too_few(production: None, monkeypatch: pytest.MonkeyPatch) -> None:
    kid = keys.make(Purpose.TOKEN).kid
    waiting_since(kid, 59, monkeypatch)

    with pytest.raises(keys.KeyRefused):
        keys.activate(kid)


def test_now_does_not_wait(production: None) -> None:
    kid = keys.make(Purpose.TOKEN).kid

    assert f"{kid} signs from now on" in told("activate", kid, "--now")


def test_a_key_whose_private_part_is_not_here_is_not_activated(production: None, folder: Path) -> None:
    former, kid = keys.active(Purpose.TOKEN).row, keys.make(Purpose.TOKEN).kid
    (folder / f"{kid}.pem").unlink()

    with pytest.raises(CommandError, match="not on this machine"):
        told("activate", kid, "--now")

    assert keys.active(Purpose.TOKEN).row == former


@pytest.mark.parametrize(
    ("before", "words"),
    [("activate", "active already"), ("retire", "retired"), ("compromise", "compromised, and stays so")],
)
def test_what_is_over_is_not_activated_again(before: str, words: str, production: None) -> None:
    kid = keys.make(Purpose.TOKEN).kid
    acts: dict[str, Callable[[], object]] = {
        "activate": lambda: keys.activate(kid, now=True),
        "retire": lambda: keys.retire(kid, why="Never used"),
        "compromise": lambda: keys.compromise(kid, why="Seen elsewhere"),
    }
    acts[before]()

    with pytest.raises(CommandError, match=words):
        told("activate", kid, "--now")


def test_a_key_that_is_not_there_is_said_so(production: None) -> None:
    for act in (["activate", "token-1999-1"], ["retire", "token-1999-1"], ["compromise", "token-1999-1", "--why", "x"]):
        with pytest.raises(CommandError, match="no key token-1999-1"):
            told(*act)


def test_taking_the_active_key_out_of_use_is_asked_for(production: None, monkeypatch: pytest.MonkeyPatch) -> None:
    kid = keys.active(Purpose.SEAL).kid
    monkeypatch.setattr("builtins.input", lambda: "yes")
    with pytest.raises(CommandError, match="Nothing was changed"):
        told("retire", kid)
    assert keys.active(Purpose.SEAL).kid == kid

    monkeypatch.setattr("builtins.input", lambda: kid)
    told("retire", kid)
    with pytest.raises(keys.KeysMissing, match="No seal key is active"):
        keys.active(Purpose.SEAL)


def test_a_compromise_is_asked_for_and_says_what_follows(
    production: None, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuing.draw(certificate)
    kid = keys.active(Purpose.CREDENTIAL).kid
    monkeypatch.setattr("builtins.input", lambda: "")
    with pytest.raises(CommandError, match="Nothing was changed"):
        told("compromise", kid, "--why", "A laptop was lost")
    assert IssuerKey.objects.get(kid=kid).state == "active"

    words = told("compromise", kid, "--why", "A laptop was lost", "--yes")

    assert "no longer verify" in words
    assert "1 certificates rest on it" in words
    assert f"reissue {certificate}  Tess Trainee" in words
    assert "manage.py keys make credential" in words
    row = IssuerKey.objects.get(kid=kid)
    assert row.state == "compromised"
    assert row.why == "A laptop was lost"


def test_a_compromise_needs_a_reason(production: None) -> None:
    with pytest.raises(CommandError, match="Say why"):
        told("compromise", keys.active(Purpose.TOKEN).kid, "--why", "  ", "--yes")


def test_without_the_authoritys_key_a_compromise_counts_and_the_list_waits(production: None, folder: Path) -> None:
    kid = keys.active(Purpose.SEAL).kid
    kept = (folder / "authority-key.pem").read_bytes()
    (folder / "authority-key.pem").unlink()
    (folder / "root-key.pem").unlink()

    assert "manage.py keys crl" in told("compromise", kid, "--why", "x", "--yes")
    assert IssuerKey.objects.get(kid=kid).state == "compromised"

    (folder / "authority-key.pem").write_bytes(kept)
    assert "authority" in told("crl")
    assert revoked(Client())


# --- What the database says -----------------------------------------------------------------------
def test_the_database_lets_one_key_sign_at_a_time(production: None) -> None:
    other = keys.make(Purpose.TOKEN)

    with pytest.raises(IntegrityError), transaction.atomic():
        IssuerKey.objects.filter(pk=other.pk).update(active_from=timezone.now())


def test_a_published_key_is_not_exchanged_for_another(production: None) -> None:
    row, other = keys.active(Purpose.TOKEN).row, keys.make(Purpose.TOKEN)

    for column, value in (
        ("public", other.public),
        ("number", 9),
        ("certificates", "x"),
        ("published_at", timezone.now()),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            IssuerKey.objects.filter(pk=row.pk).update(**{column: value})
    with pytest.raises(DatabaseError), transaction.atomic():
        IssuerKey.objects.filter(pk=row.pk).delete()


@pytest.mark.django_db(transaction=True)
def test_two_activations_at_once_leave_one_key_and_words_for_the_other(production: None) -> None:
    former = keys.active(Purpose.TOKEN).kid
    one, other = keys.make(Purpose.TOKEN).kid, keys.make(Purpose.TOKEN).kid

    outcomes = together(lambda: keys.activate(one, now=True), lambda: keys.activate(other, now=True))

    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    signing = IssuerKey.objects.for_(Purpose.TOKEN).signing().get().kid
    assert signing in {one, other}
    assert IssuerKey.objects.get(kid=former).state == "retired"
    # One after the other both may have their turn; at the same moment one is told why not.
    assert all(isinstance(error, keys.KeyRefused) for error in refused), refused
    if refused:
        assert IssuerKey.objects.get(kid=other if signing == one else one).state == "waiting"
    else:
        assert IssuerKey.objects.get(kid=other if signing == one else one).state == "retired"


def test_an_activation_that_loses_the_race_says_so(production: None, monkeypatch: pytest.MonkeyPatch) -> None:
    former, kid = keys.active(Purpose.TOKEN).row, keys.make(Purpose.TOKEN).kid
    monkeypatch.setattr("certificates.keys.living._end", lambda *_a, **_k: None)  # the former goes on signing

    with pytest.raises(keys.KeyRefused, match="at this moment"):
        keys.activate(kid, now=True)

    assert keys.active(Purpose.TOKEN).row == former


# --- What counts ----------------------------------------------------------------------------------
ENDS = ["retired", "compromised"]


def end(kid: str, how: str) -> None:
    if how == "retired":
        purpose = IssuerKey.objects.get(kid=kid).purpose
        keys.activate(keys.make(Purpose(purpose)).kid, now=True)
        assert IssuerKey.objects.get(kid=kid).state == "retired"
    else:
        told("compromise", kid, "--why", "A laptop was lost", "--yes")


@pytest.mark.parametrize("how", ENDS)
def test_what_a_credential_is_worth_after_its_key(how: str, production: None, certificate: Certificate) -> None:
    issuing.draw(certificate)
    certificate.refresh_from_db()
    assert examining.examine(certificate.credential_text.encode()).is_genuine

    end(certificate.credential_kid, how)

    assert examining.examine(certificate.credential_text.encode()).is_genuine is (how == "retired")


@pytest.mark.parametrize("how", ENDS)
def test_a_credentials_key_stays_named_but_asserts_only_while_it_counts(
    how: str, production: None, client: Client
) -> None:
    kid = keys.active(Purpose.CREDENTIAL).kid
    end(kid, how)

    document = client.get("/.well-known/did.json").json()

    assert any(method["id"].endswith(f"#{kid}") for method in document["verificationMethod"])
    assert any(name.endswith(f"#{kid}") for name in document["assertionMethod"]) == (how == "retired")
    published = [key["kid"] for key in client.get("/.well-known/jwks.json").json()["keys"]]
    assert any(name.endswith(kid) for name in published) == (how == "retired")


def outside_changed(pdf: bytes) -> bytes:
    """The same signature in hexadecimal digits of the other case: other bytes, where no signature can cover them."""
    found = re.search(rb"/Contents <([0-9a-fA-F]+)>", pdf)
    assert found is not None
    return pdf[: found.start(1)] + found[1].swapcase() + pdf[found.end(1) :]


@pytest.mark.parametrize("how", ENDS)
def test_what_a_seal_is_worth_after_its_key(how: str, production: None, certificate: Certificate) -> None:
    issuing.draw(certificate)
    certificate.refresh_from_db()
    pdf = issuing.stored(certificate)
    assert pdf is not None
    other = outside_changed(pdf)
    assert examining.examine(other).document is Document.SEAL_ONLY

    end(keys.active(Purpose.SEAL).kid, how)

    assert (keys.ours(certificate.seal_fingerprint) is not None) == (how == "retired")
    assert examining.examine(other).document is (Document.SEAL_ONLY if how == "retired" else Document.FOREIGN)


def revoked(client: Client) -> set[int]:
    found = x509.load_der_x509_crl(client.get("/pki/authority.crl").content)
    return {each.serial_number for each in found}


def test_a_compromised_seal_is_named_in_the_authoritys_list(production: None, client: Client) -> None:
    row = keys.active(Purpose.SEAL).row
    leaf = chain.parsed(row.certificates)[0]
    assert revoked(client) == set()

    end(row.kid, "compromised")
    keys.activate(keys.make(Purpose.SEAL).kid, now=True)

    assert revoked(client) == {leaf.serial_number}
    found = x509.load_der_x509_crl(client.get("/pki/authority.crl").content)
    [entry] = found
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.key_compromise


def test_a_compromise_that_the_list_does_not_name_is_caught_up_with(production: None, client: Client) -> None:
    keys.compromise(keys.active(Purpose.SEAL).kid, why="Told by the database alone")
    assert revoked(client) == set()

    call_command("work", once=True)

    assert len(revoked(client)) == 1


@pytest.mark.parametrize("purpose", list(Purpose))
def test_the_certificates_that_rest_on_a_key_are_found(
    purpose: Purpose, production: None, certificate: Certificate
) -> None:
    issuing.draw(certificate)
    row = keys.active(purpose).row
    other = keys.make(purpose)

    assert list(keys.signed_by(row)) == [certificate]
    assert not keys.signed_by(other).exists()
