"""The whole loop over real sockets: a buyer's mail in, the seller's answer out, the buyer's reply back."""

import email
import email.policy
import json
import smtplib
import subprocess
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import lacking
from tests.e2e import postfix
from tests.e2e.serving import ORDER, Store, Znx, eventually, gateway, open_store
from tests.postgres import Server
from tests.tools import missing

BUYER = "wang@example.com"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)


@pytest.fixture(
    name="znx", scope="module", params=["one process", pytest.param("many processes", marks=pytest.mark.postgres)]
)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Znx]:
    """A running gateway: everything in one process on SQLite, or two of each role on PostgreSQL."""
    home = tmp_path_factory.mktemp("running") / "home"
    if request.param == "one process":
        with gateway(home, ZNX_LMTP_LISTEN="127.0.0.1:0") as znx:
            znx.start("serve", roles=("smtp", "lmtp", "web"))
            yield znx
        return
    server: Server = request.getfixturevalue("postgres_server")
    with server.database() as url, gateway(home, ZNX_DATABASE_URL=url, ZNX_LMTP_LISTEN="127.0.0.1:0") as znx:
        for _ in range(2):
            znx.start("worker", roles=())
            znx.start("smtp", roles=("smtp", "lmtp"))
            znx.start("web", roles=("web",))
        yield znx


@pytest.fixture
def store(znx: Znx) -> Store:
    """A shop of the test's own."""
    return open_store(znx)


def plain(text: str = "Where is it?", subject: str = "Order A-1001", **headers: str) -> EmailMessage:
    """A mail as a mail program writes it."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = f"Wang Fang <{BUYER}>", "lotus@inbox.example", subject
    mail["Message-ID"] = f"<{abs(hash((text, subject)))}@example.com>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def send(store: Store, mail: EmailMessage | bytes, to: str = "{shop}", sender: str = BUYER, port: int = 0) -> None:
    """Send by SMTP, as any program does."""
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    with smtplib.SMTP("127.0.0.1", port or store.znx.port("smtp"), timeout=20) as smtp:
        smtp.sendmail(sender, [store.address(to)], raw)


def test_swaks_sends_a_first_mail(store: Store) -> None:
    if reason := missing("swaks"):
        lacking(reason)
    command = f"swaks --server {store.znx.ports['smtp']} --from {BUYER} --to {store.address()}"
    header = ["--header", "Subject: Where is my order A-1001?", "--body", "Has it left?"]
    subprocess.run([*command.split(), *header], check=True, capture_output=True)
    thread = store.thread()
    (message,) = thread["messages"]
    assert (thread["order_no"], thread["needs_reply"], thread["buyer"]["name"]) == ("A-1001", True, "王芳")
    assert (message["subject"], message["text"].strip()) == ("Where is my order A-1001?", "Has it left?")
    assert BUYER not in json.dumps(thread)


def test_html_with_a_picture_and_a_chinese_attachment_in_gb18030(store: Store) -> None:
    mail = plain()
    mail.set_content("茶壶破了，见图。", charset="gb18030")
    mail.add_alternative("<p>茶壶<b>破了</b>，见图。<img src='cid:p1'></p>", subtype="html", charset="gb18030")
    mail.get_payload()[1].add_related(PNG, "image", "png", cid="<p1>")  # type: ignore[union-attr,index]
    name = "订单截图 微信.pdf".encode("gb18030")
    mail.add_attachment(b"%PDF-1.4 \xe9", maintype="application", subtype="pdf", filename="x.pdf")
    raw = mail.as_bytes().replace(b'filename="x.pdf"', b'filename="' + name + b'"')
    send(store, raw)
    (message,) = store.thread()["messages"]
    files = {file["filename"]: file for file in message["attachments"]}
    assert message["text"].strip() == "茶壶破了，见图。"
    assert "破了" in message["html"]
    assert "订单截图 微信.pdf" in files
    assert any(file["inline"] and file["content_type"] == "image/png" for file in files.values())
    assert store.znx.api("GET", f"/attachments/{files['订单截图 微信.pdf']['id']}") == b"%PDF-1.4 \xe9"
    assert store.znx.api("GET", f"/messages/{message['id']}/raw") == raw


def json_ld() -> EmailMessage:
    """An order note as an order system marks it up."""
    order = {
        "@context": "https://schema.org",
        "@type": "Order",
        "orderNumber": "A-1001",
        "customer": {"@type": "Person", "email": BUYER},
        "description": "请用礼盒包装",
    }
    mail = plain("See the attached order.", "New order note")
    mail.add_alternative(f'<script type="application/ld+json">{json.dumps(order)}</script><p>Order</p>', subtype="html")
    return mail


NOTES: dict[str, Callable[[], EmailMessage]] = {
    "JSON-LD": json_ld,
    "English keys": lambda: plain(f"Order: A-1001\nBuyer: {BUYER}\nNote: 请用礼盒包装\n"),
    "Chinese keys": lambda: plain(f"订单号：A-1001\n买家：{BUYER}\n买家留言：请用礼盒包装\n"),
}


@pytest.mark.parametrize("note", NOTES.values(), ids=NOTES.keys())
def test_an_order_note_by_mail_joins_the_mails_about_that_order(store: Store, note: Callable[[], EmailMessage]) -> None:
    send(store, plain())
    store.thread()
    send(store, note(), "notes.{shop}", "system@erp.example")
    store.znx.api("POST", f"/shops/{store.slug}/orders/A-1001/notes", {"text": "放门口", "external_id": "n-1"})
    store.znx.api("POST", f"/shops/{store.slug}/orders/A-1001/notes", {"text": "放门口", "external_id": "n-1"})
    messages = store.thread(3)["messages"]
    said = {(message["channel"], message["text"].strip()) for message in messages}
    assert said == {("email", "Where is it?"), ("order_note", "请用礼盒包装"), ("order_note", "放门口")}


def outgoing(store: Store, message_id: str) -> EmailMessage:
    """A mail that left for the relay's Maildir, by its Message-ID."""
    folder = store.znx.home / "outgoing" / "new"

    def look() -> bytes | None:
        mails = [path.read_bytes() for path in folder.glob("*")] if folder.exists() else []
        return next((mail for mail in mails if message_id.encode() in mail), None)

    found = eventually(look)
    assert found is not None
    return email.message_from_bytes(found, policy=email.policy.default)


