"""The dashboard by the API: the numbers of the page, for whoever may see that."""

import pytest

from gateway.admin import dashboard
from gateway.domain.actors import SYSTEM
from gateway.domain.measuring import RANGES
from tests.house import mail
from tests.web.api.conftest import Api

DATABASES = ("sqlite",)


async def test_the_numbers_are_those_of_the_page(api: Api) -> None:
    row = await api.house.receive(mail())
    await api.post(f"/threads/{row.thread_id}/replies", {"text": "It left today."})
    await api.house.receive(mail(sender="eve@evil.test"), sender="eve@evil.test")
    while await dashboard.refresh(api.house.gw):
        pass
    for range_ in RANGES:
        found = (await api.get(f"/dashboard?range={range_}&shop=lotus")).json
        board = await dashboard.look(api.house.gw, SYSTEM, range_, "lotus")
        assert (found["range"], found["came"], found["went"], found["held"]) == (range_, 1, 1, 1)
        assert len(found["at"]) == len(found["series"]["email"]) == len(board.at)
        assert (sum(found["series"]["email"]), sum(found["series"]["out"]), sum(found["hours"])) == (1, 1, 1)
        assert found["answers"] == {"name": "", "count": 1, "p50": 0, "p90": 0, "in_time": None}
        assert [one["name"] for one in found["answers_by_shop"]] == ["莲花"]


@pytest.mark.parametrize(
    ("token", "query", "status"),
    [
        ("lotus-seller", "", 403),
        ("lotus-admin", "", 200),
        ("jade-admin", "?shop=lotus", 404),
        ("jade-admin", "?shop=nothing", 404),
        ("admin", "?range=2d", 422),
    ],
)
async def test_managers_see_their_own_shops(api: Api, token: str, query: str, status: int) -> None:
    await api.house.receive(mail())
    while await dashboard.refresh(api.house.gw):
        pass
    reply = await api.get(f"/dashboard{query}", token)
    assert reply.status == status
    assert status != 200 or reply.json["came"] == 1
    assert (await api.get("/dashboard", "jade-admin")).json["came"] == 0
