"""What tests about courses stand on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.dispatch import Signal

from accounts.models import User
from courses.models import Course, Enrolment
from tests.courses.making import Folder, make_course

Heard = list[dict[str, Any]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A small programme, loaded without the parts of higher floors."""
    monkeypatch.setattr("courses.loading.loader._parts", [])
    return Folder(tmp_path / "basics")


@pytest.fixture
def course(db: None) -> Course:
    return make_course()


@pytest.fixture
def enrolment(course: Course, tess: User) -> Enrolment:
    return course.enrol(tess)


@pytest.fixture
def hear() -> Iterator[Callable[[Signal], Heard]]:
    """Listen to a signal in the place of whoever listens on higher floors."""
    muted: list[tuple[Signal, list[Any]]] = []

    def listen(signal: Signal) -> Heard:
        heard: Heard = []
        muted.append((signal, signal.receivers))
        signal.receivers = []
        signal.sender_receivers_cache.clear()
        signal.connect(lambda **news: heard.append(news), weak=False)
        return heard

    yield listen
    for signal, receivers in muted:
        signal.receivers = receivers
        signal.sender_receivers_cache.clear()