def answer(store: Store, thread_id: str, text: str = "它昨天已经发货。") -> EmailMessage:
    """The seller's answer with a file, as it left."""
    file = {"filename": "发票.pdf", "content_type": "application/pdf", "content_base64": "JVBERi0xLjQ="}
    body = {"text": text, "attachments": [file]}
    message = store.znx.api("POST", f"/threads/{thread_id}/replies", body, **{"Idempotency-Key": "k-1"})
    again = store.znx.api("POST", f"/threads/{thread_id}/replies", body, **{"Idempotency-Key": "k-1"})
    assert message["id"] == again["id"]
    return outgoing(store, message["internet_message_id"])


def test_answer_and_answer_to_the_answer_stay_one_thread(store: Store) -> None:
    store.znx.api("PUT", f"/shops/{store.slug}/orders/A-1002", ORDER)
    first = plain()
    send(store, first)
    thread = store.thread()
    mail = answer(store, thread["id"])
    assert mail["In-Reply-To"] == first["Message-ID"]
    assert mail["From"].addresses[0].display_name == "莲花茶庄"
    assert "A-1001" in mail["Subject"]
    assert mail["Auto-Submitted"] is None
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "它昨天已经发货。" in text
    assert [part.get_filename() for part in mail.iter_attachments()] == ["发票.pdf"]
    address = mail["Reply-To"].addresses[0].username
    quoted = "".join(f"> {line}\n" for line in text.splitlines())
    reply = plain(
        f"谢谢！\n\n在 2026年11月23日，莲花茶庄 写道：\n{quoted}", "回复：您好", In_Reply_To=str(mail["Message-ID"])
    )
    send(store, reply, address)
    messages = store.thread(3)["messages"]
    assert messages[-1]["fresh_text"].strip() == "谢谢！"
    assert "它昨天已经发货。" in messages[-1]["quoted_text"]
    assert messages[-1]["filed_because"][0]["clue"] == "reply-token"
    assert eventually(lambda: [d["state"] for d in store.thread()["messages"][1]["deliveries"] if d["smtp_reply"]]) == [
        "sent"
    ]


