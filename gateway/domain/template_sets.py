"""Where the words of a mail are looked for: its channel's set, its shop, all shops, the product. Finds none itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Origin = Literal["shop-set", "all-set", "shop", "all", "product"]
ORIGINS: Mapping[Origin, tuple[str, str]] = {
    # Where words may come from, the first that has any: what it is called, in English and in Chinese.
    "shop-set": ("the shop's words of the set “{set}”", "本店模板组“{set}”的文字"),
    "all-set": ("the words of the set “{set}” for all shops", "所有店铺共用的模板组“{set}”的文字"),
    "shop": ("the shop's own words", "本店自己的文字"),
    "all": ("the words for all shops", "所有店铺共用的文字"),
    "product": ("the product's words", "产品自带的文字"),
}
SET_PATTERN = r"^[a-z0-9-]{0,40}$"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where words are kept: for a shop's id (empty: all shops), in a set (empty: outside of any)."""

    shop_id: str = ""
    template_set: str = ""

    @property
    def origin(self) -> Origin:
        """What it is called."""
        if self.template_set:
            return "shop-set" if self.shop_id else "all-set"
        return "shop" if self.shop_id else "all"


def shelves(shop_id: str, template_set: str = "") -> tuple[Shelf, ...]:
    """Where to look for the words of a mail, the first place first; behind them all stand the product's."""
    sets = dict.fromkeys((template_set, ""))
    return tuple(Shelf(owner, one) for one in sets for owner in dict.fromkeys((shop_id, "")))


def called(origin: Origin, template_set: str) -> tuple[str, str]:
    """An origin in English and in Chinese."""
    english, chinese = ORIGINS[origin]
    return english.replace("{set}", template_set), chinese.replace("{set}", template_set)
