"""Calls made up from the published description: no failure of ours, and every answer is one that it tells of."""

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.domain.actors import SYSTEM
from gateway.models import Delivery, InboundEmail
from gateway.outbound import answers
from tests.house import mail
from tests.web.api.conftest import Api
from web.api.openapi import document

DATABASES = ("sqlite",)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ENDLESS = {"follow_events"}
MANY = int(os.environ.get("EXAMPLES", "40"))
"""Calls of each kind in the long form."""


def offline(described: dict[str, Any]) -> dict[str, Any]:
    """The description with addresses of programs that are no names: nothing is asked of DNS."""
    for name, schema in described["components"]["schemas"].items():
        if name.endswith(("Body", "Change")) and "url" in schema.get("properties", {}):
            schema["properties"]["url"] = {"enum": ["https://8.8.8.8/hook", "https://10.0.0.1/", "nonsense"]}
    return described


def operations() -> Iterator[Any]:
    """The described operations, ready to make calls."""
    schema = schemathesis.openapi.from_dict(offline(document()))
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        if operation.definition.raw["operationId"] not in ENDLESS:
            yield operation


async def known_ids(api: Api) -> list[str]:
    """Ids of things that there are, so that not every call ends with 404."""
    await api.put("/shops/lotus/orders/A-1", {"buyer": {"email": "li@buyer.test"}, "note": "hello"})
    row = await api.house.receive(mail())
    await api.house.receive(mail(sender="eve@evil.test"), sender="eve@evil.test")
    await answers.reply(api.house.gw, SYSTEM, row.thread_id or "", answers.ReplyDraft("Hello"))
    hook = {"url": "https://8.8.8.8/", "events": ["message.held"], "shop": "lotus"}
    made = [(await api.post("/webhooks", hook)).json["id"]]
    made.append((await api.post("/sources", {"shop": "lotus", "kind": "woocommerce"})).json["id"])
    made.append((await api.get(f"/threads/{row.thread_id}")).json["buyer"]["id"])
    made += [str(one.id) for one in await api.house.all(InboundEmail)] + [
        one.id for one in await api.house.all(Delivery)
    ]
    return [*made, str(row.thread_id), str(row.message_id)]


def make_calls(operation: Any, base: str, headers: dict[str, str], ids: list[str], examples: int) -> list[str]:
    """Call one operation in many ways; what went against its description."""
    wrong: list[str] = []

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), chosen=st.sampled_from([*ids, ""]), in_shop=st.booleans())
    def call(case: Any, chosen: str, in_shop: bool) -> None:
        if "id" in (case.path_parameters or {}) and chosen:
            case.path_parameters["id"] = chosen
        if "slug" in (case.path_parameters or {}) and in_shop:
            case.path_parameters["slug"] = "lotus"
        try:
            case.call_and_validate(base_url=base, headers=headers, checks=CHECKS)
        except (Exception, FailureGroup) as error:
            wrong.append(f"{operation.label}: {error}"[:1500])

    call()
    return wrong


async def _all(api: Api, examples: int, with_body: bool = False) -> list[str]:
    base = str(api.client.make_url("/api/v1"))
    headers, ids = api.headers("admin"), await known_ids(api)
    wrong: list[str] = []
    for operation in operations():
        if with_body and "requestBody" not in operation.definition.raw:
            continue
        wrong += await asyncio.to_thread(make_calls, operation, base, headers, ids, examples)
    return wrong


async def test_a_call_with_each_kind_of_body_is_answered_as_described(api: Api) -> None:
    assert await _all(api, examples=1, with_body=True) == []


@pytest.mark.slow
async def test_many_calls_of_each_kind_are_answered_as_described(api: Api) -> None:
    assert await _all(api, examples=MANY) == []
