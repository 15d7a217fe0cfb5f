"""Files that are answers: what is taken, how it is made harmless, where it lies, and whose it is."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import secrets
import warnings
from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from quizzes import kinds
from quizzes.kinds.base import Response as Body
from quizzes.models.answer_file import ENDINGS, NAME_LENGTH, AnswerFile, FileType
from quizzes.models.attempt import Attempt, AttemptOver
from quizzes.models.item import Item

log = logging.getLogger("quizzes")

LARGEST = 4_500_000  # bytes: with the rest of the form it stays within what the portal takes
MOST_PIXELS = 40_000_000
MOST_FILES = 20  # of one item, counting those that were replaced
STARTS = {b"%PDF-": FileType.PDF, b"\x89PNG\r\n\x1a\n": FileType.PNG, b"\xff\xd8\xff": FileType.JPEG}
FORMATS = {FileType.PNG: "PNG", FileType.JPEG: "JPEG"}


class NotTaken(Exception):
    """This file cannot be an answer. Its message may be shown."""


def receive(attempt: Attempt, item: Item, upload: UploadedFile[bytes]) -> AnswerFile:
    """Keep an uploaded file for an item of an open attempt. The same file again is the same row.

    Raises NotTaken, or AttemptOver. The answer names it only once a save says so.
    """
    version = item.question_version
    if not kinds.get(version.kind).public(version.body, item.drawn).get("takes_file"):
        raise NotTaken(_("This question takes no file."))
    if (upload.size or 0) > LARGEST:
        raise NotTaken(_("This file is too large: 4.5 MB at most."))
    content = upload.read(LARGEST + 1)
    kind, content = cleaned(content)
    digest = hashlib.sha256(content).hexdigest()
    key = f"answers/{secrets.token_hex(16)}.{ENDINGS[kind]}"
    _store(key, content)
    try:
        with transaction.atomic():
            now = timezone.now()
            if not Attempt.objects.filter(pk=attempt.pk).accepting(now).update(saved_at=now):
                raise AttemptOver
            kept = list(AnswerFile.objects.filter(item=item))
            row = next((each for each in kept if each.sha256 == digest), None)
            if row is None and len(kept) >= MOST_FILES:
                raise NotTaken(_("So many files were uploaded here that no more can be kept. The last one counts."))
            if row is None:
                return AnswerFile.objects.create(
                    item=item,
                    storage_key=key,
                    name=called(upload.name),
                    content_type=kind,
                    size=len(content),
                    sha256=digest,
                    uploaded_at=now,
                )
    except BaseException:
        storages["private"].delete(key)
        raise
    storages["private"].delete(key)
    return row


def cleaned(content: bytes) -> tuple[FileType, bytes]:
    """What it is by its first bytes, and pictures drawn anew: only their pixels are kept. Raises NotTaken."""
    kind = next((kind for start, kind in STARTS.items() if content.startswith(start)), None)
    if not content:
        raise NotTaken(_("This file is empty."))
    if len(content) > LARGEST:
        raise NotTaken(_("This file is too large: 4.5 MB at most."))
    if kind is None:
        raise NotTaken(_("This is neither a PDF nor a PNG or JPEG picture. Save it as one of these and try again."))
    if kind == FileType.PDF:
        return kind, content
    drawn = _drawn_anew(content, FORMATS[kind])
    if len(drawn) > 2 * LARGEST:
        raise NotTaken(_("This picture is too large. Make it smaller and try again."))
    return kind, drawn


def _drawn_anew(content: bytes, its_format: str) -> bytes:
    """Without place, device and whatever else was hidden in it; turned the way it was taken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[its_format]) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise NotTaken(_("This picture is too large. Make it smaller and try again."))
                upright = ImageOps.exif_transpose(picture)
                has_alpha = its_format == "PNG" and upright.mode in {"RGBA", "LA", "P"}
                plain = upright.convert("RGBA" if has_alpha else "RGB")
                plain.info.clear()
                out = io.BytesIO()
                plain.save(out, its_format, **({"quality": 90} if its_format == "JPEG" else {"optimize": True}))
                return out.getvalue()
    except NotTaken:
        raise
    except Exception as broken:  # whatever a hostile picture makes a decoder do
        raise NotTaken(_("This picture cannot be opened. Save it again and try once more.")) from broken


def called(name: str | None) -> str:
    """The file's own name, without what could be mistaken for anything else."""
    plain = "".join(sign for sign in (name or "").replace("\\", "/").rsplit("/", 1)[-1] if sign.isprintable())
    return plain.strip()[-NAME_LENGTH:] or _("file")


def _store(key: str, content: bytes) -> None:
    storage = storages["private"]
    storage.save(key, ContentFile(content))
    if isinstance(storage, FileSystemStorage):  # on the disk before anybody is told that it is kept
        handle = os.open(storage.path(key), os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def content_of(row: AnswerFile) -> bytes | None:
    """The bytes that were taken, or None when storage gives something else."""
    try:
        with storages["private"].open(row.storage_key) as file:
            content: bytes = file.read()
    except OSError:
        log.exception("Answer file %s cannot be read.", row.pk)
        return None
    if hashlib.sha256(content).hexdigest() != row.sha256:
        log.error("Answer file %s is not the one that was taken.", row.pk)
        return None
    return content


def foreign(answers: Iterable[tuple[Item, Body]]) -> set[tuple[int, int]]:
    """Pairs of item and file where an answer names a file that was not uploaded for its item.

    No query where none names one.
    """
    named = {
        (item.pk, body["file"])
        for item, body in answers
        if body and "file" in body and kinds.get(item.question_version.kind).by_person
    }
    if not named:
        return set()
    files = AnswerFile.objects.filter(item__in={item for item, _f in named}, pk__in={file for _i, file in named})
    return named - set(files.values_list("item", "pk"))
