"""The SMTP courier against a relay that answers, hangs up or falls silent at any stage."""

import asyncio

import pytest

from gateway.domain.couriers import Courier, Deferred, Refused, Sent
from smtp.courier import courier_for
from smtp.relays import Timeouts
from tests.smtp.relay import DROP, MAIL, SILENCE, STAGES, Relay, impatient, listening, send


def courier_to(relay: Relay, timeouts: Timeouts | None = None, concurrency: int = 20) -> Courier:
    """A courier whose relay is this one."""
    return courier_for(relay.url, "znx.test", concurrency, timeouts)


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize("stage", STAGES)
async def test_a_4xx_at_any_stage_defers_with_the_servers_words(stage: str, pipelining: bool) -> None:
    script = {stage: ["451 4.7.1 come back later"], "HELO": ["451 4.7.1 come back later"]}
    async with listening(Relay(script, pipelining)) as relay:
        outcome = await send(courier := courier_to(relay))
        await courier.close()
    assert isinstance(outcome, Deferred)
    assert "451 4.7.1 come back later" in outcome.reply
    assert outcome.host == f"127.0.0.1:{relay.port}"


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "END"])
async def test_a_5xx_to_the_mail_refuses_it(stage: str, pipelining: bool) -> None:
    async with listening(Relay({stage: ["552 5.2.2 mailbox full"]}, pipelining)) as relay:
        outcome = await send(courier := courier_to(relay))
        await courier.close()
    assert isinstance(outcome, Refused)
    assert (outcome.reply, outcome.kind) == ("552 5.2.2 mailbox full", "full")


@pytest.mark.parametrize("stage", ["CONNECT", "EHLO"])
async def test_a_5xx_to_the_session_says_nothing_about_the_mail_and_defers_it(stage: str) -> None:
    script = {stage: ["554 5.7.1 not from you"], "HELO": ["554 5.7.1 not from you"]}
    async with listening(Relay(script)) as relay:
        outcome = await send(courier := courier_to(relay))
        await courier.close()
    assert isinstance(outcome, Deferred)
    assert "554 5.7.1 not from you" in outcome.reply


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("fault", "words"), [(DROP, "lost"), (SILENCE, "timed out")])
async def test_a_lost_or_silent_connection_defers(stage: str, fault: str, words: str, pipelining: bool) -> None:
    async with listening(Relay({stage: [fault] * 3, "HELO": [fault] * 3}, pipelining)) as relay:
        outcome = await send(courier := courier_to(relay, impatient(stage) if fault == SILENCE else None))
        await courier.close()
    assert isinstance(outcome, Deferred)
    assert words in outcome.reply.lower()
    assert len(relay.mails) == (stage == "END")


@pytest.mark.parametrize("answer", ["999 what", "hello", "250-no end", "354 go on then"])
async def test_an_answer_that_makes_no_sense_defers(answer: str) -> None:
    async with listening(Relay({"RCPT": [answer]})) as relay:
        outcome = await send(courier := courier_to(relay, impatient("RCPT")))
        await courier.close()
    assert isinstance(outcome, Deferred)


async def test_no_exception_and_one_reason_when_nobody_listens() -> None:
    async with listening(Relay()) as relay:
        pass
    outcome = await send(courier_to(relay))
    assert isinstance(outcome, Deferred)
    assert outcome.reply == f"127.0.0.1:{relay.port}: Connection refused"


async def test_an_unknown_host_defers() -> None:
    outcome = await send(courier_for("smtp://relay.invalid", "znx.test", timeouts=impatient("CONNECT")))
    assert isinstance(outcome, Deferred)
    assert "relay.invalid" in outcome.reply


async def test_the_dialogue_tells_the_whole_attempt() -> None:
    async with listening(Relay({"RCPT": ["550 5.1.1 no such user"]})) as relay:
        outcome = await send(courier := courier_to(relay))
        await courier.close()
    assert isinstance(outcome, Refused)
    assert outcome.dialogue[:2] == (f"C: connect to 127.0.0.1:{relay.port}", "S: 220 relay.test Python SMTP 1.4.6")
    assert outcome.dialogue[-2:] == ("C: RCPT TO:<buyer@shop.test>", "S: 550 5.1.1 no such user")


async def test_control_characters_of_a_server_never_reach_the_log() -> None:
    async with listening(Relay({"RCPT": ["550 5.1.1 \x1b[31mred\x07\tbell"]})) as relay:
        outcome = await send(courier := courier_to(relay))
        await courier.close()
    assert outcome.reply.isprintable()


async def test_one_connection_serves_many_mails() -> None:
    async with listening(Relay()) as relay:
        courier = courier_to(relay)
        for _ in range(5):
            assert isinstance(await send(courier), Sent)
        await courier.close()
    assert (relay.connections, len(relay.mails)) == (1, 5)


