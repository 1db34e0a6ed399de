"""Starts the roles of one process in order, says when they are ready, and stops them in the other order.

Each role imports what it needs itself: an `znx smtp` never loads the web.
"""

import asyncio
import contextlib
import gc
import signal
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import typer

from gateway import maillog
from gateway.cli.wiring import open_gateway, sender_limits
from gateway.context import Gateway
from gateway.errors import ConfigError
from gateway.settings import Settings, load_settings, parse_listen

if TYPE_CHECKING:
    from gateway.reading import Reader
    from smtp.options import SmtpOptions

GRACE_SECONDS = 10.0
READERS = 2


async def run_roles(roles: frozenset[str], demo: bool = False, member: bool = False) -> None:
    """Run until SIGTERM or SIGINT. Raises ConfigError for a setting that can't work, a port in use included.

    `member`: one of several SMTP processes, which starts no others and ends with its standard input.
    """
    maillog.configure(json_lines=not sys.stderr.isatty())
    settings = _for_demo(load_settings()) if demo else load_settings()
    stop = _stop_event()
    if member:
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    async with open_gateway(settings) as gw, AsyncExitStack() as stack:
        ports: dict[str, str] = {}
        reader = await stack.enter_async_context(_worker(gw)) if "worker" in roles else None
        if "web" in roles:
            ports["web"] = await stack.enter_async_context(_web(gw))
        if "smtp" in roles:
            ports |= await stack.enter_async_context(_smtp(gw, member))
        _keep_what_stays()
        for name, address in ports.items():
            maillog.event("service.ready", id=name, address=address)
            typer.echo(f"ready {name} {address}")
        sys.stdout.flush()
        if reader is not None:
            stack.callback(asyncio.create_task(reader.warm()).cancel)
        if demo:
            from gateway.cli.demo import load_demo

            await load_demo(gw, ports)
        await stop.wait()
        maillog.event("service.stopping", id=",".join(sorted(roles)))


def _keep_what_stays() -> None:
    """What a start made stays: each look of the collector at all of it would stop everybody for a tenth of a second."""
    gc.collect()
    gc.freeze()


def _stop_event() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _for_demo(settings: Settings) -> Settings:
    """The demo's mails come from nowhere: there is no DNS to ask who wrote them, and they all come at once."""
    wanted = {"sender_auth": "off", "sender_per_hour": 0, "sender_per_day": 0}
    return settings.model_copy(update={k: v for k, v in wanted.items() if k not in settings.model_fields_set})


@asynccontextmanager
async def _smtp(gw: Gateway, member: bool) -> AsyncIterator[dict[str, str]]:
    from gateway.cli.members import members
    from gateway.inbound.accepting import Inbound
    from gateway.store.journal import Journal
    from smtp.limits import Gate
    from smtp.listeners import listen

    journal = Journal(gw.db, gw.blobs, sender_limits(gw.settings), desk=gw.desk)
    inbound = Inbound(gw.settings, gw.db, gw.clock, journal)
    options = smtp_options(gw.settings)
    gate = Gate(options.limits)
    bound: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, journal.close)
        processes = gw.settings.smtp_processes
        listener = await listen(gw.settings.smtp_listen, inbound, options, gate=gate, reuse_port=processes > 1)
        stack.push_async_callback(listener.close, GRACE_SECONDS)
        bound["smtp"] = listener.address
        if not member and processes > 1:
            await stack.enter_async_context(members(processes - 1, listener.address))
        if gw.settings.lmtp_listen:
            lmtp = await listen(gw.settings.lmtp_listen, inbound, options, protocol="lmtp", gate=gate)
            stack.push_async_callback(lmtp.close, GRACE_SECONDS)
            bound["lmtp"] = lmtp.address
        yield bound


def smtp_options(settings: Settings) -> "SmtpOptions":
    """What the listeners need of the settings. Raises ConfigError for a certificate that can't be used."""
    from smtp.options import SmtpLimits, SmtpOptions

    limits = SmtpLimits(
        message_bytes=settings.max_message_bytes,
        connections=settings.connections,
        connections_per_address=settings.connections_per_ip,
    )
    return SmtpOptions(
        hostname=settings.mail_domain,
        limits=limits,
        upstreams=settings.upstream_networks,
        proxy_protocol=settings.proxy_protocol,
        tls=_tls(settings),
        spool=settings.home,
    )


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"ZNX_TLS_CERT, ZNX_TLS_KEY: can't use them: {error.strerror or error}") from None
    return context


@asynccontextmanager
async def _web(gw: Gateway) -> AsyncIterator[str]:
    from aiohttp import web as http

    from web.app import make_app

    address = parse_listen(gw.settings.web_listen)
    runner = http.AppRunner(make_app(gw), handle_signals=False, access_log=None, shutdown_timeout=3.0)
    await runner.setup()
    try:
        site: http.BaseSite = (
            http.UnixSite(runner, address.path)
            if address.path
            else http.TCPSite(runner, address.host, address.port, reuse_address=True)
        )
        try:
            await site.start()
        except OSError as error:
            raise ConfigError(f"ZNX_WEB_LISTEN: can't listen on {address}: {error.strerror or error}") from None
        yield address.path or f"{address.host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _worker(gw: Gateway) -> AsyncIterator["Reader"]:
    from gateway.authentication import Authenticator
    from gateway.inbound.processing import Processor
    from gateway.inbox import seller_answers
    from gateway.reading import Reader
    from gateway.worker import Worker
    from smtp.courier import courier_for

    async with AsyncExitStack() as stack:
        reader = await stack.enter_async_context(Reader(READERS))
        courier = courier_for(gw.settings.relay, gw.settings.mail_domain, gw.settings.relay_connections)
        stack.push_async_callback(courier.close)
        authenticator = Authenticator(gw.settings, trusted_sealers=gw.settings.sealers)
        stack.push_async_callback(authenticator.close)
        processor = Processor(gw, reader, authenticator, reply=seller_answers.send)
        task = asyncio.create_task(Worker(gw, processor, courier).run())
        try:
            yield reader
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
