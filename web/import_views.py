"""The page where admins import a file of orders: results as a page, or line by line to the script while it goes on."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from gateway.domain.imports import TEMPLATE, form_of, read_orders
from gateway.domain.order_files import count_lines
from gateway.errors import Invalid, NotFound, ZnxError
from gateway.inbox import threads
from gateway.orders.recording import IMPORT_BATCH, Imported, import_orders
from gateway.orders.tallying import Tally

from .keys import FORM, gateway, visit
from .pages import render

LINES = "application/x-ndjson"


def _told(tally: Tally, new_from: int) -> dict[str, Any]:
    """The counts, and the failures from a number on."""
    new = [{"line": e.line, "order_no": e.order_no, "message": e.message} for e in tally.errors[new_from:]]
    names = ("total", "line", "created", "updated", "failed")
    return {name: getattr(tally, name) for name in names} | {"errors": new}


async def page(request: web.Request) -> web.StreamResponse:
    """The form."""
    return await _page(request)


async def _page(request: web.Request, tally: Tally | None = None, wrong: str = "", status: int = 200) -> web.Response:
    shops = await threads.shops(gateway(request), visit(request).actor)
    return render(request, "import.html", status, shops=shops, tally=tally, wrong=wrong)


async def template(_request: web.Request) -> web.StreamResponse:
    """A file to begin with; spreadsheets know UTF-8 by its mark."""
    kept_as = {"Content-Disposition": 'attachment; filename="orders.csv"'}
    return web.Response(body=TEMPLATE.encode("utf-8-sig"), content_type="text/csv", charset="utf-8", headers=kept_as)


async def run(request: web.Request) -> web.StreamResponse:
    """Import the file; whoever takes lines of JSON hears how far it is after each batch."""
    told = request.headers.get("Accept") == LINES
    try:
        tally, rows = await _rows(request)
        first = await anext(rows, None)
    except (Invalid, NotFound) as error:
        return (
            web.json_response({"wrong": str(error)}, status=422)
            if told
            else await _page(request, None, str(error), 422)
        )
    if told:
        return await _tell(request, tally, rows, first)
    if first is not None:
        tally.add(first)
    async for row in rows:
        tally.add(row)
    return await _page(request, tally)


async def _rows(request: web.Request) -> tuple[Tally, AsyncIterator[Imported]]:
    form = request[FORM]
    if not form.files:
        raise Invalid("choose a file", field="file")
    upload = form.files[0]
    form_name = form_of(upload.filename)
    total = await asyncio.to_thread(count_lines, upload.file)
    rows = await asyncio.to_thread(read_orders, upload.file, form_name)
    outcomes = import_orders(gateway(request), visit(request).actor, form.get("shop"), rows)
    return Tally(total), outcomes


async def _tell(
    request: web.Request, tally: Tally, rows: AsyncIterator[Imported], first: Imported | None
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": LINES, "X-Accel-Buffering": "no"})
    await response.prepare(request)
    told, counted = 0, 0
    if first is not None:
        tally.add(first)
    try:
        async for row in rows:
            tally.add(row)
            counted += 1
            if counted % IMPORT_BATCH == 0:
                await _line(response, _told(tally, told))
                told = len(tally.errors)
        await _line(response, _told(tally, told) | {"done": True})
    except ZnxError as error:
        # The rows before it are written; the same file again does no harm.
        await _line(response, _told(tally, told) | {"wrong": str(error)})
    return response


async def _line(response: web.StreamResponse, document: dict[str, Any]) -> None:
    await response.write(json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
