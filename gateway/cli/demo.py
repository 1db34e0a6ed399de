"""`znx serve --demo`: a shop to look at. Orders come as an order system would send them, mails through our own SMTP."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import aiosmtplib
import typer
from PIL import Image, ImageDraw

from gateway.admin import shops
from gateway.context import Gateway
from gateway.domain.actors import SYSTEM
from gateway.domain.orders import OrderDocument
from gateway.errors import Conflict
from gateway.orders import recording
from gateway.people import accounts
from gateway.store import people

SHOP = "lotus"
SELLER, ADMIN = "seller@demo.example", "admin@demo.example"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of the demo; `charset` is what the buyer's mail program writes in."""

    name: str
    address: str
    subject: str
    text: str
    to: str = SHOP
    charset: str = "utf-8"
    html: str = ""
    picture: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


def _order(email: str, name: str, locale: str, placed: str, *items: tuple[str, int, str], **more: Any) -> OrderDocument:
    lines = [{"sku": f"LT-{n}", "title": t, "qty": q, "price": p} for n, (t, q, p) in enumerate(items, 101)]
    total = sum(quantity * float(price) for _, quantity, price in items)
    return OrderDocument.model_validate(
        {
            "buyer": {"email": email, "name": name, "locale": locale},
            "status": "shipped",
            "placed_at": f"{placed}T09:12:00Z",
            "paid_at": f"{placed}T09:15:00Z",
            "currency": "USD",
            "total": f"{total:.2f}",
            "items": lines,
            "tracking_no": "LP00412345678CN",
            **more,
        }
    )


ORDERS: Mapping[str, OrderDocument] = {
    "8190-1001": _order(
        "wangfang@demo.example",
        "王芳",
        "zh",
        "2026-11-12",
        ("青花瓷茶壶 600 ml", 1, "42.00"),
        ("龙井茶 明前", 2, "18.50"),
    ),
    "8190-1002": _order("anna@demo.example", "Анна Петрова", "ru", "2026-11-14", ("Gaiwan set, celadon", 1, "35.00")),
    "8190-1003": _order(
        "maria@demo.example",
        "María López",
        "es",
        "2026-11-16",
        ("Bamboo tea tray", 1, "28.90"),
        status="paid",
        tracking_no="",
    ),
    "8190-1004": _order(
        "john@demo.example",
        "John Miller",
        "en",
        "2026-11-18",
        ("Travel tea set, black", 2, "24.00"),
        status="paid",
        tracking_no="",
        note="Please pack the two sets separately, they are presents.",
    ),
    "8190-1005": _order("sato@demo.example", "佐藤 美咲", "ja", "2026-11-19", ("Yixing teapot, 200 ml", 1, "88.00")),
}

LETTERS = (
    Letter(
        "Анна Петрова",
        "anna@demo.example",
        "Где моя посылка?",
        "Здравствуйте!\n\nПосылка не обновляется уже неделю. Подскажите, пожалуйста, где она?\n\nАнна",
        charset="koi8-r",
    ),
    Letter(
        "María López",
        "maria@demo.example",
        "Cambio de dirección",
        "Hola, ¿puedo cambiar la dirección de envío antes de que salga el pedido?\n\nGracias, María",
        to=f"order-8190-1003.{SHOP}",
        charset="iso-8859-1",
    ),
    Letter(
        "佐藤 美咲",
        "sato@demo.example",
        "お問い合わせ",
        "お世話になっております。\n急須は食洗機で洗えますか？\n\n佐藤",
        charset="iso-2022-jp",
    ),
    Letter(
        "John Miller",
        "john@demo.example",
        "Automatic reply: your order",
        "I am travelling until Monday and will read your message then.",
        headers={"Auto-Submitted": "auto-replied"},
    ),
    Letter(
        "Lucky Promotions",
        "winner@nobody.example",
        "Increase your sales today!!!",
        "Dear shop owner, we can bring you to page one. Just answer this mail.",
    ),
    Letter(
        "王芳",
        "wangfang@demo.example",
        "茶壶盖子破了，订单 8190-1001",
        "您好：\n\n今天收到包裹，茶壶盖子有一个缺口，照片在附件里。\n能补发一个盖子吗？\n\n谢谢\n王芳\n\n发自我的iPhone",
        charset="gb18030",
        html="<p>您好：</p><p>今天收到包裹，茶壶盖子有一个<b>缺口</b>：</p><p><img src='cid:lid'></p>"
        "<p>能补发一个盖子吗？</p><p>谢谢<br>王芳</p>",
        picture=True,
    ),
)


