"""Why a mail stands where it stands, in words: the codes of the ledger and of the clues, in both languages.

A table, so that a page and the API say the same. Who the author is has a table of its own (`authenticity.reasons`).
"""

from collections.abc import Mapping

LEDGER: Mapping[str, tuple[str, str]] = {
    # Each code with its sentence in English and in Chinese.
    "": ("waiting to be processed", "等待处理"),
    "not-a-buyer": (
        "the sender has no order with this shop",
        "发件人在本店没有订单",
    ),
    "order-too-old": (
        "the sender has no order of the last {days} days, which this channel asks for",
        "发件人近 {days} 天内没有订单，不符合此渠道的要求",
    ),
    "order-not-paid": (
        "the sender has no paid order, which this channel asks for",
        "发件人没有已付款的订单，不符合此渠道的要求",
    ),
    "unknown-order": ("this shop has no order {order_no}", "本店没有订单 {order_no}"),
    "order-of-another": ("order {order_no} belongs to somebody else", "订单 {order_no} 属于其他买家"),
    "unverified": (
        "the address is a buyer's, but nothing proves that the buyer wrote it",
        "地址属于买家，但无法证明由买家本人发出",
    ),
    "token-of-another": (
        "the reply address was given to another person than the sender",
        "此回复地址属于另一位收件人",
    ),
    "seller-another": (
        "the reply address was given to another seller, or to one who no longer works for this shop",
        "此回复地址属于其他卖家，或该卖家已不在本店工作",
    ),
    "seller-unverified": (
        "the address is a seller's, but nothing proves that the seller wrote it, so it was not sent on",
        "地址属于卖家，但无法证明由卖家本人发出，因此未转发给买家",
    ),
    "seller-empty": ("the seller's answer has no words of its own", "卖家的回复没有新内容"),
    "seller-unsendable": ("the seller's answer can't be sent ({because})", "卖家的回复无法发送（{because}）"),
    "seller-automatic": ("a machine answered in a seller's name", "卖家邮箱的自动回复"),
    "note-unreadable": ("no order note could be read in it", "无法从中读出订单留言"),
    "order-told": ("it told of order {order_no}, and has no note", "通知了订单 {order_no}，没有留言"),
    "note-sender-unknown": (
        "the sender is not listed as an order system of this shop",
        "发件人不在本店的订单系统名单中",
    ),
    "note-of-another-buyer": (
        "the note names a buyer whom order {order_no} does not belong to",
        "留言中的买家不是订单 {order_no} 的买家",
    ),
    "no-such-recipient": ("the recipient does not exist any more", "收件地址已不存在"),
    "duplicate": ("the same mail was received before ({of})", "与之前收到的邮件相同（{of}）"),
    "null-sender": ("a bounce that belongs to nothing we sent", "退信，但与我们发出的邮件无关"),
    "malformed-from": ("it does not name exactly one author", "邮件没有唯一的发件人"),
    "own-mail": ("it is a mail of ours that came back", "这是我们自己发出又退回的邮件"),
    "sender-refused": (
        "the domain in From disowns it ({because})",
        "发件域名声明此邮件并非其发出（{because}）",
    ),
    "blocked-by-seller": ("the shop has blocked this buyer", "店铺已屏蔽此买家"),
    "by-admin": ("discarded by an admin", "由管理员丢弃"),
    "unreadable": ("the mail could not be read within the limits ({because})", "在限制内无法解析此邮件（{because}）"),
    "unprocessable": ("the mail could not be processed ({because})", "无法处理此邮件（{because}）"),
    "internal-error": ("a fault of ours stopped it; reprocess it once that is mended", "系统错误；修复后可重新处理"),
    "tried-too-often": ("it was tried too often without success", "多次尝试均未成功"),
}

CLUES: Mapping[str, tuple[str, str]] = {
    "reply-token": ("it came to the reply address of this conversation", "寄到了本会话的回复地址"),
    "bounce-address": ("it came back to the return path of a mail of this conversation", "退回到本会话邮件的退信地址"),
    "references": ("it answers a message of this conversation ({detail})", "回复了本会话中的邮件（{detail}）"),
    "body-token": ("it quotes the mark of this conversation", "引用了本会话的标记"),
    "order-address": ("it came to the address of order {detail}", "寄到了订单 {detail} 的地址"),
    "order-number": ("it names order {detail}", "提到了订单 {detail}"),
    "unknown-number": (
        "it names {detail}, written as the shop's order numbers are, and this buyer has no such order",
        "提到 {detail}，符合本店订单号格式，但该买家没有此订单",
    ),
    "only-order": ("{detail} is the buyer's only order", "{detail} 是买家唯一的订单"),
    "only-open-thread": ("it is the buyer's only open conversation", "这是买家唯一进行中的会话"),
    "new-thread": ("nothing ties it to an earlier conversation", "与之前的会话没有关联"),
    "order-note": ("it is a note on order {detail}", "这是订单 {detail} 的留言"),
    "role-address": ("it came to {detail}@", "寄到了 {detail}@"),
    "channel": ("it came by the channel {detail}", "来自渠道 {detail}"),
    "open-channel": (
        "an admin has opened the channel {detail} to people who have not ordered",
        "管理员已允许未下单的人使用渠道 {detail}",
    ),
    "released": ("an admin let it in", "由管理员放行"),
    "confirmed": ("the buyer confirmed it from the registered address", "买家已从登记的邮箱确认"),
    "api": ("it came by the API", "通过接口提交"),
    "webhook": ("the shop's own system sent it", "由店铺系统推送"),
    "page-link": ("it was written on the page of this conversation", "在本会话的买家页面上填写"),
    "seller-answer": ("a seller answered a notification by mail", "卖家通过邮件回复了提醒"),
}


def ledger_sentence(code: str, locale: str, details: Mapping[str, object]) -> str:
    """Why a mail is in its state, for a reader of that language; an unknown code is shown as it is.

    A filed mail's reason is its strongest clue.
    """
    return _sentence({**CLUES, **LEDGER}, code, locale, details)


def clue_sentence(code: str, locale: str, detail: str) -> str:
    """What a clue says."""
    return _sentence(CLUES, code, locale, {"detail": detail})


def _sentence(table: Mapping[str, tuple[str, str]], code: str, locale: str, details: Mapping[str, object]) -> str:
    words = table.get(code)
    if words is None:
        return code
    text = words[1] if locale.replace("-", "_").lower().startswith("zh") else words[0]
    for name, value in details.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
