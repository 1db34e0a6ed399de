"""Pages of the shops: their names, language, order systems, and which mails they send by themselves."""

from dataclasses import fields
from typing import Any
from zoneinfo import available_timezones

from aiohttp import web
from babel import Locale

from gateway.admin import shops as admin
from gateway.admin.shops import ShopChange
from gateway.domain.locales import LOCALES, best_locale
from gateway.domain.shop_options import MailOptions
from gateway.errors import Invalid, NotFound
from gateway.store.shops import ShopSetup

from .forms import Form
from .i18n import N_
from .keys import FORM, gateway, visit
from .pages import render, see_other

MAILS = {
    # Each choice about a shop's mails: its name, and what it does.
    "quote_history": (N_("Quote in answers"), N_("Answers carry the message that they answer.")),
    "order_placed": (N_("Order confirmation"), N_("Each new order: here is how to reach us.")),
    "received": (N_("Acknowledgement"), N_("A buyer's message has arrived; at most once a day and conversation.")),
    "conversation_closed": (N_("Conversation closed"), N_("We take it as settled; an answer opens it again.")),
}
PROBLEMS = {
    # What may be wrong with the form about a shop, by field.
    "slug": N_("The short name has 1 to 32 of a-z, 0-9 and - inside, and is not reserved."),
    "name": N_("A shop has a name."),
    "time_zone": N_("A time zone is written like Asia/Shanghai."),
    "order_mask": N_("Order numbers are written like AA-######: A a letter, # a digit, X either; at least 4 signs."),
    "notes_from": N_("Order systems are addresses or domains, one a line."),
}
TAKEN = N_("There is a shop of this short name already.")
MAX_TEXT = 200


def languages() -> dict[str, str]:
    """The languages of mails, each in its own words."""
    return {locale: str(Locale.parse(locale).display_name) for locale in LOCALES}


async def shops_page(request: web.Request) -> web.StreamResponse:
    """The shops."""
    return await _shops(request)


async def _shops(request: web.Request, status: int = 200, problem: str = "", form: Form | None = None) -> web.Response:
    gw, actor = gateway(request), visit(request).actor
    shops = await admin.shops(gw, actor)
    words: dict[str, Any] = {"languages": languages(), "domain": gw.settings.mail_domain}
    words |= {"govern": actor.may("govern"), "form": form or Form()}
    return render(request, "shops.html", status, shops=shops, problem=problem, **words)


async def add(request: web.Request) -> web.StreamResponse:
    """Make a shop."""
    gw, actor, form = gateway(request), visit(request).actor, request[FORM]
    slug = form.get("slug").strip().lower()
    if slug in {shop.slug for shop in await admin.shops(gw, actor)}:
        return await _shops(request, 409, TAKEN, form)
    try:
        await admin.put_shop(gw, actor, slug, ShopChange(_line(form, "name"), _locale(form)))
    except Invalid as error:
        return await _shops(request, 422, PROBLEMS.get(error.field, PROBLEMS["name"]), form)
    return see_other(f"/shops/{slug}?done=1")


def _line(form: Form, name: str) -> str:
    return " ".join(form.get(name).replace("\0", "").split())[:MAX_TEXT]


def _locale(form: Form) -> str:
    return best_locale(form.get("locale"))


async def shop_page(request: web.Request) -> web.StreamResponse:
    """One shop's set-up."""
    return await _shop(request)


async def _shop(request: web.Request, status: int = 200, problem: str = "") -> web.Response:
    gw = gateway(request)
    shop = await _found(request)
    done = N_("Saved.") if request.query.get("done") else ""
    words: dict[str, Any] = {"languages": languages(), "domain": gw.settings.mail_domain, "mails": MAILS}
    words["zones"] = sorted(available_timezones())
    return render(
        request, "shop.html", status, shop=shop, best=best_locale(shop.locale), done=done, problem=problem, **words
    )


async def _found(request: web.Request) -> ShopSetup:
    slug = request.match_info["slug"]
    for shop in await admin.shops(gateway(request), visit(request).actor):
        if shop.slug == slug:
            return shop
    raise NotFound("there is no such shop")


async def change(request: web.Request) -> web.StreamResponse:
    """Change a shop's set-up: the part whose form was sent."""
    form, shop = request[FORM], await _found(request)
    try:
        wish = _mails(form, shop) if form.get("part") == "mails" else _names(form)
        await admin.put_shop(gateway(request), visit(request).actor, shop.slug, wish)
    except Invalid as error:
        return await _shop(request, 422, PROBLEMS.get(error.field, PROBLEMS["name"]))
    return see_other(f"/shops/{shop.slug}?done=1")


def _names(form: Form) -> ShopChange:
    listed = tuple(line.strip() for line in form.get("notes_from").splitlines() if line.strip())
    names = _line(form, "name"), _locale(form), _line(form, "reply_name")
    return ShopChange(*names, listed, {}, form.get("time_zone"), form.get("order_mask").replace("\0", ""))


def _mails(form: Form, shop: ShopSetup) -> ShopChange:
    chosen = {field.name: form.get(field.name) == "yes" for field in fields(MailOptions)}
    return ShopChange(shop.name, mails=chosen)