async def load_demo(gw: Gateway, ports: Mapping[str, str]) -> None:
    """Set the shop up once, send its mails once, and print how to sign in and how to send a first mail."""
    change = shops.ShopChange(name="莲花茶庄 Lotus Teahouse", locale="zh", reply_name="Lotus Teahouse")
    _, new = await shops.put_shop(gw, SYSTEM, SHOP, change)
    if new:
        for number, document in ORDERS.items():
            await recording.put_order(gw, SYSTEM, SHOP, number, document)
        for letter in LETTERS:
            await _send(gw, letter, ports["smtp"])
    await _say(gw, ports)


async def _send(gw: Gateway, letter: Letter, address: str) -> None:
    host, _, port = address.rpartition(":")
    recipient = f"{letter.to}@{gw.settings.mail_domain}"
    mail = _mail(letter, recipient)
    await aiosmtplib.send(
        mail.as_bytes(),
        sender=letter.address,
        recipients=[recipient],
        hostname=host.strip("[]"),
        port=int(port),
        start_tls=False,
    )


def _mail(letter: Letter, recipient: str) -> EmailMessage:
    mail = EmailMessage(SMTP)
    mail["From"] = f'"{letter.name}" <{letter.address}>'
    mail["To"], mail["Subject"] = recipient, letter.subject
    mail["Message-ID"] = f"<{abs(hash(letter.subject)):x}@{letter.address.partition('@')[2]}>"
    for name, value in letter.headers.items():
        mail[name] = value
    mail.set_content(letter.text, charset=letter.charset)
    if letter.html:
        mail.add_alternative(letter.html, subtype="html", charset=letter.charset)
    if letter.picture:
        mail.get_payload()[1].add_related(_lid(), "image", "png", cid="<lid>", filename="lid.png")  # type: ignore[index,union-attr]
        mail.add_attachment(
            "青花瓷茶壶 × 1\r\n".encode("gb18030"), maintype="text", subtype="plain", filename="装箱单.txt"
        )
    return mail


def _lid() -> bytes:
    """A picture of a chipped lid, drawn here so that the demo ships no binary."""
    picture = Image.new("RGB", (360, 220), "#f4efe6")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((70, 40, 290, 180), fill="#2f5d8a", outline="#1d3c5c", width=4)
    draw.polygon([(250, 60), (292, 82), (262, 104)], fill="#f4efe6")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


async def _say(gw: Gateway, ports: Mapping[str, str]) -> None:
    base = gw.settings.public_url if "public_url" in gw.settings.model_fields_set else f"http://{ports['web']}"
    host, _, port = ports["smtp"].rpartition(":")
    seller, boss = await _user(gw, SELLER, "seller", base), await _user(gw, ADMIN, "admin", base)
    typer.echo(
        f"""
  The inbox           {base}/
  Sign in as seller   {seller}
  Sign in as admin    {boss}
                      (each link works once, for 10 minutes)
  Send a first mail   swaks --server {host}:{port} --from anna@demo.example --to {SHOP}@{gw.settings.mail_domain} \\
                        --header 'Subject: Hello' --body 'Is it on its way?'
  What was answered   {gw.settings.relay}
  Ctrl-C stops it.
"""
    )


async def _user(gw: Gateway, email: str, role: str, base: str) -> str:
    try:
        account, _ = await accounts.create_user(gw, email, role, None, (SHOP,) if role == "seller" else ())
        user_id = account.id
    except Conflict:
        async with gw.db.read() as session:
            known = await people.account_by_email(session, email)
        assert known is not None
        user_id = known.id
    return await accounts.make_sign_in_link(gw, user_id, base)
