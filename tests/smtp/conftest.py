"""A server on a free port for each test, on asyncio and on uvloop; `talk` says how to speak with it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
import uvloop

from tests.smtp.talk import Serving

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Mapping[str, LoopFactory]:
    """Whatever needs a server runs on both loops."""
    factories: dict[str, LoopFactory] = {"asyncio": asyncio.new_event_loop}
    if "serve" in getattr(item, "fixturenames", ()):
        factories["uvloop"] = uvloop.new_event_loop
    return factories


@pytest.fixture
async def serve() -> AsyncIterator[Serving]:
    """`await serve(...)` starts a server that ends with the test."""
    serving = Serving()
    yield serving
    await serving.close()
