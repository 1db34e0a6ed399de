"""Both sides without the inbox, over real sockets: the buyer on the page of a mail, the seller in a mail program."""

import email
import email.policy
import html
import http.cookiejar
import re
import smtplib
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest

from tests.e2e.serving import DEADLINE, Store, Znx, eventually, gateway, open_store

BUYER, SELLER = "wang@example.com", "lin@sellers.test"
PASSWORD = "lantern over the river"


@pytest.fixture(name="store", scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A shop on a running gateway, with a seller."""
    with gateway(tmp_path_factory.mktemp("sides") / "home") as znx:
        znx.start("serve", roles=("smtp", "web"))
        store = open_store(znx)
        znx.run("user", "add", SELLER, "--role", "seller", "--shop", store.slug, given=PASSWORD.encode())
        yield store


def left(znx: Znx, wanted: Callable[[EmailMessage], bool]) -> EmailMessage:
    """The first mail in the relay's Maildir that is wanted."""

    def look() -> EmailMessage | None:
        folder = znx.home / "outgoing" / "new"
        found = [path.read_bytes() for path in sorted(folder.glob("*"))] if folder.exists() else []
        mails = [email.message_from_bytes(raw, policy=email.policy.default) for raw in found]
        return next((one for one in mails if isinstance(one, EmailMessage) and wanted(one)), None)

    mail = eventually(look)
    assert mail is not None
    return mail


def body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def send(store: Store, text: str, sender: str, to: str, subject: str = "Where is it?", **headers: str) -> None:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{abs(hash(text))}@example.com>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", store.znx.port("smtp"), timeout=DEADLINE) as smtp:
        smtp.sendmail(sender, [to], mail.as_bytes())


class Surfer:
    """A browser without scripts: cookies, forms, redirects."""

    def __init__(self, znx: Znx) -> None:
        self.base = f"http://{znx.ports['web']}"
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self._csrf = ""

    def get(self, path: str) -> tuple[int, str]:
        """A page."""
        return self._open(urllib.request.Request(self.base + path))

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """A form of the last page."""
        data = urllib.parse.urlencode({"csrf": self._csrf} | fields).encode()
        return self._open(urllib.request.Request(self.base + path, data))

    def upload(self, path: str, text: str, name: str, content: bytes) -> tuple[int, str]:
        """A form with a file, as browsers send it."""
        mark = "f0rm"
        disposition = f'Content-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: image/png'
        words = f'--{mark}\r\nContent-Disposition: form-data; name="text"\r\n\r\n{text}\r\n'
        data = f"{words}--{mark}\r\n{disposition}\r\n\r\n".encode() + content + f"\r\n--{mark}--\r\n".encode()
        request = urllib.request.Request(self.base + path, data)
        request.add_header("Content-Type", f"multipart/form-data; boundary={mark}")
        return self._open(request)

    def _open(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=DEADLINE) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                status, text = error.code, error.read().decode()
        if found := re.search(r'name="csrf" (?:content|value)="([^"]+)"', text):
            self._csrf = html.unescape(found[1])
        return status, text


def test_a_buyer_and_a_seller_write_to_each_other_without_the_inbox(store: Store) -> None:
    znx, seller = store.znx, Surfer(store.znx)
    seller.get("/login")
    assert seller.post("/login", email=SELLER, password=PASSWORD)[0] == 200
    seller.get("/settings/notifications")
    shop_id = re.findall(r'name="shop-([0-9a-f-]{36})"', seller.get("/settings/notifications")[1])[0]
    choice = {"mode": "immediately", "channel-email": "on", "channel-site": "on", f"shop-{shop_id}": "on"}
    assert seller.post("/settings/notifications", **choice)[0] == 200

    send(store, "Where is order A-1001?", BUYER, store.address())
    notice = left(znx, lambda mail: SELLER in mail["To"])
    assert "Where is order A-1001?" in body(notice)
    assert BUYER not in notice.as_string()
    address = notice["Reply-To"].addresses[0].addr_spec
    send(
        store, "It left today.\n\n> Where is order A-1001?", SELLER, address, "Re: it", In_Reply_To=notice["Message-ID"]
    )

    answer = left(znx, lambda mail: BUYER in mail["To"])
    assert "It left today." in body(answer)
    assert SELLER not in answer.as_string()
    link = re.findall(r"/b/[a-z2-7]{32}", body(answer))[0]
    buyer = Surfer(znx)
    status, page = buyer.get(f"{link}?lang=en")
    assert status == 200
    assert "It left today." in page
    assert SELLER not in page
    status, page = buyer.upload(link, "谢谢，收到了", "照片.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 20)
    assert status == 200
    assert "谢谢，收到了" in page

    messages = store.thread(3)["messages"]
    assert [(one["direction"], one["channel"]) for one in messages] == [
        ("inbound", "email"),
        ("outbound", "email"),
        ("inbound", "site"),
    ]
    assert [file["filename"] for file in messages[2]["attachments"]] == ["照片.png"]
    assert messages[2]["trust"]["verdict"] == "verified"
    rows = {row["message_id"]: (row["state"], row["ingress"]) for row in store.ledger()}
    assert rows[messages[0]["id"]] == ("filed", "smtp")
    assert rows[messages[1]["id"]] == ("filed", "smtp")
    assert rows[messages[2]["id"]] == ("filed", "api")
    assert znx.api("DELETE", f"/threads/{messages[0]['thread_id']}/buyer-links") == {"revoked": 1}
    assert buyer.get(link)[0] == 404
