"""Many threads at once by the API: changed, answered, undone, each within what the token reaches."""

from typing import Any

from tests.house import mail
from tests.web.api.conftest import Api

DATABASES = ("sqlite",)


async def thread(api: Api) -> str:
    return str((await api.house.receive(mail())).thread_id)


async def status(api: Api, id_: str) -> str:
    return str((await api.get(f"/threads/{id_}")).json["status"])


async def act(api: Api, body: dict[str, Any], token: str = "lotus-seller", **options: Any) -> dict[str, Any]:
    reply = await api.post("/threads/batch", body, token, **options)
    assert reply.status == 200, reply.body
    done: dict[str, Any] = reply.json
    return done


async def test_threads_are_changed_and_stand_as_before(api: Api) -> None:
    id_ = await thread(api)
    done = await act(api, {"ids": [id_], "status": "closed", "add_labels": ["VIP"]})
    assert (done["count"], done["left_out"], await status(api, id_)) == (1, [], "closed")
    found = await api.get("/threads?q=label:vip", "lotus-seller")
    assert [one["id"] for one in found.json["items"]] == [id_]
    undone = await api.post(f"/threads/batch/{done['id']}/undo", None, "lotus-seller")
    assert (undone.json, await status(api, id_)) == ({"count": 1}, "open")
    assert (await api.post(f"/threads/batch/{done['id']}/undo", None, "lotus-seller")).status == 404


async def test_answers_are_filled_in_and_sent_once_a_key(api: Api) -> None:
    id_ = await thread(api)
    body, key = {"ids": [id_], "reply": "{{buyer_name}}, {{shop_name}}"}, {"Idempotency-Key": "k"}
    first, second = await act(api, body, headers=key), await act(api, body, headers=key)
    assert first["message_ids"] == second["message_ids"]
    message = await api.get(f"/messages/{first['message_ids'][0]}")
    assert message.json["text"] == "王芳, 莲花"
    wrong = await api.post("/threads/batch", {"ids": [id_], "reply": "{{password}}"}, "lotus-seller")
    assert wrong.status == 422


async def test_answers_carry_files_and_a_change_does_not(api: Api) -> None:
    id_ = await thread(api)
    files = [{"filename": "a.txt", "content_type": "text/plain", "content_base64": "aGVsbG8="}]
    done = await act(api, {"ids": [id_], "reply": "Here", "attachments": files})
    message = await api.get(f"/messages/{done['message_ids'][0]}")
    assert [(file["filename"], file["size"]) for file in message.json["attachments"]] == [("a.txt", 5)]
    wrong = await api.post("/threads/batch", {"ids": [id_], "status": "closed", "attachments": files}, "lotus-seller")
    assert wrong.status == 422


async def test_another_shops_threads_are_left_out(api: Api) -> None:
    id_ = await thread(api)
    done = await act(api, {"ids": [id_], "status": "closed"}, "jade-seller")
    assert done["left_out"] == [{"id": id_, "why": "missing"}]
    assert await status(api, id_) == "open"
