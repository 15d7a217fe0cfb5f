"""What a file says beside what the register says."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from typing import Any

from asn1crypto import pem
from django.db.models import Case, F, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from certificates.checking import Answer, answer_of
from certificates.codes import grouped
from certificates.examining import crediting, sandbox
from certificates.examining.differing import differences, of_words
from certificates.examining.finding import Document, Finding
from certificates.models import Certificate, IssuerKey, Purpose

log = logging.getLogger("certificates")

LARGEST = {"pdf": 2_000_000, "json": 256_000, "png": 2_000_000, "svg": 2_000_000}  # bytes
LARGEST_OF_ALL = max(LARGEST.values())
PNG = b"\x89PNG\r\n\x1a\n"


def kind_of(content: bytes) -> str:
    """What the first bytes say it is; empty when they say nothing. Its name says nothing: anyone can change it."""
    start = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(PNG):
        return "png"
    if start.startswith(b"{"):
        return "json"
    return "svg" if start.startswith(b"<") else ""


@dataclass(frozen=True)
class Known:
    """What the register knows of these very bytes, and what it signs with."""

    code: str
    chains: dict[str, list[bytes]]  # of seal keys that count, by the fingerprint of the certificate that signs
    compromised: dict[str, str]  # fingerprint -> key
    proving: dict[str, str]  # of credential keys that count, the public part, by the name of the key

    @classmethod
    def of(cls, sha256: str) -> Known:
        """In one query: the file with this hash, and every key."""
        files = Certificate.objects.filter(pdf_sha256=sha256).values_list(
            Value("", output_field=TextField()),
            Cast("code", TextField()),
            Value("file", output_field=TextField()),
            Value("", output_field=TextField()),
            named=False,
        )
        keys = IssuerKey.objects.values_list(
            Cast("kid", TextField()),
            Case(When(purpose=Purpose.SEAL, then=F("certificates")), default=F("public")),
            Cast(F("compromised_at"), TextField()),
            Cast("purpose", TextField()),
        )
        code, chains, compromised, proving = "", {}, {}, {}
        for kid, words, mark, purpose in files.order_by().union(keys.order_by(), all=True):
            if not kid:
                code = words
            elif purpose == Purpose.SEAL:
                chain = [der for _kind, _headers, der in pem.unarmor(words.encode(), multiple=True)]
                fingerprint = hashlib.sha256(chain[0]).hexdigest()
                if mark:
                    compromised[fingerprint] = kid
                else:
                    chains[fingerprint] = chain
            elif purpose == Purpose.CREDENTIAL and not mark:
                proving[kid] = words
        return cls(code, chains, compromised, proving)


def examined(content: bytes, *, name: str = "") -> Finding:
    """The quickest question first: a file with the right hash is not even opened."""
    kind = kind_of(content)
    if len(content) > LARGEST.get(kind, LARGEST_OF_ALL):
        return Finding(Document.TOO_LARGE, problems=(_("The file is larger than anything we issue."),))
    if not content:
        return Finding(Document.UNREADABLE, problems=(_("The file is empty."),))
    if not kind:
        return Finding(Document.UNREADABLE, problems=(_("This is neither a PDF nor a credential or a badge."),))
    known = Known.of(hashlib.sha256(content).hexdigest())
    if known.code:
        return Finding(Document.EXACT, known.code, answer_of(crediting.rows().get(code=known.code)))
    if kind == "json":
        return crediting.credited(content, known.proving)
    try:
        told = sandbox.opened(kind, content, known.chains)
    except sandbox.Busy:
        return Finding(Document.BUSY)
    if told["outcome"] == "fault":
        log.error("The process that opens dropped files lacks something: %s", told.get("what"))
        return Finding(Document.BUSY)
    if told["outcome"] != "read":
        return _refused(kind, told["outcome"])
    if kind == "pdf":
        return _compared(told, known)
    credential = told["credential"]
    if not credential:
        return Finding(Document.UNREADABLE, problems=(_("There is no credential in this picture."),))
    finding = crediting.credited(credential.encode("utf-8", "replace"), known.proving)
    if not finding.is_genuine:
        return finding
    # The words are ours; what is painted around them may be anybody's.
    painted = _("Only the credential inside was checked. The picture itself can show anything: rely on the words here.")
    return replace(finding, problems=(*finding.problems, painted))


def _refused(kind: str, outcome: str) -> Finding:
    document = {
        "encrypted": Document.ENCRYPTED,
        "too_many_pages": Document.TOO_MANY_PAGES,
        "too_much": Document.TOO_MUCH,
    }.get(outcome, Document.UNREADABLE)
    problems = {
        Document.ENCRYPTED: _("The file is locked with a password. What we issue never is."),
        Document.TOO_MANY_PAGES: _("The file has more pages than anything we issue."),
        Document.TOO_MUCH: _("Reading the file took too long, or it unpacks to more than anything we issue."),
        Document.UNREADABLE: _("The file is damaged or not complete."),
    }
    if kind != "pdf" and document is Document.UNREADABLE:
        return Finding(document, problems=(_("The picture is damaged, or has more in it than a badge of ours."),))
    return Finding(document, problems=(problems[document],))


def _compared(told: dict[str, Any], known: Known) -> Finding:
    """A PDF that is not a file we issued: what its seal is worth, and what its words say otherwise."""
    seals, codes = told["seals"], told["codes"]
    ours = [seal for seal in seals if seal["ours"]]
    holds = any(seal["holds"] for seal in ours)
    if holds and not codes["about"]:
        return Finding(Document.REPORT, problems=(_("It is not a certificate: it is a report that we sealed."),))
    sealed = (told["sealed"] or {}).get("codes", {"printed": [], "about": []})
    # What we sealed names the certificate; failing that, what a person would read.
    candidates = list(dict.fromkeys([*sealed["about"], *sealed["printed"], *codes["printed"], *codes["about"]]))
    credential = crediting.read(told["credential"]) if told["credential"] else None
    answer = _named(candidates, credential)
    code = answer.certificate.code if answer else next(iter(candidates), "")
    wrong = differences(told["lines"], answer.certificate) if answer else ()
    problems = [*_of_seals(seals, ours, known), *_of_numbers(code, answer, codes["printed"], candidates)]
    if answer and credential is not None and not crediting.is_the_one_of(answer.certificate, credential):
        problems.append(_("The credential inside the file is not the one we issued with this certificate."))
    if not told["is_whole"]:
        problems.append(_("The file is damaged or not complete; no seal in it can be checked."))
    added = of_words(told["lines"], told["sealed"]["lines"]) if told["sealed"] else ()
    if added:
        problems.append(_("Written on it after it was sealed: %(words)s") % {"words": " · ".join(added)})
    if holds and answer and not wrong:
        document = Document.SEAL_ONLY
    elif ours:  # also under words that are not the register's: whatever happened, they are not to be relied on
        document = Document.ALTERED
    elif seals:
        document = Document.FOREIGN
    else:
        document = Document.UNSIGNED if told["is_whole"] else Document.UNREADABLE
    return Finding(document, code, answer, wrong, tuple(problems))


def _named(candidates: list[str], credential: dict[str, Any] | None) -> Answer | None:
    """The certificate that the first number names; without any number, the one that the credential names."""
    if candidates:
        certificate = crediting.rows().filter(code=candidates[0]).first()
    else:
        certificate = crediting.held(credential) if credential else None
    return answer_of(certificate) if certificate else None


def _of_seals(seals: list[dict[str, Any]], ours: list[dict[str, Any]], known: Known) -> list[str]:
    problems = []
    for seal in seals:
        if seal["fingerprint"] in known.compromised:
            problems.append(_("It is sealed with a key of ours that was reported as stolen: that seal proves nothing."))
        elif not seal["ours"]:
            problems.append(
                _("It is sealed by “%(name)s”, which is not a key of ours.") % {"name": seal["signer"]}
                if seal["signer"]
                else _("It carries a seal that is not ours.")
            )
    if ours and not any(seal["holds"] for seal in ours):
        if any(seal["intact"] for seal in ours):
            problems.append(_("Something was added to the file after we sealed it."))
        else:
            problems.append(_("Our seal is broken: what it sealed was changed, or it was made for another file."))
    return problems


def _of_numbers(code: str, answer: Answer | None, printed: list[str], candidates: list[str]) -> list[str]:
    if not code:
        return [_("There is no certificate number of ours in it.")]
    problems = []
    if answer is None:
        problems.append(_("The number %(number)s is not in our register.") % {"number": grouped(code)})
    for other in candidates:
        if other != code:
            where = (
                _("The number %(number)s is printed on it as well.")
                if other in printed
                else _("The file also names the number %(number)s.")
            )
            problems.append(where % {"number": grouped(other)})
    return problems
