"""Who may call what: every operation of the table with every kind of token. A row without a policy can't exist."""

from typing import Any

import pytest

from gateway.admin import deliveries, shops
from gateway.clock import new_id
from gateway.domain.actors import Actor
from gateway.domain.rights import RIGHTS, ROLES, Role, Scope
from gateway.domain.sources.setup import NewSource
from gateway.inbox import restructuring
from gateway.models import AuditEntry, Delivery
from gateway.orders import sources
from gateway.outbound import answers
from gateway.store.suppressions import suppress, suppression
from gateway.webhooks import setup
from tests.house import mail
from tests.promises.test_p15_privileged_acts import CALLS
from tests.web.api.conftest import Api
from web.api.operations import Operation
from web.api.table import OPERATIONS

DATABASES = ("sqlite",)

EVERY = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
NOT_FOR_SELLERS = {one.name for one in OPERATIONS if one.needs in ("manage", "govern")}
ADMINS_ALONE = {"put_shop", "list_inbound", "discard_inbound", "get_delivery", "release_suppression", "add_pause"}


def address(operation: Operation, **names: str) -> str:
    """A path with ids in it; ids of nothing unless told otherwise."""
    usual = {"slug": "lotus", "order_no": "A-1001", "id": new_id(), "name": "reply", "locale": "en", "kind": "note"}
    return operation.path.format(**(usual | names))


async def test_without_a_token_nothing_is_told(api: Api) -> None:
    for operation in OPERATIONS:
        for token in (None, "", "wrong", "ключ".encode().decode("latin-1"), "x" * 5000):
            reply = await api.call(operation.method, address(operation), token)
            assert (operation.name, reply.status) == (operation.name, 401)
            assert reply.headers["WWW-Authenticate"].startswith("Bearer ")
            assert reply.headers["Content-Type"].startswith("application/problem+json")


def test_the_admins_part_is_marked_as_theirs() -> None:
    assert ADMINS_ALONE <= NOT_FOR_SELLERS
    assert not NOT_FOR_SELLERS & {"list_threads", "add_reply", "get_attachment"}


async def programs(api: Api) -> dict[str, str | None]:
    """An order source and a webhook of the shop lotus."""
    gw, shops = api.house.gw, Actor("token", "t", "lotus", "admin", None)
    source = await sources.connect(gw, shops, NewSource(shop="lotus", kind="woocommerce"))
    new = setup.NewWebhook(shop="lotus", url="https://192.0.9.1/", events=["message.held"])
    made = await setup.add(gw, shops, new)
    return {"sources": source.source.id, "webhooks": made.webhook.id}


async def outgoing(api: Api, thread_id: str) -> dict[str, str | None]:
    """A queued answer, a suppressed address and a pause of the shop lotus."""
    gw, seller = api.house.gw, Actor("token", "t", "lotus", "admin", None)
    await answers.reply(gw, seller, thread_id, answers.ReplyDraft("Hello"))
    delivery = next(one for one in await api.house.all(Delivery) if one.kind == "reply")
    pause = await deliveries.pause(gw, seller, "shop", "lotus")
    async with gw.db.write() as session:
        row = suppression(str(delivery.shop_id), "li@buyer.test", "all", "address", gw.clock.now())
        await suppress(session, row)
    return {"deliveries": delivery.id, "pauses": pause.id, "suppressions": row.id}


async def routing(api: Api) -> dict[str, str | None]:
    """A channel, a rule and a team of the shop lotus."""
    channel = await api.post("/channels", {"kind": "email", "shop": "lotus", "address": "support"})
    rule = await api.post("/rules", {"name": "R", "shop": "lotus", "actions": [{"do": "label", "value": "x"}]})
    team = await api.post("/teams", {"name": "T", "shop": "lotus"})
    return {"channels": channel.json["id"], "rules": rule.json["id"], "teams": team.json["id"]}


async def staff(api: Api) -> dict[str, str | None]:
    """Somebody who works for the shop lotus, and a token of it."""
    invited = await api.post("/people", {"email": "zhao@lotus.test", "roles": {"lotus": "seller"}}, "lotus-admin")
    token = await api.post("/tokens", {"role": "seller", "shop": "lotus", "name": "T"}, "lotus-admin")
    return {"people": invited.json["id"], "tokens": token.json["id"]}


