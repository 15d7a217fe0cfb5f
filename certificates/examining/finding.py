"""What came of looking at a file: one word for the document, and what the register says of what it names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from certificates.checking import Answer
    from certificates.models import Certificate


class Document(StrEnum):
    """What a file turned out to be."""

    EXACT = "exact"  # byte for byte the file we issued
    SEAL_ONLY = "seal_only"  # our seal holds, the file differs outside of what it seals
    ALTERED = "altered"  # changed after it was sealed, or its words are not the register's
    REPORT = "report"  # our seal holds, on something that is no certificate
    FOREIGN = "foreign"  # sealed, not by us
    UNSIGNED = "unsigned"  # no seal at all
    CREDENTIAL_VALID = "credential_valid"
    CREDENTIAL_ALTERED = "credential_altered"
    CREDENTIAL_FOREIGN = "credential_foreign"
    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MUCH = "too_much"  # it took too long, or unpacks to more than any certificate
    BUSY = "busy"  # nothing was looked at: ask again


REFUSED = frozenset(
    {
        Document.UNREADABLE,
        Document.ENCRYPTED,
        Document.TOO_LARGE,
        Document.TOO_MANY_PAGES,
        Document.TOO_MUCH,
        Document.BUSY,
    }
)
GENUINE = frozenset({Document.EXACT, Document.CREDENTIAL_VALID})


@dataclass(frozen=True)
class Difference:
    """One thing that the file says otherwise than the register."""

    label: str
    shown: str  # empty: it is not there
    true: str


@dataclass(frozen=True)
class Finding:
    """The document, and the certificate it names, if it names one: looked up whatever the document is."""

    document: Document
    code: str = ""  # found in it, whether or not the register has it
    answer: Answer | None = None
    differences: tuple[Difference, ...] = ()
    problems: tuple[str, ...] = ()  # sentences

    @property
    def certificate(self) -> Certificate | None:
        return self.answer.certificate if self.answer else None

    @property
    def is_refused(self) -> bool:
        """Nothing can be said of the file itself."""
        return self.document in REFUSED

    @property
    def is_genuine(self) -> bool:
        return self.document in GENUINE

    def describe(self) -> dict[str, Any]:
        """Plain values, for machines."""
        return {
            "document": str(self.document),
            "code": self.code,
            "differences": [{"label": one.label, "shown": one.shown, "true": one.true} for one in self.differences],
            "problems": list(self.problems),
        }
