"""The people who work here as their admins see them: states, roles by shop, and who may change whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from gateway.domain.actors import Actor
from gateway.domain.rights import RIGHTS, Role
from gateway.errors import Conflict, Forbidden

State = Literal["active", "invited", "deactivated"]
SHOP_ROLES: tuple[Role, ...] = ("manager", "seller", "readonly")
"""What one may be in a single shop; an admin is one everywhere."""


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody is in a shop."""

    shop_id: str
    slug: str
    shop_name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody who works here. `posts` are those that the looker may know of; none for admins, who reach all shops."""

    id: str
    email: str
    name: str
    admin: bool
    state: State
    posts: tuple[Post, ...]
    elsewhere: bool
    seen_at: datetime | None
    invited_until: datetime | None
    created_at: datetime

    def role_in(self, slug: str) -> Role | None:
        """What they are in a shop; None when they do not work for it."""
        return next((post.role for post in self.posts if post.slug == slug), None)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody is to be: an admin of everything, or with a role in each of some shops (by slug)."""

    name: str = ""
    admin: bool = False
    roles: Mapping[str, Role] = field(default_factory=dict)


def check_may_change(actor: Actor, whom: Colleague | None, wish: Wish | None) -> None:
    """Raises Forbidden for a manager who touches admins or other shops' people, Conflict for oneself.

    Nobody changes their own rights, so the last admin can't be lost. `whom` is None for somebody new; `wish` is None
    for shutting out and letting in, which is about all of a person's shops.
    """
    if whom is not None and whom.id == actor.user_id:
        raise Conflict("nobody changes their own rights: ask another admin")
    if actor.may("govern"):
        return
    if (whom is not None and whom.admin) or (wish is not None and wish.admin):
        raise Forbidden("this needs an admin of all shops")
    if wish is None and whom is not None and whom.elsewhere:
        raise Forbidden("this person works for other shops too: this needs an admin of all shops")


def lost(before: Colleague, after: Colleague) -> frozenset[str] | None:
    """The shops that a person managed and manages no more; None when all of them are lost."""
    if before.admin and not after.admin:
        return None
    if after.admin:
        return frozenset()
    managed = {post.shop_id for post in before.posts if post.role in RIGHTS["manage"]}
    return frozenset(managed - {post.shop_id for post in after.posts if post.role in RIGHTS["manage"]})
