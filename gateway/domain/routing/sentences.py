"""Rules as sentences, in English and in Chinese: what they ask, what they do. Their JSON is `shapes`'."""

from collections.abc import Mapping
from typing import Any

Pair = tuple[str, str]
MARK = "{}"

FIELDS: Mapping[str, Pair] = {
    # What is asked about.
    "channel": ("the channel", "渠道"),
    "shop": ("the shop", "店铺"),
    "order": ("it is about an order", "与订单有关"),
    "order.status": ("the order's status", "订单状态"),
    "order.amount": ("the order's amount", "订单金额"),
    "order.currency": ("the order's currency", "订单货币"),
    "order.country": ("the order's country", "订单国家"),
    "order.age_days": ("the order's age in days", "下单天数"),
    "buyer.language": ("the buyer's language", "买家语言"),
    "buyer.first_time": ("the buyer writes for the first time", "买家首次来信"),
    "buyer.orders": ("the buyer's number of orders", "买家订单数"),
    "text.words": ("the text", "正文"),
    "text.language": ("the text's language", "正文语言"),
    "text.attachments": ("the attachments", "附件"),
    "trust": ("the sender", "发件人"),
    "time": ("the time in the shop", "店铺当地时间"),
    "weekday": ("the weekday in the shop", "店铺当地星期"),
}
OPS: Mapping[str, Pair] = {
    # How it is compared; the value takes the place of {}.
    "is": ("is {}", "是 {}"),
    "is_not": ("is not {}", "不是 {}"),
    "at_least": ("is at least {}", "不小于 {}"),
    "below": ("is below {}", "小于 {}"),
    "any": ("has any of {}", "含有 {} 之一"),
    "all": ("has all of {}", "同时含有 {}"),
    "none": ("has none of {}", "不含 {}"),
    "between": ("is between {}", "在 {} 之间"),
    "outside": ("is outside {}", "在 {} 之外"),
}
FLAGS: Mapping[bool, Pair] = {True: ("{}", "{}"), False: ("it is not so that {}", "并非{}")}
DOES: Mapping[str, Pair] = {
    # What is done; the value takes the place of {}.
    "assign": ("give it to {}", "分配给 {}"),
    "team": ("give it to the team {}", "交给团队 {}"),
    "round_robin": (
        "give it to whoever of the team {} has the fewest open threads",
        "交给团队 {} 中待处理会话最少的人",
    ),
    "label": ("label it {}", "加标签 {}"),
    "priority": ("set the priority to {}", "优先级设为 {}"),
    "status": ("set the status to {}", "状态设为 {}"),
    "snooze": ("snooze it for {}", "稍后处理，推迟 {}"),
    "acknowledge": ("acknowledge it with the canned reply {}", "用快捷回复 {} 确认收到"),
    "notify": ("mail {}", "邮件提醒 {}"),
    "webhook": ("tell the webhook {}", "推送到网络钩子 {}"),
}
USUAL: Mapping[str, Pair] = {
    # The same without a value.
    "acknowledge": ("acknowledge it", "自动确认收到"),
    "webhook": ("tell the webhooks", "推送到网络钩子"),
}
VALUES: Mapping[str, Pair] = {
    # Values that have a name.
    "email": ("email", "邮件"),
    "order_note": ("order note", "订单留言"),
    "site": ("site message", "站内消息"),
    "chat": ("chat", "聊天"),
    "verified": ("verified", "已验证"),
    "unverified": ("not verified", "未验证"),
    "failed": ("possibly forged", "可能是伪造"),
    "internal": ("internal", "内部"),
    "mon": ("Monday", "周一"),
    "tue": ("Tuesday", "周二"),
    "wed": ("Wednesday", "周三"),
    "thu": ("Thursday", "周四"),
    "fri": ("Friday", "周五"),
    "sat": ("Saturday", "周六"),
    "sun": ("Sunday", "周日"),
    "picture": ("a picture", "图片"),
    "pdf": ("a PDF", "PDF"),
    "document": ("a document", "文档"),
    "archive": ("an archive", "压缩包"),
    "video": ("a video", "视频"),
    "audio": ("a recording", "音频"),
    "other": ("another file", "其他文件"),
    "low": ("low", "低"),
    "normal": ("normal", "普通"),
    "high": ("high", "高"),
    "urgent": ("urgent", "紧急"),
    "open": ("open", "待处理"),
    "waiting": ("waiting for the buyer", "等待买家"),
    "closed": ("closed", "已关闭"),
    "assignee": ("whoever has it", "负责人"),
    "team": ("its team", "所属团队"),
}
_NAMED = frozenset({"channel", "trust", "weekday", "text.attachments", "priority", "status", "notify"})
_ANY_FILE: Pair = ("a file", "任意文件")


def condition_words(condition: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Pair:
    """What a condition asks. `names` gives ids their names."""
    field, op, value = condition["field"], condition["op"], condition["value"]
    asked = FIELDS.get(field, (field, field))
    if isinstance(value, bool):
        return _both(FLAGS[value], asked)
    shown = _list(field, value, names or {})
    compared = _both(OPS.get(op, ("{}", "{}")), shown)
    return f"{asked[0]} {compared[0]}", f"{asked[1]}{compared[1]}"


def action_words(action: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Pair:
    """What an action does. `names` gives ids their names."""
    do, value = action["do"], action["value"]
    if do in USUAL and value == "":
        return USUAL[do]
    shown = _minutes(value) if do == "snooze" else _list(do, value, names or {})
    return _both(DOES.get(do, ("{}", "{}")), shown)


def _both(frame: Pair, value: Pair) -> Pair:
    return frame[0].replace(MARK, value[0]), frame[1].replace(MARK, value[1])


def _list(field: str, value: Any, names: Mapping[str, str]) -> Pair:
    given = list(value) if isinstance(value, list | tuple) else [value]
    shown = [_name(field, each, names) for each in given]
    return ", ".join(pair[0] for pair in shown), "、".join(pair[1] for pair in shown)


def _name(field: str, value: Any, names: Mapping[str, str]) -> Pair:
    if field == "text.attachments" and value == "any":
        return _ANY_FILE
    if field in _NAMED and value in VALUES:
        return VALUES[value]
    plain = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    text = names.get(plain, plain)
    return (f"“{text}”", f"“{text}”") if field in ("text.words", "label", "acknowledge") else (text, text)


def _minutes(value: int) -> Pair:
    for size, one in ((1440, ("days", "天")), (60, ("hours", "小时"))):
        if value % size == 0:
            return f"{value // size} {one[0]}", f"{value // size} {one[1]}"
    return f"{value} minutes", f"{value} 分钟"


def acted_words(acted: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Pair:
    """What a rule did to a message: its actions, one after another."""
    did = [action_words(action, names) for action in acted.get("did", ())]
    return ", ".join(pair[0] for pair in did), "，".join(pair[1] for pair in did)
