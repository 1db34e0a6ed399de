"""What an admin sees of order sources: connect one, the secret once, the log, switch off, remove."""

import re

from tests.payloads import as_body, shopify_headers, shopify_order
from tests.web.conftest import Site

DATABASES = ("sqlite",)


async def test_a_shop_is_connected_called_looked_at_and_removed(site: Site) -> None:
    admin = await site.browser("admin@example.com")
    empty = await admin.get("/sources")
    assert (empty.status, "No shop is connected yet." in empty.text) == (200, True)
    fields = {"shop": "lantern", "kind": "shopify", "name": "Main <b>", "secret": "shpss-0123456789"}
    made = await admin.post("/sources", fields)
    assert made.status == 200
    assert "shpss-0123456789" not in made.text
    assert "Main &lt;b&gt;" in made.text
    hook = re.search(r"(/hooks/shopify/[a-z2-7]+)<", made.text)
    assert hook is not None
    body = as_body(shopify_order(email="nobody"))
    headers = shopify_headers(body, "orders/create", secret="shpss-0123456789")
    async with admin.client.post(hook[1], data=body, headers=headers) as answer:
        assert answer.status == 200
    link = re.search(r'href="(/sources/[0-9a-f-]+)"', made.text)
    assert link is not None
    log = await admin.get(link[1])
    assert "orders/create" in log.text
    assert "buyer.email" in log.text
    assert (await admin.post(f"{link[1]}/switch")).status == 303
    assert "Switched off" in (await admin.get("/sources")).text
    assert (await admin.post(f"{link[1]}/remove")).status == 303
    assert "No shop is connected yet." in (await admin.get("/sources")).text


async def test_a_secret_that_we_made_is_shown_once(site: Site) -> None:
    admin = await site.browser("admin@example.com")
    await admin.get("/sources")
    made = await admin.post("/sources", {"shop": "lantern", "kind": "woocommerce"})
    secrets = re.findall(r'<bdi>([a-z2-7]{32})</bdi> <span class="hint">', made.text)
    assert len(secrets) == 1
    assert secrets[0] not in (await admin.get("/sources")).text
    link = re.search(r'href="(/sources/[0-9a-f-]+)"', made.text)
    assert link is not None
    other = await admin.post(f"{link[1]}/secret")
    assert re.findall(r'<bdi>([a-z2-7]{32})</bdi> <span class="hint">', other.text) not in ([], secrets)


async def test_what_can_be_no_source_says_why(site: Site) -> None:
    admin = await site.browser("admin@example.com")
    await admin.get("/sources")
    for fields in ({"kind": "magento"}, {"shop": "lantern", "kind": "shopify"}):
        assert (await admin.post("/sources", fields)).status == 422
