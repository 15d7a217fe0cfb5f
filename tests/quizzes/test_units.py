"""Numbers are read as people write them, and converted exactly."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes import units


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"),
        ("0.5", "0.5"),
        ("0,5", "0.5"),
        ("0,125", "0.125"),
        ("1.250", "1.250"),
        (" 7 ", "7"),
        ("+3", "3"),
        ("-14", "-14"),
        ("−14,5", "-14.5"),
        ("007", "7"),
        ("1 000", "1000"),
        ("12 500,5", "12500.5"),
        ("-0", "0"),
    ],
)
def test_comma_and_point_are_both_decimal_signs(text: str, number: str) -> None:
    assert units.plain(units.read_number(text)) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "five",
        "1e400",
        "1e3",
        "nan",
        "inf",
        "1.2.3",
        "1,2,3",
        "0x10",
        "٣",
        "½",
        "1/2",
        "5 mm",
        "1\x00",
        "9" * 13,
        ".",
    ],
)
def test_anything_else_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        units.read_number(text)


@pytest.mark.parametrize("text", ["1,000", "12,500", "-1,234"])
def test_a_comma_before_three_digits_can_be_read_in_two_ways(text: str) -> None:
    with pytest.raises(units.TwoWays) as doubt:
        units.read_number(text)

    assert doubt.value.whole == text.replace(",", "")
    assert doubt.value.decimal == text.replace(",", ".")


@pytest.mark.parametrize(
    ("given", "factor", "converted"),
    [
        ("36", "0.0833333", "3"),
        ("180", "0.0166667", "3"),
        ("4", "7", "28"),
        ("1234567", "1", "1235000"),
        ("0.00012345", "1", "0.0001235"),
    ],
)
def test_an_amount_in_another_unit_has_four_significant_digits(given: str, factor: str, converted: str) -> None:
    assert units.convert(Decimal(given), Decimal(factor)) == Decimal(converted)


@settings(deadline=None, derandomize=True, database=None)
@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_a_stored_number_reads_as_itself(number: Decimal) -> None:
    assert units.read_number(units.plain(number)) == number


@pytest.mark.parametrize(("number", "short"), [("1.0", "1"), ("0.50", "0.5"), ("100", "100"), ("-0.0", "0")])
def test_noughts_that_say_nothing_are_left_out(number: str, short: str) -> None:
    assert units.short(Decimal(number)) == short
