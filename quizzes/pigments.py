"""What a mixture of pigments looks like. Plain values only, and a nominal model: no mixture here was ever measured.

Pigments take light away, so the mean of their colours is no mixture of them: one part of black in ten darkens far more
than a tenth. We use the theory of Kubelka and Munk (1931) in its one-constant form for mixtures (Duncan 1940): the
ratio of absorption to scattering, K/S = (1 - R)² / 2R, of a mixture is the mean of the ratios of its pigments, weighted
by their parts. True pigments need this at every wavelength of the spectrum. An author gives a hex value and no
spectrum, so it is taken for three bands: the red, green and blue light of sRGB, as if each were one wavelength.

`colour-lab.js` draws by the same formula. Marks use what is computed here.
"""

import math
from collections.abc import Sequence

from quizzes import colour
from quizzes.colour import Lab

DARKEST = 0.0005  # no pigment swallows all light, and the formula cannot divide by none


def mixed(pigments: Sequence[tuple[str, int]]) -> Lab:
    """The colour of pigments, given as hex values with the parts of each. At least one part is needed."""
    whole = sum(parts for _fill, parts in pigments)
    if whole <= 0:
        raise ValueError(pigments)
    lights = [(colour.light(fill), parts / whole) for fill, parts in pigments]
    red, green, blue = (_returned(sum(share * _ratio(light[band]) for light, share in lights)) for band in range(3))
    return colour.from_light(red, green, blue)


def _ratio(light: float) -> float:
    """K/S of what sends back this share of the light."""
    sent = min(max(light, DARKEST), 1.0)
    return (1 - sent) ** 2 / (2 * sent)


def _returned(ratio: float) -> float:
    """The share of the light that is sent back at this K/S."""
    return 1 + ratio - math.sqrt(ratio * (ratio + 2))
