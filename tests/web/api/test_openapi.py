"""The description of the API is whole and true: every route, every status, every document."""

from pathlib import Path
from typing import Any

import pytest

from tests.web.api.conftest import Api
from web.api.openapi import document
from web.api.table import OPERATIONS, PREFIX

DATABASES = ("sqlite",)

DOCUMENT = document()
METHODS = {"get", "put", "post", "patch", "delete"}


def described() -> set[tuple[str, str]]:
    """Method and path of every described operation."""
    return {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item if method in METHODS}


async def test_every_route_is_described_and_every_description_is_routed(api: Api) -> None:
    app = api.client.app
    assert app is not None
    routed = {
        (route.method, route.resource.canonical.removeprefix(PREFIX))
        for resource in app.router.resources()
        for route in resource
        if route.resource is not None and route.resource.canonical.startswith(PREFIX) and route.method != "HEAD"
    }
    assert routed - {("GET", "/openapi.json")} == described()
    assert len(described()) == len(OPERATIONS)


def test_names_are_unique_and_stay() -> None:
    assert sorted(operation.name for operation in OPERATIONS) == [
        "add_buyer_address",
        "add_canned",
        "add_channel",
        "add_internal_note",
        "add_order_note",
        "add_pause",
        "add_reply",
        "add_rule",
        "add_source",
        "add_team",
        "add_token",
        "add_webhook",
        "block_buyer",
        "cancel_delivery",
        "change_person",
        "change_source",
        "change_thread",
        "change_threads",
        "change_webhook",
        "count_buyer_links",
        "deactivate_person",
        "discard_inbound",
        "dry_run_rules",
        "end_pause",
        "fill_canned",
        "follow_events",
        "get_attachment",
        "get_block",
        "get_brand",
        "get_channel",
        "get_dashboard",
        "get_delivery",
        "get_inbound",
        "get_message",
        "get_notifications",
        "get_order",
        "get_raw_message",
        "get_rule",
        "get_source",
        "get_team",
        "get_template",
        "get_thread",
        "get_webhook",
        "invite_person",
        "list_audit",
        "list_canned",
        "list_channels",
        "list_deliveries",
        "list_drafts",
        "list_inbound",
        "list_pauses",
        "list_people",
        "list_rules",
        "list_shops",
        "list_source_calls",
        "list_sources",
        "list_suppressions",
        "list_teams",
        "list_templates",
        "list_threads",
        "list_tokens",
        "list_webhook_deliveries",
        "list_webhooks",
        "merge_buyer",
        "merge_thread",
        "move_thread",
        "preview_template",
        "put_brand",
        "put_canned",
        "put_channel",
        "put_draft",
        "put_notifications",
        "put_order",
        "put_rule",
        "put_shop",
        "put_team",
        "put_template",
        "reactivate_person",
        "release_inbound",
        "release_suppression",
        "remove_canned",
        "remove_channel",
        "remove_draft",
        "remove_rule",
        "remove_source",
        "remove_team",
        "remove_webhook",
        "replay_webhook",
        "retry_delivery",
        "revoke_buyer_links",
        "revoke_token",
        "rotate_source",
        "rotate_webhook",
        "send_reply_now",
        "split_thread",
        "take_back_reply",
        "test_channels",
        "test_webhook",
        "unblock_buyer",
        "undo_batch",
        "undo_thread_event",
    ]


def references(value: Any) -> set[str]:
    """Every $ref in a document."""
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_every_reference_leads_somewhere() -> None:
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert references(DOCUMENT) == known


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_tells_its_parameters_and_failures(operation: Any) -> None:
    described = DOCUMENT["paths"][operation.path][operation.method.lower()]
    in_path = {parameter["name"] for parameter in described["parameters"] if parameter["in"] == "path"}
    assert in_path == {part[1:-1] for part in operation.path.split("/") if part.startswith("{")}
    wanted = {"401", "503"} | {str(status) for status in operation.answers}
    wanted |= {"403"} if operation.policy == "admin" else set()
    wanted |= {"400", "413", "415", "422"} if operation.body else set()
    wanted |= {"404"} if in_path else set()
    assert wanted <= set(described["responses"])
    assert ("requestBody" in described) == (operation.body is not None)


@pytest.mark.parametrize("path", ["//openapi.json", "/openapi.json"])
async def test_the_document_is_served_to_everybody(api: Api, path: str) -> None:
    reply = await api.get(path, token=None)
    assert (reply.status, reply.json["openapi"], reply.json["paths"]) == (200, "3.1.0", DOCUMENT["paths"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_call_is_on_the_page_about_the_api(operation: Any) -> None:
    page = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
    assert f"`{operation.method} {operation.path}`" in page
