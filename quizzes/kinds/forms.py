"""What a kind's authoring form holds, said as data: the studio draws it, reads it back and hands the kind its entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

How = Literal[
    "text",  # one line
    "prose",  # several lines
    "number",  # a decimal, point or comma; left out of the entry while empty
    "whole",
    "flag",  # a tick: true or false
    "choice",  # one of `choices`
    "texts",  # a list of texts, one a line
    "hex",  # a colour such as #6e675f, drawn with its patch
    "group",  # a mapping of `columns`
    "rows",  # a list of mappings of `columns`; with `ids` each row carries an id (a, b, c …) that others point to
    "row_id",  # the id of one row of the field `of`
    "row_ids",  # ids of rows of the field `of`, ticked (their order is that of the rows)
    "order",  # ids of all rows of the field `of`, put in order by numbers
    "pairs",  # pairs of ids of rows of the field `of`: [[first, second], …]
    "amounts",  # a name and a number a line: {name: number}
    "map",  # row of the field `of` -> row of the field `to`: {id: id}
]


@dataclass(frozen=True)
class Field:
    """One field of the entry that `Kind.parse` takes, under the name it has there.

    `modes` names the values of the entry's `mode` under which it exists (empty: always). `optional` fields are left out
    of the entry while empty.
    """

    name: str
    label: StrPromise | str
    how: How
    help: StrPromise | str = ""
    choices: tuple[tuple[str, StrPromise | str], ...] = ()
    columns: tuple[Field, ...] = ()
    ids: bool = False
    of: str = ""
    to: str = ""
    modes: tuple[str, ...] = ()
    optional: bool = False
