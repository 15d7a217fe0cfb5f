"""Words that everyone would try count for nothing in a password."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from clinics.models import Clinic


@pytest.mark.parametrize(
    "password",
    [
        "stipple academy 26",
        "StippleStipple99",
        "TessTrainee2026!",
        "tess@example.com",
        "xx-trainee-1234",
        "leeds leeds leeds",
    ],
)
def test_words_about_the_person_or_the_place_are_refused(tess: User, password: str) -> None:
    with pytest.raises(ValidationError, match=r"others try first|too common"):
        validate_password(password, tess)


@pytest.mark.parametrize("password", ["walnut river seventeen", "the stipple on my walnut river", "ö" * 6 + "lantern"])
def test_a_password_that_is_long_without_them_is_fine(tess: User, password: str) -> None:
    validate_password(password, tess)


def test_the_name_of_one_s_clinic_is_such_a_word(cleo: User, tess: User, clinic: Clinic) -> None:
    validate_password("harbour clinic 1", tess)

    with pytest.raises(ValidationError, match="others try first"):
        validate_password("harbour clinic 1", cleo)


@pytest.mark.parametrize("password", ["short", "12345678901", "qwertyuiop123"])
def test_short_and_common_ones_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)