async def test_a_connection_is_renewed_after_a_hundred_mails() -> None:
    async with listening(Relay()) as relay:
        courier = courier_to(relay)
        for _ in range(101):
            await send(courier)
        await courier.close()
    assert (relay.connections, len(relay.mails)) == (2, 101)


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("pipelining", [False, True])
async def test_the_connection_survives_a_refused_mail(stage: str, pipelining: bool) -> None:
    async with listening(Relay({stage: ["550 5.1.1 no such user"]}, pipelining)) as relay:
        courier = courier_to(relay)
        assert isinstance(await send(courier), Refused)
        assert isinstance(await send(courier), Sent)
        await courier.close()
    assert (relay.connections, len(relay.mails)) == (1, 1)


async def test_a_connection_that_does_not_take_rset_is_not_used_again() -> None:
    async with listening(Relay({"RCPT": ["550 5.1.1 no"], "RSET": ["500 what"]})) as relay:
        courier = courier_to(relay)
        assert isinstance(await send(courier), Refused)
        assert isinstance(await send(courier), Sent)
        await courier.close()
    assert relay.connections == 2


async def test_a_connection_dropped_while_idle_costs_nothing() -> None:
    async with listening(Relay({"MAIL": [None, DROP, None]})) as relay:
        courier = courier_to(relay)
        assert isinstance(await send(courier), Sent)
        assert isinstance(await send(courier), Sent)
        await courier.close()
    assert (relay.connections, len(relay.mails)) == (2, 2)


async def test_421_ends_the_connection_and_defers_the_mail() -> None:
    async with listening(Relay({"MAIL": [None, "421 4.3.2 shutting down"]})) as relay:
        courier = courier_to(relay)
        assert isinstance(await send(courier), Sent)
        assert isinstance(await send(courier), Deferred)
        assert isinstance(await send(courier), Sent)
        await courier.close()
    assert relay.connections == 2


async def test_a_relay_that_hangs_up_at_the_greeting_is_not_asked_again() -> None:
    async with listening(Relay({"EHLO": ["421 4.3.2 shutting down"]})) as relay:
        outcome = await send(courier_to(relay))
    assert isinstance(outcome, Deferred)
    assert outcome.dialogue[-1] == "S: 421 4.3.2 shutting down"


@pytest.mark.parametrize("fault", [DROP, SILENCE])
async def test_closing_does_not_wait_for_a_relay_that_has_gone(fault: str) -> None:
    async with listening(Relay({"QUIT": [fault]})) as relay:
        courier = courier_to(relay, Timeouts(quit=0.1))
        assert isinstance(await send(courier), Sent)
        await courier.close()


async def test_never_more_mails_at_once_than_allowed() -> None:
    async with listening(Relay()) as relay:
        courier = courier_to(relay, concurrency=3)
        await asyncio.gather(*(send(courier) for _ in range(30)))
        await courier.close()
    assert len(relay.mails) == 30
    assert 1 <= relay.most_at_once <= 3
    assert relay.connections <= 3


async def test_waiting_for_a_free_slot_ends_too() -> None:
    async with listening(Relay({"MAIL": [SILENCE, SILENCE]})) as relay:
        courier = courier_to(relay, Timeouts(total=0.2), concurrency=1)
        outcomes = await asyncio.gather(send(courier), send(courier))
        await courier.close()
    assert all(isinstance(outcome, Deferred) for outcome in outcomes)
    assert "within 0.2 seconds" in outcomes[1].reply


async def test_what_is_given_up_while_it_waits_in_line_is_never_sent() -> None:
    async with listening(Relay({"MAIL": [SILENCE]})) as relay:
        courier = courier_to(relay, concurrency=1)
        stuck = asyncio.create_task(send(courier))
        await asyncio.wait_for(relay.silent.wait(), 20)
        waiting = asyncio.create_task(send(courier, b"Subject: given up\r\n\r\n"))
        await asyncio.sleep(0)
        for task in (waiting, stuck):
            task.cancel()
        await asyncio.wait([waiting, stuck])
        assert isinstance(await send(courier), Sent)
        await courier.close()
    assert [envelope.original_content for envelope in relay.mails] == [MAIL]


async def test_a_lost_connection_costs_one_mail_and_the_line_goes_on() -> None:
    async with listening(Relay({"END": [None, DROP]})) as relay:
        courier = courier_to(relay, concurrency=1)
        outcomes = await asyncio.gather(*(send(courier) for _ in range(5)))
        await courier.close()
    assert [type(outcome) for outcome in outcomes] == [Sent, Deferred, Sent, Sent, Sent]
    assert relay.connections == 2


