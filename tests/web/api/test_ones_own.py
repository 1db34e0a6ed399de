"""What belongs to a person, by a token that the person made: drafts and notifications; canned replies and blocking."""

import pytest

from gateway.domain.actors import Actor
from gateway.domain.writing import Draft
from gateway.inbox import drafts
from gateway.models import AuditEntry, Shop
from gateway.people import tokens
from gateway.people.tokens import NewToken
from tests import builders
from tests.house import mail
from tests.web.api.conftest import Api

DATABASES = ("sqlite",)


@pytest.fixture
async def boss(api: Api) -> Actor:
    """A manager of the shop lotus, whose token is known as "boss"; "boss-reads" may only look."""
    (lotus,) = [shop for shop in await api.house.all(Shop) if shop.slug == "lotus"]
    async with api.house.gw.db.write() as session:
        user = await builders.add_user(session, "boss@lotus.test", "manager", lotus, name="Boss")
    actor = Actor("user", user.id, "Boss", "manager", (lotus.id,), user_id=user.id)
    made = {
        "boss": NewToken(role="seller", shop="lotus"),
        "boss-reads": NewToken(role="readonly", shop="lotus"),
    }
    secrets = {name: (await tokens.make(api.house.gw, actor, new))[0] for name, new in made.items()}
    api.tokens = {**api.tokens, **secrets}
    return actor


async def test_drafts_are_those_of_the_page(api: Api, boss: Actor) -> None:
    id_ = str((await api.house.receive(mail())).thread_id)
    await drafts.save(api.house.gw, boss, id_, Draft("note", "from the page", api.house.gw.clock.now()))
    put = await api.put(f"/threads/{id_}/drafts/reply", {"text": "from a program"}, "boss")
    assert [(one["kind"], one["text"]) for one in put.json["items"]] == [
        ("reply", "from a program"),
        ("note", "from the page"),
    ]
    assert (await drafts.of_thread(api.house.gw, boss, id_))["reply"].text == "from a program"
    left = await api.call("DELETE", f"/threads/{id_}/drafts/note", "boss")
    assert [one["kind"] for one in left.json["items"]] == ["reply"]
    assert (await api.put(f"/threads/{id_}/drafts/poem", {"text": "x"}, "boss")).status == 404
    assert (await api.get(f"/threads/{id_}/drafts", "boss-reads")).status == 403
    assert (await api.get(f"/threads/{id_}/drafts", "lotus-seller")).status == 409
    assert (await api.get(f"/threads/{id_}/drafts", "jade-seller")).status == 404


async def test_notifications_are_chosen_whole_and_other_shops_stay(api: Api, boss: Actor) -> None:
    never = (await api.get("/me/notifications", "boss")).json
    assert (never["mode"], never["quiet"], never["muted_shops"]) == ("off", None, [])
    wanted = {"mode": "daily", "daily_hour": 8, "quiet": {"begins": "22:30", "ends": "07:00"}, "muted_shops": ["lotus"]}
    chosen = await api.put("/me/notifications", wanted, "boss")
    assert chosen.status == 200
    assert chosen.json == never | wanted
    assert (await api.get("/me/notifications", "boss")).json == chosen.json
    for field, wrong in (("muted_shops", ["jade"]), ("quiet", {"begins": "25:00", "ends": "07:00"}), ("mode", "often")):
        refused = await api.put("/me/notifications", {"mode": "off", field: wrong}, "boss")
        assert (field, refused.status) == (field, 422)
    assert (await api.get("/me/notifications", "boss-reads")).status == 403
    assert (await api.get("/me/notifications", "admin")).status == 409


async def test_canned_replies_are_written_and_filled_in(api: Api) -> None:
    id_ = str((await api.house.receive(mail())).thread_id)
    new = {"shop": "lotus", "name": "Hi", "locale": "en", "text": "Hello {{buyer_name}}"}
    made = await api.post("/canned", new, "lotus-seller")
    assert made.status == 201
    assert (await api.post("/canned", new, "lotus-seller")).status == 409
    assert (await api.post("/canned", new | {"text": "{{nobody}}", "name": "x"}, "lotus-seller")).status == 422
    filled = (await api.get(f"/threads/{id_}/canned", "lotus-seller")).json["items"]
    assert [(one["name"], one["text"]) for one in filled] == [("Hi", "Hello 王芳")]
    anew = {"name": "Hi", "locale": "zh_CN", "text": "您好"}
    assert (await api.put(f"/canned/{made.json['id']}", anew, "lotus-seller")).json == anew | {"id": made.json["id"]}
    assert (await api.get("/canned?shop=lotus", "jade-seller")).status == 404
    assert (await api.call("DELETE", f"/canned/{made.json['id']}", "lotus-seller")).status == 200
    assert (await api.get("/canned?shop=lotus", "lotus-seller")).json == {"items": [], "next": None}


async def test_a_buyer_is_blocked_and_let_in_again(api: Api) -> None:
    id_ = str((await api.house.receive(mail())).thread_id)
    blocked = await api.put(f"/threads/{id_}/block", {"reason": "threats"}, "lotus-seller")
    assert blocked.json["blocked"]
    assert blocked.json["since"]
    again = await api.house.receive(mail("again"))
    assert again.why == "blocked-by-seller"
    assert (await api.call("DELETE", f"/threads/{id_}/block", "lotus-seller")).json == {"blocked": False, "since": None}
    assert (await api.get(f"/threads/{id_}/block", "jade-seller")).status == 404
    acts = [row.act for row in await api.house.all(AuditEntry)]
    assert [act for act in acts if act.startswith("buyer.")] == ["buyer.blocked", "buyer.unblocked"]
