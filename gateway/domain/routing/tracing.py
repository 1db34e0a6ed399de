"""The steps of a mail's way, in words, for whoever asks where a mail would go; who walks it is the flow's part."""

from collections.abc import Mapping
from dataclasses import dataclass, field

STEPS: Mapping[str, tuple[str, str]] = {
    # Each step in English and in Chinese, in the order in which a mail takes them.
    "for": ("The mail is for {address}.", "邮件寄往 {address}。"),
    "foreign": (
        "This is no address of {domain}: the mail would be refused (550 5.7.1).",
        "这不是 {domain} 的地址：邮件会被拒收（550 5.7.1）。",
    ),
    "token": (
        "It is a reply or return address: the token in it decides alone, and no channel counts.",
        "这是回复地址或退信地址：只看其中的令牌，与渠道无关。",
    ),
    "role": ("It is one of the addresses that reach the admins' inbox.", "这是通往管理员收件箱的地址。"),
    "built-in": ("It is an own address of the shop {shop}.", "这是店铺 {shop} 自有的地址。"),
    "channel-off": (
        "The channel {channel} ({pattern}) would take it, but is off.",
        "渠道 {channel}（{pattern}）符合，但已停用。",
    ),
    "channel-passed": (
        "The channel {channel} ({pattern}) fits too, but names the address less exactly.",
        "渠道 {channel}（{pattern}）也符合，但不如上面的精确。",
    ),
    "channel": (
        "The channel {channel} ({pattern}) takes it, for the shop {shop}.",
        "由渠道 {channel}（{pattern}）接收，归店铺 {shop}。",
    ),
    "no-channel": ("No channel takes it; the shop's own settings hold.", "没有渠道接收；按店铺自身的设置处理。"),
    "order-notes": ("It is read as an order note.", "按订单留言读取。"),
    "nowhere": (
        "Nothing stands behind it: the mail would be refused (550 5.1.1).",
        "没有对应的店铺或渠道：邮件会被拒收（550 5.1.1）。",
    ),
    "ask-always": ("Whoever writes must have ordered.", "来信人须在本店下过单。"),
    "ask-days": ("Whoever writes must have ordered within the last {days} days.", "来信人须在近 {days} 天内下过单。"),
    "ask-paid": ("Whoever writes must have a paid order.", "来信人须有已付款的订单。"),
    "ask-never": ("Anybody may write here, also without an order.", "任何人都可来信，无需下过单。"),
    "unreadable": ("The mail can't be read: {why}.", "无法解析此邮件：{why}。"),
    "author": ("It is by {author}.", "发件人是 {author}。"),
    "no-author": ("It does not name exactly one author.", "邮件没有唯一的发件人。"),
    "as-verified": ("It is taken as if the author were proven.", "假定发件人已通过验证。"),
    "as-unverified": ("It is taken as if nothing proved the author.", "假定发件人未通过验证。"),
    "buyer": ("That is the buyer {buyer}; orders: {orders}.", "这是买家 {buyer}，有 {orders} 个订单。"),
    "stranger": ("The shop knows no buyer with this address.", "本店没有使用此地址的买家。"),
    "note": ("The note is about order {order_no}: “{text}”", "留言关于订单 {order_no}：“{text}”"),
    "no-note": ("No order note can be read in it.", "无法从中读出订单留言。"),
    "held": ("It would be held: {why}.", "会被扣留：{why}。"),
    "discarded": ("It would be put aside: {why}.", "会被丢弃：{why}。"),
    "seller-answer": (
        "It is a seller's answer to a notification: it would leave as the shop's reply.",
        "这是卖家对提醒邮件的回复，将作为店铺的回复发出。",
    ),
    "bounced": (
        "It reports on a mail of ours, and would change that delivery.",
        "这是我们所发邮件的退信报告，会更新该投递的状态。",
    ),
    "filed": ("It would be filed: {why}.", "会归档：{why}。"),
    "rule": ("The rule “{rule}” acts: {did}.", "规则“{rule}”生效：{did}。"),
    "no-rule": ("No rule acts on it.", "没有规则对它生效。"),
    "team": ("The team {team} would have it.", "交给团队 {team}。"),
    "person": ("{person} would have it.", "分配给 {person}。"),
    "nobody": ("Nobody in particular would have it.", "不分配给任何人。"),
    "labels": ("It would have the labels {labels}.", "标签：{labels}。"),
    "due": ("An answer would be due by {due}.", "须在 {due} 前答复。"),
    "template": (
        "In {language}, its acknowledgement has {received}; an answer has {reply}.",
        "以{language}发送时，收到确认用{received}；答复用{reply}。",
    ),
    "acknowledged": ("The sender would get an acknowledgement.", "会向发件人发送收到确认。"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step with its particulars; a pair of texts is in English and in Chinese."""

    step: str
    details: Mapping[str, str | tuple[str, str]] = field(default_factory=dict)


def words(step: Step) -> dict[str, str]:
    """What the step says, in both languages."""
    return {locale: _say(step, index) for index, locale in enumerate(("en", "zh"))}


def _say(step: Step, index: int) -> str:
    text = STEPS[step.step][index]
    for name, value in step.details.items():
        text = text.replace(f"{{{name}}}", value if isinstance(value, str) else value[index])
    return text
