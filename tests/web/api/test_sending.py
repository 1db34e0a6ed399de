"""Answers that wait, by the API: told, taken back, sent at once."""

from datetime import timedelta

from tests.house import mail
from tests.web.api.conftest import Api


async def waiting(api: Api) -> tuple[str, str]:
    """A thread and an answer in it that waits for a day."""
    row = await api.house.receive(mail())
    at = api.house.gw.clock.now() + timedelta(days=1)
    reply = await api.post(f"/threads/{row.thread_id}/replies", {"text": "Tomorrow", "send_at": at.isoformat()})
    assert reply.status == 201
    (delivery,) = reply.json["deliveries"]
    assert delivery["next_attempt_at"] == at.isoformat().replace("+00:00", "Z")
    return str(row.thread_id), reply.json["id"]


async def test_an_answer_that_waits_is_taken_back_and_told_once_more(api: Api) -> None:
    thread_id, message_id = await waiting(api)
    gone = await api.call("DELETE", f"/messages/{message_id}/sending")
    assert (gone.status, gone.json["text"]) == (200, "Tomorrow")
    assert [m["direction"] for m in (await api.get(f"/threads/{thread_id}")).json["messages"]] == ["inbound"]
    assert (await api.call("DELETE", f"/messages/{message_id}/sending")).status == 404


async def test_an_answer_that_waits_is_sent_at_once_in_another_message(api: Api) -> None:
    thread_id, message_id = await waiting(api)
    sent = await api.post(f"/messages/{message_id}/sending", {})
    assert sent.status == 200
    assert sent.json["id"] != message_id
    assert len((await api.get(f"/threads/{thread_id}")).json["messages"]) == 2
    assert (await api.call("DELETE", f"/messages/{sent.json['id']}/sending")).status == 409


async def test_a_year_is_the_longest_wait(api: Api) -> None:
    row = await api.house.receive(mail())
    at = (api.house.gw.clock.now() + timedelta(days=366)).isoformat()
    reply = await api.post(f"/threads/{row.thread_id}/replies", {"text": "Later", "send_at": at})
    assert (reply.status, reply.json["errors"][0]["field"]) == (422, "send_at")
