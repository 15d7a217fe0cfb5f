"""The signed words of the offline QR code: what they say, who signed them, and what they refuse."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from certificates import keys, tokens
from certificates.codes import new_code
from certificates.models import Certificate, IssuerKey, Purpose
from courses.models import Course
from tests.certificates.conftest import Earn

pytestmark = pytest.mark.django_db


def opened(token: str) -> bytearray:
    return bytearray(base64.b32decode(token))


def closed(content: bytes | bytearray) -> str:
    return base64.b32encode(bytes(content)).decode()


def test_a_token_says_what_the_certificate_says(certificate: Certificate) -> None:
    token = tokens.read(tokens.issue(certificate))

    assert token is not None
    assert token.code == certificate.code
    assert (token.issued_on, token.expires_on) == (certificate.issued_on, certificate.expires_on)
    assert token.achievement == certificate.achievement_id
    assert token.kid == keys.active(Purpose.TOKEN).kid


def test_it_is_ninety_bytes_laid_out_as_written(certificate: Certificate) -> None:
    token = tokens.issue(certificate)
    content = opened(token)

    assert len(token) == 144
    assert token == token.upper()
    assert "=" not in token
    assert len(content) == 90
    assert content[0] == 1
    assert content[1] == keys.active(Purpose.TOKEN).row.number
    assert int.from_bytes(content[12:14], "big") == (certificate.issued_on - tokens.DAY_ZERO).days
    assert int.from_bytes(content[14:16], "big") == (certificate.expires_on - tokens.DAY_ZERO).days
    assert int.from_bytes(content[16:18], "big") == certificate.achievement_id
    assert bytes(content[18:26]) == tokens.digest_of(certificate.code, "Tess Trainee")


def test_the_same_certificate_always_gives_the_same_token(certificate: Certificate) -> None:
    assert tokens.issue(certificate) == tokens.issue(Certificate.objects.get(pk=certificate.pk))


def test_another_certificate_gives_another_token(
    certificate: Certificate, depth: Course, tess: User, earn: Earn
) -> None:
    assert tokens.issue(earn(tess, depth.achievement)) != tokens.issue(certificate)


def test_every_bit_counts(certificate: Certificate) -> None:
    content = opened(tokens.issue(certificate))
    for place in range(len(content) * 8):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        assert tokens.read(closed(changed)) is None, place


def test_it_is_read_in_small_letters_and_with_space_around_it(certificate: Certificate) -> None:
    assert tokens.read(f"  {tokens.issue(certificate).lower()}\n") is not None


@pytest.mark.parametrize(
    "text", ["", "A", "A" * 143, "A" * 144, "A" * 145, "1" * 144, "É" * 144, "A" * 100_000, "\0" * 144]
)
def test_what_is_no_token_is_none(text: str, db: None) -> None:
    assert tokens.read(text) is None


def test_a_signature_without_our_domain_words_is_none(certificate: Certificate) -> None:
    """Whoever can have something else signed with that key cannot pass it off as a token."""
    content = opened(tokens.issue(certificate))
    key = keys.active(Purpose.TOKEN).private
    assert isinstance(key, Ed25519PrivateKey)
    words = bytes(content[:26])

    assert tokens.read(closed(words + key.sign(words))) is None
    assert tokens.read(closed(words + key.sign(tokens.DOMAIN + words))) is not None


@pytest.mark.parametrize(("place", "sign"), [(0, 0), (0, 2), (11, None)], ids=["version 0", "version 2", "a slip"])
def test_what_our_key_never_signs_is_no_token_even_if_it_did(
    certificate: Certificate, place: int, sign: int | None
) -> None:
    """Another version may mean other things by the same bytes; a code with a slip in it is nobody's."""
    key = keys.active(Purpose.TOKEN).private
    assert isinstance(key, Ed25519PrivateKey)
    words = opened(tokens.issue(certificate))[:26]
    words[place] = words[place] ^ 1 if sign is None else sign

    assert tokens.read(closed(bytes(words) + key.sign(tokens.DOMAIN + bytes(words)))) is None


def test_an_achievement_whose_number_does_not_fit_is_named_by_none(certificate: Certificate) -> None:
    """Rather than by the number of another."""
    certificate.achievement_id = tokens.LARGEST + 2

    token = tokens.read(tokens.issue(certificate))

    assert token is not None
    assert token.achievement == 0


def test_somebody_elses_key_signs_no_token(certificate: Certificate) -> None:
    words = bytes(opened(tokens.issue(certificate))[:26])

    assert tokens.read(closed(words + Ed25519PrivateKey.generate().sign(tokens.DOMAIN + words))) is None


