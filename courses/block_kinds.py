"""The blocks every lesson can use: text, plate, steps, note, comparison. Each with its schema, checked at load."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from courses import blocks, reading
from courses.blocks import BLOCK_ID, Block, BlockError, Data, Page, Words

LONGEST_TEXT = 40_000
LONGEST_LINE = 1_000
MOST_ENTRIES = 60
TONES = ("clinic", "safety", "tip")

T = TypeVar("T")


def words_at(source: Any, path: str, *, longest: int = LONGEST_LINE, required: bool = True) -> str:
    """A text, or BlockError; numbers are taken as they are written."""
    if source is None and not required:
        return ""
    if isinstance(source, int | float) and not isinstance(source, bool):
        source = str(source)
    if not isinstance(source, str):
        raise BlockError(_("Expected text."), path)
    text = source.strip()
    if required and not text:
        raise BlockError(_("This is empty."), path)
    if len(text) > longest:
        raise BlockError(_("Longer than %(count)s characters.") % {"count": longest}, path)
    return text


def mapping_at(source: Any, path: str, *, required: Sequence[str], optional: Sequence[str] = ()) -> Mapping[str, Any]:
    """A mapping with exactly the known keys, or BlockError at the first that is wrong."""
    if not isinstance(source, Mapping):
        raise BlockError(_("Expected keys and values: %(keys)s.") % {"keys": ", ".join((*required, *optional))}, path)
    inside = f"{path}." if path else ""
    for key in source:
        if key not in (*required, *optional):
            known = ", ".join((*required, *optional))
            message = _("Unknown key “%(key)s”. Known: %(known)s.") % {"key": key, "known": known}
            raise BlockError(message, f"{inside}{key}")
    for key in required:
        if key not in source:
            raise BlockError(_("“%(key)s” is missing.") % {"key": key}, path)
    return source


def list_at(source: Any, path: str, each: Callable[[Any, str], T], *, least: int = 1) -> list[T]:
    """A list whose every entry passes `each`."""
    if not isinstance(source, list):
        raise BlockError(_("Expected a list."), path)
    if len(source) < least:
        raise BlockError(_("Too few entries: at least %(count)s.") % {"count": least}, path)
    if len(source) > MOST_ENTRIES:
        raise BlockError(_("Too many entries: at most %(count)s.") % {"count": MOST_ENTRIES}, path)
    return [each(entry, f"{path}[{index}]") for index, entry in enumerate(source)]


def rich_at(source: Any, path: str) -> str:
    """Markdown -> safe HTML; a first-level heading is the lesson's own."""
    text = words_at(source, path, longest=LONGEST_TEXT)
    if any(line.startswith("# ") for line in text.splitlines()):
        raise BlockError(_("Headings start at ##: the title of the lesson is the first level."), path)
    return reading.rich(text)


def inline_at(source: Any, path: str) -> str:
    return reading.inline(words_at(source, path))


class Text(Block):
    template = "courses/blocks/text.html"

    def parse(self, source: Any) -> Data:
        return {"html": rich_at(source, "")}

    def words(self, data: Data) -> Words:
        return Words(text=reading.body(data["html"]), headings=reading.headings(data["html"]))

    def opens_section(self, data: Data) -> bool:
        return reading.has_heading(data["html"])

    def show(self, page: Page, blocks: Sequence[Data]) -> Mapping[str, Mapping[str, Any]]:
        return {data["id"]: {"html": reading.shown(data["html"])} for data in blocks}


