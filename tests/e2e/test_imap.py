"""A buyer's mail program finds the answer in a real IMAP server, shows it whole, and answers what it shows."""

import email
import email.policy
import imaplib
from base64 import b64encode
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import lacking
from tests.e2e import dovecot, postfix
from tests.e2e.serving import eventually, gateway, open_store
from tests.e2e.test_leaving import replied
from tests.e2e.test_roundtrip import BUYER, plain, send
from tests.tools import missing

SUBJECT = "订单 A-1001：茶壶什么时候发货？"
TEXT = "您好，茶壶今天已发货。\n运单号 SF-1 234，发票见附件。"
NAME = "发票（青花瓷茶壶）.pdf"
PDF = b"%PDF-1.4\r\n\x00\xff\n.\r\n"
FILE = {"filename": NAME, "content_type": "application/pdf", "content_base64": b64encode(PDF).decode()}


@pytest.mark.slow
@pytest.mark.postfix
def test_a_mail_program_reads_the_answer_by_imap_and_answers_it(tmp_path: Path) -> None:
    for program in ("postfix", "dovecot"):
        if reason := missing(program):
            lacking(reason)
    with (
        postfix.running(delivers="example.com") as mta,
        dovecot.running(mta.folder / "box") as server,
        gateway(tmp_path / "home", ZNX_RELAY_URL=f"smtp://127.0.0.1:{mta.port}") as znx,
        server.inbox(BUYER) as client,
    ):
        znx.start("serve")
        store, asked = open_store(znx), plain("茶壶什么时候发货？", SUBJECT)
        client.append("INBOX", "(\\Seen)", "", asked.as_bytes())  # some programs keep a conversation in one folder
        send(store, asked)
        znx.api("POST", f"/threads/{store.thread()['id']}/replies", {"text": TEXT, "attachments": [FILE]})
        assert eventually(lambda: found(client, "UNSEEN")) == "2"

        answer = fetched(client, "2")
        assert (answer["Subject"], answer["From"].addresses[0].display_name) == (f"Re: {SUBJECT}", "莲花茶庄")
        assert all(line in content(answer, kind) for kind in ("plain", "html") for line in TEXT.splitlines())
        (file,) = answer.iter_attachments()
        assert (file.get_filename(), file.get_content()) == (NAME, PDF)

        assert f"utf-8''{quote(NAME)}" in structure(client, "2")
        assert (found(client, "SUBJECT", "茶壶什么时候"), found(client, "BODY", "发票见附件")) == ("1 2", "2")
        assert client.thread("REFS", "UTF-8", "ALL")[1] == [b"(1 2)"]

        send(store, replied(answer), answer["Reply-To"].addresses[0].username)
        send(store, by_headers_alone(answer, store.address()))
        messages = store.thread(4)["messages"]
    assert [message["filed_because"][0]["clue"] for message in messages[2:]] == ["reply-token", "references"]


def found(client: imaplib.IMAP4, what: str, text: str = "") -> str:
    """The numbers of the mails that the server finds, with a space between; it looks for new ones first."""
    client.noop()
    if text:
        client.literal = text.encode()  # type: ignore[assignment]  # imaplib puts it behind the last word, as bytes
    return str(client.search("UTF-8", what)[1][0], "ascii")


def fetched(client: imaplib.IMAP4, number: str) -> EmailMessage:
    """A mail as the server gives it."""
    (answer, *_) = client.fetch(number, "(BODY[])")[1]
    assert isinstance(answer, tuple)
    return email.message_from_bytes(answer[1], policy=email.policy.default)


def structure(client: imaplib.IMAP4, number: str) -> str:
    """What programs list the files of a mail by, before they fetch them."""
    (answer, *_) = client.fetch(number, "(BODYSTRUCTURE)")[1]
    assert isinstance(answer, bytes)
    return answer.decode("ascii")


def content(mail: EmailMessage, kind: str) -> str:
    """The text of a mail in one of its forms."""
    part = mail.get_body((kind,))
    assert part is not None
    text: str = part.get_content()
    return text


def by_headers_alone(answer: EmailMessage, address: str) -> EmailMessage:
    """An answer by a program that minds no Reply-To: only In-Reply-To and References tell where it belongs."""
    mail = replied(answer)
    mail.replace_header("Message-ID", "<another@example.com>")
    mail.replace_header("To", address)
    return mail