def test_nobody_else_gets_in_by_the_reply_address(store: Store) -> None:
    send(store, plain())
    mail = answer(store, store.thread()["id"])
    address = mail["Reply-To"].addresses[0].username
    altered = address[:-1] + ("a" if address[-1] != "a" else "b")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(store, plain("let me in"), altered)
    assert refused.value.recipients[store.address(altered)][0] == 550
    stranger = plain("I am Wang, honestly")
    stranger.replace_header("From", "Eve <eve@evil.example>")
    send(store, stranger, address, "eve@evil.example")
    held = eventually(lambda: [row for row in store.ledger() if row["state"] == "held"])
    assert len(held) == 1
    assert store.thread()["message_count"] == 2


def decided(store: Store) -> list[dict[str, Any]]:
    """The mails that wait for nothing any more."""
    return [row for row in store.ledger() if row["state"] != "pending"]


def test_who_never_ordered_is_held_and_every_mail_has_one_final_state(store: Store) -> None:
    send(store, plain())
    send(store, plain())
    stranger = plain("Buy my watches")
    stranger.replace_header("From", "Eve <eve@evil.example>")
    send(store, stranger, sender="eve@evil.example")
    rows = eventually(lambda: rows if len(rows := decided(store)) == 3 else None)
    assert rows is not None
    assert sorted(row["state"] for row in rows) == ["discarded", "filed", "held"]
    assert all(row["why"] for row in rows)
    assert [thread["buyer"]["name"] for thread in store.threads()] == ["王芳"]


@pytest.mark.postfix
@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
def test_a_real_postfix_hands_mail_over(store: Store, protocol: str) -> None:
    if reason := missing("postfix"):
        lacking(reason)
    to = f"[127.0.0.1]:{store.znx.port('smtp')}" if protocol == "smtp" else f"inet:127.0.0.1:{store.znx.port('lmtp')}"
    with postfix.running(postfix.in_front("inbox.example", f"{protocol}:{to}")) as mta:
        send(store, plain("经过 Postfix"), port=mta.port)
        (message,) = store.thread()["messages"]
        raw = store.znx.api("GET", f"/messages/{message['id']}/raw")
    assert message["text"].strip() == "经过 Postfix"
    assert b"by mta.test.example (Postfix)" in raw


@pytest.mark.postfix
def test_a_real_postfix_delivers_the_answer(tmp_path: Path) -> None:
    if reason := missing("postfix"):
        lacking(reason)
    with (
        postfix.running(delivers="example.com") as mta,
        gateway(tmp_path / "home", ZNX_RELAY_URL=f"smtp://127.0.0.1:{mta.port}") as znx,
    ):
        znx.start("serve")
        store = open_store(znx)
        send(store, plain())
        thread_id = store.thread()["id"]
        store.znx.api("POST", f"/threads/{thread_id}/replies", {"text": "已发货"})
        path = eventually(lambda: mta.mails)[0]
        delivered = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert "已发货" in delivered.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert delivered["Return-Path"].startswith("<b.")
        assert delivered["Delivered-To"] == BUYER
        states = eventually(
            lambda: [d["state"] for d in store.thread()["messages"][1]["deliveries"] if d["smtp_reply"]]
        )
        assert states == ["sent"]


def test_a_pipe_hands_mail_over_with_the_exit_codes_of_sysexits(store: Store) -> None:
    raw = plain("by a pipe").as_bytes().replace(b"\r\n", b"\n")
    store.znx.run("ingest", "--rcpt", store.address(), "--mail-from", BUYER, given=raw)
    assert store.thread()["messages"][0]["text"].strip() == "by a pipe"
    codes = [
        store.znx.run("ingest", "--rcpt", rcpt, given=given, check=False).returncode
        for rcpt, given in (
            ("nobody@inbox.example", raw),
            ("lotus@elsewhere.example", raw),
            (store.address(), b"From: a@b.example\nFrom: c@d.example\n\nhi\n"),
        )
    ]
    assert codes == [67, 67, 65]
