"""Files of a form that is looked at before it is sent: kept, and named by tickets that only we can write."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.blobs import content_key, fetch, keep
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.domain.composing.parts import safe_name
from gateway.domain.tokens import mint
from gateway.outbound.answers import NewAttachment

_BOUND = 4
"""The texts of a ticket that its token is bound to."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file that waits for its form; `ticket` is what the form says when it comes again. `size` is in bytes."""

    filename: str
    size: int
    ticket: str


async def keep_all(gw: Gateway, actor: Actor, files: Iterable[NewAttachment]) -> tuple[HandedIn, ...]:
    """Keep files until their form comes again. Raises StorageFull, Unavailable."""
    return tuple([await _keep(gw, actor, file) for file in files])


async def _keep(gw: Gateway, actor: Actor, file: NewAttachment) -> HandedIn:
    digest = (await asyncio.to_thread(hashlib.sha256, file.content)).hexdigest()
    await keep(gw.blobs, content_key("files", digest), file.content)
    declared = file.content_type.encode("ascii", "replace").decode()
    bound = (safe_name(file.filename), declared, str(len(file.content)), digest)
    return HandedIn(bound[0], len(file.content), json.dumps([*bound, _token(gw, actor, bound)], ensure_ascii=False))


def _token(gw: Gateway, actor: Actor, bound: Sequence[str]) -> str:
    """Bound to the user: a hash that somebody else has seen opens no file."""
    return mint(gw.secret, "handed-in", actor.user_id, *bound)


def known(gw: Gateway, actor: Actor, tickets: Iterable[str]) -> tuple[HandedIn, ...]:
    """The files of the tickets that this user was given; any other ticket is no file."""
    return tuple(HandedIn(row[0], int(row[2]), ticket) for ticket in tickets if (row := _read(gw, actor, ticket)))


def _read(gw: Gateway, actor: Actor, ticket: str) -> list[str]:
    try:
        *bound, token = (str(one) for one in json.loads(ticket))
        genuine = len(bound) == _BOUND and hmac.compare_digest(_token(gw, actor, bound).encode(), token.encode())
    except (TypeError, ValueError, RecursionError):
        # What is no JSON, no list, nothing to tell apart, or no Unicode.
        return []
    return bound if genuine else []


async def contents(gw: Gateway, actor: Actor, files: Iterable[HandedIn]) -> tuple[NewAttachment, ...]:
    """The files with their bytes. Raises NotFound, Unavailable."""
    rows = [row for file in files if (row := _read(gw, actor, file.ticket))]
    return tuple([NewAttachment(row[0], row[1], await fetch(gw.blobs, content_key("files", row[3]))) for row in rows])
