"""What other programs may hear of, in the envelope of the Standard Webhooks specification. Ids, never words."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args

from gateway.domain.shapes import moment

EventKind = Literal[
    "message.received", "message.replied", "message.held", "message.routed", "delivery.bounced", "thread.changed"
]
KINDS: tuple[EventKind, ...] = get_args(EventKind)
TEST = "webhook.test"

MEANINGS: Mapping[str, tuple[str, str]] = {
    # Each event in both languages.
    "message.received": ("a buyer's message was filed", "收到买家消息"),
    "message.replied": ("an answer to a buyer is on its way", "给买家的回复已发出"),
    "message.held": ("a mail waits for a person to decide", "有邮件待人工处理"),
    "message.routed": ("a routing rule tells of a message", "路由规则推送了一条消息"),
    "delivery.bounced": ("a mail to a buyer came back", "发给买家的邮件被退回"),
    "thread.changed": ("something about a conversation changed", "会话有变化"),
    TEST: ("a test", "测试"),
}


def envelope(kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    """The body of a call: `{type, timestamp, data}`."""
    document = {"type": kind, "timestamp": moment(at), "data": dict(data)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
