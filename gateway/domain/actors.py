"""Who asks for something, and which shops they may touch. How they proved it is left to the edges."""

from dataclasses import dataclass, replace
from typing import Literal

from gateway.domain.rights import RIGHTS, Right, Role, Scope, allowed_by
from gateway.errors import Forbidden

__all__ = ["SYSTEM", "Actor", "Role"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in user, an API token, or the system itself.

    `shop_ids` is None for whoever reaches every shop. `user_id` is empty for tokens and the system. `role` holds in
    all shops but those that `by_shop` names with a role of their own. `scopes` take rights away from a token.
    """

    kind: Literal["user", "token", "system"]
    id: str
    name: str
    role: Role
    shop_ids: tuple[str, ...] | None
    user_id: str = ""
    by_shop: tuple[tuple[str, Role], ...] = ()
    scopes: tuple[Scope, ...] = ()

    @property
    def is_admin(self) -> bool:
        """May set up shops, people and channels, and see the ledger, of at least one that it reaches."""
        return self.may("manage")

    def may(self, right: Right) -> bool:
        """True when there is a shop in which the actor has the right."""
        if not allowed_by(self.scopes, right):
            return False
        if right == "govern":
            return self.role == "admin" and self.shop_ids is None
        return self.role in RIGHTS[right] or any(role in RIGHTS[right] for _, role in self.by_shop)

    def role_in(self, shop_id: str) -> Role:
        """The role in one of its shops."""
        return next((role for id_, role in self.by_shop if id_ == shop_id), self.role)

    def acting(self, right: Right) -> "Actor":
        """The same actor, who reaches only the shops in which it has the right. Raises Forbidden when it has none."""
        if not self.may(right):
            raise Forbidden(_WANTED[right])
        if self.shop_ids is None or not self.by_shop:
            return self
        return replace(self, shop_ids=tuple(id_ for id_ in self.shop_ids if self.role_in(id_) in RIGHTS[right]))


_WANTED: dict[Right, str] = {
    "look": "this token may not read threads",
    "orders": "this needs the right to write orders",
    "work": "this needs the right to answer: whoever may only read changes nothing",
    "manage": "this needs an admin or a manager",
    "govern": "this needs an admin of all shops",
}

SYSTEM = Actor(kind="system", id="", name="znx", role="admin", shop_ids=None)
