"""The tables. Importing this package registers all of them with SQLModel's metadata."""

from gateway.models.audit import AuditEntry, AuditHead
from gateway.models.batches import BatchAct
from gateway.models.brands import ShopBrand
from gateway.models.links import BuyerLink, LinkMessage, OrderLink
from gateway.models.mail import Delivery, DeliveryAttempt, InboundEmail, Pause, RawEmail, Suppression
from gateway.models.notifications import NotificationChoice, SellerNotice
from gateway.models.orders import Buyer, BuyerAddress, Order
from gateway.models.people import ApiToken, Invitation, Membership, SignInFailure, SignInLink, User, WebSession
from gateway.models.rollups import DailyTimes, MonthlyTimes, RollupMark
from gateway.models.routing import Channel, RoutingRule, Team, TeamMember
from gateway.models.second_factors import MailRequest, RecoveryCode, TotpSecret
from gateway.models.shops import Shop
from gateway.models.sources import OrderSource, SourceDelivery, SourceOrder
from gateway.models.templates import TemplateVersion
from gateway.models.threads import Attachment, ConfirmLink, Message, ReplyToken, Thread, ThreadEvent
from gateway.models.webhooks import Webhook, WebhookCursor, WebhookDelivery, WebhookEvent
from gateway.models.writing import CannedReply, Draft, Mention, Presence, Signature

__all__ = [
    "ApiToken",
    "Attachment",
    "AuditEntry",
    "AuditHead",
    "BatchAct",
    "Buyer",
    "BuyerAddress",
    "BuyerLink",
    "CannedReply",
    "Channel",
    "ConfirmLink",
    "DailyTimes",
    "Delivery",
    "DeliveryAttempt",
    "Draft",
    "InboundEmail",
    "Invitation",
    "LinkMessage",
    "MailRequest",
    "Membership",
    "Mention",
    "Message",
    "MonthlyTimes",
    "NotificationChoice",
    "Order",
    "OrderLink",
    "OrderSource",
    "Pause",
    "Presence",
    "RawEmail",
    "RecoveryCode",
    "ReplyToken",
    "RollupMark",
    "RoutingRule",
    "SellerNotice",
    "Shop",
    "ShopBrand",
    "SignInFailure",
    "SignInLink",
    "Signature",
    "SourceDelivery",
    "SourceOrder",
    "Suppression",
    "Team",
    "TeamMember",
    "TemplateVersion",
    "Thread",
    "ThreadEvent",
    "TotpSecret",
    "User",
    "WebSession",
    "Webhook",
    "WebhookCursor",
    "WebhookDelivery",
    "WebhookEvent",
]
