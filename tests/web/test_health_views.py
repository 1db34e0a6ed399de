"""The page of the gateway's health says what the doctor found in the reader's language."""

from pathlib import Path

from babel.messages.extract import extract_from_file

from gateway.admin import examining, monitoring
from tests.web.conftest import Site
from web.health_views import SAYINGS

DATABASES = ("sqlite",)
ROOT = Path(__file__).parent.parent.parent
SPEAKERS = [
    path for folder in ("gateway", "smtp") for path in (ROOT / folder).rglob("*.py") if " said(" in path.read_text()
]


async def test_a_chinese_reader_is_told_in_chinese(site: Site) -> None:
    admin = await site.browser("admin@example.com", **{"Accept-Language": "zh-CN"})
    page = (await admin.get("/health")).text
    assert "写入后可读回" in page
    assert "written and read back" not in page


async def test_all_that_the_doctor_may_say_is_in_the_catalogs(site: Site) -> None:
    said = {str(found[1]) for path in SPEAKERS for found in extract_from_file("python", path, keywords={"said": None})}
    rules = {f"%(count)s × {rule}" for rule in await monitoring.unbalanced(site.gw)}
    assert len(said) > 20
    assert said | rules | {examining.REFUSED, examining.SWITCHED_OFF} == set(SAYINGS)
