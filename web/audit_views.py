"""The page of the audit log: who did what to what, with filters and an export."""

import json
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from gateway.admin import auditing
from gateway.admin import shops as admin
from gateway.domain.auditing import AuditQuery, Entry

from .keys import gateway, visit
from .pages import render
from .times import days_of
from .words_of_acts import GROUPS, WORDS

PER_PAGE = 100


async def audit_page(request: web.Request) -> web.StreamResponse:
    """Rows of the log, newest first."""
    gw, actor = gateway(request), visit(request).actor
    query, asked = _query(request), _asked(request)
    page = await auditing.entries(gw, actor, query)
    shops = await admin.shops(gw, actor)
    values: dict[str, Any] = {
        "page": page,
        "asked": asked,
        "link": urlencode({name: value for name, value in asked.items() if value}),
        "slugs": shops,
    }
    values |= {"shops": {shop.id: shop.name for shop in shops}, "words": WORDS, "groups": GROUPS, "changed": changed}
    return render(request, "audit.html", **values)


def _asked(request: web.Request) -> dict[str, str]:
    names = ("act", "actor", "on", "shop", "since", "until")
    return {name: request.query.get(name, "").replace("\0", "")[:200] for name in names}


def _query(request: web.Request) -> AuditQuery:
    asked, before = _asked(request), request.query.get("before", "")
    since, until = days_of(visit(request).account.time_zone, asked["since"], asked["until"])
    return AuditQuery(
        act=asked["act"],
        actor=asked["actor"],
        on=asked["on"],
        shop=asked["shop"],
        since=since,
        until=until,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None,
        limit=PER_PAGE,
    )


def changed(entry: Entry) -> list[tuple[str, str, str]]:
    """What a row says has changed: name, before, after."""
    told = json.loads(entry.details)
    before, after = told.pop("before", {}), told.pop("after", {})
    if not isinstance(before, dict) or not isinstance(after, dict):
        return [("", _text(before), _text(after))]
    named = [(name, _text(before.get(name)), _text(after.get(name))) for name in {**before, **after}]
    return named + [(name, "", _text(value)) for name, value in told.items()]


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def export(request: web.Request) -> web.StreamResponse:
    """The rows of the page's filters as CSV."""
    text = await auditing.export(gateway(request), visit(request).actor, _query(request))
    name = f"audit-{gateway(request).clock.now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=headers)
