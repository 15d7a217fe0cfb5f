"""The picture that a shared link shows: the whorl, what was earned, who certifies it. 1200 by 630, as crawlers ask for.

It names nobody. The page behind it is asked anew each time; a picture is copied into other people's caches, where
neither a corrected name nor an erased one would ever reach it. For the same reason the card of a standing certificate
does not say “valid”: it says where that is answered. Bad news is said: no harm is done if it lasts. (Decision 0016.)
"""

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from certificates.checking import Answer
from courses import whorl

VERSION = 1  # of the drawing: another one is another picture
WIDTH, HEIGHT = 1200, 630
FINER = 2  # drawn so many times larger, for smooth dots
SEAL_SIDE, DOTS, LEFT, LINES = 470, 760, 72, 3
PAPER, INK, QUIET, GROUND, DOT = "#f1f5f4", "#0d1b1e", "#45575b", "#003234", "#dcf3ea"
TONES = {"revoked": "#b3261e", "suspended": "#8f4a00", "expired": "#8f4a00", "superseded": "#1f5a96"}
FACES = Path(__file__).with_name("faces")
_one_at_a_time = Lock()  # a picture is some 10 MB while it is drawn


@dataclass(frozen=True)
class Card:
    """Everything that is on it."""

    title: str
    academy: str
    seal: bytes
    state: str
    word: str
    code: str

    @classmethod
    def of(cls, answer: Answer) -> "Card":
        said = answer.certificate.statement
        return cls(
            title=said["achievement"]["title"],
            academy=said["issuer"]["name"],
            seal=answer.certificate.seal,
            state=answer.standing,
            word=_word(answer.standing, said["achievement"]["kind"]),
            code=answer.certificate.grouped_code,
        )

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(repr((VERSION, self)).encode()).hexdigest()[:32]}"'


def _word(standing: str, kind: str) -> str:
    bad_news = {
        "revoked": _("Revoked certificate"),
        "suspended": _("Certificate under review"),
        "superseded": _("Replaced by a newer certificate"),
        "expired": _("Expired certificate"),
    }
    usual = _("Certificate of competence") if kind == "programme" else _("Certificate")
    return bad_news.get(standing, usual)


def png(card: Card) -> bytes:
    with _one_at_a_time:
        return _png(card)


@lru_cache(maxsize=64)
def _png(card: Card) -> bytes:
    large = Image.new("RGB", (HEIGHT * FINER, HEIGHT * FINER), GROUND)
    draw = ImageDraw.Draw(large)
    half, middle = SEAL_SIDE * FINER / 2, HEIGHT * FINER / 2
    for dot in whorl.dots(card.seal, DOTS):
        x, y, r = middle + dot.x * half, middle + dot.y * half, dot.r * half
        draw.ellipse((x - r, y - r, x + r, y + r), fill=DOT)
    sheet = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    panel = HEIGHT - 90
    sheet.paste(
        large.resize((HEIGHT, HEIGHT), Image.Resampling.LANCZOS).crop((45, 0, 45 + panel, HEIGHT)), (WIDTH - panel, 0)
    )
    _write(ImageDraw.Draw(sheet), card, WIDTH - panel - LEFT - 48)
    file = io.BytesIO()
    sheet.quantize(colors=96, dither=Image.Dither.NONE).save(file, "PNG")
    return file.getvalue()


def _write(pen: ImageDraw.ImageDraw, card: Card, width: int) -> None:
    small, mono = _face("text.ttf", 30), _face("mono.ttf", 30)
    pen.text((LEFT, 70), card.academy, fill=INK, font=_fitting(card.academy, "strong.ttf", 36, width))
    tone = TONES.get(card.state, QUIET)
    pen.text((LEFT, 190), card.word, fill=tone, font=_fitting(card.word, "strong.ttf", 34, width))
    size = 62
    while len(lines := _broken(card.title, _face("display.ttf", size), width)) > LINES and size > 30:
        size -= 4
    for number, line in enumerate(lines[:LINES]):
        pen.text((LEFT, 246 + number * size * 1.12), line, fill=INK, font=_face("display.ttf", size))
    pen.text((LEFT, 504), card.code, fill=INK, font=mono)
    where = _("Check it at %(place)s") % {"place": f"{settings.SITE_URL.partition('://')[2]}/v"}
    pen.text(
        (LEFT, 546),
        where,
        fill=QUIET,
        font=small if small.getlength(where) <= width else _fitting(where, "text.ttf", 30, width),
    )


def _fitting(words: str, face: str, size: int, width: int) -> ImageFont.FreeTypeFont:
    """The face as large as these words allow on one line."""
    while _face(face, size).getlength(words) > width and size > 16:
        size -= 2
    return _face(face, size)


def _broken(words: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@lru_cache(maxsize=32)
def _face(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FACES / name, size)
