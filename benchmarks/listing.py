"""The inbox page with live data, beside the same page in FastAPI and jinja2: requests a second, one worker each.

`python -m benchmarks.listing [SECONDS] [ROUNDS]` (needs `wrk` and the extra `bench`). Both serve one database on SQLite
over uvloop: the same session, the same reads, the same templates. The peer renders each row for each request.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web
from markupsafe import Markup

from benchmarks.crowd import build
from benchmarks.listeners import sign_in
from benchmarks.measuring import Row, machine, median, remember
from gateway.blobs import LocalBlobs
from gateway.clock import SystemClock
from gateway.context import Gateway
from gateway.domain.conversations import ThreadQuery, ThreadSummary
from gateway.inbox import desks
from gateway.people import accounts
from gateway.rendering import Renderer
from gateway.settings import Settings
from gateway.store import migrate
from gateway.store.db import Database
from web import list_filters
from web.app import make_app
from web.assets import Assets
from web.i18n import Catalogs
from web.inbox_views import EMPTY_VIEWS, SNOOZES, SORT_NAMES, VIEW_NAMES, Place
from web.pages import Reader
from web.rows import Look, Rows, Shown
from web.sections import sections_for
from web.templating import Templates

THREADS, GOAL = 2000, 3.0


def gateway_at(home: Path) -> Gateway:
    """A gateway over the database of the run."""
    database = Database(f"sqlite:///{home / 'znx.db'}")
    return Gateway(Settings(home=home), database, LocalBlobs(home / "blobs"), SystemClock(), b"k" * 32, Renderer())


def ours(home: Path) -> None:
    """Serve our pages."""
    import uvloop

    web.run_app(make_app(gateway_at(home)), host="127.0.0.1", port=0, loop=uvloop.new_event_loop(), access_log=None)


def peer(home: Path) -> None:
    """Serve the same page by FastAPI."""
    import uvicorn
    from fastapi import FastAPI, Request
    from fastapi.responses import HTMLResponse
    from starlette.middleware.gzip import GZipMiddleware

    gw, app, templates = gateway_at(home), FastAPI(), Templates(Assets(), Catalogs(), settling=False)
    app.add_middleware(GZipMiddleware)

    async def page(request: Request) -> HTMLResponse:
        visit = await accounts.visit(gw, request.cookies.get("znx", ""))
        assert visit is not None
        desk = await desks.desk(gw, visit.actor, ThreadQuery(view="needs_reply", limit=40))
        return HTMLResponse(_rendered(templates, gw, visit, desk))

    app.add_api_route("/inbox", page, response_class=HTMLResponse)
    uvicorn.run(app, host="127.0.0.1", port=0, access_log=False)


def _rendered(templates: Templates, gw: Gateway, visit: accounts.Visit, desk: desks.Desk) -> str:
    place, now = Place("", "needs_reply", ""), gw.clock.now()
    look = Look("en", None, now, "", with_shop=True)

    def row(thread: ThreadSummary) -> Markup:
        return Rows(templates).of_page(look)(Shown(thread))

    page = {"reader": Reader("en", None, "", visit, "token", "/inbox"), "now": now, "desk": desk, "place": place}
    names = {"heading": "Needs reply", "views": VIEW_NAMES, "sort": "newest", "sorts": SORT_NAMES, "snoozes": SNOOZES}
    found = {"search": desk.page.search, "filters": list_filters.menu("", desk.page.search, (), desk.page.items)}
    words = {
        "filter_names": list_filters.NAMES,
        "filter_values": list_filters.VALUES,
        "troubles": list_filters.TROUBLES,
    }
    rest = {"detail": None, "form_id": "f", "act": None, "people": desk.people, "may_work": True, "row": row}
    more = {
        "troubles": list_filters.TROUBLES,
        "empty": EMPTY_VIEWS["needs_reply"],
        "colleagues": (),
        "conversation": None,
    }
    shown = page | names | found | words | rest | more | {"sections": sections_for(visit.actor)}
    return templates.render("inbox.html", "en", shown)


@contextmanager
def serving(kind: str, home: Path) -> Iterator[int]:
    """The port of one of the two, in a process of its own."""
    command = [sys.executable, "-u", "-m", "benchmarks.listing", kind, str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            yield next(int(match[1]) for line in process.stdout if (match := re.search(r"127\.0\.0\.1:(\d+)", line)))
        finally:
            process.terminate()


def load(port: int, cookie: str, seconds: int) -> float:
    """Requests a second; every answer must be a page."""
    headers = ["-H", f"Cookie: {cookie}", "-H", "Accept-Encoding: gzip"]
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", *headers, f"http://127.0.0.1:{port}/inbox"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in told, told
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])  # type: ignore[index]


def run(seconds: int = 5, rounds: int = 3) -> list[Row]:
    """Measure both in turns, print, remember; the row of the common table."""
    with tempfile.TemporaryDirectory(prefix="znx-listing") as name:
        home = Path(name)
        gw = gateway_at(home)
        migrate.upgrade(gw.db)

        async def furnish() -> None:
            await build(gw.db, THREADS)
            await gw.db.close()

        asyncio.run(furnish())
        with serving("ours", home) as one, serving("peer", home) as other:
            cookie = asyncio.run(sign_in(f"http://127.0.0.1:{one}"))
            both = [(load(one, cookie, seconds), load(other, cookie, seconds)) for _ in range(rounds)]
    rates, theirs = median([one for one, _ in both]), median([other for _, other in both])
    print(f"{machine()}; {THREADS} threads, 40 rows a page, {rounds} rounds of {seconds} s: {both}", flush=True)
    remember("listing", [{"ours": rates, "peer": theirs}])
    return [Row("inbox page with live data", rates, theirs, GOAL, peer_name="FastAPI + jinja2")]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["ours", folder]:
            ours(Path(folder))
        case ["peer", folder]:
            peer(Path(folder))
        case numbers:
            for line in run(*map(int, numbers)):
                print(line)