async def everything(api: Api) -> dict[str, str | None]:
    """The id of one thing of each kind that the shop lotus has, by the first word of its path."""
    row = await api.house.receive(mail())
    letter = mail("with a file")
    letter.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")
    with_file = await api.house.receive(letter)
    message = (await api.get(f"/messages/{with_file.message_id}")).json
    held = await api.house.receive(mail(sender="eve@evil.test"), sender="eve@evil.test")
    theirs = {"threads": row.thread_id, "messages": row.message_id, "inbound": held.id}
    theirs["attachments"] = message["attachments"][0]["id"]
    shop_admin = Actor("token", "t", "lotus", "admin", None)
    _, event = await restructuring.split(api.house.gw, shop_admin, row.thread_id or "", [with_file.message_id or ""])
    theirs["thread-events"] = event
    canned = {"shop": "lotus", "name": "Hi", "locale": "en", "text": "Hello"}
    theirs["canned"] = (await api.post("/canned", canned, "lotus-seller")).json["id"]
    theirs["buyers"] = (await api.get(f"/threads/{row.thread_id}")).json["buyer"]["id"]
    labelled = {"ids": [row.thread_id], "add_labels": ["vip"]}
    theirs["batch"] = (await api.post("/threads/batch", labelled, "lotus-admin")).json["id"]
    for made in (outgoing(api, row.thread_id or ""), routing(api), programs(api), staff(api)):
        theirs |= await made
    return theirs


def test_every_call_about_one_thing_that_reads_a_body_has_one_here() -> None:
    needed = {one.name for one in OPERATIONS if one.body and ("{id}" in one.path or "{slug}" in one.path)}
    assert needed - {"put_template", "preview_template"} <= set(bodies({"threads": "", "buyers": ""}))


def bodies(theirs: dict[str, str | None]) -> dict[str, dict[str, Any]]:
    """What each operation that needs one is told."""
    return {
        "put_shop": {"name": "Mine now"},
        "put_brand": {"accent": "#336699"},
        "put_order": {"buyer": {"email": "li@buyer.test"}},
        "add_order_note": {"text": "hello"},
        "add_reply": {"text": "hello"},
        "add_internal_note": {"text": "hello"},
        "change_thread": {"status": "closed"},
        "merge_buyer": {"into": theirs["buyers"]},
        "add_buyer_address": {"email": "new@buyer.test"},
        "merge_thread": {"into": theirs["threads"]},
        "split_thread": {"message_ids": [new_id()]},
        "move_thread": {"order_no": "A-1001"},
        "block_buyer": {"reason": "hello"},
        "put_draft": {"text": "hello"},
        "put_canned": {"name": "Mine", "locale": "en", "text": "hello"},
        "put_channel": {"kind": "email", "shop": "lotus", "address": "support"},
        "put_rule": {"name": "Mine", "shop": "lotus", "actions": [{"do": "label", "value": "x"}]},
        "put_team": {"name": "Mine", "shop": "lotus"},
        "change_source": {"name": "Mine"},
        "rotate_source": {},
        "change_webhook": {"description": "Mine"},
        "rotate_webhook": {},
        "replay_webhook": {},
        "change_person": {"name": "Mine", "roles": {"lotus": "seller"}},
    }


def _written(operation: Operation, entries: list[AuditEntry]) -> bool:
    """What a privileged call did stands in the audit log, under an act that it may write."""
    acts = CALLS.get(operation.name, "").split()
    return not acts or any(entry.act in acts for entry in entries)


async def test_what_makes_a_privileged_thing_is_written_down(api: Api) -> None:
    await everything(api)
    made = "source.added webhook.added channel.added rule.added team.added user.invited token.added pause.added"
    assert set(made.split()) <= {entry.act for entry in await api.house.all(AuditEntry)}


IN_NO_STATE_FOR_IT = {
    # Calls about one's own things that are understood and refused, since these can't do it now; all others do it.
    "merge_buyer": 422,  # with itself
    "merge_thread": 422,
    "split_thread": 422,  # by messages that it does not have
    "move_thread": 409,  # to the order that it is of
    "send_reply_now": 409,  # it did not wait
    "take_back_reply": 409,
    "retry_delivery": 409,  # it waits already
    "discard_inbound": 409,  # it was released just before
    "reactivate_person": 409,  # was never shut out
    "list_drafts": 409,  # a token is nobody who writes
    "put_draft": 409,
    "remove_draft": 409,
}


