"""A gateway of the test's own, with a shop and an order, in one process on SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.serving import Store, Znx, gateway, open_store


@pytest.fixture
def znx(tmp_path: Path) -> Iterator[Znx]:
    """It runs; whoever kills it starts it again."""
    with gateway(tmp_path / "home") as znx:
        znx.start("serve")
        yield znx


@pytest.fixture
def store(znx: Znx) -> Store:
    """A shop in which Wang has order A-1001."""
    return open_store(znx)