def test_the_credentials_key_signs_no_token(certificate: Certificate) -> None:
    words = opened(tokens.issue(certificate))[:26]
    other = keys.active(Purpose.CREDENTIAL)
    assert isinstance(other.private, Ed25519PrivateKey)
    words[1] = other.row.number  # keys of each purpose are numbered by themselves

    assert tokens.read(closed(words + other.private.sign(tokens.DOMAIN + words))) is None


def test_a_retired_key_goes_on_counting_and_a_compromised_one_does_not(certificate: Certificate) -> None:
    token = tokens.issue(certificate)
    kid = keys.active(Purpose.TOKEN).kid

    keys.retire(kid, why="A year has passed")
    assert tokens.read(token) is not None
    assert kid in [key["kid"] for key in tokens.public_keys()]

    keys.compromise(kid, why="A laptop was lost")
    assert tokens.read(token) is None
    assert kid not in [key["kid"] for key in tokens.public_keys()]


def test_a_new_keys_tokens_are_told_from_the_olds(certificate: Certificate) -> None:
    before = tokens.issue(certificate)
    keys.activate(keys.make(Purpose.TOKEN).kid, now=True)
    after = tokens.issue(certificate)

    first, second = tokens.read(before), tokens.read(after)
    assert first is not None
    assert second is not None
    assert first.kid != second.kid
    assert first.code == second.code


def test_who_published_keys_tells_no_private_part(db: None) -> None:
    keys.ensure()
    [public] = tokens.public_keys()
    raw = base64.urlsafe_b64decode(public["key"] + "=")

    assert set(public) == {"number", "kid", "key"}
    assert len(raw) == 32
    assert raw == keys.active(Purpose.TOKEN).private.public_key().public_bytes_raw()  # type: ignore[union-attr]


def test_the_tokens_of_a_key_are_found_by_how_they_begin(certificate: Certificate) -> None:
    for number in (1, 2, 3, 30, 31, 128, 254, 255):
        row = IssuerKey(purpose=Purpose.TOKEN, number=number)
        for other in (1, 2, 3, 30, 31, 128, 254, 255):
            token = closed(bytes([1, other]) + bytes(88))
            Certificate.objects.filter(pk=certificate.pk).update(token=token)
            assert keys.signed_by(row).exists() == (number == other), (number, other)


# --- Names ----------------------------------------------------------------------------------------
ALIKE = [
    ("Tess Trainee", "tess trainee"),
    ("Tess Trainee", "  TESS \t TRAINEE "),
    ("Tess Trainee", "Tess\u00a0Trainee"),
    ("Zoë Çelik", "Zoe\u0308 C\u0327elik"),
    ("Seán O’Brien", "Seán O'Brien"),
    ("Anne‑Marie", "anne-marie"),
    ("Jens Groß", "JENS GROSS"),
    ("ΟΔΥΣΣΕΑΣ", "Οδυσσέας".replace("έ", "ε")),
    ("Łukasz Żak", "ŁUKASZ ŻAK"),
    ("Иван Й", "иван и\u0306"),
    ("Ana\u200bMaria", "AnaMaria"),
]
APART = [
    ("Tess Trainee", "Tess Trained"),
    ("Tess Trainee", "TessTrainee"),
    ("Zoë", "Zoe"),
    ("Łukasz", "Lukasz"),
    ("Иван", "Ivan"),
    ("Anne-Marie", "Anne Marie"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_one_name_typed_in_two_ways_is_told_alike(one: str, other: str) -> None:
    assert tokens.told_alike(one) == tokens.told_alike(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_two_names_are_told_apart(one: str, other: str) -> None:
    assert tokens.told_alike(one) != tokens.told_alike(other)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_a_name_told_alike_stays_as_it_is(name: str) -> None:
    told = tokens.told_alike(name)

    assert "  " not in told
    assert tokens.told_alike(f" {name}\t") == told


def test_a_token_knows_its_name_and_no_other(certificate: Certificate) -> None:
    token = tokens.read(tokens.issue(certificate))

    assert token is not None
    assert token.names("tess TRAINEE")
    assert not token.names("Cleo Checker")
    assert not token.names("")


def test_one_name_has_another_digest_on_another_certificate() -> None:
    """Or a list of names and digests could be made once for all certificates."""
    assert tokens.digest_of(new_code(), "Tess Trainee") != tokens.digest_of(new_code(), "Tess Trainee")


def test_days_far_away_fit(tess: User, hygiene: Course, earn: Earn, settings: Any) -> None:
    certificate = earn(tess, hygiene.achievement)
    certificate.expires_on = certificate.issued_on + timedelta(days=365 * 100)

    token = tokens.read(tokens.issue(certificate))

    assert token is not None
    assert token.expires_on == certificate.expires_on
