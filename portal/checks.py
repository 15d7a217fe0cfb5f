"""What must be true before the portal starts."""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

SAFE_SQLITE = (3, 51, 3)


@register(Tags.database)
def sqlite_is_new_enough(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """Older libraries have a rare WAL corruption bug when several connections write."""
    if not settings.ON_SQLITE or sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return []
    return [
        checks.Warning(
            f"SQLite {sqlite3.sqlite_version} has a rare WAL corruption bug.",
            hint="Install the pysqlite3 package, which brings its own library, or a system SQLite of 3.51.3 or newer.",
            id="portal.W001",
        )
    ]


@register()
def data_folder_can_be_written(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    folder: Path = settings.DATA_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return [Error(f"DATA_DIR {folder} cannot be made: {error.strerror}.", id="portal.E001")]
    if not os.access(folder, os.W_OK):
        return [Error(f"DATA_DIR {folder} cannot be written.", id="portal.E001")]
    return []
