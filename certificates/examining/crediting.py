"""A credential that somebody brings: is it, word for word, one that we issued?

It is compared with the register before anything else, and only then is its proof a question. A credential that is not
the register's is refused whatever its proof says; so no stranger's document is ever brought into canonical form, which
a document made for it can keep busy for hours.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from math import isfinite
from typing import Any, NoReturn
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from certificates.canonical import canonical
from certificates.checking import answer_of
from certificates.credentials import is_proved
from certificates.examining.finding import Difference, Document, Finding
from certificates.models import Certificate

log = logging.getLogger("certificates")

LARGEST = 256_000  # bytes
DEEPEST = 40
MOST_DIFFERENCES = 12
LONGEST = 200


class NotStrict(ValueError):
    """JSON that two readers could read in two ways."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrict("A word is said twice.")
    return found


def _no_number(word: str) -> NoReturn:
    raise NotStrict(f"{word} is no number.")


def _finite(word: str) -> float:
    """1e999 is spelt like a number, and becomes none: nothing can be written of it again."""
    value = float(word)
    return value if isfinite(value) else _no_number(word)


def _check(value: Any, depth: int = 0) -> None:
    """No deeper than a credential, and nothing that cannot be spelt."""
    if depth > DEEPEST:
        raise NotStrict("It is too deep.")
    if isinstance(value, dict):
        for key, each in value.items():
            key.encode()
            _check(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _check(each, depth + 1)
    elif isinstance(value, str):
        value.encode()


def read(content: str | bytes) -> dict[str, Any] | None:
    """The document, or None where it is not one strict JSON object."""
    if len(content) > LARGEST:
        return None
    try:
        words = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        found = json.loads(words, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite)
        _check(found)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def uuid_in(document: dict[str, Any]) -> UUID | None:
    """Which of our certificates it says it belongs to: the last part of its address."""
    address = document.get("id")
    if not isinstance(address, str):
        return None
    try:
        return UUID(address.rpartition("/")[2].rpartition(":")[2].removesuffix(".json"))
    except ValueError:
        return None


def rows() -> QuerySet[Certificate]:
    """With all that is said of them, and the credential that was issued."""
    return Certificate.objects.to_show().select_related("status_entry")


def held(document: dict[str, Any]) -> Certificate | None:
    """The certificate it says it belongs to."""
    found = uuid_in(document)
    return rows().filter(uuid=found).first() if found else None


def _is_ours_by_name(document: dict[str, Any]) -> bool:
    """Whether it claims to be ours. Anyone can claim that."""
    issuer = document.get("issuer")
    name = issuer.get("id") if isinstance(issuer, dict) else issuer
    host = urlsplit(settings.SITE_URL).netloc.replace(":", "%3A")
    return isinstance(name, str) and (name == f"did:web:{host}" or name.startswith(f"did:web:{host}:"))


def is_the_one_of(certificate: Certificate, document: dict[str, Any]) -> bool:
    """The same document, however it is laid out."""
    issued = read(certificate.credential_text) if certificate.credential_text else None
    return issued is not None and canonical(issued) == canonical(document)


def credited(content: bytes, keys: Mapping[str, str]) -> Finding:
    """`keys` are the public parts of the keys whose credentials count, by their names."""
    document = read(content)
    if document is None:
        return Finding(Document.UNREADABLE, problems=(_("This is not a credential that can be read safely."),))
    kinds = document.get("type")
    if "@context" not in document or not isinstance(kinds, str | list) or "VerifiableCredential" not in kinds:
        return Finding(Document.UNREADABLE, problems=(_("This is not a verifiable credential."),))
    certificate = held(document)
    if certificate is None or not certificate.credential_text:
        return _not_in_register(document)
    answer = answer_of(certificate)
    if is_the_one_of(certificate, document):
        kid = certificate.credential_kid
        if kid not in keys:
            problem = _("It is the one we issued, but its key was reported as stolen since: its proof counts no more.")
        elif not is_proved(document, kid, keys[kid]):
            log.error("The register holds a credential of %s that no key of ours has signed.", certificate)
            problem = _("Its proof does not fit what it says. Do not rely on it, and please tell us.")
        else:
            return Finding(Document.CREDENTIAL_VALID, certificate.code, answer)
        return Finding(Document.CREDENTIAL_ALTERED, certificate.code, answer, problems=(problem,))
    if not _is_ours_by_name(document):
        problem = _("It names a certificate of ours, but another issuer.")
        return Finding(Document.CREDENTIAL_FOREIGN, certificate.code, answer, problems=(problem,))
    issued = read(certificate.credential_text) or {}
    wrong, problems = differences(document, issued)
    return Finding(Document.CREDENTIAL_ALTERED, certificate.code, answer, wrong, problems)


def _not_in_register(document: dict[str, Any]) -> Finding:
    if _is_ours_by_name(document):
        problem = _("It bears our name, but no credential like it is in our register: we did not issue it.")
    else:
        problem = _("Somebody else issued it. We can only speak for our own certificates.")
    return Finding(Document.CREDENTIAL_FOREIGN, problems=(problem,))


def differences(document: dict[str, Any], issued: dict[str, Any]) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    """Value beside value; words that ours does not have, and a proof that is missing or another's."""
    here, there = dict(_leaves(document)), dict(_leaves(issued))
    wrong, strange, proof = [], [], False
    for path in dict.fromkeys([*there, *here]):
        if here.get(path) == there.get(path):
            continue
        if path[0] == "proof":
            proof = True
        elif path not in there:
            strange.append(_spelt(path))
        else:
            shown = "" if path not in here else str(here[path])
            wrong.append(Difference(_label(path), shown[:LONGEST], str(there[path])[:LONGEST]))
    problems = []
    if strange:
        words = ", ".join(dict.fromkeys(strange[:MOST_DIFFERENCES]))
        problems.append(_("It has words that the one we issued does not have: %(words)s") % {"words": words[:400]})
    if proof:
        problems.append(_("Its proof is not the one we gave it."))
    return tuple(wrong[:MOST_DIFFERENCES]), tuple(problems)


Path = tuple[str | int, ...]


def _leaves(value: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    if isinstance(value, dict) and value:
        return [leaf for key, each in value.items() for leaf in _leaves(each, (*path, key))]
    if isinstance(value, list) and value:
        return [leaf for place, each in enumerate(value) for leaf in _leaves(each, (*path, place))]
    return [(path, json.dumps(value) if isinstance(value, dict | list | bool) or value is None else value)]


def _spelt(path: Path) -> str:
    return ".".join(str(part) for part in path)[:LONGEST]


def _label(path: Path) -> str:
    """The words of a page for what a clinic knows, the path for the rest."""
    known = {
        ("credentialSubject", "identifier", 0, "identityHash"): _("Name"),
        ("credentialSubject", "achievement", "name"): _("Title"),
        ("validFrom",): _("Issued"),
        ("validUntil",): _("Valid through the end of"),
        ("name",): _("Title of the credential"),
    }
    return known.get(path, _spelt(path))
