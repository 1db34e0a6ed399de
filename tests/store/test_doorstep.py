"""The door of `znx ingest`: what it knows without SQLAlchemy is what the database says, on both kinds of database."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from gateway.store.db import Database
from gateway.store.doorstep import Doorstep
from tests.builders import add_shop


def url_of(db: Database) -> str:
    """As it stands in the settings."""
    return db.url.render_as_string(hide_password=False)


async def test_a_shop_that_is_there_is_known_and_no_other(db: Database) -> None:
    async with db.write() as session:
        shop = await add_shop(session)
    doorstep = Doorstep(url_of(db))
    assert doorstep.knows(shop.slug)
    assert not doorstep.knows(f"{shop.slug}-not")


async def test_an_older_schema_is_left_to_the_long_way(db: Database) -> None:
    async with db.write() as session:
        shop = await add_shop(session)
        await (await session.connection()).execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert not Doorstep(url_of(db)).knows(shop.slug)


def test_a_database_that_is_not_there_knows_nobody_and_is_not_made(tmp_path: Path) -> None:
    assert not Doorstep(f"sqlite:///{tmp_path}/znx.db").knows("lotus")
    assert not list(tmp_path.iterdir())


def test_nothing_of_it_loads_sqlalchemy() -> None:
    program = "import sys, gateway.cli.ingest, gateway.inbound.accepting, gateway.store.doorstep, gateway.store.journal"
    check = "sys.exit('sqlalchemy' in sys.modules or 'alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", f"{program}; {check}"], check=False).returncode == 0
