"""Dropping a file: anyone shows a PDF, a credential or a badge, and sees what is true. The file is never kept."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db import Error as DatabaseTrouble
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from certificates import check_page
from certificates.check_views import RETRY_SECONDS, answers_privately, cannot_check
from certificates.checking import Answer
from certificates.examining import Document, Finding, examine
from certificates.examining.comparing import LARGEST_OF_ALL
from certificates.throttling import is_too_much

log = logging.getLogger("certificates")

FIELD = "file"
STATUS = {Document.TOO_LARGE: 413, Document.BUSY: 503}


class OnlyInMemory(FileUploadHandler):
    """Keeps a file in memory up to one byte more than we look at; what comes after that is dropped, not stored.

    Django's own writes a file larger than some size to the disk.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.kept = bytearray()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept = bytearray()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.kept += raw_data[: max(LARGEST_OF_ALL + 1 - len(self.kept), 0)]

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        return InMemoryUploadedFile(
            BytesIO(self.kept), self.field_name, self.file_name or "", self.content_type, len(self.kept), self.charset
        )


@csrf_exempt  # only until the next line has run: the token is looked for there, and looking reads the form
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest) -> HttpResponse:
    """Choose a file; what is true of it stands on the same page."""
    request.upload_handlers = [OnlyInMemory(request)]
    response: HttpResponse = _document(request)
    response.headers["Cache-Control"] = "no-store"
    # With no referrer at all a browser names no origin either, and then the form is taken for somebody else's.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@answers_privately
@csrf_protect
def _document(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "certificates/document.html")
    if is_too_much(request, "file"):
        return render(request, "429.html", status=429)
    try:
        chosen = request.FILES.get(FIELD)
    except MultiPartParserError:
        chosen = None
    if chosen is None:
        return render(request, "certificates/document.html", {"is_missing": True}, status=422)
    content: bytes = chosen.read()
    try:
        finding = examine(content, name=chosen.name or "")
        context = _context(finding)
    except DatabaseTrouble:
        log.exception("A file could not be checked.")
        return cannot_check(request)
    status = STATUS.get(finding.document, 422 if finding.is_refused else 200)
    response = render(request, "certificates/document.html", context, status=status)
    if finding.document is Document.BUSY:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _context(finding: Finding) -> dict[str, Any]:
    now = timezone.now()
    return {"finding": finding, "document": str(finding.document), "now": now, **_of(finding.answer, now=now)}


def _of(answer: Answer | None, *, now: Any) -> dict[str, Any]:
    """What the check page says of the certificate."""
    if answer is None:
        return {}
    return {
        "state": str(answer.state),
        "cause": answer.cause,
        "has_newer": answer.newer is not None,
        "expires_soon": answer.expires_soon,
        "said": check_page.words(answer, now),
    }
