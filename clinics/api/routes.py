"""The addresses of the API: one check, many, a document, and what changed.

Answers are written as they are and declared by their shapes; a test holds one to the other. Building each answer
through its shape once more would cost more than finding it.
"""

import hashlib
import json
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from ninja import File, Header, Path, Query, Router
from ninja.files import UploadedFile

from certificates import examining
from certificates.checking import describe, look_up
from certificates.codes import normalise
from clinics import bulk
from clinics.api import changes, shapes
from clinics.api.asking import Anyone, AnyoneOrApiKeyHolder, ApiKeyHolder
from clinics.api.idempotency import answered_once
from clinics.api.problems import Problem, problem
from clinics.models import ApiKey
from clinics.models.access import Scope

router = Router()

KEYED = {401: shapes.Problem, 403: shapes.Problem}
ALWAYS = {400: shapes.Problem, 422: shapes.Problem, 429: shapes.Problem, 503: shapes.Problem}


class Asking(HttpRequest):
    """What an operation gets whose caller sent a key."""

    auth: ApiKey


def written(body: Any) -> HttpResponse:
    return HttpResponse(json.dumps(body), content_type="application/json", headers={"Cache-Control": "no-store"})


@router.get(
    "/certificates/{code}",
    auth=Anyone("check"),
    response={200: shapes.Certificate, 304: None, 404: shapes.UnknownCode, **ALWAYS},
    summary="Check one certificate",
    operation_id="checkCertificate",
    url_name="certificate",
)
def certificate(
    request: HttpRequest, code: Annotated[str, Path(description="As printed; capitals and dashes do not matter.")]
) -> HttpResponse:
    """Open to anyone, up to 40 a minute from one address. A code that is unknown and one that is no code at all get
    the same answer."""
    answer = look_up(normalise(code))
    if answer is None:
        return problem(404, "No certificate has this code. Compare it with the paper, sign by sign.", state="unknown")
    said = describe(answer, now=timezone.now())
    same = json.dumps({name: value for name, value in said.items() if name != "checked_at"}, sort_keys=True)
    # Weak: the moment of the check is in the answer, and is no news.
    etag = f'W/"{hashlib.sha256(same.encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag) or written(said)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


@router.post(
    "/verify/bulk",
    auth=ApiKeyHolder(Scope.VERIFY, "verify"),
    response={200: shapes.Answers, 413: shapes.Problem, 415: shapes.Problem, **KEYED, **ALWAYS},
    summary="Check up to 500 certificates",
    operation_id="checkCertificates",
    url_name="verify_bulk",
)
def verify_bulk(
    request: Asking,
    sent: shapes.Rows,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=80,
            description="Sent again within a day, with the same body, it gets the same answer.",
        ),
    ] = None,
) -> HttpResponse:
    """Each code is answered in its row, a name beside it compared. Unknown codes are answers, not errors."""

    def answer() -> dict[str, Any]:
        now = timezone.now()
        asked = [bulk.Asked(line, row.code, row.name) for line, row in enumerate(sent.certificates, start=1)]
        return {
            "answers": [
                {
                    "asked": row.asked.typed,
                    "name_match": str(row.name_match),
                    "answer": describe(row.answer, now=now),
                }
                for row in bulk.check(asked)
            ]
        }

    if idempotency_key is None:
        return written(answer())
    return written(answered_once(request.auth, idempotency_key, sent.model_dump(), answer))


@router.post(
    "/verify/document",
    auth=AnyoneOrApiKeyHolder(Scope.VERIFY, "document", without="file"),
    response={200: shapes.Finding, 413: shapes.Problem, 415: shapes.Problem, **KEYED, **ALWAYS},
    summary="Check a document",
    operation_id="checkDocument",
    url_name="verify_document",
    openapi_extra={"security": [{}]},
)
def verify_document(request: HttpRequest, file: File[UploadedFile]) -> HttpResponse:
    """A certificate's PDF, a credential as JSON, or a badge as PNG or SVG. It is looked at and not kept. Open to
    anyone, up to 20 a minute from one address, or up to 30 a minute with an API key."""
    found = examining.examine(file.read(), name=file.name or "")
    if found.document == examining.Document.TOO_LARGE:
        raise Problem(413, " ".join(found.problems) or "The file is larger than anything we issue.")
    if found.document == examining.Document.BUSY:
        raise Problem(503, "All hands are busy with other documents. Send it again in a moment.")
    said = found.describe()
    named = describe(found.answer, now=timezone.now()) if found.code else None
    return written(
        {name: said[name] for name in ("document", "code", "differences", "problems")} | {"certificate": named}
    )


@router.get(
    "/changes",
    auth=ApiKeyHolder(Scope.CHANGES, "changes"),
    response={200: shapes.Changes, **KEYED, **ALWAYS},
    summary="Read what changed",
    operation_id="readChanges",
    url_name="changes",
)
def read_changes(
    request: Asking,
    cursor: Annotated[
        str, Query(pattern=changes.CURSOR, description="From the answer before; empty: from the beginning.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> HttpResponse:
    """What happened to the certificates on the clinic's staff list, oldest first. A cursor never skips or repeats a
    change; a change is here within a minute. A certificate that expires makes no change: its day is known. A review
    from before the clinic watched is not told."""
    if unknown := [name for name in request.GET if name not in {"cursor", "limit"}]:
        # A misspelt cursor would begin at the beginning, and nobody would know why.
        wrong = [{"place": f"query.{name}", "detail": "There is no such parameter."} for name in unknown]
        raise Problem(422, "Something in the request is wrong.", errors=wrong)
    return written(changes.since(request.auth.clinic, cursor, limit))
