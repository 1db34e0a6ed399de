"""Webhooks by the API: who may make which, what is refused, what is never shown again."""

from typing import Any

from tests.web.api.conftest import Api

DATABASES = ("sqlite",)
BODY: dict[str, Any] = {"url": "https://8.8.8.8/hook", "events": ["message.received"], "shop": "lotus"}


async def test_a_webhook_lives(api: Api) -> None:
    made = await api.post("/webhooks", BODY)
    assert made.status == 201
    path = f"/webhooks/{made.json['id']}"
    assert made.json["secret"].startswith("whsec_")
    shown = (await api.get(path)).json
    assert shown == {name: value for name, value in made.json.items() if name != "secret"}
    changed = await api.call("PATCH", path, json={"events": ["thread.changed", "message.held"], "enabled": False})
    assert (changed.json["events"], changed.json["enabled"]) == (["message.held", "thread.changed"], False)
    tested = await api.call("POST", f"{path}/test")
    assert (tested.status, tested.json["type"], tested.json["state"]) == (201, "webhook.test", "waiting")
    assert (await api.get(f"{path}/deliveries")).json["items"] == [tested.json]
    assert (await api.post(f"{path}/replay", {"delivery_id": tested.json["id"]})).json == {"count": 0}
    assert (await api.post(f"{path}/secret", {})).json["secret"] != made.json["secret"]
    assert (await api.call("DELETE", path)).status == 200
    assert (await api.get(path)).status == 404


async def test_what_can_be_no_webhook_names_its_field(api: Api) -> None:
    for wrong, field in (
        ({"url": "https://169.254.169.254/"}, "url"),
        ({"url": "https://localhost/"}, "url"),
        ({"url": "http://8.8.8.8/"}, "url"),
        ({"url": "nonsense"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["everything"]}, "events.0"),
        ({"secret": "whsec_short"}, "secret"),
        ({"secret": "whsec_" + "A" * 33}, "secret"),
    ):
        reply = await api.post("/webhooks", BODY | wrong)
        assert (reply.status, [error["field"] for error in reply.json["errors"]]) == (422, [field]), wrong
    made = (await api.post("/webhooks", BODY)).json
    moved = await api.call("PATCH", f"/webhooks/{made['id']}", json={"url": "https://10.0.0.1/"})
    assert moved.status == 422


async def test_only_who_reaches_all_shops_hears_of_all(api: Api) -> None:
    everything = {name: value for name, value in BODY.items() if name != "shop"}
    assert (await api.post("/webhooks", everything, "lotus-admin")).status == 403
    assert (await api.post("/webhooks", BODY, "jade-admin")).status == 404
    assert (await api.post("/webhooks", everything)).status == 201
    assert (await api.post("/webhooks", BODY, "lotus-admin")).status == 201
    assert [one["shop"] for one in (await api.get("/webhooks", "lotus-admin")).json["items"]] == ["lotus"]
    assert len((await api.get("/webhooks")).json["items"]) == 2
