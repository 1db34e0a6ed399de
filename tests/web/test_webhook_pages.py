"""What an admin sees of webhooks: made with a secret once, tested, sent again, switched off, removed."""

import re

from tests.web.conftest import Site

DATABASES = ("sqlite",)
ALL = {f"event:{kind}": "yes" for kind in ("message.received", "thread.changed")}


async def test_a_webhook_is_made_tested_switched_off_and_removed(site: Site) -> None:
    admin = await site.browser("admin@example.com")
    assert "No program hears of anything yet." in (await admin.get("/webhooks")).text
    made = await admin.post("/webhooks", {"url": "https://8.8.8.8/hook", "shop": "", "description": "CRM <b>"} | ALL)
    assert made.status == 200
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", made.text)
    assert "CRM &lt;b&gt;" in made.text
    assert secret not in (await admin.get("/webhooks")).text
    link = re.search(r'href="(/webhooks/[0-9a-f-]+)"', made.text)
    assert link is not None
    assert (await admin.post(f"{link[1]}/test")).status == 303
    log = (await admin.get(link[1])).text
    assert "a test" in log
    assert "Waiting" in log
    assert (await admin.post(f"{link[1]}/replay")).status == 303
    other = await admin.post(f"{link[1]}/secret")
    assert re.findall(r"whsec_[A-Za-z0-9+/=]+", other.text) not in ([], [secret])
    assert (await admin.post(f"{link[1]}/switch")).status == 303
    assert "Switched off" in (await admin.get("/webhooks")).text
    assert (await admin.post(f"{link[1]}/remove")).status == 303
    assert (await admin.get(link[1])).status == 404


async def test_what_can_be_no_webhook_says_why(site: Site) -> None:
    admin = await site.browser("admin@example.com")
    await admin.get("/webhooks")
    for fields in ({"url": "https://127.0.0.1/"} | ALL, {"url": "https://8.8.8.8/"}, {"url": "http://8.8.8.8/"} | ALL):
        assert (await admin.post("/webhooks", fields)).status == 422
