"""The buyer's page: the shop's face on a phone, opened by the link in a mail, without an account or scripts.

The link is the right: whoever has it reads this one conversation. It stands in no log and in no Referer.
"""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from gateway.buyers import pages
from gateway.context import Gateway
from gateway.domain.buyer_pages import MAX_FILE_BYTES, MAX_FILES, MAX_SUBJECT_CHARS, Link, PageDraft
from gateway.domain.conversations import AttachmentView
from gateway.errors import Invalid, NotFound, RateLimited
from gateway.outbound import buyer_links

from . import security
from .bubbles import is_picture
from .failures import ForeignForm
from .file_views import download, picture_type
from .i18n import N_, known
from .keys import LOCALE, gateway, visit
from .pages import back, render, see_other
from .uploads import StreamedForm, streamed_into

HEADERS = {
    # Other pages, even our own, learn the host at most: `no-referrer` would make browsers send `Origin: null`.
    "Referrer-Policy": "strict-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
STATES = {
    # What shops' systems commonly call the state of an order; any other word is shown as it is.
    "pending": N_("Waiting for payment"),
    "unpaid": N_("Waiting for payment"),
    "paid": N_("Paid"),
    "processing": N_("Being prepared"),
    "packed": N_("Packed"),
    "shipped": N_("On its way"),
    "delivered": N_("Delivered"),
    "completed": N_("Completed"),
    "cancelled": N_("Cancelled"),
    "canceled": N_("Cancelled"),
    "refunded": N_("Refunded"),
    "returned": N_("Returned"),
}
DONE = {
    # What stands above the conversation after a form was sent.
    "sent": N_("Your message is with the shop. The answer comes here and by mail."),
    "human": N_("A person of the shop will look at this."),
    "asked": N_("The shop knows already that you ask for a person."),
    "matter": N_("Your message is with the shop. The answer comes by mail, with a page of its own."),
}
PROBLEMS = {
    # Which sentence a refused form gets, by the field that Invalid names.
    "text": N_("Write something first (at most 100,000 characters)."),
    "subject": N_("Write a subject (at most 200 characters)."),
    "files": N_("At most 20 files and 25 MiB together."),
}
OTHER_PROBLEM = N_("This could not be sent.")
TOO_MANY = N_("You have sent many messages. Wait a while, then try again: your text is still here.")

Writes = Callable[[Gateway, str, PageDraft, str], Awaitable[object]]


async def conversation_page(request: web.Request) -> web.StreamResponse:
    """The conversation. Looking changes nothing."""
    return await _conversation(request)


async def _conversation(request: web.Request, status: int = 200, **more: Any) -> web.Response:
    try:
        shown = await pages.conversation(gateway(request), _token(request))
    except NotFound:
        return _gone(request)
    values = {"talk": shown, "states": STATES, "is_picture": is_picture, "draft": "", "problem": ""}
    done = DONE.get(request.query.get("done", ""), "") if status == 200 else ""
    return _page(request, "buyer.html", shown.link, status, **(values | {"done": done} | more))


def _page(request: web.Request, template: str, link: Link, status: int = 200, **values: Any) -> web.Response:
    """In the language that the address asks for, else the buyer's, else the browser's."""
    chosen = known(request.query.get("lang", "")) or (known(link.buyer_locale) if link.buyer_locale else None)
    if chosen:
        request[LOCALE] = chosen
    places = {"here": f"/b/{_token(request)}", "keep": _kept(request, "?"), "form_id": secrets.token_hex(8)}
    rules = {"max_files": MAX_FILES, "max_bytes": MAX_FILE_BYTES, "max_subject": MAX_SUBJECT_CHARS}
    page = render(request, template, status, link=link, **places, **rules, **values)
    page.headers.update(HEADERS)
    return page


def _kept(request: web.Request, joint: str) -> str:
    """The language that the address asks for, for the next address."""
    chosen = known(request.query.get("lang", ""))
    return f"{joint}lang={chosen}" if chosen else ""


def _gone(request: web.Request) -> web.Response:
    page = render(request, "buyer_gone.html", 404)
    page.headers.update(HEADERS)
    return page


def _token(request: web.Request) -> str:
    return request.match_info["token"]


async def answer(request: web.Request) -> web.StreamResponse:
    """Send a message into the conversation."""

    async def refused(status: int, problem: str, form: StreamedForm) -> web.Response:
        return await _conversation(request, status, draft=form.get("text"), problem=problem)

    return await _write(request, pages.answer, f"?done=sent{_kept(request, '&')}#write", refused)


async def matter_page(request: web.Request) -> web.StreamResponse:
    """A form for something else."""
    return await _matter(request)


async def _matter(request: web.Request, status: int = 200, **more: Any) -> web.Response:
    try:
        link = await pages.link(gateway(request), _token(request))
    except NotFound:
        return _gone(request)
    return _page(
        request, "buyer_new.html", link, status, **({"draft": "", "subject": "", "problem": "", "done": ""} | more)
    )


async def open_matter(request: web.Request) -> web.StreamResponse:
    """Send a message about something else to the same shop."""

    async def refused(status: int, problem: str, form: StreamedForm) -> web.Response:
        more = {"draft": form.get("text"), "subject": form.get("subject"), "problem": problem}
        return await _matter(request, status, **more)

    return await _write(request, pages.open_matter, f"/sent?done=matter{_kept(request, '&')}", refused)


async def _write(
    request: web.Request,
    write: Writes,
    after: str,
    refused: Callable[[int, str, StreamedForm], Awaitable[web.Response]],
) -> web.StreamResponse:
    gw, token = gateway(request), _token(request)
    if security.comes_from_elsewhere(request):
        raise ForeignForm
    form = StreamedForm()
    try:
        await pages.link(gw, token)
        async with streamed_into(form, request, gw.settings.home):
            await write(gw, token, _draft(form), security.client_ip(request, gw.settings))
    except NotFound:
        return _gone(request)
    except Invalid as error:
        return await refused(422, PROBLEMS.get(error.field, OTHER_PROBLEM), form)
    except web.HTTPRequestEntityTooLarge:
        return await refused(413, PROBLEMS["files"], form)
    except RateLimited as error:
        page = await refused(429, TOO_MANY, form)
        page.headers["Retry-After"] = str(error.retry_after)
        return page
    return see_other(f"/b/{token}{after}")


def _draft(form: StreamedForm) -> PageDraft:
    return PageDraft(
        text=form.get("text"), subject=form.get("subject"), files=tuple(form.files), form_id=form.get("form_id")
    )


async def ask_for_human(request: web.Request) -> web.StreamResponse:
    """Have a person look at it."""
    if security.comes_from_elsewhere(request):
        raise ForeignForm
    try:
        new = await pages.ask_for_human(gateway(request), _token(request))
    except NotFound:
        return _gone(request)
    return see_other(f"/b/{_token(request)}?done={'human' if new else 'asked'}{_kept(request, '&')}")


async def sent_page(request: web.Request) -> web.StreamResponse:
    """What was written through this link."""
    try:
        link, entries = await pages.sent(gateway(request), _token(request))
    except NotFound:
        return _gone(request)
    done = DONE.get(request.query.get("done", ""), "")
    return _page(request, "buyer_sent.html", link, entries=entries, done=done)


async def file(request: web.Request) -> web.StreamResponse:
    """A file of the conversation, always as a download."""
    found, content = await _file(request)
    response = download(content, "application/octet-stream", found.filename)
    response.headers.update(HEADERS)
    return response


async def picture(request: web.Request) -> web.StreamResponse:
    """A picture to show: only when its bytes are those of one."""
    found, content = await _file(request)
    kind = picture_type(content)
    if kind is None or not is_picture(found):
        raise NotFound("no such picture")
    headers = {"Content-Security-Policy": security.FILE_POLICY, "Cache-Control": "private, max-age=3600"}
    return web.Response(body=content, content_type=kind, headers=HEADERS | headers)


async def _file(request: web.Request) -> tuple[AttachmentView, bytes]:
    return await pages.file(gateway(request), _token(request), request.match_info["id"])


async def revoke_links(request: web.Request) -> web.StreamResponse:
    """The seller's side: stop every link to this conversation's page."""
    id_ = request.match_info["id"]
    await buyer_links.revoke(gateway(request), visit(request).actor, id_)
    return back(request, f"/threads/{id_}")
