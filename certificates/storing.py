"""Where issued files are: each under its own hash, written whole, never over another, and given out only unchanged."""

import hashlib
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils import timezone

from certificates.models import Certificate

log = logging.getLogger("certificates")

ROOT = "certs"
OURS = re.compile(r"[0-9a-f]{64}\.pdf|\..*\.part")  # an issued file, or one that was being written
ORPHANED = timedelta(days=1)  # whatever was at work on it then is long dead
MOST_ORPHANS = 50  # more than this is no crash but a lost table, and then the files are what is left


def keep(key: str, content: bytes) -> str:
    """Store a file under a name made of its own hash: whole or not at all, and never over another."""
    storage = storages["private"]
    if storage.exists(key):
        with storage.open(key) as file:
            if file.read() == content:
                return key
    if not isinstance(storage, FileSystemStorage):
        return str(storage.save(key, ContentFile(content)))
    path = Path(storage.path(key))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")  # made with mode 600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return key


def stored(certificate: Certificate) -> bytes | None:
    """The bytes that were issued, or None when storage gives something else."""
    try:
        with storages["private"].open(certificate.pdf_key) as file:
            content: bytes = file.read()
    except OSError:
        log.exception("The file of certificate %s cannot be read.", certificate.pk)
        return None
    if hashlib.sha256(content).hexdigest() != certificate.pdf_sha256:
        log.error("The file of certificate %s is not the one that was issued.", certificate.pk)
        return None
    return content


def sweep() -> int:
    """Remove what a killed worker left: files under `certs/` that no certificate names, a day after they were written.

    How many were removed. Where there are suspiciously many, none is touched and the log says so.
    """
    storage = storages["private"]
    orphans = list(_orphans(storage))
    if len(orphans) > MOST_ORPHANS:
        log.error("%s files under %s/ are named by no certificate. None was removed.", len(orphans), ROOT)
        return 0
    for key in orphans:
        log.info("Removing %s: no certificate names it.", key)
        storage.delete(key)
    return len(orphans)


def _orphans(storage: Storage) -> Iterator[str]:
    before = timezone.now() - ORPHANED
    if not storage.exists(ROOT):
        return
    for folder in storage.listdir(ROOT)[0]:
        keys = [f"{ROOT}/{folder}/{name}" for name in storage.listdir(f"{ROOT}/{folder}")[1] if OURS.fullmatch(name)]
        # Looked at before the names are asked for: what is recorded meanwhile is younger than a day.
        old = [key for key in keys if storage.get_modified_time(key) < before]
        named = set(Certificate.objects.filter(pdf_key__in=old).values_list("pdf_key", flat=True))
        yield from (key for key in old if key not in named)
