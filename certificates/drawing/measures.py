"""Where things stand on the sheet, in points from its lower left corner, and the inks they are drawn in."""

from hashlib import sha256

WIDTH, HEIGHT = 841.89, 595.28  # A4, lying
LEFT, RIGHT = 62.0, 514.0  # the words
PANEL = 560.0  # from here on the seal
MIDDLE = (PANEL + WIDTH) / 2
MILLIMETRE = 72 / 25.4
SEAL_DOTS = 760
SQUARE = 30 * MILLIMETRE  # a QR code with its quiet zone
MARK = sha256(b"stipple").digest()  # the product's own whorl, as in the top bar

# The tokens of the portal, in the light theme, as a printer's red, green and blue.
PORCELAIN, INK, INK_2, INK_3 = ".986 .993 .991", ".058 .121 .125", ".228 .289 .292", ".333 .391 .394"
HAIRLINE, PETROL, GROUND = ".808 .843 .837", "0 .337 .329", "0 .203 .206"
DOT, RING, SAYS = ".856 .955 .925", ".075 .292 .294", ".78 .85 .834"
BAND = ".62 .745 .735"
