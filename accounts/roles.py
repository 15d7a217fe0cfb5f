"""Who must have a second factor. Floors above register the relations that ask for one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User

Predicate = Callable[["User"], bool]

_predicates: list[Predicate] = []


def register(predicate: Predicate) -> Predicate:
    """Ask `predicate(user)` too. Registering twice is registering once."""
    if predicate not in _predicates:
        _predicates.append(predicate)
    return predicate


def needs_second_factor(user: "User") -> bool:
    """Staff always do; others when a relation of theirs says so."""
    return user.is_staff or any(predicate(user) for predicate in _predicates)
