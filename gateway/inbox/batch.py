"""Many threads at once: changed in one transaction, answered one by one, and taken back when it was a mistake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.clock import new_id
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.canned import check, fill, unfilled
from gateway.domain.conversations import clean_text
from gateway.domain.editing import columns_of
from gateway.domain.ids import is_id
from gateway.errors import Conflict, Invalid, NotFound
from gateway.inbox import canned, unsending
from gateway.outbound import answers, buyer_notices
from gateway.outbound.answers import ReplyDraft
from gateway.store import batches as store
from gateway.store import people
from gateway.store.batches import Act, Standing
from gateway.store.filing import bump_change

MOST = 100
MOST_BYTES = 500 * 1_048_576
"""Of the files of all the answers of a batch together: each answer is a mail of its own, with its own copy."""
UNDO_SECONDS = 10
UNDO_LIFE = timedelta(minutes=10)
FIELDS = frozenset({"status", "assignee", "snoozed_until", "add_labels", "remove_labels", "seen"})
_MOMENTS = ("snoozed_until", "due_at")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: the act, and the threads that it left out, with the reason of each.

    Reasons: `missing`, `assignee` (not of this shop), `thread` (the buyer has no address), an empty variable's name.
    """

    act: Act
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """The first answer of a batch as it would read, and the threads that it would leave out."""

    text: str
    left_out: Mapping[str, str]


async def change(gw: Gateway, actor: Actor, ids: Sequence[str], changes: Mapping[str, Any]) -> Outcome:
    """Set FIELDS of those of the threads that the actor reaches. Raises Invalid, naming the field."""
    wanted, columns = _ids(ids), _columns(gw, changes)
    async with gw.db.write() as session:
        numbers, found = await _held(session, actor, wanted)
        owners = await _owners(session, found, changes)
        left_out = dict.fromkeys(set(wanted) - {one.id for one in found}, "missing")
        left_out |= {one.id: "assignee" for one in found if one.shop_id not in owners}
        before: list[Mapping[str, Any]] = []
        for one in found:
            if one.id in left_out:
                continue
            values = columns | owners[one.shop_id] | _labels(one, changes) | {"change_no": numbers[one.shop_id]}
            await store.change(session, actor, one.id, values)
            if values.get("status") == "closed" != one.state["status"]:
                await buyer_notices.closed(session, gw, one.id)
            before.append({"id": one.id, "change_no": numbers[one.shop_id], "before": _kept(one.state)})
        act = Act(new_id(), "changed", gw.clock.now(), None, tuple(before), ())
        await store.keep(session, actor, act)
    return Outcome(act, left_out)


async def _held(session: AsyncSession, actor: Actor, ids: Sequence[str]) -> tuple[dict[str, int], list[Standing]]:
    """New change numbers by shop, and the threads as they stand: who takes a number first, writes first."""
    shops = sorted({one.shop_id for one in await store.standing(session, actor, ids)})
    numbers = {shop_id: await bump_change(session, shop_id) for shop_id in shops}
    return numbers, await store.standing(session, actor, ids)


def _ids(ids: Sequence[str]) -> list[str]:
    wanted = [id_ for id_ in dict.fromkeys(ids) if is_id(id_)]
    if not wanted or len(ids) > MOST:
        raise Invalid(f"choose from 1 to {MOST} threads", field="ids")
    return wanted


def _columns(gw: Gateway, changes: Mapping[str, Any]) -> dict[str, Any]:
    for name in changes:
        if name not in FIELDS:
            raise Invalid(f"unknown field {name[:40]!r}", field=str(name)[:40])
    now, named = gw.clock.now(), {name: changes[name] for name in ("status", "snoozed_until") if name in changes}
    columns_of({"labels": changes.get("add_labels", [])}, now)
    return columns_of(named, now) | ({"unread": False} if changes.get("seen") else {})


async def _owners(
    session: AsyncSession, found: Sequence[Standing], changes: Mapping[str, Any]
) -> dict[str, dict[str, str | None]]:
    """For each shop the column that gives its threads to the wanted person; shops that do not know them are absent."""
    shops = sorted({one.shop_id for one in found})
    if "assignee" not in changes:
        return {shop_id: {} for shop_id in shops}
    wanted = str(changes["assignee"] or "").strip().lower()
    if not wanted:
        return {shop_id: {"assignee_id": None} for shop_id in shops}
    known = {shop_id: await people.colleagues(session, shop_id) for shop_id in shops}
    owners: dict[str, dict[str, str | None]] = {
        shop_id: {"assignee_id": person.id}
        for shop_id, persons in known.items()
        for person in persons
        if wanted in (person.id, person.email.lower())
    }
    if shops and not owners:
        raise Invalid("nobody of these shops has this address", field="assignee")
    return owners


