"""Mail that nobody wrote by hand: auto-replies, lists, receipts, challenges; and people's mail that looks like it."""

from collections.abc import Iterator

from tests.emails.recipes.recipe import Recipe, head, leaf, mail, multipart

AWAY = "Thank you for your message."


def recipes() -> Iterator[Recipe]:
    """Classes by header, by subject, by text; then the human ones."""
    for name, fields in BY_HEADER:
        yield Recipe(f"auto-header-{name}", mail(head("Re: order 1001", **fields), leaf(AWAY)), {"class": "auto-reply"})
    for language, subject in BY_SUBJECT:
        yield Recipe(f"auto-subject-{language}", mail(head(subject), leaf("...")), {"class": "auto-reply"})
    for name, text in BY_TEXT:
        yield Recipe(f"auto-text-{name}", mail(head("Re: order 1001"), leaf(text)), {"class": "auto-reply"})
    for name, fields in LISTS:
        yield Recipe(f"list-{name}", mail(head("News", **fields), leaf("Offers of the week")), {"class": "list"})
    yield from _others()
    for name, subject, text, fields in HUMAN:
        yield Recipe(f"human-{name}", mail(head(subject, **fields), leaf(text)), {"class": "human", "bounce": None})


BY_HEADER: tuple[tuple[str, dict[str, str]], ...] = (
    ("auto-submitted", {"Auto_Submitted": "auto-replied"}),
    ("auto-submitted-with-comment", {"Auto_Submitted": "Auto-Replied (vacation); owner-email=x@example.com"}),
    ("x-autoreply", {"X_Autoreply": "yes"}),
    ("x-autorespond", {"X_Autorespond": "order 1001"}),
    ("precedence", {"Precedence": "auto_reply"}),
    ("exchange", {"X_MS_Exchange_Generated_Message_Source": "Mailbox Assistants Agent"}),
    ("null-return-path", {"Return_Path": "<>"}),
    ("generated", {"Auto_Submitted": "auto-generated"}),
)
BY_SUBJECT = (
    ("zh", "自动回复: 订单 1001"),
    ("zh-reply", "回复：自动回复：订单 1001"),
    ("zh-hant", "自動回覆: 訂單 1001"),
    ("en", "Automatic reply: order 1001"),
    ("en-office", "Out of Office: order 1001"),
    ("ru", "Автоответ: заказ 1001"),
    ("es", "Respuesta automática: pedido"),
    ("pt", "Resposta automática: pedido"),
    ("fr", "Réponse automatique : commande"),
    ("de", "Automatische Antwort: Bestellung"),
    ("de-absent", "Abwesenheitsnotiz: Bestellung"),
    ("it", "Risposta automatica: ordine"),
    ("pl", "Automatyczna odpowiedź: zamówienie"),
    ("nl", "Automatisch antwoord: bestelling"),
    ("tr", "Otomatik Yanıt: sipariş"),
    ("ar", "رد تلقائي: الطلب"),
    ("ja", "自動返信: ご注文"),
    ("ko", "자동 회신: 주문"),
    ("vi", "Trả lời tự động: đơn hàng"),
    ("th", "ตอบกลับอัตโนมัติ: คำสั่งซื้อ"),
    ("id", "Balasan otomatis: pesanan"),
)
BY_TEXT = (
    ("qq", "这是来自QQ邮箱的自动回复邮件。\n\n您好，您的邮件我已收到，我会尽快回复您。\n"),
    ("zh-holiday", "您好！此邮件为系统自动回复，我正在休假，1月10日后处理。\n"),
    ("zh-hant", "您好，這是系統自動回覆的信件，我們已收到您的來信。\n"),
    ("en", "This is an automatic reply. I have received your message.\n"),
    ("en-office", "Hello,\n\nI am out of the office until Monday.\n"),
    ("de", "Guten Tag,\n\nich bin bis 10. Januar nicht im Büro.\n"),
    ("ja", "このメールは自動返信です。\n"),
)
LISTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("list-id", {"List_Id": "<news.example.com>"}),
    ("list-unsubscribe", {"List_Unsubscribe": "<https://example.com/u>"}),
    ("precedence-bulk", {"Precedence": "bulk"}),
)
HUMAN: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("auto-submitted-no", "Re: order 1001", "The blue one, please.", {"Auto_Submitted": "no"}),
    ("auto-submitted-no-odd-subject", "Out of office supplies", "Do you have paper?", {"Auto_Submitted": "No"}),
    ("asks-about-automatic-reply", "你们的自动回复有问题", "每次都收到自动回复，什么时候有人处理？", {}),
    ("away-and-asks", "Re: order 1001", "I am out of the office next week, can you ship it to my home?", {}),
    ("away-and-asks-zh", "回复：订单", "我现在出差在外，请把收货地址改成公司，回复一下谢谢。", {}),
    ("complains-of-automatic-reply", "Re: 订单", "这条自动回复看不懂，到底什么时候发货？", {}),
    ("office-supplies", "Out of office supplies", "Do you have paper?", {}),
    ("alexandr", "Посылка", "Посылка не доставлена, что делать?", {"From": "Александр <alexandr@example.ru>"}),
    ("asks-to-confirm", "Re: order 1001", "Please confirm that you sent the parcel to my e-mail address.", {}),
    ("away-later", "order 1001", "Please ship before Friday, later I am away.", {}),
    ("forwarded-by-rule", "order 1001", "hello", {"Auto_Submitted": "auto-forwarded"}),
    ("suppresses-answers", "order 1001", "hello", {"X_Auto_Response_Suppress": "All"}),
    ("delivery-of-a-parcel", "Delivery problem with my order", "The parcel was not delivered. Please help.", {}),
    ("returned-goods", "退货被退回", "我的退货包裹被退回来了，怎么办？", {}),
)


def _others() -> Iterator[Recipe]:
    notice = leaf(
        "Final-Recipient: rfc822; lilei@example.cn\nOriginal-Message-ID: <a@example.com>\nDisposition: "
        "manual-action/MDN-sent-manually; displayed\n",
        "message/disposition-notification",
        charset="",
        encoding="7bit",
    )
    receipt = multipart("report", leaf("Your message was displayed."), notice).replace(
        b"multipart/report;", b"multipart/report; report-type=disposition-notification;", 1
    )
    yield Recipe(
        "receipt-that-it-was-read", mail(head("Read: order 1001"), receipt), {"class": "auto-reply", "bounce": None}
    )
    challenge = (
        "Your message has been held. Please verify that you are a real person: click the link below to have "
        "your message delivered.\nhttps://challenge.example/x\n"
    )
    yield Recipe(
        "challenge-is-no-bounce",
        mail(head("Re: order 1001", From="noreply@challenge.example", Auto_Submitted="auto-replied"), leaf(challenge)),
        {"class": "auto-reply", "bounce": None},
    )
