"""The page of a shop's brand: colours, logo and signatures, beside a mail that shows them as they are typed."""

from typing import Any

from aiohttp import web
from markupsafe import escape

from gateway.admin import branding, shops
from gateway.admin.branding import BrandChange
from gateway.domain.brands import ACCENT, BACKGROUND, BRANDED, OTHERS, Brand
from gateway.domain.locales import LOCALES, best_locale
from gateway.errors import Invalid, NotFound

from . import template_views
from .delivery_views import KINDS
from .forms import Form
from .i18n import N_
from .keys import FORM, gateway, visit
from .pages import render, see_other, translate
from .shop_views import languages

PROBLEMS = {
    # What may be wrong, by field; the figures follow in the words of the check.
    "accent": N_("This colour can't be read as text: choose a darker one, or a lighter background."),
    "background": N_("The grey words around the text can't be read on this colour: choose a lighter one."),
    "signatures": N_("A signature has at most 12 lines and 1000 characters."),
    "logo": N_("The logo must be a PNG, JPEG, GIF or WebP picture of at most 2 MiB."),
}
DONE = N_("Saved. The next mail looks so.")
_SIGNATURE = "signature_"


async def page(request: web.Request) -> web.StreamResponse:
    """The form."""
    return await _page(request)


async def _page(request: web.Request, status: int = 200, form: Form | None = None, **told: Any) -> web.Response:
    gw, actor, slug = gateway(request), visit(request).actor, request.match_info["slug"]
    known = await branding.brand(gw, actor, slug)
    shop = next(shop for shop in await shops.shops(gw, actor) if shop.slug == slug)
    change = _change(form) if form else BrandChange(known.accent, known.background, known.signatures)
    values: dict[str, Any] = {"shop": shop, "logo": known.logo, "change": change, "languages": languages()}
    values |= {"mails": {name: KINDS[name] for name in KINDS if name in BRANDED}, "others": OTHERS}
    values |= {
        "locale": best_locale(shop.locale),
        "product": Brand(),
        "done": DONE if request.query.get("done") else "",
    }
    return render(request, "brand.html", status, **({"problem": "", "detail": ""} | values | told))


def _change(form: Form) -> BrandChange:
    signatures = {locale: form.get(_SIGNATURE + (locale or "others")) for locale in (OTHERS, *LOCALES)}
    logo = next((file.content for file in form.files), b"")
    if form.get("act") == "reset":
        return BrandChange(ACCENT, BACKGROUND, signatures, logo, form.get("remove_logo") == "yes")
    return BrandChange(form.get("accent"), form.get("background"), signatures, logo, form.get("remove_logo") == "yes")


async def logo(request: web.Request) -> web.StreamResponse:
    """The present logo."""
    known = await branding.brand(gateway(request), visit(request).actor, request.match_info["slug"])
    if known.logo is None:
        raise NotFound("this shop has no logo")
    return web.Response(body=known.logo.content, content_type="image/png")


async def save(request: web.Request) -> web.StreamResponse:
    """Use this brand from now on."""
    form, slug = request[FORM], request.match_info["slug"]
    try:
        await branding.put(gateway(request), visit(request).actor, slug, _change(form))
    except Invalid as error:
        return await _page(request, 422, form, problem=PROBLEMS[error.field or "logo"], detail=str(error))
    return see_other(f"/shops/{slug}/brand?done=1")


async def preview(request: web.Request) -> web.StreamResponse:
    """A mail with what stands in the form, for a sandboxed frame; or what is wrong with it."""
    form = request[FORM]
    mail = form.get("mail") or "reply", best_locale(form.get("locale"))
    try:
        shown = await branding.preview(
            gateway(request), visit(request).actor, request.match_info["slug"], _change(form), mail
        )
    except Invalid as error:
        words = translate(request, PROBLEMS[error.field or "logo"])
        return template_views.framed(f"<p>{escape(words)}</p><p>{escape(error)}</p>", 422)
    return template_views.framed(template_views.mail(shown))
