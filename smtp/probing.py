"""Tries the way out: signs in to each relay, or looks whether the folder can be written, and sends nothing."""

import asyncio
import os

from gateway.domain.checkup import Finding, said
from gateway.errors import ZnxError
from gateway.settings import Settings

from .opening import RelayAway, open_session
from .relays import Timeouts, maildir_path, relays_of

RELAY_SECONDS = 10.0


async def probe_relay(settings: Settings) -> Finding:
    """What the relay says to a handshake."""
    try:
        folder = maildir_path(settings.relay)
        if folder is not None:
            where = next(path for path in (folder, *folder.parents) if path.exists())
            writable = os.access(where, os.W_OK)
            what = (
                said("maildir %(folder)s", folder=folder) if writable else said("can't write %(folder)s", folder=where)
            )
            return Finding("relay", writable, (what,))
        for relay in relays_of(settings.relay):
            async with asyncio.timeout(RELAY_SECONDS):
                await (await open_session(relay, settings.mail_domain, Timeouts())).quit()
    except RelayAway as away:
        return Finding("relay", False, (f"{relay}: {away.reply}",))
    except TimeoutError:
        late = said("%(relay)s: no answer within %(seconds)s seconds", relay=relay, seconds=f"{RELAY_SECONDS:g}")
        return Finding("relay", False, (late,))
    except ZnxError as error:
        return Finding("relay", False, (str(error),))
    return Finding("relay", True, tuple(map(str, relays_of(settings.relay))))
