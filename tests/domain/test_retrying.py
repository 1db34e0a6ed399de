"""When mail is tried again, and what servers mean by no."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.couriers import RefusalKind
from gateway.domain.retrying import classify, enhanced_status, next_attempt, seller_should_know

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NO_JITTER = 0.5


def test_the_pauses_grow_and_then_stay() -> None:
    minutes = []
    for attempts in range(1, 10):
        due = next_attempt(attempts, START, START, NO_JITTER)
        assert due is not None
        minutes.append((due - START) / timedelta(minutes=1))
    assert minutes == [1, 5, 15, 30, 60, 120, 240, 240, 240]


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 48), (0.5, 60), (1.0, 72)])
def test_each_pause_is_spread_by_a_fifth(jitter: float, seconds: int) -> None:
    assert next_attempt(1, START, START, jitter) == START + timedelta(seconds=seconds)


def test_a_mail_is_given_up_after_72_hours_with_a_last_try_at_the_end() -> None:
    end = START + timedelta(hours=72)
    assert next_attempt(20, START, end - timedelta(minutes=1), NO_JITTER) == end
    assert next_attempt(20, START, end, NO_JITTER) is None


def test_a_relay_that_is_away_for_three_days_is_asked_about_25_times() -> None:
    now: datetime | None = START
    attempts = 0
    while now is not None:
        attempts += 1
        now = next_attempt(attempts, START, now, NO_JITTER)
    assert attempts == 25


def test_the_seller_is_told_after_four_hours() -> None:
    assert not seller_should_know(START, START + timedelta(hours=4) - timedelta(seconds=1))
    assert seller_should_know(START, START + timedelta(hours=4))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("5.1.1 no such user", "5.1.1"),
        ("mailbox full (5.2.2) #", "5.2.2"),
        ("connect from 10.5.1.1.2 refused", ""),
        ("4.7.0 later, then 5.7.1", "4.7.0"),
        ("plain words", ""),
    ],
)
def test_the_enhanced_status_is_read_where_there_is_one(text: str, status: str) -> None:
    assert enhanced_status(text) == status


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        (550, "5.1.1 The email account that you tried to reach does not exist", "address"),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "address"),
        (550, "5.2.1 The email account that you tried to reach is disabled", "address"),
        (550, "5.4.1 Recipient address rejected: Access denied", "address"),
        (550, "5.5.0 Requested action not taken: mailbox unavailable", "address"),
        (554, "delivery error: dd This user doesn't have a yahoo.com account", "address"),
        (550, "Mailbox not found. http://service.mail.qq.com/", "address"),
        (550, "User not found: somebody", "address"),
        (550, "Invalid User", "address"),
        (550, "No such user here", "address"),
        (553, "sorry, that domain isn't in my list", "address"),
        (550, "5.4.4 Unable to route: domain has no mail server", "address"),
        (550, "用户不存在", "address"),
        (552, "5.2.2 The email account that you tried to reach is over quota", "full"),
        (552, "Quota exceeded or service disabled", "full"),
        (552, "Requested mail action aborted: exceeded mailbox size", "full"),
        (550, "Mailbox full", "full"),
        (552, "no more room", "full"),
        (552, "5.3.4 Message size exceeds fixed limit", "content"),
        (
            552,
            "5.7.0 This message was blocked because its content presents a potential security issue: attachment",
            "content",
        ),
        (550, "Mail content denied", "content"),
        (554, "DT:SPM 163 smtp14", "content"),
        (554, "5.6.1 Body type not supported", "content"),
        (550, "5.7.26 This mail is unauthenticated, which poses a security risk", "policy"),
        (550, "5.7.1 Service unavailable, client host blocked using Spamhaus", "policy"),
        (554, "Blocked - see https://ipcheck.example/", "policy"),
        (550, "Domain frequency limited", "policy"),
        (553, "5.1.8 Sender address rejected", "policy"),
        (554, "5.7.1 Relay access denied", "policy"),
        (554, "transaction failed", "other"),
        (550, "5.0.0 something", "other"),
        (503, "bad sequence of commands", "other"),
    ],
)
def test_a_refusal_is_understood(code: int, text: str, kind: RefusalKind) -> None:
    assert classify(code, enhanced_status(text), text) == kind
