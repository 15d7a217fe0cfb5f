"""The badge: the certificate's seal as a picture, with the credential baked into it. No name is on the picture."""

import io
from functools import cache
from html import escape

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from certificates.models import Certificate
from certificates.naming import FACES, runs, settable, spelt
from courses.whorl import dots

SIDE = 640
SEAL_DOTS = 760
MIDDLE, SEAL_TOP, SEAL_RADIUS = SIDE / 2, 48, 212
CORNER = 56
TITLE_SIZE, SMALLER_TITLE, ACADEMY_SIZE = 38, 31, 23
TITLE_WIDTH, TITLE_FOOT, LINE = 540, 556, 1.16
ACADEMY_FOOT = 596
SMOOTH = 3  # drawn this much larger and brought down
# The seal's ground and dots, as on the certificate; they keep their colours in every theme.
GROUND, DOT, SAYS, SAYS_LESS = "#003435", "#daf4ec", "#fafdfc", "#c7d9d5"

Line = tuple[str, str, int, int]  # words, face, size, foot


@cache
def _font(face: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FACES / f"{face}.ttf"), size)


def _width(words: str, face: str, size: int) -> float:
    return sum(_font(holder, size).getlength(part) for holder, part in runs(words, face))


def _wrapped(words: str, face: str, size: int) -> list[str]:
    """Two lines that are about as long as each other, when one is too short."""
    if _width(words, face, size) <= TITLE_WIDTH:
        return [words]
    parts = words.split(" ")
    halves = [(" ".join(parts[:cut]), " ".join(parts[cut:])) for cut in range(1, len(parts))]
    best = min(halves, key=lambda pair: max(_width(half, face, size) for half in pair), default=(words, ""))
    return [half for half in best if half]


def _fitted(words: str, face: str, size: int) -> str:
    if _width(words, face, size) <= TITLE_WIDTH:
        return words
    while words and _width(words + "…", face, size) > TITLE_WIDTH:
        words = words[:-1]
    return words.rstrip() + "…"


def _lines(certificate: Certificate) -> list[Line]:
    """The title over one or two lines, and the academy beneath."""
    statement = certificate.statement
    title, academy = settable(spelt(statement["achievement"]["title"]), "strong"), spelt(statement["issuer"]["name"])
    size = TITLE_SIZE
    lines = _wrapped(title, "strong", size)
    if len(lines) > 1:
        size = SMALLER_TITLE
        lines = _wrapped(title, "strong", size)
    first = TITLE_FOOT - round((len(lines) - 1) * size * LINE / 2)
    placed: list[Line] = [
        (_fitted(line, "strong", size), "strong", size, first + round(number * size * LINE))
        for number, line in enumerate(lines)
    ]
    return [*placed, (_fitted(settable(academy), "text", ACADEMY_SIZE), "text", ACADEMY_SIZE, ACADEMY_FOOT + 12)]


def _discs(certificate: Certificate) -> list[tuple[float, float, float]]:
    centre = SEAL_TOP + SEAL_RADIUS
    return [
        (MIDDLE + dot.x * SEAL_RADIUS, centre + dot.y * SEAL_RADIUS, dot.r * SEAL_RADIUS)
        for dot in dots(certificate.seal, SEAL_DOTS)
    ]


def png(certificate: Certificate) -> bytes:
    """Baked: the credential stands in it as text, not compressed."""
    large = Image.new("RGBA", (SIDE * SMOOTH, SIDE * SMOOTH))
    pen = ImageDraw.Draw(large)
    pen.rounded_rectangle((0, 0, SIDE * SMOOTH - 1, SIDE * SMOOTH - 1), CORNER * SMOOTH, fill=GROUND)
    for x, y, r in _discs(certificate):
        pen.ellipse([value * SMOOTH for value in (x - r, y - r, x + r, y + r)], fill=DOT)
    picture = large.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    pen = ImageDraw.Draw(picture)
    for words, face, size, foot in _lines(certificate):
        left = MIDDLE - _width(words, face, size) / 2
        for holder, part in runs(words, face):
            pen.text(
                (left, foot), part, fill=SAYS if face == "strong" else SAYS_LESS, font=_font(holder, size), anchor="ls"
            )
            left += _font(holder, size).getlength(part)
    baked = PngImagePlugin.PngInfo()
    baked.add_itxt("openbadgecredential", certificate.credential_text, zip=False)
    out = io.BytesIO()
    few = picture.quantize(colors=96, method=Image.Quantize.FASTOCTREE)  # a seventh of the size, and looks the same
    few.save(out, "PNG", pnginfo=baked, optimize=True)
    return out.getvalue()


def svg(certificate: Certificate) -> str:
    """The same as lines, with the credential directly under the root. It holds no script and loads nothing."""
    seal = "".join(
        f"M{x:.1f} {y - r:.2f}a{r:.2f} {r:.2f} 0 10.01 0z".replace(".0 ", " ") for x, y, r in _discs(certificate)
    )
    words = "\n".join(
        f'<text x="{MIDDLE:g}" y="{foot}" font-size="{size}" font-weight="{650 if face == "strong" else 400}" '
        # As wide as in our own face, whichever face the reader has.
        f'textLength="{_width(line, face, size):.0f}" lengthAdjust="spacingAndGlyphs" '
        f'fill="{SAYS if face == "strong" else SAYS_LESS}">{escape(line)}</text>'
        for line, face, size, foot in _lines(certificate)
    )
    title = escape(f"{certificate.statement['achievement']['title']} · {certificate.statement['issuer']['name']}")
    credential = certificate.credential_text.replace("]]>", "]]]]><![CDATA[>")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" '
        f'viewBox="0 0 {SIDE} {SIDE}" role="img">\n'
        f"<openbadges:credential><![CDATA[{credential}]]></openbadges:credential>\n"
        f"<title>{title}</title>\n"
        f'<rect width="{SIDE}" height="{SIDE}" rx="{CORNER}" fill="{GROUND}"/>\n'
        f'<path fill="{DOT}" d="{seal}"/>\n'
        '<g text-anchor="middle" font-family="Atkinson Hyperlegible Next, Segoe UI, system-ui, sans-serif">\n'
        f"{words}\n</g>\n</svg>\n"
    )
