"""Who asks for something, and which shops they may touch. How they proved it is left to the edges."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["admin", "seller"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in user, an API token, or the system itself.

    `shop_ids` is None for whoever reaches every shop. `user_id` is empty for tokens and the system.
    """

    kind: Literal["user", "token", "system"]
    id: str
    name: str
    role: Role
    shop_ids: tuple[str, ...] | None
    user_id: str = ""

    @property
    def is_admin(self) -> bool:
        """May set up shops, people and channels, and see the ledger, of all that it reaches."""
        return self.role == "admin"


SYSTEM = Actor(kind="system", id="", name="znx", role="admin", shop_ids=None)
