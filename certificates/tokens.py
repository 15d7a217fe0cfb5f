"""The signed words of the second QR code: what lets paper be checked without any connection.

Ninety bytes, written as 144 characters of base32 (upper case, nothing to pad), big-endian:

    offset  bytes  what
         0      1  version, 1
         1      1  number of the token key that signed
         2     10  code: sixteen characters of five bits
        12      2  day of issue, counted from 1 January 2020
        14      2  last day it is valid, counted likewise
        16      2  number of the achievement; 0 when it has none that fits
        18      8  the beginning of SHA-256(code as sixteen ASCII characters, then the name as `told_alike` gives it)
        26     64  Ed25519 over the domain words below, then the 26 bytes before

The same certificate under the same key always gives the same token. Whether it was revoked since stands nowhere in it.
The page that reads it without a connection does the same sums in `portal/static/js/scan/tokens.js`.
"""

import base64
import binascii
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from struct import Struct
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from certificates import keys
from certificates.codes import ALPHABET, LENGTH, VALUE, is_well_formed
from certificates.models import Certificate, IssuerKey, Purpose

VERSION = 1
DOMAIN = b"stipple offline token 1\n"  # no signature made for anything else can be passed off as a token
DAY_ZERO = date(2020, 1, 1)
WORDS = Struct(">BB10sHHH8s")
BYTES = WORDS.size + 64
CHARACTERS = BYTES * 8 // 5
BITS = 5  # in a character of a code
LARGEST = 0xFFFF

# Spelt out, since Python's and JavaScript's own ideas of a space differ.
SPACES = re.compile("[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
APOSTROPHES = re.compile("[`\u00b4\u02bc\u2018\u2019]")
HYPHENS = re.compile("[\u2010-\u2015\u2212]")


def told_alike(name: str) -> str:
    """One spelling for all ways to type one name: capitals, spaces, dashes and apostrophes make no difference."""
    plain = UNSEEN.sub("", unicodedata.normalize("NFC", name))
    plain = HYPHENS.sub("-", APOSTROPHES.sub("'", SPACES.sub(" ", plain))).strip(" ")
    # Up, then down: ß becomes ss and every sigma one. `casefold` would do so too, but JavaScript has none.
    return unicodedata.normalize("NFC", plain.upper().lower().replace("\u03c2", "\u03c3"))


def digest_of(code: str, name: str) -> bytes:
    return hashlib.sha256(code.encode("ascii") + told_alike(name).encode()).digest()[:8]


@dataclass(frozen=True)
class Token:
    """What a token says, its signature checked against a key that counts."""

    kid: str
    code: str
    issued_on: date
    expires_on: date
    achievement: int
    name_digest: bytes

    def names(self, name: str) -> bool:
        """Whether the certificate was made out to that name."""
        return digest_of(self.code, name) == self.name_digest


def issue(certificate: Certificate) -> str:
    """The token of a certificate, signed with the key that is active."""
    key = keys.active(Purpose.TOKEN)
    assert isinstance(key.private, Ed25519PrivateKey)  # noqa: S101  `make` and `take_in` see to it
    words = WORDS.pack(
        VERSION,
        key.row.number,
        _packed(certificate.code),
        (certificate.issued_on - DAY_ZERO).days,
        (certificate.expires_on - DAY_ZERO).days,
        certificate.achievement_id if certificate.achievement_id <= LARGEST else 0,
        digest_of(certificate.code, certificate.statement["holder"]["name"]),
    )
    return base64.b32encode(words + key.private.sign(DOMAIN + words)).decode()


def read(text: str) -> Token | None:
    """What a token says; None unless one of our keys signed it that is not compromised."""
    content = _bytes_of(text)
    if content is None:
        return None
    words, signature = content[: WORDS.size], content[WORDS.size :]
    version, number, packed, issued, expires, achievement, digest = WORDS.unpack(words)
    code = _unpacked(packed)
    if version != VERSION or not is_well_formed(code):
        return None
    row = IssuerKey.objects.for_(Purpose.TOKEN).trusted().filter(number=number).first()
    if row is None:
        return None
    try:
        _public(row).verify(signature, DOMAIN + words)
    except InvalidSignature:
        return None
    day = DAY_ZERO + timedelta(days=issued), DAY_ZERO + timedelta(days=expires)
    return Token(row.kid, code, *day, achievement, digest)


def public_keys() -> list[dict[str, Any]]:
    """The keys a page needs to read tokens by itself: all that count, whether waiting, active or retired."""
    return [
        {"number": row.number, "kid": row.kid, "key": base64.urlsafe_b64encode(raw).decode().rstrip("=")}
        for row in IssuerKey.objects.for_(Purpose.TOKEN).trusted()
        if (raw := _public(row).public_bytes(Encoding.Raw, PublicFormat.Raw))
    ]


def begins(number: int) -> str:
    """A pattern for the tokens that a key signed: version and number fill three characters and a bit of the fourth."""
    first = VERSION << 8 | number
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    head = "".join(letters[first >> place & 31] for place in (11, 6, 1))
    half = (first & 1) << 4
    return f"^{head}[{letters[half : half + 16]}]"


def _public(row: IssuerKey) -> Ed25519PublicKey:
    public = load_pem_public_key(row.public.encode())
    assert isinstance(public, Ed25519PublicKey)  # noqa: S101  `make` and `take_in` see to it
    return public


def _bytes_of(text: str) -> bytes | None:
    shouted = text.strip().upper()
    if len(shouted) != CHARACTERS:
        return None
    try:
        return base64.b32decode(shouted)
    except (binascii.Error, ValueError):
        return None


def _packed(code: str) -> bytes:
    whole = 0
    for character in code:
        whole = whole << BITS | VALUE[character]
    return whole.to_bytes(LENGTH * BITS // 8, "big")


def _unpacked(content: bytes) -> str:
    whole = int.from_bytes(content, "big")
    return "".join(ALPHABET[whole >> place * BITS & 31] for place in reversed(range(LENGTH)))
