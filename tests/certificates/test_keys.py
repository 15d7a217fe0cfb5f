"""Where private keys come from, where they never appear, and whether they fit what was published."""

import logging
import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings as live
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.utils import timezone

from certificates import checks, keys
from certificates.keys import chain, probing, revoking
from certificates.keys.holding import Private, public_pem
from certificates.models import Certificate, CertificateRevocationList, IssuerKey, Purpose
from jobs.models import Heartbeat
from portal.environment import Hidden

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """A machine of its own, with no key yet, which may make its own."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.KEYS_MAY_BE_MADE = True
    settings.ISSUER_KEYS = {name: Hidden("") for name in Purpose.values}
    settings.SEAL_CHAIN = ""
    settings.SEAL_KEY_TYPE = "P-256"
    return tmp_path / "keys"


@pytest.fixture
def production(settings: Any) -> None:
    settings.KEYS_MAY_BE_MADE = False


def pem(private: Private) -> str:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def give(settings: Any, purpose: Purpose, *privates: Private) -> None:
    words = "".join(pem(private) for private in privates)
    settings.ISSUER_KEYS = settings.ISSUER_KEYS | {purpose.value: Hidden(words)}


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("keys", *arguments, stdout=out, stderr=out)
    return out.getvalue()


# --- Where they come from -------------------------------------------------------------------------
def test_a_machine_on_its_own_makes_its_keys_once(folder: Path) -> None:
    first = {purpose: keys.active(purpose).kid for purpose in Purpose}
    second = {purpose: keys.active(purpose).kid for purpose in Purpose}

    assert first == second
    assert IssuerKey.objects.count() == 3
    assert {path.stem for path in folder.glob("*.pem")} >= set(first.values())


def test_a_new_database_takes_up_the_files_that_are_there(folder: Path) -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    folder.mkdir()
    (folder / "token-2026-4.pem").write_text(pem(private))

    key = keys.active(Purpose.TOKEN)

    assert (key.kid, key.row.number) == ("token-2026-4", 4)
    assert public_pem(key.private) == public_pem(private)


def test_a_private_key_is_a_file_for_us_only(folder: Path) -> None:
    keys.ensure()

    assert folder.stat().st_mode & 0o077 == 0
    for path in folder.glob("*.pem"):
        assert path.stat().st_mode & 0o077 == 0, path.name
    assert not list(folder.glob(".*.pem*"))


def test_in_production_nothing_is_made_by_itself(production: None, folder: Path) -> None:
    for purpose in Purpose:
        with pytest.raises(keys.KeysMissing, match=f"manage.py keys make {purpose.value}"):
            keys.active(purpose)

    assert not folder.exists()
    assert not IssuerKey.objects.exists()


def test_a_key_may_come_from_a_variable(production: None, settings: Any, tmp_path: Path) -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    give(settings, Purpose.CREDENTIAL, private)
    file = tmp_path / "given.pem"
    file.write_text(pem(private))

    assert "CREDENTIAL_KEY" in told("import", "credential", str(file))
    row = IssuerKey.objects.get()
    assert row.state == "waiting"
    keys.activate(row.kid, now=True)

    assert keys.active(Purpose.CREDENTIAL).private is not None
    assert not list(settings.KEYS_DIR.glob("*.pem"))


def test_a_variable_may_hold_the_old_key_and_the_next(production: None, settings: Any) -> None:
    old, new = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
    give(settings, Purpose.TOKEN, old, new)
    for private in (old, new):
        row, _is_written = keys.take_in(Purpose.TOKEN, pem(private).encode())
        keys.activate(row.kid, now=True)

        assert public_pem(keys.active(Purpose.TOKEN).private) == public_pem(private)


@pytest.mark.parametrize("way", ["TOKEN_KEY", "TOKEN_KEY_FILE", "one line"])
def test_settings_read_the_variable_or_the_file(way: str, tmp_path: Path) -> None:
    words = pem(ed25519.Ed25519PrivateKey.generate()).strip()
    (tmp_path / "key").write_text(words)
    given = {
        "TOKEN_KEY": {"TOKEN_KEY": words},
        "TOKEN_KEY_FILE": {"TOKEN_KEY_FILE": str(tmp_path / "key")},
        "one line": {"TOKEN_KEY": words.replace("\n", "\\n")},
    }[way]
    code = "from django.conf import settings as s; print(s.ISSUER_KEYS['token'].reveal()); print(repr(s.ISSUER_KEYS))"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "DATA_DIR": str(tmp_path), **given}
    out = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    *shown, printed = out.stdout.strip().split("\n")
    assert "\n".join(shown) == words
    assert printed == "{'credential': <empty>, 'seal': <empty>, 'token': <hidden>}"


@pytest.mark.parametrize(
    ("purpose", "private"),
    [
        (Purpose.CREDENTIAL, ec.generate_private_key(ec.SECP256R1())),
        (Purpose.TOKEN, ec.generate_private_key(ec.SECP256R1())),
        (Purpose.SEAL, ed25519.Ed25519PrivateKey.generate()),
        (Purpose.SEAL, ec.generate_private_key(ec.SECP384R1())),
        (Purpose.SEAL, rsa.generate_private_key(65537, 2048)),
    ],
)
def test_a_key_of_the_wrong_kind_is_not_taken_in(purpose: Purpose, private: Private, production: None) -> None:
    with pytest.raises(keys.KeysMissing, match="must be"):
        keys.take_in(purpose, pem(private).encode())

    assert not IssuerKey.objects.exists()


@pytest.mark.parametrize("words", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_holds_no_key_is_refused_in_words(words: str, tmp_path: Path) -> None:
    file = tmp_path / "given.pem"
    file.write_text(words)

    with pytest.raises(CommandError, match="private key"):
        told("import", "token", str(file))


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        told("import", "token", str(tmp_path / "nowhere.pem"))


def test_the_same_key_is_not_published_twice(production: None) -> None:
    content = pem(ed25519.Ed25519PrivateKey.generate()).encode()
    row, _is_written = keys.take_in(Purpose.TOKEN, content)

    with pytest.raises(keys.KeysMissing, match=f"already, as {row.kid}"):
        keys.take_in(Purpose.TOKEN, content)


# --- Where they never appear ----------------------------------------------------------------------
def secrets_of(folder: Path) -> list[str]:
    """A line out of the middle of each private key."""
    found = [path for path in folder.glob("*.pem") if "PRIVATE" in path.read_text()]
    return [path.read_text().splitlines()[1][:40] for path in found]


def test_no_private_key_is_in_the_database_in_settings_or_in_a_log(
    settings: Any, folder: Path, certificate: Certificate, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    give(settings, Purpose.CREDENTIAL, given := ed25519.Ed25519PrivateKey.generate())
    keys.ensure()
    checks.try_keys()
    signing = [keys.active(purpose) for purpose in Purpose]
    (folder / f"{signing[-1].kid}.pem").write_text(pem(ed25519.Ed25519PrivateKey.generate()))
    checks.try_keys()
    hidden = [*secrets_of(folder), pem(given).splitlines()[1][:40]]
    assert len(hidden) >= 5  # two of the chain, seal, token, and the one in the variable

    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows.append(repr(cursor.fetchall()))
    settings_words = repr({name: getattr(live, name) for name in dir(live) if name.isupper()})
    everywhere = "\n".join([*rows, settings_words, caplog.text, repr(signing), str(live.ISSUER_KEYS)])

    assert "PRIVATE KEY" not in everywhere
    assert not [secret for secret in hidden if secret in everywhere]
    assert "is another one" in caplog.text  # the log was written, and says which key without saying what it is


def test_what_cannot_be_read_is_not_repeated(settings: Any, folder: Path) -> None:
    keys.ensure()
    kid = keys.active(Purpose.TOKEN).kid
    (folder / f"{kid}.pem").write_text("-----BEGIN PRIVATE KEY-----\nc2VjcmV0IHdvcmRz\n-----END PRIVATE KEY-----\n")

    with pytest.raises(keys.KeysMissing) as caught:
        keys.active(Purpose.TOKEN)

    assert "c2VjcmV0" not in str(caught.value)
    assert kid in str(caught.value)


# --- Whether they fit -----------------------------------------------------------------------------
def grave(purpose: Purpose) -> list[str]:
    return [trouble.words for trouble in probing.troubles() if trouble.is_grave and trouble.purpose == purpose]


def test_all_is_well_with_the_keys_that_were_made() -> None:
    keys.ensure()

    assert probing.troubles() == []
    assert checks.keys_sign() == []
    assert told("probe").count("verifies") == 3


def test_before_the_first_certificate_a_machine_on_its_own_is_well() -> None:
    assert checks.keys_sign() == []


def test_in_production_a_missing_key_is_an_error_that_names_it_and_what_to_do(production: None) -> None:
    found = checks.keys_sign()

    assert [problem.id for problem in found] == ["certificates.E001"] * 3
    for purpose, problem in zip(Purpose, found, strict=True):
        assert purpose.value in problem.msg
        assert f"manage.py keys make {purpose.value}" in (problem.hint or "")


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_private_key_that_is_gone_is_named(purpose: Purpose, folder: Path) -> None:
    keys.ensure()
    kid = keys.active(purpose).kid
    (folder / f"{kid}.pem").unlink()

    [words] = grave(purpose)

    assert kid in words
    assert f"{purpose.value.upper()}_KEY" in words
    with pytest.raises(CommandError, match="cannot be issued"):
        told("probe")


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_private_key_that_is_another_is_named(purpose: Purpose, folder: Path) -> None:
    keys.ensure()
    kid = keys.active(purpose).kid
    other: Private = ed25519.Ed25519PrivateKey.generate()
    if purpose == Purpose.SEAL:
        other = ec.generate_private_key(ec.SECP256R1())
    (folder / f"{kid}.pem").write_text(pem(other))

    [words] = grave(purpose)

    assert kid in words
    assert "another one" in words


def test_a_key_that_others_may_read_is_a_warning(folder: Path) -> None:
    keys.ensure()
    path = folder / f"{keys.active(Purpose.TOKEN).kid}.pem"
    path.chmod(0o644)

    [problem] = checks.keys_sign()

    assert problem.id == "certificates.W001"
    assert "chmod 600" in (problem.hint or "")


def test_a_chain_about_to_lapse_is_a_warning_and_a_lapsed_one_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    keys.ensure()
    soon = timezone.now() + timedelta(days=365 * chain.YEARS["seal"] - 30)
    CertificateRevocationList.objects.all().delete()
    monkeypatch.setattr(probing, "LIST_LAPSES_SOON", -timedelta(days=9999))
    for days, is_grave in ((0, False), (40, True)):
        monkeypatch.setattr("certificates.keys.probing.timezone.now", lambda days=days: soon + timedelta(days=days))
        found = [trouble for trouble in probing.troubles() if "chain" in trouble.words]
        assert [trouble.is_grave for trouble in found] == [is_grave]


def test_without_tables_the_check_says_nothing(production: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(connection.introspection), "table_names", lambda *_a, **_k: [])

    assert checks.keys_sign() == []


def test_the_check_belongs_to_a_deployment(production: None) -> None:
    call_command("check", stdout=StringIO(), stderr=StringIO())  # every command runs it, also where no key is

    with pytest.raises(Exception, match="No credential key is active"):
        call_command("check", deploy=True, tags=["keys"], stdout=StringIO(), stderr=StringIO())


def test_a_worker_that_can_sign_is_seen_and_one_that_cannot_is_not(folder: Path) -> None:
    checks.try_keys()
    assert Heartbeat.objects.filter(name="keys").exists()

    Heartbeat.objects.all().delete()
    (folder / f"{keys.active(Purpose.SEAL).kid}.pem").unlink()
    checks.try_keys()
    assert not Heartbeat.objects.filter(name="keys").exists()


def test_a_worker_says_what_is_wrong_once_and_again_when_it_comes_back(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    checks.try_keys()
    path = folder / f"{keys.active(Purpose.TOKEN).kid}.pem"
    kept = path.read_bytes()
    for _time in range(2):
        caplog.clear()
        path.unlink()
        checks.try_keys()
        checks.try_keys()
        assert caplog.text.count("not on this machine") == 1
        path.write_bytes(kept)
        path.chmod(0o600)
        checks.try_keys()


def test_pages_need_no_private_key(
    production: None, client: Client, certificate: Certificate, settings: Any, tmp_path: Path
) -> None:
    settings.KEYS_MAY_BE_MADE = True
    keys.ensure()
    settings.KEYS_MAY_BE_MADE = False
    settings.KEYS_DIR = tmp_path / "another machine"

    for address in (certificate.get_check_url(), "/scan/", "/scan/keys.json", "/pki/root.pem", "/pki/authority.crl"):
        assert client.get(address).status_code == 200, address


# --- The chain of the seal ------------------------------------------------------------------------
def test_the_chain_leads_from_the_seal_to_a_root() -> None:
    key = keys.active(Purpose.SEAL)
    leaf, authority, root = chain.parsed(key.row.certificates)

    leaf.verify_directly_issued_by(authority)
    authority.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    assert leaf.public_key() == key.private.public_key()
    assert [
        each.extensions.get_extension_for_class(x509.BasicConstraints).value.ca for each in (leaf, authority, root)
    ] == [
        False,
        True,
        True,
    ]
    assert keys.ours(keys.fingerprint(key.row)) == key.row
    assert keys.roots() == [root]


def test_the_next_seal_key_has_the_same_root_without_the_roots_key(folder: Path) -> None:
    first = keys.active(Purpose.SEAL).row
    (folder / "root-key.pem").unlink()  # taken offline, as it should be

    second = keys.make(Purpose.SEAL)

    assert chain.parsed(first.certificates)[1:] == chain.parsed(second.certificates)[1:]
    assert probing.troubles() == []


def test_a_second_machine_makes_no_second_root(production: None, settings: Any, tmp_path: Path) -> None:
    keys.make(Purpose.SEAL)
    settings.KEYS_DIR = tmp_path / "another machine"

    with pytest.raises(keys.KeysMissing, match=r"authority-key\.pem"):
        keys.make(Purpose.SEAL)

    assert IssuerKey.objects.for_(Purpose.SEAL).count() == 1


def test_rsa_is_made_where_it_is_asked_for(settings: Any) -> None:
    settings.SEAL_KEY_TYPE = "RSA-3072"

    key = keys.active(Purpose.SEAL)

    assert isinstance(key.private, rsa.RSAPrivateKey)
    assert key.private.key_size == 3072
    assert probing.troubles() == []


def made_elsewhere(settings: Any, tmp_path: Path) -> tuple[str, str]:
    """A key with its chain, as another machine would make them: (key, chain)."""
    settings.KEYS_DIR, here = tmp_path / "elsewhere", settings.KEYS_DIR
    settings.KEYS_DIR.mkdir()
    private = ec.generate_private_key(ec.SECP256R1())
    certificates = chain.chain_for(settings.KEYS_DIR, "seal-2026-1", private)
    settings.KEYS_DIR = here
    return pem(private), certificates


@pytest.mark.parametrize("way", ["variable", "file"])
def test_a_seal_key_comes_with_its_certificates(way: str, production: None, settings: Any, tmp_path: Path) -> None:
    key, certificates = made_elsewhere(settings, tmp_path)
    if way == "variable":
        settings.SEAL_CHAIN = certificates.strip().replace("\n", "\\n")

    row, _is_written = keys.take_in(Purpose.SEAL, (key + (certificates if way == "file" else "")).encode())

    assert chain.parsed(row.certificates) == chain.parsed(certificates)
    keys.activate(row.kid, now=True)
    assert grave(Purpose.SEAL) == []


def test_a_chain_that_is_not_whole_is_refused(production: None, settings: Any, tmp_path: Path) -> None:
    key, certificates = made_elsewhere(settings, tmp_path)
    leaf, _authority, root = chain.parsed(certificates)
    broken = key + "".join(each.public_bytes(Encoding.PEM).decode() for each in (leaf, root))

    with pytest.raises(keys.KeysMissing, match="not whole"):
        keys.take_in(Purpose.SEAL, broken.encode())


# --- What others may ask --------------------------------------------------------------------------
def test_root_and_lists_are_there_for_anyone(client: Client) -> None:
    row = keys.active(Purpose.SEAL).row
    _leaf, authority, root = chain.parsed(row.certificates)

    answer = client.get("/pki/root.pem")
    assert x509.load_pem_x509_certificate(answer.content) == root
    for name, certificate in (("root", root), ("authority", authority)):
        found = x509.load_der_x509_crl(client.get(f"/pki/{name}.crl").content)
        assert found.is_signature_valid(certificate.public_key())  # type: ignore[arg-type]
        assert found.next_update_utc is not None
        assert found.next_update_utc > timezone.now()
        assert len(found) == 0


def test_before_there_is_a_seal_there_is_no_list(client: Client) -> None:
    assert client.get("/pki/root.pem").status_code == 404
    assert client.get("/pki/authority.crl").status_code == 404
    assert client.get("/pki/anything.crl").status_code == 404


def test_a_list_is_signed_anew_before_it_lapses_and_only_then() -> None:
    keys.ensure()
    revoking.renew()
    assert CertificateRevocationList.objects.count() == 2

    with pytest.MonkeyPatch.context() as patch:
        later = timezone.now() + timedelta(days=2)
        patch.setattr("certificates.keys.revoking.timezone.now", lambda: later)
        revoking.renew()

    authority = chain.published("authority")
    assert authority is not None
    newest = revoking.newest_of(authority)
    assert newest is not None
    assert newest.number == 2
    assert newest.valid_until > later
    assert CertificateRevocationList.objects.count() == 3  # the root's is good for longer


def test_without_the_authoritys_key_nobody_fails(folder: Path) -> None:
    keys.ensure()
    (folder / "authority-key.pem").unlink()
    (folder / "root-key.pem").unlink()
    CertificateRevocationList.objects.all().delete()

    revoking.renew()

    assert not CertificateRevocationList.objects.exists()
    assert [trouble.is_grave for trouble in probing.troubles()] == [False, False]
    with pytest.raises(CommandError, match="KEYS_DIR"):
        told("crl")
