"""What a name must be able to do. Floors above register their own demands, such as to be printed."""

from collections.abc import Callable

NameCheck = Callable[[str], None]

_checks: list[NameCheck] = []


def register(check: NameCheck) -> NameCheck:
    """`check(name)` raises a ValidationError that says what is wrong. Registering twice is registering once."""
    if check not in _checks:
        _checks.append(check)
    return check


def check_all(name: str) -> None:
    """Ask every registered check; the first that objects speaks."""
    for check in _checks:
        check(name)
