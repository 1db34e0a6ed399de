"""Replies from the other languages' mail programs: attributions, header blocks, footers, and their likes."""

from collections.abc import Iterator

from tests.emails.recipes.languages import LANGUAGES, Language
from tests.emails.recipes.recipe import Recipe, head, leaf, mail


def recipes() -> Iterator[Recipe]:
    """For each language its attributions, its header block with a phone's footer, and its closing."""
    for language in LANGUAGES:
        yield from _quotes(language)
        yield _header_block(language)
        yield _closing(language)
    yield from _not_quotes()
    yield from _shapes()
    yield from _pages()


def _quotes(language: Language) -> Iterator[Recipe]:
    for number, line in enumerate(language.lines, 1):
        text = f"{language.answer}\n\n{line}\n\n> {language.asked}\n> #1001\n"
        yield Recipe(
            f"{language.code}-attribution-{number}",
            mail(head("Re: order 1001"), leaf(text)),
            {"fresh_text": language.answer, "quoted_text~": [line, language.asked], "signature_text": ""},
        )


def _header_block(language: Language) -> Recipe:
    text = (
        f"{language.answer}\n\n{language.footer}\n________________________________\n{language.block}\n\n"
        f"{language.asked}\n"
    )
    return Recipe(
        f"{language.code}-header-block-below-footer",
        mail(head("Re: order 1001"), leaf(text)),
        {"fresh_text": language.answer, "quoted_text~": language.asked, "signature_text~": language.footer},
    )


def _closing(language: Language) -> Recipe:
    text = f"{language.answer}\n\n{language.closing}\n\n{language.lines[0]}\n> {language.asked}\n"
    return Recipe(
        f"{language.code}-closing",
        mail(head("Re: order 1001"), leaf(text)),
        {"fresh_text": language.answer, "signature_text": language.closing, "quoted_text~": language.asked},
    )


def _not_quotes() -> Iterator[Recipe]:
    """Sentences, lists and numbers that a careless scanner takes for the beginning of a quote."""
    kept = {
        "on-sentences": (
            "On Friday I called your shop.\nOn the phone Ann wrote down my order number: 1001.\n\nOn 5 January it "
            "still had not arrived.\n"
        ),
        "dashes-and-rules": "My list:\n\n- one\n- two\n\n----\n\n1. red\n2. blue\n\nWhich of them do you have?\n",
        "signature-words-amid": (
            "The note was sent from my iPhone app to you.\n\nBest regards to Ann from the service team, she was "
            "great.\n\nCan I keep the gift?\n"
        ),
        "from-to-route": "From: Shenzhen\nTo: Berlin\nDate: any day in May\n\nHow much is shipping?\n",
        "quote-of-a-friend": 'My friend wrote:\n"Their bags are the best."\n\nIs that so?\n',
        "sent-by-carrier": "I returned it.\n\nSent by DHL yesterday\n",
        "sent-from-a-place": "退货单号 123456。\n\n从上海寄出\n",
        "shipped-with-a-carrier": "换货收到了吗？\n\n通过顺丰发送\n",
        "list-below-a-rule": "我要下面这些：\n\n----------------\n红色 2件\n蓝色 3件\n",
        "last-item-of-a-list": "I would like:\n\n-Blue\n",
        "important-words": "The bag is torn.\n\nIMPORTANT: please answer before Friday.\n",
        "important-words-zh": "包破了。\n\n重要提示：请在周五前回复我。\n",
        "this-mail-contains": "Hello,\n\nThis email contains photos of the damage.\n\n本邮件中包含照片，请查看。\n",
        "received-this-parcel": "Hello,\n\nIf you have received this parcel back, please refund me.\n",
        "i-wrote-on-a-date": "On 5 Jan 2024 I wrote to you:\nwhere is my order?\n\nNobody answered.\n",
        "i-wrote-to-an-address": "On 5 Jan 2024 I wrote to help@example.com with this question:\nwhere is it?\n",
        "ich-schrieb": "Am 5.1.2024 schrieb ich Ihnen eine Mail mit folgender Frage:\nWo ist das Paket?\n",
        "to-and-date": "To: ann@example.com\nDate: 5 May\n\nPlease send the invoice there.\n",
        "postscript": "Where is it?\n\nRegards\nAnn\n\nP.S. I also need a bag\n",
        "only-a-line-with-an-arrow": "> 5 件起批吗？\n",
        "arrows-and-smileys": "Size 42 -> 43 please.\n\n>_< I was too late?\n\nPrice <= 100 and => 50\n",
    }
    for name, text in kept.items():
        yield Recipe(
            f"kept-{name}",
            mail(head("question"), leaf(text)),
            {"fresh_text": text, "quoted_text": "", "signature_text": ""},
        )


