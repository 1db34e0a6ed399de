"""An answer leaves through a real Postfix into a Maildir, is read and answered there; OpenDKIM checks its signature."""

import email
import email.policy
import mailbox
import re
import subprocess
from base64 import b64encode
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.conftest import lacking
from tests.e2e import postfix
from tests.e2e.serving import eventually, gateway, open_store
from tests.e2e.test_roundtrip import BUYER, plain, send
from tests.tools import find, missing

SELECTORS = ("rsa", "ed")


def keys(folder: Path) -> dict[str, str]:
    """An RSA and an Ed25519 key as files, and the DNS for OpenDKIM with what belongs to them; the settings."""
    folder.mkdir(exist_ok=True)
    rsa_key, ed_key = rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()
    for name, key in (("rsa", rsa_key), ("ed", ed_key)):
        (folder / f"{name}.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    spki = rsa_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    raw = ed_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    records = {"rsa": f"k=rsa; p={b64encode(spki).decode()}", "ed": f"k=ed25519; p={b64encode(raw).decode()}"}
    zone = "".join(f"{name}._domainkey.inbox.example v=DKIM1; {record}\n" for name, record in records.items())
    (folder / "dns").write_text(zone)
    (folder / "opendkim.conf").write_text(f"Mode v\nUserID root\nTestPublicKeys {folder / 'dns'}\n")
    return {"ZNX_DKIM_KEY": f"{folder / 'ed.pem'}, {folder / 'rsa.pem'}", "ZNX_DKIM_SELECTOR": "ed, rsa"}


def verified(folder: Path, raw: bytes, selector: str) -> bool:
    """Whether OpenDKIM finds the signature of this selector right."""
    (folder / "mail.eml").write_bytes(with_only(raw, selector))
    command = [str(find("opendkim")), "-x", str(folder / "opendkim.conf"), "-vvv", "-t", str(folder / "mail.eml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return (
        re.search(rf"verification \(s={selector}, d=inbox\.example, \d+-bit key\) succeeded", done.stdout) is not None
    )


def with_only(raw: bytes, selector: str) -> bytes:
    """The mail without its other signatures: OpenDKIM reports on one."""
    section, _, body = raw.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", section)
    mine = [f for f in fields if not f.startswith(b"DKIM-Signature:") or f"s={selector};".encode() in f]
    return b"\r\n".join(mine) + b"\r\n\r\n" + body


@pytest.mark.postfix
def test_a_signed_answer_is_read_and_answered_in_a_real_mailbox(tmp_path: Path) -> None:
    for program in ("postfix", "opendkim"):
        if reason := missing(program):
            lacking(reason)
    settings = keys(tmp_path / "keys")
    with (
        postfix.running(delivers="example.com") as mta,
        gateway(tmp_path / "home", ZNX_RELAY_URL=f"smtp://127.0.0.1:{mta.port}", **settings) as znx,
    ):
        znx.start("serve")
        store = open_store(znx)
        mails = {"order_placed": True, "received": True}
        znx.api("PUT", f"/shops/{store.slug}", {"name": "莲花茶庄", "mails": mails})
        send(store, plain())
        thread_id = store.thread()["id"]
        file = {"filename": "发票.pdf", "content_type": "application/pdf", "content_base64": "JVBERi0xLjQ="}
        znx.api("POST", f"/threads/{thread_id}/replies", {"text": "已发货", "attachments": [file]})
        eventually(lambda: len(mta.mails) == 2)
        box = mailbox.Maildir(mta.folder / "box", create=False)
        read = [email.message_from_bytes(box.get_bytes(key), policy=email.policy.default) for key in box.iterkeys()]
        answer = next(mail for mail in read if mail["Auto-Submitted"] is None)
        send(store, replied(answer), answer["Reply-To"].addresses[0].username)
        assert store.thread(3)["messages"][-1]["filed_because"][0]["clue"] == "reply-token"
        raws = [path.read_bytes().replace(b"\n", b"\r\n") for path in mta.mails]
        rows = eventually(lambda: [d for d in znx.items("/deliveries?state=sent") if d["kind"] == "reply"])
        (detail,) = [znx.api("GET", f"/deliveries/{row['id']}") for row in rows]
    assert [line for line in detail["attempt_list"][0]["dialogue"] if line.startswith("S: 250 2.0.0 Ok: queued")]
    for raw in raws:
        assert raw.count(b"DKIM-Signature:") == 2
        altered = raw.replace(b"\r\nSubject: ", b"\r\nSubject: Re: ", 1)
        for selector in SELECTORS:
            assert verified(tmp_path / "keys", raw, selector)
            assert not verified(tmp_path / "keys", altered, selector)


def replied(to: EmailMessage) -> EmailMessage:
    """The answer as a mail program makes it of the mail that it shows."""
    mail = plain("谢谢！", f"Re: {to['Subject']}", In_Reply_To=str(to["Message-ID"]))
    mail["References"] = f"{to['References']} {to['Message-ID']}"
    mail.replace_header("To", str(to["Reply-To"]))
    assert mail["From"].addresses[0].addr_spec == BUYER
    return mail
