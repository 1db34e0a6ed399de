"""What tells sellers, and what they answer, on PostgreSQL: the same promises as on SQLite."""

from tests.outbound.test_seller_notices import (
    shop,
    test_a_message_is_told_once_and_names_no_address,
    test_a_seller_answers_by_mail,
    test_one_click_turns_them_off_for_the_shop_and_choosing_again_on,
    test_several_conversations_at_once_are_one_digest,
)

DATABASES = ("postgresql",)
__all__ = [
    "shop",
    "test_a_message_is_told_once_and_names_no_address",
    "test_a_seller_answers_by_mail",
    "test_one_click_turns_them_off_for_the_shop_and_choosing_again_on",
    "test_several_conversations_at_once_are_one_digest",
]