def _labels(one: Standing, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The labels of a thread with the new ones and without the others; as they are when they would be too many."""
    added, removed = changes.get("add_labels") or (), changes.get("remove_labels") or ()
    if not added and not removed:
        return {}
    labels = [label for label in dict.fromkeys((*one.state["labels"], *added)) if label not in removed]
    try:
        return columns_of({"labels": labels}, datetime.min)
    except Invalid:
        return {}


def _kept(state: Mapping[str, Any]) -> dict[str, Any]:
    return {**state, **{name: state[name].isoformat() for name in _MOMENTS if state[name]}}


def _restored(before: Mapping[str, Any]) -> dict[str, Any]:
    return {**before, **{name: datetime.fromisoformat(before[name]) for name in _MOMENTS if before[name]}}


async def preview(gw: Gateway, actor: Actor, ids: Sequence[str], text: str) -> Preview:
    """How the first of the answers would read. Raises Invalid for an empty text or an unknown variable."""
    wanted, words = _ids(ids), check(clean_text(text))
    async with gw.db.read() as session:
        facts = await store.facts(session, actor, wanted)
    filled, left_out = _filled(wanted, facts, words)
    return Preview(next(iter(filled.values()), ""), left_out)


def _filled(
    wanted: Sequence[str], facts: Mapping[str, Mapping[str, str]], text: str
) -> tuple[dict[str, str], dict[str, str]]:
    filled: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for id_ in wanted:
        if id_ not in facts:
            left_out[id_] = "missing"
            continue
        own = fill(text, facts[id_])
        if lacking := unfilled(own):
            left_out[id_] = lacking[0]
        else:
            filled[id_] = own
    return filled, left_out


def room(gw: Gateway, count: int) -> int:
    """How many bytes of files each of so many answers may carry."""
    return min(gw.settings.max_message_bytes, MOST_BYTES // max(count, 1))


def check_files(gw: Gateway, count: int, sizes: Sequence[int]) -> None:
    """Raises Invalid for files of these sizes, in bytes, that are more than each of so many answers takes."""
    answers.check_files(gw, sizes)
    if sum(sizes) > room(gw, count):
        raise Invalid(f"the files are larger than {room(gw, count)} bytes, for {count} answers", "attachments")


async def answer(gw: Gateway, actor: Actor, ids: Sequence[str], draft: ReplyDraft) -> Outcome:
    """Answer each of the threads by a mail of its own, which waits UNDO_SECONDS and carries the draft's files.

    The text is filled in and signed for each; the same `idempotency_key` answers once. Raises Invalid for an empty
    text, an unknown variable, or files that no answer takes.
    """
    wanted, now, words = _ids(ids), gw.clock.now(), check(clean_text(draft.text))
    check_files(gw, len(wanted), [len(file.content) for file in draft.attachments])
    async with gw.db.read() as session:
        facts = await store.facts(session, actor, wanted)
    filled, left_out = _filled(wanted, facts, words)
    sent: list[str] = []
    for id_, own in filled.items():
        letter = replace(
            draft,
            text=own,
            idempotency_key=f"batch:{draft.idempotency_key}" if draft.idempotency_key else "",
            send_at=now + timedelta(seconds=UNDO_SECONDS),
            signature=(await canned.for_thread(gw, actor, id_)).signature,
        )
        try:
            sent.append(await answers.reply(gw, actor, id_, letter))
        except (Invalid, NotFound) as error:
            left_out[id_] = getattr(error, "field", "") or "missing"
    act = Act(new_id(), "answered", now, None, (), tuple(sent))
    async with gw.db.write() as session:
        await store.keep(session, actor, act)
    return Outcome(act, left_out)


async def recent(gw: Gateway, actor: Actor, act_id: str) -> Act | None:
    """An act of the actor's own that can still be taken back."""
    if not is_id(act_id):
        return None
    async with gw.db.read() as session:
        try:
            act = await store.act(session, actor, act_id)
        except NotFound:
            return None
    return act if act.undone_at is None and gw.clock.now() - act.at < UNDO_LIFE else None


async def undo(gw: Gateway, actor: Actor, act_id: str) -> int:
    """Take an act back: threads that nobody has changed since stand as before, answers that wait don't leave.

    How many. Raises NotFound, Conflict when it was undone already or is too long ago.
    """
    act = await recent(gw, actor, act_id)
    if act is None:
        raise NotFound("no such act, or it can't be undone any more")
    async with gw.db.write() as session:
        if not await store.mark_undone(session, act.id, gw.clock.now()):
            raise Conflict("this is undone already")
        count = await _restore(session, actor, act)
    for message_id in act.messages:
        try:
            await unsending.take_back(gw, actor, message_id)
            count += 1
        except (NotFound, Conflict):
            continue
    return count


async def _restore(session: AsyncSession, actor: Actor, act: Act) -> int:
    numbers = {one["id"]: one["change_no"] for one in act.threads}
    before = {one["id"]: one["before"] for one in act.threads}
    fresh, found = await _held(session, actor, list(numbers))
    untouched = [one for one in found if one.change_no == numbers[one.id]]
    for one in untouched:
        await store.change(session, actor, one.id, _restored(before[one.id]) | {"change_no": fresh[one.shop_id]})
    return len(untouched)
