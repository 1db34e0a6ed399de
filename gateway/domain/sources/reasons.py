"""What became of a call of a shop's system, and why, in words: a table in both languages for the page and the API."""

from collections.abc import Mapping

from gateway.domain.sources.hearing import Outcome

OUTCOMES: Mapping[Outcome, tuple[str, str]] = {
    "applied": ("the order was written", "已写入订单"),
    "stale": ("something newer was known already; nothing changed", "已有更新的内容，未作改动"),
    "waiting": ("kept until the order itself arrives", "等待订单本身到达"),
    "ignored": ("it changes nothing here", "无需处理"),
    "failed": ("it could not be used", "无法使用"),
}
REASONS: Mapping[str, tuple[str, str]] = {
    "": ("", ""),
    "unknown-topic": ("this topic is not about orders: {detail}", "此主题与订单无关：{detail}"),
    "no-address": (
        "order {detail} has no email address, so nobody could write or be answered",
        "订单 {detail} 没有邮箱，无法收发邮件",
    ),
    "draft": ("order {detail} is a draft", "订单 {detail} 是草稿"),
    "nothing-new": ("it has no tracking number", "没有运单号"),
    "no-id": ("it does not say which order it is about", "没有说明是哪个订单"),
    "unusable": ("it can't be an order: {detail}", "不能作为订单：{detail}"),
}


def sentence(why: str, locale: str, detail: str) -> str:
    """A reason for a reader of that language; an unknown code is shown as it is."""
    words = REASONS.get(why, (why, why))
    return (words[1] if locale.lower().startswith("zh") else words[0]).replace("{detail}", detail)
