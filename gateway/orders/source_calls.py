"""Takes the calls of shops' systems: checks who calls, learns what is new, writes orders and notes once.

What a call means is read by `gateway.domain.sources`; setting sources up is `sources`' part.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import ModuleType
from typing import Any, Literal

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import maillog
from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM
from gateway.domain.imports import GoodRow, sentence
from gateway.domain.orders import OrderDocument, PartsDocument, fold_order_no, order_number
from gateway.domain.sealing import unseal
from gateway.domain.sources import shopify, woocommerce
from gateway.domain.sources.hearing import Heard, Ignored, Outcome, merged, moment
from gateway.domain.sources.signing import signed_by
from gateway.errors import Invalid, NotFound
from gateway.orders.recording import Way, check_address, file_note_once, write_order, written
from gateway.outbound.buyer_notices import order_placed
from gateway.store import orders
from gateway.store import sources as store
from gateway.store.shops import shop

Answer = Literal["ping", "unsigned", "repeated"] | Outcome
SYSTEMS: Mapping[str, ModuleType] = {"shopify": shopify, "woocommerce": woocommerce}
"""Who may call, and how each of them writes."""
SEALED_FOR = "order source"
_ID = re.compile(r"[!-~]{1,100}")
_NAME = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call as it came: its headers and the bytes of its body."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came of one thing heard; `released` mails no longer wait."""

    outcome: Outcome
    order_no: str = ""
    why: str = ""
    detail: str = ""
    released: int = 0


async def take(gw: Gateway, kind: str, key: str, call: Incoming) -> Answer:
    """What became of a call. Raises NotFound for no enabled source, Invalid for a body that is no JSON object."""
    system = SYSTEMS.get(kind)
    async with gw.db.read() as session:
        caller = await store.caller(session, kind, key) if system else None
    if system is None or caller is None:
        raise NotFound("there is no such order source, or it is switched off")
    if kind == "woocommerce" and woocommerce.PING.fullmatch(call.body):
        return "ping"
    if not signed_by(_secrets(gw, caller), call.body, call.headers.get(system.SIGNATURE, "")):
        return await _refused(gw, caller)
    payload = _payload(call.body)
    told_at = moment(call.headers.get(system.MOMENT, "")) or gw.clock.now()
    heard = system.hear(call.headers.get(system.TOPIC, ""), payload, told_at)
    return await _take(gw, caller, _named(system, call), heard, call.body)


def _secrets(gw: Gateway, caller: store.Caller) -> list[bytes]:
    sealed = [caller.sealed]
    if caller.former_sealed and caller.former_until and caller.former_until > gw.clock.now():
        sealed.append(caller.former_sealed)
    return [unseal(gw.secret, SEALED_FOR, secret) for secret in sealed]


async def _refused(gw: Gateway, caller: store.Caller) -> Answer:
    async with gw.db.write() as session:
        await store.refuse(session, caller.id, "unsigned", gw.clock.now())
    maillog.event("source.refused", id=caller.id, kind=caller.kind)
    return "unsigned"


