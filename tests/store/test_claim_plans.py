"""A claim of outgoing mail reads its oldest rows in order: what waits behind them costs nothing."""

from typing import Any

from sqlalchemy import Engine, event

from gateway.domain.destinations import Destinations
from gateway.store import delivery_claims
from tests.house import House
from tests.outbound.test_destinations import due

DATABASES = ("sqlite",)


async def test_a_claim_does_not_sort_the_queue(house: House) -> None:
    await due(house, *(f"{number}@{number % 3}.example" for number in range(30)))
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT id, domain"):
            asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        async with house.gw.db.write() as session:
            allowance = Destinations(20, 5).allowance(house.gw.clock.now())
            taken = await delivery_claims.claim(session, house.gw.clock.now(), allowance)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert [one.domain for one in taken].count("0.example") == 5
    assert len(taken) == 15
    async with house.gw.db.read() as session:
        connection = await session.connection()
        for statement, parameters in asked:
            plan = str((await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).all())
            assert "ix_deliveries_due" in plan
            assert "TEMP B-TREE" not in plan
