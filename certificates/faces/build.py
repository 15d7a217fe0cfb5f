"""Makes the slim faces that certificates embed. Run by a person, once for each new version of a family:

    python certificates/faces/build.py FOLDER

FOLDER holds the npm packages named in SOURCES, unpacked (`npm pack` and `tar x`), each under its bare name.
Faces are pinned to one weight and size, cut to the letters names need, stripped of hinting and layout, and
merged, so that one name is one run. Kerning pairs go to kerning.json, because the drawing sets type itself,
the letters each face holds to letters.json, so that a name can be checked without opening a face, and where
loose marks belong to marks.json.
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).resolve().parent
VERSION = "5.3.0"  # of every package below
MARKS = [0x300, 0x301, 0x303, 0x304, 0x308, 0x309, 0x323, 0x329]  # set by hand on letters that have no composed form
MARKED = "wide"  # the face that holds them
LETTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),  # Latin-1 and Latin Extended-A
    *range(0x180, 0x250),
    *range(0x2B0, 0x300),  # modifier letters: ʻokina, ʼ
    *range(0x370, 0x400),
    *range(0x400, 0x530),
    *range(0x530, 0x590),
    *range(0x10A0, 0x1100),
    *range(0x1C90, 0x1CC0),
    *range(0x1E00, 0x2000),  # Latin Extended Additional, Greek Extended
    *range(0x2010, 0x2028),
    0x2032, 0x2033, 0x2039, 0x203A, 0x2044, 0x2116, 0x2122, 0x20AC,
]  # fmt: skip
ASCII = [*range(0x20, 0x7F), 0xB7, 0x2013, 0x2019]
SOURCES: dict[str, tuple[str, dict[str, float], list[int], list[str]]] = {
    # face: package, where on its axes, letters, files (later ones fill what earlier ones lack)
    "name": (
        "bricolage-grotesque",
        {"wght": 640, "opsz": 96},
        LETTERS,
        [f"bricolage-grotesque-{part}-opsz-normal" for part in ("latin", "latin-ext", "vietnamese")],
    ),
    "display": (
        "bricolage-grotesque",
        {"wght": 620, "opsz": 20},
        LETTERS,
        [f"bricolage-grotesque-{part}-opsz-normal" for part in ("latin", "latin-ext", "vietnamese")],
    ),
    "text": (
        "atkinson-hyperlegible-next",
        {"wght": 400},
        LETTERS,
        [f"atkinson-hyperlegible-next-{part}-wght-normal" for part in ("latin", "latin-ext")],
    ),
    "strong": (
        "atkinson-hyperlegible-next",
        {"wght": 640},
        LETTERS,
        [f"atkinson-hyperlegible-next-{part}-wght-normal" for part in ("latin", "latin-ext")],
    ),
    "mono": ("atkinson-hyperlegible-mono", {"wght": 600}, ASCII, ["atkinson-hyperlegible-mono-latin-wght-normal"]),
    "wide": (
        "noto-sans",
        {},
        [*LETTERS, *MARKS],
        [f"noto-sans-{part}-600-normal" for part in
         ("latin", "latin-ext", "vietnamese", "greek", "greek-ext", "cyrillic", "cyrillic-ext")],
    ),
    "armenian": ("noto-sans-armenian", {}, LETTERS, ["noto-sans-armenian-armenian-600-normal"]),
    "georgian": ("noto-sans-georgian", {}, LETTERS, ["noto-sans-georgian-georgian-600-normal"]),
}  # fmt: skip
KERNED = ("name", "display")
KERN_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .,-'’&"


def pinned(path: Path, axes: dict[str, float]) -> TTFont:
    font = TTFont(path)
    if "fvar" in font:
        instantiateVariableFont(font, axes, inplace=True)
    return font


def slimmed(font: TTFont, letters: list[int]) -> TTFont:
    options = Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [1, 2, 4, 6]
    options.notdef_outline = True
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "STAT", "meta", "gasp"]
    cutter = Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    font.flavor = None
    return font


def kerning(font: TTFont) -> dict[str, int]:
    """Pairs of letters that stand closer or wider, in thousandths of the size."""
    names = {letter: font.getBestCmap().get(ord(letter)) for letter in KERN_LETTERS}
    pairs: dict[tuple[str, str], int] = {}
    lookups = font["GPOS"].table.LookupList.Lookup
    wanted = {
        index
        for feature in font["GPOS"].table.FeatureList.FeatureRecord
        if feature.FeatureTag == "kern"
        for index in feature.Feature.LookupListIndex
    }
    for index in sorted(wanted):
        for table in lookups[index].SubTable:
            table = getattr(table, "ExtSubTable", table)
            for one, first in names.items():
                if first not in table.Coverage.glyphs:
                    continue
                for other, second in names.items():
                    value = _pair(table, first, second)
                    if value is not None:
                        pairs.setdefault((one, other), value)
    scale = 1000 / font["head"].unitsPerEm
    return {
        one + other: round(value * scale) for (one, other), value in sorted(pairs.items()) if abs(value * scale) >= 4
    }


def _pair(table: Any, first: str, second: str | None) -> int | None:
    if table.Format == 1:
        for record in table.PairSet[table.Coverage.glyphs.index(first)].PairValueRecord:
            if record.SecondGlyph == second:
                return getattr(record.Value1, "XAdvance", 0) or 0
        return None
    row = table.ClassDef1.classDefs.get(first, 0)
    column = table.ClassDef2.classDefs.get(second, 0)
    return getattr(table.Class1Record[row].Class2Record[column].Value1, "XAdvance", 0) or 0


def places(font: TTFont) -> dict[str, Any]:
    """Where loose marks belong: the middle, foot and head of each mark, and of each Latin letter, in thousandths."""
    glyphs, cmap, scale = font["glyf"], font.getBestCmap(), 1000 / font["head"].unitsPerEm

    def box(code: int) -> list[int] | None:
        glyph = glyphs[cmap[code]]
        if not glyph.numberOfContours:
            return None
        return [round(value * scale) for value in ((glyph.xMin + glyph.xMax) / 2, glyph.yMin, glyph.yMax)]

    latin = [code for code in cmap if chr(code).isalpha() and (code < 0x250 or 0x1E00 <= code < 0x1F00)]
    return {
        "x_height": round(font["OS/2"].sxHeight * scale),
        "letters": {chr(code): place for code in latin if (place := box(code))},
        "marks": {chr(code): box(code) for code in MARKS},
    }


def merged(fonts: list[TTFont]) -> TTFont:
    if len(fonts) == 1:
        return fonts[0]
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        taken: set[int] = set()
        for number, font in enumerate(fonts):
            letters = [code for code in font.getBestCmap() if code not in taken]
            taken.update(letters)
            slimmed(font, letters)
            paths.append(f"{folder}/{number}.ttf")
            font.save(paths[-1])
        return Merger().merge(paths)


def ranges(letters: set[int]) -> list[list[int]]:
    """Letters as first and last of each unbroken run."""
    found: list[list[int]] = []
    for letter in sorted(letters):
        if found and letter == found[-1][1] + 1:
            found[-1][1] = letter
        else:
            found.append([letter, letter])
    return found


def main(folder: Path) -> None:
    kerned: dict[str, dict[str, int]] = {}
    held: dict[str, list[list[int]]] = {}
    lines = ["# Made by build.py; do not edit by hand.", f'version = "{VERSION}"', 'licence = "OFL-1.1"', ""]
    for face, (package, axes, letters, files) in SOURCES.items():
        fonts = [pinned(folder / package / "files" / f"{file}.woff2", axes) for file in files]
        if face in KERNED:
            kerned[face] = kerning(fonts[0])
        font = merged([slimmed(font, letters) for font in fonts])
        names = font["name"]
        names.names = [record for record in names.names if record.nameID in {1, 2, 4, 6}]
        # Two instances of one family must not share a PostScript name.
        for record in list(names.names):
            if record.nameID in {4, 6}:
                family = package.replace("-", " ").title()
                value = (
                    f"{family} {face}".title() if record.nameID == 4 else f"{family}-{face}".title().replace(" ", "")
                )
                names.setName(value, record.nameID, record.platformID, record.platEncID, record.langID)
        font["head"].created = font["head"].modified = 3_786_912_000  # 2024-01-01, so that a rebuild is the same
        font.recalcTimestamp = False
        target = HERE / f"{face}.ttf"
        font.save(target)
        digest = hashlib.sha256(target.read_bytes()).hexdigest()
        if face == MARKED:
            (HERE / "marks.json").write_text(json.dumps(places(font), separators=(",", ":")) + "\n")
        held[face] = ranges(set(font.getBestCmap()))
        lines += [
            f"[{face}]", f'package = "{package}"', f"axes = {json.dumps(axes).replace(':', ' =')}",
            f'sha256 = "{digest}"', "",
        ]  # fmt: skip
        sys.stdout.write(f"{face}: {target.stat().st_size} bytes, {len(font.getBestCmap())} letters\n")
    (HERE / "kerning.json").write_text(json.dumps(kerned, ensure_ascii=False, indent=0, sort_keys=True) + "\n")
    (HERE / "letters.json").write_text(json.dumps(held) + "\n")
    (HERE / "FACES.toml").write_text("\n".join(lines))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
