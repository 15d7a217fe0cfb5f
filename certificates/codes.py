"""Certificate codes: 16 characters a person can read aloud, of which two catch (and name) a misread one.

Fourteen random characters carry 70 bits; two Reed–Solomon characters over GF(32) close them, so every
error in one or two characters is caught before the register is asked. Plain values only.
"""

import secrets
from collections.abc import Sequence

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O or U
LENGTH = 16
RANDOM = 14
LOOK_ALIKES = str.maketrans("OILU", "011V")
VALUE = {character: value for value, character in enumerate(ALPHABET)}
FIELD = 31  # GF(32) has 31 elements besides zero


def _powers() -> tuple[int, ...]:
    """Powers of the field's generator, modulo x^5 + x^2 + 1."""
    powers, element = [], 1
    for _ in range(FIELD):
        powers.append(element)
        element <<= 1
        if element & 32:
            element ^= 0b100101
    return tuple(powers)


EXP = _powers()
LOG = {element: exponent for exponent, element in enumerate(EXP)}


def _times(one: int, other: int) -> int:
    return EXP[(LOG[one] + LOG[other]) % FIELD] if one and other else 0


def _syndromes(values: Sequence[int]) -> tuple[int, int]:
    """The word as a polynomial, evaluated at the generator and at its square: both zero in a sound code."""
    first = second = 0
    for value in values:
        first = _times(first, EXP[1]) ^ value
        second = _times(second, EXP[2]) ^ value
    return first, second


def _closed(values: Sequence[int]) -> list[int]:
    """The values with the two characters that make both syndromes zero."""
    first, second = _syndromes([*values, 0, 0])
    # Two unknowns a (place 1) and b (place 0): a·g ^ b = first, a·g² ^ b = second.
    slope = EXP[1] ^ EXP[2]
    tens = _times(first ^ second, EXP[-LOG[slope] % FIELD])
    return [*values, tens, first ^ _times(tens, EXP[1])]


def new_code() -> str:
    """A fresh code. The database's unique constraint settles the one chance in 2^70."""
    return "".join(ALPHABET[value] for value in _closed([secrets.randbelow(32) for _ in range(RANDOM)]))


def normalise(typed: str) -> str:
    """What someone typed, as the register spells it: look-alikes resolved, anything that is no character dropped."""
    shouted = typed[:200].upper().translate(LOOK_ALIKES)
    return "".join(character for character in shouted if character in VALUE)


def is_well_formed(code: str) -> bool:
    """Whether a normalised code is sound in itself, before any register is asked."""
    if len(code) != LENGTH or any(character not in VALUE for character in code):
        return False
    return _syndromes([VALUE[character] for character in code]) == (0, 0)


def repaired(code: str) -> tuple[int, str] | None:
    """The one place that is doubtful and the code it should be, if a single wrong character explains it.

    The server never uses this: it would turn away fewer guesses. The check page's script does the same sums.
    """
    if len(code) != LENGTH or any(character not in VALUE for character in code):
        return None
    values = [VALUE[character] for character in code]
    first, second = _syndromes(values)
    if not first or not second:
        return None
    power = (LOG[second] - LOG[first]) % FIELD
    if power >= LENGTH:
        return None
    place = LENGTH - 1 - power
    values[place] ^= EXP[(LOG[first] - power) % FIELD]
    return place, "".join(ALPHABET[value] for value in values)


def grouped(code: str, separator: str = "-") -> str:
    """In fours, as it is printed."""
    return separator.join(code[start : start + 4] for start in range(0, len(code), 4))
