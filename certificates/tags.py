"""What each part of a page is, for whoever hears it read: a tree of headings, paragraphs, lists, tables and figures."""

from dataclasses import dataclass, field

Box = tuple[float, float, float, float]


@dataclass
class Tag:
    """One element. A leaf is a piece of a page, found by its number there; the others hold their parts in order."""

    kind: str  # as PDF names it: Document, H1, P, L, LI, LBody, Table, TR, TH, TD, Figure
    parts: list["Tag"] = field(default_factory=list)
    page: int = 0
    piece: int | None = None
    alt: str = ""
    box: Box | None = None  # figures say where they are
    scope: str = ""  # of a heading in a table: Row or Column


@dataclass(frozen=True)
class Drawn:
    """A drawn file, and what its parts are."""

    pdf: bytes
    tags: Tag
