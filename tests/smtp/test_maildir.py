"""The Maildir courier as other programs that read the folder see it."""

import asyncio
import mailbox
import resource
from pathlib import Path

from gateway.domain.couriers import Deferred, Sent
from smtp.courier import courier_for

MAIL = b"Subject: hello\r\n\r\nbody\r\n"


async def test_a_mail_reader_finds_the_mail_unread(tmp_path: Path) -> None:
    courier = courier_for(f"maildir://{tmp_path / 'outgoing'}", "znx.test")
    outcome = await courier.send(MAIL, "b@znx.test", "a@shop.test")
    (message,) = mailbox.Maildir(str(tmp_path / "outgoing"), create=False)
    assert (message["Subject"], message.get_subdir()) == ("hello", "new")
    assert isinstance(outcome, Sent)
    assert outcome.reply.removeprefix("250 2.0.0 written as ") in [
        p.name for p in (tmp_path / "outgoing/new").iterdir()
    ]


async def test_many_writers_share_one_folder_and_leave_no_drafts(tmp_path: Path) -> None:
    couriers = [courier_for(f"maildir://{tmp_path}", "znx.test/with:odd") for _ in range(3)]
    await asyncio.gather(*(one.send(MAIL, "", "a@shop.test") for one in couriers for _ in range(20)))
    assert len(list((tmp_path / "new").iterdir())) == 60
    assert list((tmp_path / "tmp").iterdir()) == []


async def test_what_cannot_be_written_whole_leaves_no_draft(tmp_path: Path) -> None:
    courier = courier_for(f"maildir://{tmp_path}", "znx.test")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        outcome = await courier.send(MAIL, "", "a@shop.test")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert isinstance(outcome, Deferred)
    assert outcome.reply == f"can't write {tmp_path}: File too large"
    assert list((tmp_path / "tmp").iterdir()) == []
    assert isinstance(await courier.send(MAIL, "", "a@shop.test"), Sent)


async def test_a_path_with_blanks_may_be_escaped(tmp_path: Path) -> None:
    courier = courier_for(f"maildir://{tmp_path}/out%20box", "znx.test")
    assert isinstance(await courier.send(MAIL, "", "a@shop.test"), Sent)
    assert len(list((tmp_path / "out box" / "new").iterdir())) == 1