def _shapes() -> Iterator[Recipe]:
    quote = "On Fri, Jan 5, 2024 at 10:00 AM Cloud Shop <shop@example.com> wrote:\n"
    yield Recipe(
        "answer-below-the-quote",
        mail(head("Re: order 1001"), leaf(f"{quote}> Which colour?\n\nThe blue one.\n")),
        {"fresh_text": "The blue one.", "quoted_text~": "Which colour?"},
    )
    yield Recipe(
        "answer-below-an-unmarked-quote",
        mail(head("Re: order 1001"), leaf(f"{quote}\nWhich colour?\n\n\nThe blue one.\n")),
        {"fresh_text~": "The blue one.", "quoted_text": quote},
    )
    yield Recipe(
        "answers-between-quotes",
        mail(head("Re: order 1001"), leaf(f"Hi,\n\n{quote}> Which colour?\n\nBlue.\n\n> Which size?\n\n42, please.\n")),
        {"fresh_text~": ["Hi,", "Blue.", "42, please."], "quoted_text~": ["Which colour?", "Which size?"]},
    )
    yield Recipe(
        "quotes-nested-three-deep",
        mail(
            head("Re: Re: order"),
            leaf(
                f"Agreed.\n\n{quote}> Fine.\n>\n> On Jan 4, 2024, at 9:00, Ann <ann@example.com> wrote:\n>> "
                f"Deal?\n>>> Maybe.\n"
            ),
        ),
        {"fresh_text": "Agreed.", "quoted_text~": ["Deal?", "Maybe."]},
    )
    yield Recipe(
        "quote-without-any-mark-below-attribution",
        mail(head("Re: order 1001"), leaf(f"Yes please.\n\n{quote}\nShall we send it today?\n\nCloud Shop\n")),
        {"fresh_text": "Yes please.", "quoted_text~": "Shall we send it today?"},
    )
    yield Recipe(
        "quoted-line-wrapped-on-its-way",
        mail(
            head("Re: order 1001"),
            leaf(
                f"Yes.\n\n{quote}> This line was long enough to be wrapped by a program on the way\n"
                f"somewhere.\n> Next line.\n"
            ),
        ),
        {"fresh_text": "Yes.", "quoted_text~": "somewhere."},
    )
    yield Recipe(
        "original-message-separator",
        mail(
            head("Re: order 1001"),
            leaf("Yes.\n\n-----Original Message-----\nFrom: Cloud Shop\nSent: today\nTo: me\n\nShall we?\n"),
        ),
        {"fresh_text": "Yes.", "quoted_text~": "Shall we?"},
    )
    yield Recipe(
        "list-footer-below-the-quote",
        mail(
            head("Re: order 1001"),
            leaf(
                f"Yes.\n\n{quote}> Shall we?\n\n_______________________________________________\nbuyers "
                f"mailing list\nhttps://example.com/mailman/listinfo/buyers\n"
            ),
        ),
        {"fresh_text": "Yes.", "signature_text~": "mailing list"},
    )


def _pages() -> Iterator[Recipe]:
    yield Recipe(
        "html-gmail-with-signature",
        mail(
            head("Re: order 1001"),
            leaf(
                '<div dir="ltr">The blue one.<br clear="all"><div><br></div><span '
                'class="gmail_signature_prefix">-- </span><br><div class="gmail_signature">Ann Lee<br>Example '
                'Ltd</div></div><br><div class="gmail_quote"><div class="gmail_attr">On Fri, Jan 5, 2024 Cloud '
                'Shop wrote:</div><blockquote class="gmail_quote">Which?</blockquote></div>',
                "text/html",
            ),
        ),
        {"fresh_text": "The blue one.", "signature_text~": "Example Ltd", "quoted_text~": "Which?"},
    )
    yield Recipe(
        "html-answers-between-quotes",
        mail(
            head("Re: order 1001"),
            leaf(
                '<p>Hi,</p><div class="moz-cite-prefix">On 05/01/2024 10:00, Cloud Shop wrote:</div>'
                '<blockquote type="cite"><p>Which colour?</p></blockquote><p>Blue.</p><blockquote type="cite">'
                "<p>Which size?</p></blockquote><p>42.</p>",
                "text/html",
            ),
        ),
        {"fresh_text~": ["Hi,", "Blue.", "42."], "quoted_text~": ["Which colour?", "Which size?"]},
    )
    yield Recipe(
        "html-indented-by-the-writer",
        mail(
            head("question"),
            leaf(
                '<p>Look:</p><blockquote style="margin:0 0 0 40px;border:none;padding:0px">my own '
                "words</blockquote><p>ok?</p>",
                "text/html",
            ),
        ),
        {"fresh_text~": ["Look:", "my own words", "ok?"], "quoted_text": ""},
    )
