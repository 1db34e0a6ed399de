"""How a user likes the lists of the inbox: each view in its own order."""

from typing import get_args

from gateway.context import Gateway
from gateway.domain.conversations import VIEWS, Sort
from gateway.errors import Invalid
from gateway.store import people


async def choose(gw: Gateway, user_id: str, view: str, sort: str) -> None:
    """Remember the order of a view. Raises Invalid for a view or an order that there is not."""
    if view not in VIEWS or sort not in get_args(Sort):
        raise Invalid("there is no such view or order", field="sort")
    async with gw.db.write() as session:
        account = await people.account_by_id(session, user_id)
        if account is not None:
            others = {name: order for name, order in account.sorts.items() if name in VIEWS and name != view}
            chosen = {view: sort} if sort != "newest" else {}
            await people.update_user(session, user_id, {"sorts": others | chosen})
