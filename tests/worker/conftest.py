"""Portals that are about to certify somebody: embedded, and grown onto PostgreSQL and RabbitMQ."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.machines import Grown, Machine
from tests.worker.servers import Postgres, Vhost


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    made = Postgres()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Somebody is about to hand in, and no worker has run yet."""
    return Machine.prepared(tmp_path_factory.mktemp("embedded") / "data")


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Grown]:
    """The same on PostgreSQL and RabbitMQ."""
    postgres.make("ready")
    made = Grown(tmp_path_factory.mktemp("grown") / "data", postgres, Vhost(), "ready")
    made.run("manage.py", "migrate", "--verbosity", "0")
    made.scene("prepare")
    yield made
    made.stop()


@pytest.fixture(params=["embedded", "grown"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    ready: Machine = request.getfixturevalue(request.param)
    made = ready.copied(tmp_path / "data")
    yield made
    made.stop()


@pytest.fixture
def struck(tmp_path: Path) -> Path:
    """Made by the process that a fault has killed."""
    return tmp_path / "struck"
