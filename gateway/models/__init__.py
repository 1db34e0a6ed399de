"""The tables. Importing this package registers all of them with SQLModel's metadata."""

from gateway.models.mail import Delivery, DeliveryAttempt, InboundEmail, Pause, RawEmail, Suppression
from gateway.models.orders import Buyer, BuyerAddress, Order
from gateway.models.people import ApiToken, Membership, SignInFailure, SignInLink, User, WebSession
from gateway.models.shops import Shop
from gateway.models.threads import Attachment, ConfirmLink, Message, ReplyToken, Thread, ThreadEvent

__all__ = [
    "ApiToken",
    "Attachment",
    "Buyer",
    "BuyerAddress",
    "ConfirmLink",
    "Delivery",
    "DeliveryAttempt",
    "InboundEmail",
    "Membership",
    "Message",
    "Order",
    "Pause",
    "RawEmail",
    "ReplyToken",
    "Shop",
    "SignInFailure",
    "SignInLink",
    "Suppression",
    "Thread",
    "ThreadEvent",
    "User",
    "WebSession",
]
