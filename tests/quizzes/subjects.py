"""What properties of every kind are tried on: each kind's own examples, and one of every kind and mode of the bank."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import pytest

from quizzes import kinds
from quizzes.kinds.base import Body, Drawn, Key, Kind
from tests.quizzes import bank

EVERY = 20  # and beside those, each twentieth item of the bank


@dataclass(frozen=True)
class Subject:
    """One question of one kind on one paper."""

    name: str
    source: Mapping[str, Any]

    @property
    def kind(self) -> Kind:
        return kinds.get(self.source["kind"])

    @property
    def body(self) -> Body:
        return self.kind.parse(self.source)[0]

    @property
    def key(self) -> Key:
        return self.kind.parse(self.source)[1]

    @property
    def drawn(self) -> Drawn:
        return self.kind.draw(self.body, Random(1))

    def __str__(self) -> str:
        return self.name


def examples() -> Iterator[Subject]:
    for kind in kinds.all_kinds():
        for number, example in enumerate(kind.examples):
            yield Subject(f"{kind.name}-example-{number}", {**example.source, "kind": kind.name})


@cache
def subjects() -> tuple[Subject, ...]:
    chosen = {entry["id"]: entry for entry in (*bank.one_of_each(), *bank.entries()[::EVERY])}
    return (*examples(), *(Subject(f"{entry['kind']}-{ref}", entry) for ref, entry in chosen.items()))


every_subject = pytest.mark.parametrize("subject", subjects(), ids=str)
every_example = pytest.mark.parametrize("subject", list(examples()), ids=str)