async def test_a_short_wait_after_a_long_one_is_short() -> None:
    async with listening(Relay({"RCPT": [None, SILENCE]})) as relay:
        courier = courier_to(relay, Timeouts(command=0.3, data=3600))
        assert isinstance(await send(courier), Sent)
        async with asyncio.timeout(60):
            outcome = await send(courier)
        await courier.close()
    assert isinstance(outcome, Deferred)
    assert "timed out" in outcome.reply


async def test_closing_lets_go_of_those_who_wait() -> None:
    async with listening(Relay({"MAIL": [SILENCE]})) as relay:
        courier = courier_to(relay, concurrency=1)
        sending = [asyncio.create_task(send(courier)) for _ in range(2)]
        await asyncio.wait_for(relay.silent.wait(), 20)
        await courier.close()
        async with asyncio.timeout(20):
            await asyncio.wait(sending)
    assert relay.mails == []


async def test_a_cancelled_send_leaves_no_half_used_connection() -> None:
    async with listening(Relay({"RCPT": [SILENCE]})) as relay:
        courier = courier_to(relay)
        sending = asyncio.create_task(send(courier))
        await asyncio.wait_for(relay.silent.wait(), 20)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert isinstance(await send(courier), Sent)
        await courier.close()
    assert relay.connections == 2


async def test_when_the_250_was_lost_the_same_bytes_can_be_sent_again() -> None:
    async with listening(Relay({"END": [DROP]})) as relay:
        courier = courier_to(relay)
        assert isinstance(await send(courier), Deferred)
        assert isinstance(await send(courier), Sent)
        await courier.close()
    first, second = (envelope.original_content for envelope in relay.mails)
    assert first == second == MAIL


async def test_the_next_relay_takes_over_and_the_first_is_left_alone_for_a_while() -> None:
    async with listening(Relay({"CONNECT": ["421 4.3.2 down"] * 9})) as down, listening(Relay()) as up:
        courier = courier_for(f"{down.url},{up.url}", "znx.test", concurrency=1)
        assert isinstance(await send(courier), Sent)
        await courier.close()
        assert isinstance(await send(courier), Sent)
        await courier.close()
    assert (down.connections, len(up.mails)) == (1, 2)


async def test_a_refusal_by_one_relay_is_not_carried_to_the_next() -> None:
    async with listening(Relay({"RCPT": ["550 5.1.1 no"]})) as first, listening(Relay()) as second:
        courier = courier_for(f"{first.url},{second.url}", "znx.test")
        assert isinstance(await send(courier), Refused)
        await courier.close()
    assert second.connections == 0


async def test_a_relay_that_knows_only_helo_is_enough() -> None:
    async with listening(Relay({"EHLO": ["502 5.5.1 no extensions here"]})) as relay:
        outcome = await send(courier := courier_to(relay))
        await courier.close()
    assert isinstance(outcome, Sent)


async def test_extensions_are_used_only_when_offered_and_needed() -> None:
    async with listening(Relay(), enable_SMTPUTF8=True) as relay:
        courier = courier_to(relay)
        await send(courier)
        await send(courier, "Subject: x\r\n\r\n你好\r\n".encode())
        await send(courier, rcpt_to="用户@shop.test")
        await courier.close()
    assert [option.split()[2:] for option in relay.options] == [[], ["BODY=8BITMIME"], ["SMTPUTF8"]]
    assert relay.mails[2].rcpt_tos == ["用户@shop.test"]


async def test_an_address_outside_of_ascii_is_refused_where_smtputf8_is_missing() -> None:
    async with listening(Relay()) as relay:
        outcome = await send(courier := courier_to(relay), rcpt_to="用户@shop.test")
        await courier.close()
    assert isinstance(outcome, Refused)
    assert outcome.kind == "address"
    assert relay.options == []


@pytest.mark.parametrize("address", ["a@b.test> SIZE=1", "a@b.test\r\nRCPT TO:<x@y.test", "nobody", "a b@c.test"])
async def test_an_address_that_would_change_the_command_is_refused_and_nothing_is_sent(address: str) -> None:
    async with listening(Relay()) as relay:
        outcome = await send(courier := courier_to(relay), rcpt_to=address)
        await courier.close()
    assert isinstance(outcome, Refused)
    assert (outcome.kind, relay.options) == ("address", [])


async def test_a_mail_over_the_servers_size_is_refused_before_it_is_sent() -> None:
    async with listening(Relay(), data_size_limit=100) as relay:
        courier = courier_to(relay)
        assert isinstance(await send(courier, b"x" * 98 + b"\r\n"), Sent)
        outcome = await send(courier, b"x" * 99 + b"\r\n")
        await courier.close()
    assert isinstance(outcome, Refused)
    assert (outcome.kind, len(relay.options)) == ("content", 1)