def _payload(body: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid("the body is not JSON: let the webhook send its data in the format JSON") from None
    if not isinstance(payload, dict):
        raise Invalid("the body is not a JSON object: let the webhook send one order a call")
    return payload


def _named(system: ModuleType, call: Incoming) -> store.Call:
    """A call under the name that its sender gave it; one without a name is known by its bytes."""
    topic, name = call.headers.get(system.TOPIC, ""), call.headers.get(system.DELIVERY, "")
    digest = hashlib.sha256(topic.encode("utf-8", "surrogateescape") + b"\0" + call.body).hexdigest()
    shown = topic if _NAME.fullmatch(topic) else ""
    delivery_id = name if _NAME.fullmatch(name) else f"sha256:{digest}"
    return store.Call(delivery_id=delivery_id, topic=shown, outcome="ignored", size=len(call.body))


async def _take(gw: Gateway, caller: store.Caller, call: store.Call, heard: Heard | Ignored, body: bytes) -> Answer:
    async def write(session: AsyncSession) -> Learnt | None:
        if await store.heard_before(session, caller.id, call.delivery_id):
            return None
        learnt = await learn(gw, session, caller, heard, body)
        logged = {name: getattr(learnt, name) for name in ("outcome", "order_no", "why", "detail")}
        await store.log_call(session, caller.id, replace(call, **logged), gw.clock.now())
        return learnt

    learnt = await written(gw, write)
    if learnt is None:
        return "repeated"
    if learnt.released:
        gw.inbound_signal.wake()
    maillog.event("source.heard", id=caller.id, outcome=learnt.outcome, why=learnt.why)
    return learnt.outcome


async def learn(
    gw: Gateway, session: AsyncSession, caller: store.Caller, heard: Heard | Ignored, body: bytes
) -> Learnt:
    """Write what is new, in the caller's transaction. What can't be an order is a failed outcome, not an error."""
    if isinstance(heard, Ignored):
        return Learnt("ignored", why=heard.why, detail=heard.detail[:200])
    if not _ID.fullmatch(heard.external_id):
        return Learnt("failed", why="no-id")
    try:
        checked = _checked(gw, heard)
    except ValidationError as error:
        return Learnt("failed", why="unusable", detail=sentence(error)[:300])
    except Invalid as error:
        return Learnt("failed", why="unusable", detail=f"{error.field}: {error}")
    known = await store.known_order(session, caller.id, heard.external_id)
    return await _learn(gw, session, caller, (checked, known, body))


def _checked(gw: Gateway, heard: Heard) -> Heard:
    """With its parts and its note as they may be kept. Raises ValidationError, Invalid."""
    parts = PartsDocument.model_validate(dict(heard.parts)).model_dump(exclude_none=True)
    if heard.order is None:
        return replace(heard, parts=parts)
    number = order_number(heard.order_no)
    if number is None:
        raise Invalid("expected 1 to 64 characters without control characters", field="order_no")
    check_address(gw, _document(heard.order, {"note": heard.note}))
    return replace(heard, parts=parts, order_no=number)


def _document(order: Mapping[str, Any], also: Mapping[str, Any]) -> OrderDocument:
    return OrderDocument.model_validate_json(json.dumps({**order, **also}))


async def _learn(
    gw: Gateway, session: AsyncSession, caller: store.Caller, heard_of: tuple[Heard, store.Known, bytes]
) -> Learnt:
    heard, known, body = heard_of
    parts = merged(known.parts, heard)
    changed = {name: part.value for name, part in parts.items() if known.parts.get(name) != part}
    newer = heard.order is not None and (known.version_at is None or heard.at >= known.version_at)
    order_no = heard.order_no if newer else known.order_no
    version_at = heard.at if newer else known.version_at
    await store.keep_known(session, caller.id, heard.external_id, store.Known(order_no, version_at, parts))
    learnt = Learnt("stale", order_no)
    if newer and heard.order is not None:
        whole = {name: part.value for name, part in parts.items()}
        learnt = await _write(gw, session, caller, GoodRow(0, order_no, _document(heard.order, whole)))
    elif changed and order_no:
        now = gw.clock.now()
        await store.change_order(session, caller.shop_id, fold_order_no(order_no), changed, now)
        learnt = Learnt("applied", order_no)
    elif not order_no:
        learnt = Learnt("waiting")
    if heard.note:
        await _file_note(gw, session, caller, (order_no, heard.note, body))
    return learnt


async def _write(gw: Gateway, session: AsyncSession, caller: store.Caller, row: GoodRow) -> Learnt:
    done = await write_order(gw, session, await shop(session, SYSTEM, caller.shop), row)
    if done.new:
        record = await orders.order(session, SYSTEM, caller.shop, row.order_no)
        await order_placed(session, gw, record.id)
    return Learnt("applied", row.order_no, released=done.released)


async def _file_note(gw: Gateway, session: AsyncSession, caller: store.Caller, told: tuple[str, str, bytes]) -> None:
    """A note that is new gets a row in the ledger too: nothing that a buyer wrote comes in without one."""
    order_no, text, body = told
    entry_id = new_id()
    record = await orders.order(session, SYSTEM, caller.shop, order_no)
    filed = await file_note_once(gw, session, record, text, Way("webhook", entry_id))
    if not filed.new:
        return
    entry = store.NoteEntry(
        id=entry_id,
        shop_id=caller.shop_id,
        order_no=record.order_no,
        rcpt_to=f"notes.{caller.shop}@{gw.settings.mail_domain}",
        author=await orders.newest_address(session, record.buyer.id),
        body=body,
        sha256=hashlib.sha256(body).hexdigest(),
        message_id=filed.message_id,
        thread_id=filed.thread_id,
    )
    await store.enter_note(session, entry, gw.clock.now())


async def forget_old_calls(gw: Gateway, before: datetime) -> int:
    """Shorten the log of calls; how many went."""
    async with gw.db.write() as session:
        return await store.forget_calls(session, before)
