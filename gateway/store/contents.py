"""The bytes of mails by their SHA-256, those that came and those that leave: in a row, or in the blob that it names."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.models import RawEmail
from gateway.models.columns import table_of

_RAW = table_of(RawEmail)
_CONTENTS = select(_RAW.c.sha256, _RAW.c.content, _RAW.c.blob_key).where(
    _RAW.c.sha256.in_(bindparam("hashes", expanding=True))
)

Content = bytes | str
"""A mail's bytes, or the key of the blob that holds them."""


async def contents_of(session: AsyncSession, hashes: Iterable[str]) -> dict[str, Content]:
    """The mails of these hashes, by hash; what is gone is left out."""
    wanted = sorted(set(hashes))
    if not wanted:
        return {}
    rows = await (await session.connection()).execute(_CONTENTS, {"hashes": wanted})
    return {row.sha256: bytes(row.content) if row.content is not None else row.blob_key for row in rows}
