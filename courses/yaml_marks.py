"""YAML read with its line numbers, and nothing in it that could surprise: no aliases, no tags, no guessing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

LARGEST_FILE = 2_000_000  # bytes
DEEPEST = 40  # levels of lists and mappings
LONGEST_NUMBER = 18  # digits: fits every database

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_INT = re.compile(r"[-+]?\d+")
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True)
class Problem:
    """One thing to put right in a programme folder."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class Problems(list[Problem]):
    """Everything that is wrong so far."""

    def at(self, marked: Marked, message: object, path: str = "") -> None:
        """Note what is wrong with a value, or with the part of it that `path` leads to ("options[2].id")."""
        spot = marked.at(path)
        self.append(Problem(spot.file, spot.line, str(message)))

    def within(self, file: str, message: object, line: int = 1) -> None:
        self.append(Problem(file, line, str(message)))


@dataclass(frozen=True)
class Marked:
    """A value and where it was written. `value` is plain Python all the way down."""

    value: Any
    line: int
    file: str
    children: Mapping[str | int, Marked] = field(default_factory=dict, repr=False)

    def get(self, key: str | int) -> Marked | None:
        return self.children.get(key)

    def __getitem__(self, key: str | int) -> Marked:
        return self.children[key]

    def __contains__(self, key: str | int) -> bool:
        return key in self.children

    def __iter__(self) -> Iterator[Marked]:
        """The entries of a list, or the values of a mapping."""
        return iter(self.children.values())

    def items(self) -> Iterator[tuple[str, Marked]]:
        """The entries of a mapping."""
        return ((str(key), child) for key, child in self.children.items())

    def at(self, path: str) -> Marked:
        """The part `path` leads to, or the nearest part around it that exists."""
        spot = self
        for name, index in _STEP.findall(path):
            child = spot.children.get(int(index) if index else name)
            if child is None and name.isdigit():
                child = spot.children.get(int(name))
            if child is None:
                break
            spot = child
        return spot


class Unreadable(Exception):
    """The text is not YAML as we read it."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class _Reader(yaml.SafeLoader):
    """Refuses what makes YAML dangerous, while the tree is built."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable("Write it out again: anchors (&) and aliases (*) are not read here.", line)
        if (tag := getattr(event, "tag", None)) is not None:
            raise Unreadable(f"Tags such as {tag} are not read here.", line)
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable(f"More than {DEEPEST} levels deep.", line)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _scalar(node: yaml.ScalarNode) -> Any:
    """A plain scalar is null, true, false, a number or text. "no", dates and 1:30 are text."""
    text = str(node.value)
    line = node.start_mark.line + 1
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Unreadable("A character in this text cannot be stored.", line)
    if node.style is not None:
        return text
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    if _INT.fullmatch(text):
        if len(text.lstrip("+-")) > LONGEST_NUMBER:
            raise Unreadable("This number has too many digits. Put text in quotes.", line)
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            raise Unreadable("This number is too large.", line)
        return number
    return text


def _marked(node: yaml.Node, file: str) -> Marked:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Marked(_scalar(node), line, file)
    children: dict[str | int, Marked] = {}
    if isinstance(node, yaml.SequenceNode):
        children.update(enumerate(_marked(child, file) for child in node.value))
        return Marked([child.value for child in children.values()], line, file, children)
    for name, child in node.value:
        if not isinstance(name, yaml.ScalarNode):
            raise Unreadable("A key must be a plain word.", name.start_mark.line + 1)
        key = str(name.value)
        _scalar(yaml.ScalarNode("", key, name.start_mark, style='"'))
        if key in children:
            raise Unreadable(f"“{key}” is given twice.", name.start_mark.line + 1)
        value = _marked(child, file)
        # A missing value stands on the line of its key.
        children[key] = Marked(value.value, name.start_mark.line + 1, file, value.children)
    return Marked({key: child.value for key, child in children.items()}, line, file, children)


def read_text(text: str, file: str) -> Marked:
    """The one document in `text`; Unreadable says what is wrong and on which line."""
    reader = None
    try:
        reader = _Reader(text)
        node = reader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = ", ".join(part for part in (error.problem, error.context) if part)
        if mark and error.context_mark and error.context_mark.line != mark.line:
            words += f" that begins on line {error.context_mark.line + 1}"
        raise Unreadable(f"This is not YAML: {words}.", mark.line + 1 if mark else 1) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable("There is a control character in this file.", line) from error
    finally:
        if reader is not None:
            reader.dispose()
    if node is None:
        return Marked(None, 1, file)
    return _marked(node, file)


def read(root: Path, relative: str, problems: Problems) -> Marked | None:
    """A file of the folder, or None with a problem noted. Never leaves the folder, follows no link."""
    path = root / relative
    steps = [root.joinpath(*path.relative_to(root).parts[: count + 1]) for count in range(len(Path(relative).parts))]
    if ".." in Path(relative).parts or Path(relative).is_absolute():
        problems.within(relative, "This leads out of the programme folder.")
        return None
    if any(step.is_symlink() for step in steps):
        problems.within(relative, "Links are not followed. Put the file itself here.")
        return None
    if not path.is_file():
        problems.within(relative, "This file is missing.")
        return None
    if path.stat().st_size > LARGEST_FILE:
        problems.within(relative, f"This file is larger than {LARGEST_FILE // 1_000_000} MB.")
        return None
    raw = path.read_bytes()
    try:
        return read_text(raw.decode("utf-8-sig"), relative)
    except UnicodeDecodeError as error:
        problems.within(relative, "This file is not UTF-8 text.", raw.count(b"\n", 0, error.start) + 1)
    except Unreadable as error:
        problems.within(relative, error.message, error.line)
    return None
