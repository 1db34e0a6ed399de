"""A server on a free port for each test, on asyncio and on uvloop; `talk` says how to speak with it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
import uvloop

from tests.smtp.talk import Serving

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Mapping[str, LoopFactory] | None:
    """Whatever needs a server runs on both loops."""
    if "serve" not in getattr(item, "fixturenames", ()):
        return None
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture
async def serve() -> AsyncIterator[Serving]:
    """`await serve(...)` starts a server that ends with the test."""
    serving = Serving()
    yield serving
    await serving.close()
