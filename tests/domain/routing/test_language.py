"""Which language a text is in, as far as routing needs it."""

import pytest

from gateway.domain.routing.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("你好，包裹什么时候到？", "zh"),
        ("Order AE-1001: 请问什么时候发货", "zh"),
        ("荷物はいつ届きますか", "ja"),
        ("언제 배송되나요", "ko"),
        ("Где моя посылка?", "ru"),
        ("Де моє замовлення, коли воно прибуде і чи є трекінг", "uk"),
        ("متى يصل طلبي", "ar"),
        ("Hello, where is my parcel and when will you send it?", "en"),
        ("Hallo, wo ist mein Paket? Ich habe noch nichts und warte", "de"),
        ("Bonjour, où est mon colis? Je vous attends avec les autres", "fr"),
        ("Hola, ¿dónde está mi pedido? Gracias por todo", "es"),
        ("Olá, onde está o meu pedido? Ainda não chegou", "pt"),
        ("12345", ""),
        ("", ""),
        ("Lin 王 x", ""),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert language_of(text) == language
