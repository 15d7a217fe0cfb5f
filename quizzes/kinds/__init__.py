"""Finds every kind of question in this folder."""

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType

from quizzes.kinds.base import Kind


class UnknownKind(LookupError):
    """No file in the folder answers to this name."""


@cache
def _found() -> MappingProxyType[str, Kind]:
    kinds: dict[str, Kind] = {}
    for entry in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        for thing in vars(module).values():
            if (
                isinstance(thing, type)
                and issubclass(thing, Kind)
                and thing.__module__ == module.__name__
                and thing.name
            ):
                kinds[thing.name] = thing()
    return MappingProxyType(dict(sorted(kinds.items())))


def all_kinds() -> tuple[Kind, ...]:
    return tuple(_found().values())


def get(name: str) -> Kind:
    try:
        return _found()[name]
    except KeyError:
        raise UnknownKind(name) from None


def choices() -> list[tuple[str, str]]:
    return [(kind.name, str(kind.label)) for kind in all_kinds()]
