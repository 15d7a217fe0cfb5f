"""The whorl: one seed, one picture of dots growing outward from a centre. Pure, and the same on every machine."""

import hashlib
import math
from functools import lru_cache
from typing import NamedTuple

GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
ARMS = (2, 3, 4, 5, 6, 7, 8)  # how many arms a wave may have; more would read as noise
SMALLEST, LARGEST = 0.20, 0.80  # radius of a dot, in half distances between neighbours
MOST = 5_000  # nobody looks at more, and a number from a template must not eat the machine


class Dot(NamedTuple):
    """A disc inside the unit circle; y points down, as on a page."""

    x: float
    y: float
    r: float


class _Wave(NamedTuple):
    arms: int
    twist: float
    phase: float
    weight: float


def _waves(seed: bytes) -> tuple[_Wave, ...]:
    """Three angular waves, read from the seed's hash: arms, twist and phase, seven bytes each."""
    digest = hashlib.sha256(b"whorl\x00" + seed).digest()
    waves = []
    for number, weight in enumerate((1.0, 0.7, 0.45)):
        arms, sign, twist, phase = (
            digest[number * 7],
            digest[number * 7 + 1],
            digest[number * 7 + 2],
            digest[number * 7 + 3 : number * 7 + 7],
        )
        waves.append(
            _Wave(
                arms=ARMS[arms % len(ARMS)],
                twist=(1 if sign & 1 else -1) * (3.0 + 6.0 * twist / 255),
                phase=int.from_bytes(phase, "big") / 2**32 * math.tau,
                weight=weight,
            )
        )
    return tuple(waves)


@lru_cache(maxsize=8)
def dots(seed: bytes, count: int) -> tuple[Dot, ...]:
    """`count` dots, the centre first; values are rounded, so a printed and a drawn whorl agree to the last digit."""
    if not 0 < count <= MOST:
        raise ValueError(f"A whorl has between 1 and {MOST} dots, not {count}.")
    waves = _waves(seed)
    total = sum(wave.weight for wave in waves)
    step = math.sqrt(math.pi / count) / 2  # half the distance between neighbours of an even spread
    reach = 1 - step * LARGEST
    found = []
    for index in range(count):
        radius = math.sqrt((index + 0.5) / count) * reach
        angle = index * GOLDEN_ANGLE
        swell = sum(w.weight * math.sin(w.arms * angle + w.twist * radius + w.phase) for w in waves) / total
        size = SMALLEST + (LARGEST - SMALLEST) * ((swell + 1) / 2) ** 1.5
        found.append(Dot(round(radius * math.cos(angle), 4), round(radius * math.sin(angle), 4), round(step * size, 4)))
    return tuple(found)
