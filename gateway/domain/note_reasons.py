"""Why nothing could be learnt from an example mail, or read out of another one, in words: a table in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass

WHY = {
    # What can go wrong, in both languages.
    "missing": ("mark the {field}", "请标出{field}"),
    "not-there": ("the {field} does not stand in this mail as it was marked", "邮件中找不到所标的{field}"),
    "unsteady": (
        "nothing around the {field} stays the same from mail to mail: mark it where it stands beside a label",
        "{field}前后没有固定的文字，请标在有标签的位置",
    ),
    "no-anchor": (
        "the words before the {field}, “{detail}”, do not stand in this mail",
        "邮件中没有{field}前面的“{detail}”",
    ),
    "no-end": (
        "the words after the {field}, “{detail}”, do not stand in this mail",
        "邮件中没有{field}后面的“{detail}”",
    ),
    "empty": ("nothing stands in the place of the {field}", "{field}的位置是空的"),
    "no-number": ("“{detail}” can be no order number", "“{detail}”不能作为订单号"),
}
FIELD_NAMES: Mapping[str, tuple[str, str]] = {
    "order_no": ("order number", "订单号"),
    "note": ("buyer's words", "买家留言"),
    "buyer_name": ("buyer's name", "买家姓名"),
    "buyer_email": ("buyer's address", "买家邮箱"),
}


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why nothing was learnt or read: a code of WHY, the field, and the words that are missing."""

    why: str
    field: str = ""
    detail: str = ""

    def sentence(self, locale: str) -> str:
        """For a reader of that language."""
        language = 1 if locale.lower().startswith("zh") else 0
        field = FIELD_NAMES.get(self.field, (self.field, self.field))[language]
        return WHY[self.why][language].replace("{field}", field).replace("{detail}", self.detail)
