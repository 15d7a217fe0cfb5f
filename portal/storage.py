"""Static files under names that change with their content, so that a browser may keep them for ever."""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEET = "css/portal.css"
IMPORT = re.compile(r'@import url\("(?P<path>[^"]+)"\)(?: layer\((?P<layer>[\w-]+)\))?;')

ADDRESS = re.compile(r"""url\(["']?(?P<to>\.{1,2}/[^"')]+)["']?\)""")  # relative ones: they move a folder up

Paths = dict[str, tuple[Any, str]]


class _Joined:
    """Stands in for the storage a file is collected from: the same sheet with its imports written out."""

    def __init__(self, words: str) -> None:
        self.words = words

    def open(self, name: str) -> "ContentFile[bytes]":
        return ContentFile(self.words.encode(), name=name)


def joined(paths: Paths) -> str:
    """One file in place of thirty: a browser would learn of the others only after reading the first."""

    def read(name: str) -> str:
        storage, path = paths[name]
        with storage.open(path) as file:
            return str(file.read().decode())

    def written_out(found: re.Match[str]) -> str:
        folder = posixpath.dirname(found["path"])
        words = ADDRESS.sub(
            lambda a: f'url("{posixpath.normpath(posixpath.join(folder, a["to"]))}")', read(f"css/{found['path']}")
        )
        return f"@layer {found['layer']} {{\n{words}}}\n" if found["layer"] else words

    return IMPORT.sub(written_out, read(SHEET))


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """WhiteNoise's storage, which also follows the `import` lines of our script modules."""

    support_js_module_import_aggregation = True
    # Only in our own modules: the import lines in htmx's extensions name files that its package does not ship.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]
    )

    def post_process(self, paths: Paths, *args: Any, **options: Any) -> Iterator[Any]:
        if SHEET in paths:
            paths[SHEET] = (_Joined(joined(paths)), paths[SHEET][1])
        yield from super().post_process(paths, *args, **options)
