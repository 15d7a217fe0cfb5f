"""Colour differences agree with the published ones and with every one stored in the bank."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quizzes import colour
from quizzes.colour import Lab
from tests.quizzes import bank

PUBLISHED = Path(__file__).parent / "data" / "ciede2000.csv"


def published() -> list[Any]:
    lines = (line for line in PUBLISHED.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return [pytest.param(row, id=row["pair"]) for row in csv.DictReader(lines)]


def stored() -> Iterator[Any]:
    for entry in bank.entries():
        if entry["kind"] != "colour_match":
            continue
        for place in ("start", "sample"):
            if place in entry:
                yield pytest.param(entry["target"], entry[place], id=f"{entry['id']}-{place}")
        for option in entry.get("options", []):
            if "hex" in option:
                yield pytest.param(entry["target"], option, id=f"{entry['id']}-{option['id']}")


def test_all_34_published_pairs_are_there() -> None:
    assert len(published()) == 34


@pytest.mark.parametrize("row", published())
def test_ciede2000_agrees_with_the_published_pairs_in_both_orders(row: dict[str, str]) -> None:
    one = Lab(*(float(row[name]) for name in ("L1", "a1", "b1")))
    other = Lab(*(float(row[name]) for name in ("L2", "a2", "b2")))

    assert colour.difference(one, other) == pytest.approx(float(row["dE00"]), abs=1e-4)
    assert colour.difference(other, one) == pytest.approx(float(row["dE00"]), abs=1e-4)


@pytest.mark.parametrize(("target", "sample"), list(stored()))
def test_the_bank_agrees_with_its_own_colours(target: dict[str, Any], sample: dict[str, Any]) -> None:
    lab = colour.from_hex(sample["hex"])
    delta = sample.get("delta_e_2000", sample.get("delta_e_2000_to_target"))

    assert colour.difference(colour.from_hex(target["hex"]), lab) == pytest.approx(delta, abs=0.01)
    assert (lab.L, lab.a, lab.b) == pytest.approx(tuple(sample["lab"].values()), abs=0.0051)


def test_white_is_the_white_of_d65() -> None:
    white, grey = colour.from_hex("#ffffff"), colour.from_hex("#808080")

    assert (white.L, white.a, white.b) == pytest.approx((100, 0, 0), abs=1e-4)
    assert (grey.a, grey.b) == pytest.approx((0, 0), abs=1e-4)


@pytest.mark.parametrize("written", ["#4b4744", "#000000", "#ffffff", "#7f0010"])
def test_a_colour_survives_the_way_through_chroma_and_hue(written: str) -> None:
    lab = colour.from_hex(written)

    assert colour.to_hex(colour.from_lch(lab.L, lab.chroma, lab.hue)) == written


@pytest.mark.parametrize("written", ["4b4744", "#4B4744", "#4b474", "#4b4744ff", "red", ""])
def test_only_six_lower_case_hex_digits_are_a_colour(written: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        colour.from_hex(written)


def test_a_colour_no_screen_shows_is_still_a_colour() -> None:
    loud = colour.from_lch(50, 140, 200)

    assert colour.difference(loud, colour.from_hex("#808080")) > 20
    assert len(colour.to_hex(loud)) == 7


def test_a_difference_has_a_direction() -> None:
    way = colour.signed(colour.from_lch(50, 10, 350), colour.from_lch(40, 12, 10))

    assert way.lightness == pytest.approx(10)
    assert way.chroma == pytest.approx(-2)
    assert way.hue < 0


@pytest.mark.parametrize(("delta", "band"), [(0, 0), (1.0, 0), (1.01, 1), (2.0, 1), (2.01, 2), (3.5, 2), (3.51, 3)])
def test_the_limit_of_a_band_belongs_to_it(delta: float, band: int) -> None:
    assert colour.band(delta) == band
