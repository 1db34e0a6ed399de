"""Which language a text is in, well enough to route it: by its script, then by the small words of Latin languages."""

import re
from collections import Counter

MAX_CHARS = 4000
MIN_WORDS = 2

_SCRIPTS = (
    # A range of letters and the language that most mail in them is written in; kana before Han: Japanese has both.
    (re.compile(r"[\u3040-\u30ff]"), "ja"),
    (re.compile(r"[\uac00-\ud7af\u1100-\u11ff]"), "ko"),
    (re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]"), "zh"),
    (re.compile(r"[іїєґІЇЄҐ]"), "uk"),
    (re.compile(r"[\u0400-\u04ff]"), "ru"),
    (re.compile(r"[\u0600-\u06ff]"), "ar"),
    (re.compile(r"[\u0590-\u05ff]"), "he"),
    (re.compile(r"[\u0e00-\u0e7f]"), "th"),
    (re.compile(r"[\u0370-\u03ff]"), "el"),
    (re.compile(r"[\u0900-\u097f]"), "hi"),
)
_SMALL_WORDS = {
    # Words that one writes without choosing to, and that few others of these languages have.
    "en": "the and is my you have where this that with for not please when order was what would",
    "de": "der die das und ist nicht ich sie mein wo bitte wann haben mit auf eine meine noch",
    "fr": "le les et est pas je vous mon où avec pour une des ma bonjour quand votre dans",
    "es": "el los y es mi dónde donde con para una pedido hola cuándo por pero gracias está muy",
    "pt": "o os é meu minha não onde com para uma pedido olá quando você obrigado está foi ainda",
    "it": "il gli è mio non dove con per una ordine ciao quando vostro grazie della sono ancora",
    "nl": "de het een en is niet ik mijn waar met voor wanneer bestelling heb jullie nog van",
    "pl": "i jest nie moje mój gdzie z dla kiedy zamówienie proszę dzień dobry czy się mam",
    "tr": "ve bu bir benim nerede ne zaman için sipariş değil merhaba lütfen mi var çok",
    "vi": "và là của tôi không đơn hàng khi nào cho có được bạn ở đâu xin chào",
    "id": "dan yang saya tidak di mana pesanan untuk dengan kapan ini itu belum sudah apakah",
}
_LANGUAGES = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")
LANGUAGES = (*dict.fromkeys([language for _, language in _SCRIPTS]), *_LANGUAGES)


def language_of(text: str) -> str:
    """A two-letter code, or nothing for a text that gives no hint. Linear in at most MAX_CHARS."""
    text = text[:MAX_CHARS]
    found = {language: len(letters.findall(text)) for letters, language in _SCRIPTS}
    letters = len(_WORD.findall(text)) or 1
    for language, count in found.items():
        # A Chinese sign stands for a word: two among a few Latin words are a Chinese sentence with a name in it.
        if count >= max(2, letters // 3):
            return language
    return _by_small_words(text)


def _by_small_words(text: str) -> str:
    seen = Counter(word.lower() for word in _WORD.findall(text))
    scores = {language: sum(seen[word] for word in words) for language, words in _LANGUAGES.items()}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] >= MIN_WORDS else ""
