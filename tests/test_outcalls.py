"""Calls to others go to public addresses only, whatever names, DNS and the others themselves say."""

import ipaddress
from collections.abc import Sequence

import pytest
from aiohttp import web

from gateway.errors import Invalid, NotCallable
from gateway.outcalls import Caller
from tests.outside import listening

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


def resolving(*answers: Sequence[str]) -> "list[Sequence[str]]":
    """What DNS says, one answer after another."""
    return list(answers)


def lookup_of(answers: "list[Sequence[str]]"):  # type: ignore[no-untyped-def]
    async def lookup(_host: str) -> Sequence[str]:
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if not found:
            raise OSError("no such name")
        return found

    return lookup


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/", "https://[::ffff:10.0.0.1]/",
     "https://10.0.0.1:8443/", "http://8.8.8.8/", "https://user@8.8.8.8/"],
)  # fmt: skip
async def test_private_addresses_are_refused_at_set_up_and_at_the_call(url: str) -> None:
    async with Caller() as caller:
        with pytest.raises(Invalid) as refused:
            await caller.check(url)
        assert refused.value.field == "url"
        with pytest.raises(NotCallable):
            await caller.call("POST", url, {})


@pytest.mark.parametrize("found", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1"], []])
async def test_a_name_that_leads_inside_is_refused(found: list[str]) -> None:
    with pytest.raises(Invalid):
        await Caller(lookup=lookup_of([found])).check("https://inside.test/")
    await Caller(lookup=lookup_of([["8.8.8.8"]])).check("https://outside.test/")


@pytest.mark.parametrize("name", [".", "a..b", "x" * 64, "2130706433", "0x7f.1", "017700000001", "localhost"])
async def test_other_spellings_of_loopback_are_found_out(name: str) -> None:
    with pytest.raises(Invalid):
        await Caller().check(f"https://{name}/")
    async with Caller() as caller:
        with pytest.raises(NotCallable):
            await caller.call("POST", f"https://{name}/", {})


async def test_a_name_that_turns_inside_after_the_set_up_reaches_nobody() -> None:
    async with listening() as program:
        answers = resolving(["8.8.8.8"], ["127.0.0.1"])
        async with Caller(lookup=lookup_of(answers)) as caller:
            url = f"https://turning.test:{program.port}/"
            await caller.check(url)
            with pytest.raises(NotCallable):
                await caller.call("POST", url, {}, b"{}")
        assert program.calls == []


async def test_redirects_are_not_followed_and_little_of_the_answer_is_read() -> None:
    async with listening() as program, Caller(LOOPBACK) as caller:
        program.answers = lambda _: web.Response(status=302, headers={"Location": program.url + "2"}, text="x" * 5000)
        answer = await caller.call("POST", program.url, {"a": "b"}, b"{}", most=100)
        assert (answer.status, len(answer.body), len(program.calls)) == (302, 100, 1)
        assert program.calls[0].headers["a"] == "b"


async def test_a_program_that_is_not_there_is_said_so() -> None:
    async with listening() as program:
        url = program.url
    async with Caller(LOOPBACK) as caller:
        with pytest.raises(NotCallable, match="no connection"):
            await caller.call("POST", url, {})
