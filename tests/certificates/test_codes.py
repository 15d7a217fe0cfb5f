"""A code that was misread is caught before the register is asked."""

import random

import pytest

from certificates import codes
from certificates.codes import ALPHABET, grouped, is_well_formed, new_code, normalise, repaired


def test_a_new_code_is_sound_and_no_two_are_alike() -> None:
    made = [new_code() for _ in range(200)]

    assert all(is_well_formed(code) for code in made)
    assert len(set(made)) == 200


def test_every_single_wrong_character_is_caught_and_named() -> None:
    code = new_code()

    for place in range(codes.LENGTH):
        for wrong in ALPHABET.replace(code[place], ""):
            misread = code[:place] + wrong + code[place + 1 :]
            assert not is_well_formed(misread)
            assert repaired(misread) == (place, code)


def test_two_wrong_characters_are_always_caught() -> None:
    chance = random.Random(7)

    for _ in range(4000):
        code = new_code()
        one, other = chance.sample(range(codes.LENGTH), 2)
        letters = list(code)
        for place in (one, other):
            letters[place] = chance.choice(ALPHABET.replace(code[place], ""))
        assert not is_well_formed("".join(letters))


def test_two_swapped_characters_are_always_caught() -> None:
    for _ in range(200):
        code = new_code()
        for one in range(codes.LENGTH):
            for other in range(one + 1, codes.LENGTH):
                if code[one] != code[other]:
                    letters = list(code)
                    letters[one], letters[other] = code[other], code[one]
                    assert not is_well_formed("".join(letters))


def test_a_sound_code_needs_no_repair() -> None:
    assert repaired(new_code()) is None
    assert repaired("short") is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("o0Oo-iIlL-1uUv-VABC", "00001111" + "1VVVVABC"),
        (" zm95 85da·x5vc—vq0v ", "ZM9585DAX5VCVQ0V"),
        ("", ""),
        ("\x00ßı!?", "SS1"),
        ("A" * 5000, "A" * 200),
    ],
)
def test_look_alikes_and_separators_are_read_as_meant(typed: str, read: str) -> None:
    assert normalise(typed) == read


@pytest.mark.parametrize("code", ["", "A", "A" * 15, "A" * 17, "IIIIIIIIIIIIIIII", "aaaaaaaaaaaaaaaa"])
def test_what_is_no_code_is_not_well_formed(code: str) -> None:
    assert not is_well_formed(code)


def test_codes_are_printed_in_fours() -> None:
    assert grouped("ZM9585DAX5VCVQ0V") == "ZM95-85DA-X5VC-VQ0V"
