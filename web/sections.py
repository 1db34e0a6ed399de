"""The admin side's table of contents: which pages there are, in which group, who sees them."""

from dataclasses import dataclass

from gateway.domain.actors import Actor
from gateway.domain.rights import Right

from .i18n import N_


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the side navigation: where it leads, its name and its icon, and the right that it needs."""

    path: str
    name: str
    icon: str
    right: Right = "manage"


SECTIONS: tuple[tuple[str, tuple[Section, ...]], ...] = (
    # The groups in the order of the work: what goes on, what arrives, what leaves, who may.
    (
        N_("Overview"),
        (
            Section("/dashboard", N_("Dashboard"), "chart-column"),
            Section("/health", N_("Health"), "heart-pulse", "govern"),
        ),
    ),
    (
        N_("Mail"),
        (
            Section("/ledger", N_("Held mail and ledger"), "shield-alert"),
            Section("/deliveries", N_("Outgoing mail"), "send"),
            Section("/suppressions", N_("Suppressed addresses"), "ban"),
        ),
    ),
    (
        N_("Routing"),
        (
            Section("/channels", N_("Channels"), "at-sign"),
            Section("/rules", N_("Routing rules"), "route"),
            Section("/teams", N_("Teams"), "users"),
        ),
    ),
    (
        N_("Orders and other programs"),
        (
            Section("/sources", N_("Order sources"), "plug"),
            Section("/import", N_("Import orders"), "upload"),
            Section("/webhooks", N_("Webhooks"), "webhook"),
        ),
    ),
    (
        N_("Shops and people"),
        (
            Section("/shops", N_("Shops"), "store"),
            Section("/templates", N_("Mail templates"), "file-text"),
            Section("/people", N_("People"), "users"),
            Section("/tokens", N_("API tokens"), "key-round"),
            Section("/audit", N_("Audit log"), "scroll-text"),
        ),
    ),
)


def sections_for(actor: Actor) -> tuple[tuple[str, tuple[Section, ...]], ...]:
    """The groups that a person sees, each with the pages that the person may open."""
    may = ((group, tuple(entry for entry in entries if actor.may(entry.right))) for group, entries in SECTIONS)
    return tuple((group, entries) for group, entries in may if entries)