class Plate(Block):
    """A drawing that ships with us, its description, key and caption."""

    template = "courses/blocks/plate.html"

    def parse(self, source: Any) -> Data:
        given = mapping_at(source, "", required=("figure", "alt"), optional=("caption", "key"))
        figure = words_at(given["figure"], "figure")
        if not BLOCK_ID.fullmatch(figure) or not blocks.has_template(plate_template(figure)):
            raise BlockError(_("There is no figure “%(name)s”.") % {"name": figure}, "figure")
        return {
            "figure": figure,
            "alt": words_at(given["alt"], "alt"),
            "caption": words_at(given.get("caption"), "caption", required=False),
            "key": list_at(given.get("key") or [], "key", self._entry, least=0),
        }

    @staticmethod
    def _entry(source: Any, path: str) -> dict[str, str]:
        given = mapping_at(source, path, required=("term", "text"))
        return {"term": words_at(given["term"], f"{path}.term"), "text": words_at(given["text"], f"{path}.text")}

    def words(self, data: Data) -> Words:
        key = " ".join(f"{entry['term']}. {entry['text']}" for entry in data["key"])
        return Words(text=" ".join(filter(None, (data["alt"], key, data["caption"]))))

    def show(self, page: Page, blocks: Sequence[Data]) -> Mapping[str, Mapping[str, Any]]:
        return {data["id"]: {**data, "drawing": plate_template(data["figure"])} for data in blocks}


class Steps(Block):
    template = "courses/blocks/steps.html"

    def parse(self, source: Any) -> Data:
        given = mapping_at(source, "", required=("title", "items"))
        return {"title": words_at(given["title"], "title"), "items": list_at(given["items"], "items", inline_at)}

    def words(self, data: Data) -> Words:
        return Words(text=" ".join(reading.plain(item) for item in data["items"]), headings=(data["title"],))

    def show(self, page: Page, blocks: Sequence[Data]) -> Mapping[str, Mapping[str, Any]]:
        return {
            data["id"]: {"title": data["title"], "entries": [reading.clean_inline(item) for item in data["items"]]}
            for data in blocks
        }


class Note(Block):
    template = "courses/blocks/note.html"

    def parse(self, source: Any) -> Data:
        given = mapping_at(source, "", required=("tone", "title", "text"))
        if given["tone"] not in TONES:
            raise BlockError(_("The tone is one of: %(tones)s.") % {"tones": ", ".join(TONES)}, "tone")
        return {
            "tone": given["tone"],
            "title": words_at(given["title"], "title"),
            "html": rich_at(given["text"], "text"),
        }

    def words(self, data: Data) -> Words:
        return Words(text=reading.plain(data["html"]), headings=(data["title"],))

    def show(self, page: Page, blocks: Sequence[Data]) -> Mapping[str, Mapping[str, Any]]:
        return {data["id"]: {**data, "html": reading.shown(data["html"])} for data in blocks}


class Comparison(Block):
    """A table whose first column names the rows."""

    template = "courses/blocks/comparison.html"

    def parse(self, source: Any) -> Data:
        given = mapping_at(source, "", required=("title", "columns", "rows"))
        columns = list_at(given["columns"], "columns", self._cell, least=2)
        return {
            "title": words_at(given["title"], "title"),
            "columns": columns,
            "rows": list_at(given["rows"], "rows", lambda row, path: self._row(row, path, len(columns))),
        }

    @staticmethod
    def _cell(source: Any, path: str) -> str:
        return reading.inline(words_at(source, path, required=False))

    def _row(self, source: Any, path: str, width: int) -> list[str]:
        row = list_at(source, path, self._cell)
        if len(row) != width:
            message = _("This row has %(count)s cells; there are %(width)s columns.")
            raise BlockError(message % {"count": len(row), "width": width}, path)
        return row

    def words(self, data: Data) -> Words:
        rows = [data["columns"], *data["rows"]]
        return Words(text=" ".join(reading.plain(" ".join(row)) for row in rows), headings=(data["title"],))

    def show(self, page: Page, blocks: Sequence[Data]) -> Mapping[str, Mapping[str, Any]]:
        return {
            data["id"]: {
                "title": data["title"],
                "columns": [reading.clean_inline(cell) for cell in data["columns"]],
                "rows": [[reading.clean_inline(cell) for cell in row] for row in data["rows"]],
            }
            for data in blocks
        }


def plate_template(figure: str) -> str:
    return str(PurePosixPath("courses/plates") / f"{figure}.html")


def register_all() -> None:
    for kind, block in {
        "text": Text(),
        "plate": Plate(),
        "steps": Steps(),
        "note": Note(),
        "comparison": Comparison(),
    }.items():
        blocks.register(kind, block)
