"""How far apart two colours are, and in which direction. Plain values only.

Colours are CIELAB under D65 with the 2-degree observer, as the bank's `meta.delta_e` says; the difference is CIEDE2000
with all weights at one.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from coloraide import Color

HEX = re.compile(r"#[0-9a-f]{6}")
# The programme's training bands: the largest difference that still counts as excellent, acceptable, visible.
BANDS = (1.0, 2.0, 3.5)
EDGE = 1 / 1020


@dataclass(frozen=True)
class Lab:
    L: float
    a: float
    b: float

    @property
    def chroma(self) -> float:
        return math.hypot(self.a, self.b)

    @property
    def hue(self) -> float:
        """In degrees, from 0 up to 360."""
        return math.degrees(math.atan2(self.b, self.a)) % 360


@dataclass(frozen=True)
class Signed:
    """How a sample differs from its target: lighter or darker, stronger or greyer, and turned in hue."""

    lightness: float
    chroma: float
    hue: float


@lru_cache(maxsize=4096)
def from_hex(text: str) -> Lab:
    """sRGB as six hex digits to CIELAB."""
    if not HEX.fullmatch(text):
        raise ValueError(text)
    return _lab(Color(text))


def from_lch(lightness: float, chroma: float, hue: float) -> Lab:
    angle = math.radians(hue)
    return Lab(lightness, chroma * math.cos(angle), chroma * math.sin(angle))


def to_hex(colour: Lab) -> str:
    """As a screen draws it. Beyond its gamut each of red, green and blue is clipped; `colour-lab.js` does the same."""
    levels = (math.floor(min(max(value, 0.0), 1.0) * 255 + 0.5) for value in _screen(colour))
    return "#" + "".join(f"{level:02x}" for level in levels)


def on_screen(colour: Lab) -> bool:
    """Whether a screen can show it: sRGB, give or take a quarter of a step of its 255."""
    return all(-EDGE <= value <= 1 + EDGE for value in _screen(colour))


def light(text: str) -> tuple[float, float, float]:
    """sRGB as six hex digits to the share of red, green and blue light it sends back, 0 to 1."""
    if not HEX.fullmatch(text):
        raise ValueError(text)
    red, green, blue = Color(text).convert("srgb-linear").coords(nans=False)
    return red, green, blue


def from_light(red: float, green: float, blue: float) -> Lab:
    return _lab(Color("srgb-linear", [red, green, blue]))


def difference(one: Lab, other: Lab) -> float:
    """CIEDE2000."""
    return float(_colour(one).delta_e(_colour(other), method="2000"))


def signed(sample: Lab, target: Lab) -> Signed:
    """The parts of the difference with their signs, in CIELAB: dL*, dC*, dH*."""
    turn = math.radians((sample.hue - target.hue + 180) % 360 - 180)
    return Signed(
        lightness=sample.L - target.L,
        chroma=sample.chroma - target.chroma,
        hue=2 * math.sqrt(sample.chroma * target.chroma) * math.sin(turn / 2),
    )


def band(delta: float) -> int:
    """0 excellent, 1 acceptable, 2 visible, 3 a mismatch. A value on the limit still counts."""
    return sum(delta > limit for limit in BANDS)


def _colour(colour: Lab) -> Color:
    return Color("lab-d65", [colour.L, colour.a, colour.b])


def _screen(colour: Lab) -> list[float]:
    return list(_colour(colour).convert("srgb").coords(nans=False))


def _lab(colour: Color) -> Lab:
    lightness, a, b = colour.convert("lab-d65").coords(nans=False)
    return Lab(lightness, a, b)
