"""Who wrote a mail: SPF, DKIM, ARC and DMARC over one resolver, or the results of a trusted upstream."""

from gateway.authentication.authenticator import Authenticator
from gateway.authentication.evidence import Evidence
from gateway.authentication.resolver import Resolver

__all__ = ["Authenticator", "Evidence", "Resolver"]
