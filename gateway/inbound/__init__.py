"""The way of one mail in: accept it durably, then process it in a worker."""

from gateway.inbound.accepting import Inbound
from gateway.inbound.processing import Processor

__all__ = ["Inbound", "Processor"]
