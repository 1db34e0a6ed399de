"""Small pictures of attachments, made once and kept beside the files. How one is made, `thumbnails` knows."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from gateway.blobs import content_key, fetch, keep
from gateway.context import Gateway
from gateway.domain.actors import Actor
from gateway.errors import NotFound
from gateway.inbox import threads
from gateway.thumbnails import thumbnail

_hands = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")
"""Decoding takes a processor and up to 160 MB: pages of many pictures take turns."""


async def small(gw: Gateway, actor: Actor, attachment_id: str) -> bytes:
    """A WebP of an attachment. Raises NotFound for what the actor does not reach, and for what is no picture."""
    file = await threads.attachment_row(gw, actor, attachment_id)
    key = content_key("thumbs", file.sha256)
    try:
        return await fetch(gw.blobs, key)
    except NotFound:
        content = await fetch(gw.blobs, file.blob_key)
    made = await asyncio.get_running_loop().run_in_executor(_hands, thumbnail, content)
    await keep(gw.blobs, key, made)
    return made
