"""What is sent and what is answered, in the words of `openapi.json`."""

from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, JsonValue, StringConstraints

from certificates.examining import Document
from clinics.models.bulk import MOST_ROWS

Standing = Literal["revoked", "suspended", "superseded", "expired", "valid"]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Typed = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Name = Annotated[str, StringConstraints(max_length=200)]


class Strict(Schema):
    """A member we do not know is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid")


# --- Problems -------------------------------------------------------------------------------------
class Place(Schema):
    place: str
    detail: str


class Problem(Schema):
    """RFC 9457. `title` is that of the status; `detail` is for people."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Place] = Field(default=[], description="422: each thing that is wrong, and where.")


class UnknownCode(Problem):
    state: Literal["unknown"]


# --- One certificate ------------------------------------------------------------------------------
class Achievement(Schema):
    name: str
    slug: str
    version: str = Field(default="", description="Left out by certificates that name none.")


class Holder(Schema):
    name: str


class Evidence(Schema):
    """Where the proofs are read; what a certificate does not have is left out."""

    check: str = Field(description="The page for people.")
    credential: str = Field(default="", description="Open Badges 3.0.")
    status_list: str = ""
    index: int = 0


class Reason(Schema):
    code: str
    words: str


class Certificate(Schema):
    """What the register says. `since` is the day the state began; it is null for a state that began at issue."""

    code: str
    state: Standing
    conditions: list[Literal["expires_soon", "hygiene_renewal_due"]]
    expires_soon: bool
    achievement: Achievement
    holder: Holder
    issued: Day
    expires: Day = Field(description="Valid through the end of this day.")
    since: Day | None
    checked_at: Moment
    evidence: Evidence
    reason: Reason | None = Field(default=None, description="Revoked ones only: why, in the words for everyone.")
    cause: Literal["name_change", "correction", "renewal"] | None = Field(
        default=None, description="Superseded ones only."
    )
    replaced_by: str | None = Field(default=None, description="Only where the holder shares the newer one.")


class Unknown(Schema):
    state: Literal["unknown"]
    checked_at: Moment


# --- Many -----------------------------------------------------------------------------------------
class Row(Strict):
    code: Typed
    name: Name = Field(default="", description="If given, compared with the name on the certificate.")


class Rows(Strict):
    certificates: list[Row] = Field(min_length=1, max_length=MOST_ROWS)


class AnsweredRow(Schema):
    asked: str = Field(description="The code as it was sent.")
    name_match: Literal["match", "no_match", "not_asked"]
    answer: Certificate | Unknown


class Answers(Schema):
    """One answer a row, in the order of the rows."""

    answers: list[AnsweredRow]


# --- A document -----------------------------------------------------------------------------------
class Difference(Schema):
    label: str
    shown: str = Field(description="What the document says; empty where it says nothing.")
    true: str = Field(description="What the register says.")


# The others are problems: 413 and 503.
DOCUMENTS: list[JsonValue] = [str(each) for each in Document if each not in {Document.TOO_LARGE, Document.BUSY}]


class Finding(Schema):
    """What became of the document, and what the register says of the certificate it names."""

    document: str = Field(json_schema_extra={"enum": DOCUMENTS})
    code: str = Field(description="The code found in it; empty when there is none.")
    differences: list[Difference]
    problems: list[str]
    certificate: Certificate | Unknown | None


# --- Changes --------------------------------------------------------------------------------------
class Change(Schema):
    number: int = Field(description="Its place in the register.")
    code: str
    kind: Literal["issued", "suspended", "reinstated", "revoked", "superseded", "renewed"]
    at: Moment
    public: dict[str, Any] = Field(description="What everyone may know of it, such as the reason code.")


class Changes(Schema):
    changes: list[Change]
    cursor: str = Field(description="Send it to get what comes after.")
    has_more: bool
