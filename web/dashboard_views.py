"""The dashboard: plots for eyes, tables for everybody, CSV to take away."""

import json
from functools import partial
from typing import Any

from aiohttp import web
from markupsafe import Markup

from gateway.admin import dashboard, shops
from gateway.admin.dashboard import Dashboard
from gateway.domain.measuring import RANGES

from .i18n import N_
from .keys import gateway, visit
from .pages import render, translate

RANGE_WORDS = {
    "1d": N_("Last day"),
    "7d": N_("7 days"),
    "30d": N_("30 days"),
    "90d": N_("90 days"),
    "365d": N_("A year"),
}
SERIES = {
    # Each line of the plot, by channel; `out` is what left.
    "email": N_("Mail"),
    "order_note": N_("Order notes"),
    "site": N_("Buyers' page"),
    "chat": N_("Chat"),
    "out": N_("Answers"),
}
USUAL = "30d"


async def dashboard_page(request: web.Request) -> web.StreamResponse:
    """What the reader's shops did lately."""
    gw, actor = gateway(request), visit(request).actor
    range_, shop = _asked(request)
    board = await dashboard.look(gw, actor, range_, shop)
    values: dict[str, Any] = {"board": board, "range": range_, "shop": shop, "ranges": RANGE_WORDS, "names": SERIES}
    values |= {"shops": await shops.shops(gw, actor), "plots": _plots(request, board)}
    values["length"] = partial(length, request)
    return render(request, "dashboard.html", **values)


def _asked(request: web.Request) -> tuple[str, str]:
    range_ = request.query.get("range", USUAL)
    return range_ if range_ in RANGES else USUAL, request.query.get("shop", "")[:64]


def _plots(request: web.Request, board: Dashboard) -> Markup:
    """The data of the plots, as a block that no browser takes for script."""
    named = {name: translate(request, SERIES.get(name, name)) for name in board.series}
    lines = [{"label": named[name], "values": values} for name, values in board.series.items()]
    found = {"at": [int(at.timestamp()) for at in board.at], "lines": lines, "hours": list(board.hours)}
    # `<` as an escape: nothing inside can end the block.
    return Markup(json.dumps(found).replace("<", "\\u003c"))


def length(request: web.Request, minutes: int | None) -> str:
    """So many minutes, for people: `4 min`, `2 h 5 min`, `3 d 4 h`."""
    if minutes is None:
        return "–"
    days, rest = divmod(minutes, 24 * 60)
    parts = {"days": days, "hours": rest // 60, "minutes": rest % 60}
    words = N_("%(days)s d %(hours)s h") if days else N_("%(hours)s h %(minutes)s min")
    return translate(request, words if minutes >= 60 else N_("%(minutes)s min")) % parts


EXPORTS = {"volume": dashboard.exported, "times": dashboard.exported_times}


async def export(request: web.Request) -> web.StreamResponse:
    """The series as CSV, or how long things took."""
    range_, shop = _asked(request)
    part = "times" if request.query.get("part") == "times" else "volume"
    board = await dashboard.look(gateway(request), visit(request).actor, range_, shop)
    headers = {"Content-Disposition": f'attachment; filename="{part}-{range_}.csv"', "Cache-Control": "no-store"}
    return web.Response(text=EXPORTS[part](board), content_type="text/csv", charset="utf-8", headers=headers)
