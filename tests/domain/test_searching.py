"""What texts are cut into, how a search field is read, and how hits are marked."""

import pytest

from gateway.domain.searching import MAX_DOCUMENT_BYTES, document, fold, words
from gateway.domain.searching_hits import Texts, all_stand, excerpt, marked
from gateway.domain.searching_queries import Filter, read_search


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("灯笼坏", {"灯", "笼", "坏", "灯笼", "笼坏"}),
        ("Ｌａｍｐ ①", {"lamp", "1"}),
        ("AE-1001", {"ae", "1001", "ae1001"}),
        ("买lamp吧", {"买", "lamp", "吧"}),
        ("don\u00adt\u200bstop", {"dontstop"}),
        ("ノート", {"ノ", "ー", "ト", "ノー", "ート"}),
        ("हिन्दी שָׁלוֹם", {"हिन्दी", fold("שָׁלוֹם")}),
        ("%_\\ — …", set()),
        ("", set()),
    ],
)
def test_texts_are_cut_into_words_and_pairs(text: str, expected: set[str]) -> None:
    assert words(text) == expected


def test_no_text_fills_more_than_its_share() -> None:
    kept = document(words("".join(chr(0x4E00 + n * 7 % 20000) + " " for n in range(60_000))), {"x" * 40})
    assert sum(len(word.encode()) + 1 for word in kept) <= MAX_DOCUMENT_BYTES
    assert len(document({"new"}, {f"{n:038}" for n in range(20_000)})) < 20_000
    assert "new" in document({"new"}, {f"{n:038}" for n in range(20_000)})


def test_a_field_is_read_into_words_phrases_and_filters() -> None:
    search = read_search('灯笼 "on its way" from:王小美 before:2026/11/24 标签："two words"')
    assert [word.text for word in search.words] == ["灯笼", "on its way"]
    assert [(one.name, one.value) for one in search.filters] == [
        ("from", "王小美"),
        ("before", "2026/11/24"),
        ("label", "two words"),
    ]
    assert search.filters[0].without == '灯笼 "on its way" before:2026/11/24 标签："two words"'
    assert search.troubles == ()


@pytest.mark.parametrize(
    ("q", "why"),
    [
        ("before:soon", "date"),
        ("after:2026-13-01", "date"),
        ("status:gone", "value"),
        ("has:wings", "value"),
        ("order:-", "value"),
        ("from: lamp", "value"),
        ("subject:", "name"),
        ("%%", "letters"),
        (" ".join("abcdefghijklmnop"), "many"),
    ],
)
def test_what_is_not_understood_is_told(q: str, why: str) -> None:
    assert why in {trouble.why for trouble in read_search(q).troubles}


def test_nothing_understood_finds_nothing_and_nothing_asked_finds_all() -> None:
    assert read_search("%% before:soon").hopeless
    assert not read_search("").hopeless
    assert not read_search("lamp %%").hopeless
    assert read_search("https://shop.example/x").words


def test_a_filter_is_no_word() -> None:
    assert read_search("is:unread").filters == (Filter("is", "unread", ""),)
    assert read_search("is:unread").keys == ()


@pytest.mark.parametrize(
    ("q", "text", "hits"),
    [
        ("灯笼", "纸灯笼和灯笼", ["灯笼", "灯笼"]),
        ("lam", "A LAMP, clamped lamps", ["LAM", "lam"]),
        ('"lam"', "lamps lam", ["lam"]),
        ("ae1001 ae-1001", "AE-1001", ["AE-1001"]),
        ("ﬁne", "ＦＩＮＥ ﬁne", ["ＦＩＮＥ", "ﬁne"]),
        ("straße", "STRASSE strasse", ["STRASSE", "strasse"]),
        ("on its", "on its", ["on", "its"]),
        ("lamp la", "lamp", ["lamp"]),
        ("<b>", "a <b>b</b>", ["b", "b", "b"]),
        ("x", "nothing", []),
    ],
)
def test_hits_are_marked(q: str, text: str, hits: list[str]) -> None:
    pieces = marked(text, read_search(q))
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, hit in pieces if hit] == hits


def test_pairs_must_stand_together() -> None:
    search = read_search("纸灯笼")
    assert all_stand(search, Texts(("一个纸灯笼",), ()))
    assert not all_stand(search, Texts(("纸灯 灯笼",), ("笼纸灯",)))
    assert not all_stand(read_search('"a b" 纸灯笼'), Texts(("纸灯笼",), ("a", "b")))


def test_an_excerpt_shows_the_surroundings_of_the_newest_hit() -> None:
    texts = Texts((), ("Thanks", "x " * 300 + "the blue lamp is broken " + "y " * 300, "an old lamp"))
    shown = excerpt(texts, read_search("lamp blue"))
    assert shown is not None
    line = "".join(piece for piece, _ in shown)
    assert line.startswith("…")
    assert "the blue lamp is broken" in line
    assert len(line) <= 161
    assert excerpt(texts, read_search("umbrella")) is None
