"""The languages that mails are written in, and which of them somebody gets; the words stand in the templates."""

LOCALES = ("en", "zh_CN", "zh_TW", "ru", "es", "pt_BR", "fr", "de", "it", "pl", "tr", "ar", "ja", "ko")
RIGHT_TO_LEFT = frozenset({"ar"})
DEFAULT = "en"

_ALIASES = {
    # Tags whose nearest locale is not simply the one of their language (RFC 5646, BCP 47 scripts and regions).
    "zh": "zh_CN",
    "zh_hans": "zh_CN",
    "zh_sg": "zh_CN",
    "zh_my": "zh_CN",
    "zh_hant": "zh_TW",
    "zh_hk": "zh_TW",
    "zh_mo": "zh_TW",
    "pt": "pt_BR",
    "pt_pt": "pt_BR",
}
_KNOWN = {locale.lower(): locale for locale in LOCALES} | _ALIASES


def best_locale(wanted: str) -> str:
    """The locale for a tag like `zh-HK`, `pt` or `zh-Hant-TW`: that of its longest known beginning, else en."""
    subtags = wanted.strip().lower().replace("-", "_").partition(".")[0].split("_")
    while subtags:
        known = _KNOWN.get("_".join(subtags))
        if known:
            return known
        subtags.pop()
    return DEFAULT


def language_tag(locale: str) -> str:
    """The BCP 47 tag of one of our locales: `zh-CN` for `zh_CN`."""
    return locale.replace("_", "-")
