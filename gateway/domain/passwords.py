"""What may be a password: NIST SP 800-63B-4 §3.1.1. Length and a blocklist; no rules of composition, no renewal.

The whole password is compared, not words in it; every character counts, spaces and 汉字 too.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

SHORTEST, LONGEST = 8, 200
COMMON = frozenset(
    # What guessing begins with, of the length that is allowed; runs and repetitions are told by rule.
    (
        "password password1 password12 password123 passw0rd p@ssw0rd p@ssword pa$$word iloveyou iloveyou1 sunshine "
        "princess football baseball basketball superman batman123 starwars trustno1 welcome1 welcome123 letmein1 "
        "letmein123 changeme changeme1 changeme123 administrator admin123 admin1234 admin12345 root1234 test1234 "
        "test12345 testtest guest123 qwertyuiop qwerty123 qwerty1234 qwerty12 qwertyui qwer1234 1234qwer asdfghjk "
        "asdfghjkl asdf1234 1234asdf zxcvbnm1 zxcvbnm123 qazwsxedc qazwsx123 1qaz2wsx 1qaz2wsx3edc zaq12wsx zaq1zaq1 "
        "1q2w3e4r 1q2w3e4r5t q1w2e3r4 q1w2e3r4t5 abc12345 abc123456 abcd1234 abcd12345 a1234567 a12345678 a123456789 "
        "aa123456 aa123456789 aaa123456 asd123456 qq123456 qq123456789 q123456789 w123456789 z123456789 wang123456 "
        "zhang123 li123456 woaini520 woaini521 woaini1314 woaini123 wodemima 5201314520 1314520520 520520520 "
        "13145201314 147258369 159357159 741852963 789456123 987654321 123456789a 123456789q 123456789z 12345678a "
        "123qweasd 123456qwe 123456abc 123456aa 1234567a 112233445566 dragon123 monkey123 master123 shadow123 "
        "michael1 jennifer jessica1 michelle charlie1 computer computer1 internet whatever whatever1 freedom1 "
        "samsung1 mercedes liverpool chelsea1 arsenal1 google123 facebook facebook1 linkedin alibaba123 taobao123 "
        "aliexpress aliexpress1 shopping shopping1 secret123 mypassword yourpassword nopassword passwordpassword"
    ).split()
)
_REPEATED = re.compile(r"(.{1,4}?)\1+", re.DOTALL)
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def normal(password: str) -> str:
    """The form that is compared and hashed: two ways to type one character are one (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def weakness(password: str, about: Iterable[str] = ()) -> str:
    """Why a password is refused: length, common, run or personal; empty when it is good.

    `about` are the words of the account: address and names. Only the whole of them is refused, with or without
    figures around it.
    """
    plain = normal(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        return "length"
    folded = plain.casefold()
    if folded in COMMON:
        return "common"
    if _REPEATED.fullmatch(folded) or _is_run(folded):
        return "run"
    core = _EDGES.sub("", folded)
    return "personal" if folded in (words := _words(about)) or core in words else ""


def _is_run(text: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps <= {1, -9} or steps <= {-1, 9}


def _words(about: Iterable[str]) -> set[str]:
    """Each name, each address, and what stands before its @."""
    whole = {word.casefold() for word in about if word}
    return {"znx", "站内信"} | whole | {word.partition("@")[0] for word in whole}