async def test_what_belongs_to_another_shop_is_not_there(api: Api) -> None:
    """The neighbour's admin gets the very answer that is given for what never was; its own admin what was asked for."""
    theirs = await everything(api)
    told = bodies(theirs)
    about_one = [operation for operation in OPERATIONS if "{id}" in operation.path or "{slug}" in operation.path]
    refused: dict[str, int] = {}
    unwritten: list[str] = []
    for operation in sorted(about_one, key=lambda operation: operation.method == "DELETE"):
        words = operation.path.split("/")
        kind = "batch" if "batch" in words else words[1]
        path, body = address(operation, id=theirs.get(kind) or new_id()), told.get(operation.name)
        foreign = await api.call(operation.method, path, "jade-admin", json=body)
        absent = await api.call(operation.method, address(operation, slug="nothing"), "jade-admin", json=body)
        assert (operation.name, foreign.status, absent.status) == (operation.name, 404, 404)
        assert foreign.json["title"] == absent.json["title"]
        if kind != "shops":
            assert foreign.body == absent.body
        before = len(await api.house.all(AuditEntry))
        own = await api.call(operation.method, path, "lotus-admin", json=body)
        if own.status >= 300:
            refused[operation.name] = own.status
        elif not _written(operation, (await api.house.all(AuditEntry))[before:]):
            unwritten.append(operation.name)
    assert refused == IN_NO_STATE_FOR_IT
    assert unwritten == []


SCOPED = [
    # A token's scope, and what it may do with the shop lotus: look, write an order, answer, see the ledger.
    ("read", 200, 403, 403, 403),
    ("orders", 200, 201, 403, 403),
    ("write", 200, 201, 404, 403),
    ("admin", 200, 201, 404, 200),
]


@pytest.mark.parametrize(("scope", "look", "orders", "work", "manage"), SCOPED)
async def test_scopes_take_rights_away(api: Api, scope: Scope, look: int, orders: int, work: int, manage: int) -> None:
    token = await shops.add_token(api.house.gw, "admin", "lotus", (scope,))
    assert (await api.get("/threads", token)).status == look
    order = {"buyer": {"email": "li@buyer.test"}}
    assert (await api.put("/shops/lotus/orders/N-1", order, token)).status == orders
    assert (await api.post(f"/threads/{new_id()}/notes", {"text": "hello"}, token)).status == work
    assert (await api.get("/inbound", token)).status == manage


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_gets_what_the_table_of_rights_gives_it(api: Api, role: Role) -> None:
    token = await shops.add_token(api.house.gw, role, "lotus")
    wrong = {}
    for operation in OPERATIONS:
        if operation.name == "follow_events":
            continue
        status = (await api.call(operation.method, address(operation), token)).status
        if (status == 403) != (role not in RIGHTS[operation.needs or "look"]):
            wrong[operation.name] = status
    assert wrong == {}


async def test_lists_show_only_the_tokens_own_shop(api: Api) -> None:
    await api.house.receive(mail())
    await api.house.receive(mail(sender="eve@evil.test"), sender="eve@evil.test")
    for path in ("/threads", "/inbound", "/inbound?state=held"):
        assert len((await api.get(path, "lotus-admin")).json["items"]) >= 1
        assert (await api.get(path, "jade-admin")).json["items"] == []
    assert (await api.get("/threads?q=Where", "jade-admin")).json["items"] == []
    assert [shop["slug"] for shop in (await api.get("/shops", "lotus-seller")).json["items"]] == ["lotus"]
    assert [shop["slug"] for shop in (await api.get("/shops")).json["items"]] == ["jade", "lotus"]


@pytest.mark.parametrize("path", ["/threads?shop=lotus", "/inbound?shop=lotus"])
async def test_a_foreign_shops_filter_finds_what_an_unknown_shops_does(api: Api, path: str) -> None:
    await api.house.receive(mail())
    foreign, absent = await api.get(path, "jade-admin"), await api.get(path.replace("lotus", "none"), "jade-admin")
    assert (foreign.status, foreign.body) == (absent.status, absent.body)


async def test_a_shops_own_token_may_write_its_orders(api: Api) -> None:
    document = {"buyer": {"email": "li@buyer.test"}}
    assert (await api.put("/shops/lotus/orders/N-1", document, "lotus-seller")).status == 201
    assert (await api.put("/shops/lotus/orders/N-1", document, "jade-seller")).status == 404


async def test_a_shops_admin_may_change_that_shop_and_make_no_other(api: Api) -> None:
    assert (await api.put("/shops/lotus", {"name": "Lotus"}, "lotus-admin")).status == 200
    assert (await api.put("/shops/jade", {"name": "Mine"}, "lotus-admin")).status == 404
    assert (await api.put("/shops/new", {"name": "Mine"}, "lotus-admin")).status == 404
    assert (await api.put("/shops/new", {"name": "New"}, "admin")).status == 201
