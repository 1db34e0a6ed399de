"""The words of mails by the API: read, tried out, written; what is wrong is named with its line."""

from tests.web.api.conftest import Api

DATABASES = ("sqlite",)
PATH = "/templates/reply/zh_CN"


async def test_words_are_read_changed_and_listed(api: Api) -> None:
    words = (await api.get(f"{PATH}?shop=lotus")).json
    assert (words["own"], words["versions"]) == (False, [])
    assert "order" in words["variables"]
    body = {"subject": "{{ shop_name }}", "text": "hi {{ text }}", "html": words["html"]}
    tried = await api.post(f"{PATH}/preview?shop=lotus", body, "lotus-admin")
    assert tried.json["text"].startswith("hi ")
    assert not (await api.get(f"{PATH}?shop=lotus")).json["own"]
    saved = await api.put(f"{PATH}?shop=lotus", body, "lotus-admin")
    assert (saved.status, saved.json["own"], saved.json["versions"][0]["version"]) == (200, True, 1)
    listed = {one["name"]: one["own"] for one in (await api.get("/templates?shop=lotus")).json["items"]}
    assert listed["reply"] == ["zh_CN"]


async def test_what_is_wrong_is_422_with_file_and_line_and_what_is_not_there_404(api: Api) -> None:
    body = {"subject": "x", "text": "a\n{{ nobody }}", "html": ""}
    wrong = await api.put(f"{PATH}?shop=lotus", body)
    assert wrong.status == 422
    assert wrong.json["errors"][0]["field"] == "body.txt"
    assert wrong.json["errors"][0]["message"].startswith("line 2: ")
    right = body | {"text": "a"}
    assert (await api.put(f"{PATH}?shop=lotus", right, "jade-admin")).status == 404
    assert (await api.put(PATH, right, "jade-admin")).status == 403
    assert (await api.get("/templates/reply/xx")).status == 404
    assert (await api.get("/templates/nonsense/en")).status == 404
    assert (await api.get(PATH, "lotus-seller")).status == 403
