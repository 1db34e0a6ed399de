"""What an admin sees of the ledger, and what letting in and putting away do."""

import pytest

from gateway.domain.values import Trust
from gateway.models import InboundEmail, Thread
from tests.house import Says, mail
from tests.web.api.conftest import Api
from web.api.schemas import Inbound, InboundPage


async def held(api: Api, text: str = "Hello") -> InboundEmail:
    """A mail of somebody who has not ordered."""
    return await api.house.receive(mail(text=text, sender="eve@evil.test"), sender="eve@evil.test")


async def test_every_accepted_mail_is_in_the_ledger_with_its_state_and_why(api: Api) -> None:
    filed, kept_out = await api.house.receive(mail()), await held(api)
    again = await api.house.receive(mail())
    page = InboundPage.model_validate_json((await api.get("/inbound")).body, strict=True)
    assert [(row.id, row.state) for row in page.items] == [
        (again.id, "discarded"),
        (kept_out.id, "held"),
        (filed.id, "filed"),
    ]
    assert page.items[1].why == "not-a-buyer"
    assert page.items[1].why_text == "the sender has no order with this shop"
    one = (await api.get(f"/inbound/{filed.id}")).json
    assert (one["message_id"], one["thread_id"], one["shop"]) == (filed.message_id, filed.thread_id, "lotus")
    assert (one["mail_from"], one["rcpt_to"], one["ingress"]) == ("wang@example.com", "lotus@inbox.example", "smtp")
    Inbound.model_validate(one)


async def test_the_ledger_pages_by_state(api: Api) -> None:
    ids = [(await held(api, f"text {number}")).id for number in range(3)]
    await api.house.receive(mail())
    first = (await api.get("/inbound?state=held&limit=2")).json
    second = (await api.get(f"/inbound?state=held&limit=2&cursor={first['next']}")).json
    assert [row["id"] for row in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None


SEARCHES = [
    # What is asked of the ledger, and what of the three mails is found.
    ("why=not-a-buyer", "held"),
    ("why=duplicate", "again"),
    ("sender=EVE@evil.test", "held"),
    ("sender=@evil.test", "held"),
    ("sender=evil.test", ""),
    ("sender=@example.com&state=filed", "filed"),
    ("recipient=LOTUS@", "held again filed"),
    ("recipient=lo_us", ""),
    ("ingress=lmtp", ""),
    ("ingress=smtp", "held again filed"),
    ("trust=verified", "filed"),
    ("trust=failed", ""),
    ("channel=01900000-0000-7000-8000-000000000000", ""),
    ("since=2026-11-23T00:00:00Z&until=2999-01-01T00:00:00Z", "held again filed"),
    ("until=2020-01-01T00:00:00Z", ""),
    ("shop=lotus&why=not-a-buyer", "held"),
    ("shop=jade", ""),
]


async def test_the_ledger_is_searched(api: Api) -> None:
    ids = {"filed": (await api.house.receive(mail())).id, "held": (await held(api)).id}
    ids["again"] = (await api.house.receive(mail())).id
    names = {id_: name for name, id_ in ids.items()}
    for asked, found in SEARCHES:
        reply = await api.get(f"/inbound?{asked}")
        assert reply.status == 200, (asked, reply.body)
        assert (asked, {names[row["id"]] for row in reply.json["items"]}) == (asked, set(found.split()))


async def test_the_ledger_refuses_what_it_does_not_know(api: Api) -> None:
    for asked in ("ingress=pigeon", "trust=much", "since=yesterday", "state=lost"):
        assert (await api.get(f"/inbound?{asked}")).status == 422


async def test_what_is_released_is_filed(api: Api) -> None:
    row = await held(api)
    reply = await api.call("POST", f"/inbound/{row.id}/release")
    assert (reply.status, reply.json["state"]) == (200, "pending")
    await api.work()
    shown = (await api.get(f"/inbound/{row.id}")).json
    assert shown["state"] == "filed"
    assert (await api.get(f"/threads/{shown['thread_id']}")).json["messages"][0]["text"].strip() == "Hello"


async def test_what_is_discarded_stays_away_also_when_it_is_sent_again(api: Api) -> None:
    row = await held(api)
    reply = await api.call("POST", f"/inbound/{row.id}/discard")
    assert (reply.status, reply.json["state"], reply.json["why"]) == (200, "discarded", "by-admin")
    again = await held(api)
    assert (again.state, again.why) == ("discarded", "duplicate")
    assert await api.house.all(Thread) == []


@pytest.mark.parametrize("action", ["release", "discard"])
async def test_only_what_is_held_can_be_decided_and_only_once(api: Api, action: str) -> None:
    filed, row = await api.house.receive(mail()), await held(api)
    assert (await api.call("POST", f"/inbound/{filed.id}/{action}")).status == 409
    assert (await api.call("POST", f"/inbound/{row.id}/{action}")).status == 200
    assert (await api.call("POST", f"/inbound/{row.id}/{action}")).status == 409


async def test_a_mail_whose_author_could_not_be_verified_comes_in_when_released(api: Api) -> None:
    doubtful = api.house.with_witness(Says(Trust("unverified", "dmarc-none")))
    row = await doubtful.receive(mail())
    assert (row.state, row.why) == ("held", "unverified")
    await api.call("POST", f"/inbound/{row.id}/release", token="lotus-admin")
    while await doubtful.processor.run_once():
        pass
    assert (await api.house.row(row.id)).state == "filed"
