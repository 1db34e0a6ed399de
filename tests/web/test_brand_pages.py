"""The page of a shop's brand: what is chosen is shown, tried on, kept, or refused in words."""

from aiohttp import FormData

from .conftest import PNG, Browser, Site

DATABASES = ("sqlite",)
PAGE = "/shops/lantern/brand"


def form(browser: Browser, logo: bytes = b"", **fields: str) -> FormData:
    """The form, filled in."""
    data = FormData()
    chosen = {
        "csrf": browser.csrf,
        "accent": "#8a1c2b",
        "background": "#faf3e8",
        "signature_others": "Lantern",
    } | fields
    for name, value in chosen.items():
        data.add_field(name, value)
    if logo:
        data.add_field("logo", logo, filename="logo.png", content_type="image/png")
    return data


async def test_a_brand_is_kept_and_shown_again(site: Site) -> None:
    browser = await site.browser("admin@example.com")
    assert "look of mails" in (await browser.get(PAGE)).text.lower()
    assert (await browser.get(f"{PAGE}/logo")).status == 404
    await browser.get(PAGE)
    assert (await browser.post(PAGE, form(browser, PNG))).status == 303
    page = (await browser.get(PAGE)).text
    assert 'value="#8a1c2b"' in page
    assert "Lantern</textarea>" in page
    logo = await browser.get(f"{PAGE}/logo")
    assert logo.headers["Content-Type"] == "image/png"
    await browser.get(PAGE)
    assert (await browser.post(PAGE, form(browser, remove_logo="yes", act="reset"))).status == 303
    page = (await browser.get(PAGE)).text
    assert 'value="#1d5fd1"' in page
    assert (await browser.get(f"{PAGE}/logo")).status == 404


async def test_what_could_not_be_read_is_refused_and_nothing_typed_is_lost(site: Site) -> None:
    browser = await site.browser("admin@example.com")
    await browser.get(PAGE)
    answer = await browser.post(PAGE, form(browser, accent="#ffd400"))
    assert answer.status == 422
    assert 'role="alert"' in answer.text
    assert 'value="#ffd400"' in answer.text
    assert "Lantern</textarea>" in answer.text
    assert (await browser.post(PAGE, form(browser, b"no picture"))).status == 422


async def test_the_preview_shows_the_form_and_loads_nothing_from_elsewhere(site: Site) -> None:
    browser = await site.browser("admin@example.com")
    await browser.get(PAGE)
    shown = await browser.post(f"{PAGE}/preview", form(browser, PNG, mail="order-placed", locale="zh_CN"))
    assert shown.status == 200
    assert "#8a1c2b" in shown.text
    assert "data:image/png;base64," in shown.text
    assert "img-src data:" in shown.headers["Content-Security-Policy"]
    assert (await browser.post(f"{PAGE}/preview", form(browser, accent="#ffd400"))).status == 422
    assert (await browser.post(f"{PAGE}/preview", form(browser, mail="sign-in"))).status == 404
    assert 'value="#1d5fd1"' in (await browser.get(PAGE)).text
