"""Tries the way out: signs in to each relay, or looks whether the folder can be written, and sends nothing."""

import asyncio
import os

from gateway.domain.checkup import Finding
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
            return Finding("relay", writable, f"maildir {folder}" if writable else f"can't write {where}")
        for relay in relays_of(settings.relay):
            async with asyncio.timeout(RELAY_SECONDS):
                await (await open_session(relay, settings.mail_domain, Timeouts())).quit()
    except RelayAway as away:
        return Finding("relay", False, f"{relay}: {away.reply}")
    except TimeoutError:
        return Finding("relay", False, f"{relay}: no answer within {RELAY_SECONDS:g} seconds")
    except ZnxError as error:
        return Finding("relay", False, str(error))
    return Finding("relay", True, ", ".join(map(str, relays_of(settings.relay))))
