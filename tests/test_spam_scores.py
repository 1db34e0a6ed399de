"""SpamAssassin's offline rules find nothing wrong with any of our mails in any language. A look, not a part of CI."""

import itertools
import re
import shutil
import subprocess
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from gateway.domain.brands import PLAIN, Brand, Logo
from gateway.domain.composing import Outgoing, compose
from gateway.domain.locales import LOCALES, language_tag
from gateway.logos import logo_of
from gateway.rendering import Renderer

RENDERER = Renderer()
MOST = 1.0
RULES = ("use_bayes 0", "use_auto_whitelist 0", "score NO_RECEIVED 0", "score NO_RELAYS 0")
"""A mail that has not travelled has no Received: what that scores says nothing of the mail."""


def logo() -> Logo:
    """A picture as a shop may have one."""
    out = BytesIO()
    Image.effect_noise((480, 128), 60).save(out, "PNG")
    return logo_of(out.getvalue())


BRANDS = (PLAIN, Brand("#8a1c2b", "#faf3e8", {"": "The Lotus team\nMonday to Friday"}, logo()))


def mail(template: str, locale: str, brand: Brand) -> bytes:
    """The template on its sample, as it leaves."""
    rendered = RENDERER.render(template, locale, RENDERER.sample(template), {}, brand)
    return compose(
        Outgoing(
            from_name="Lotus Teahouse",
            from_addr="lotus@inbox.example.com",
            to_addr="wang@shop.example.com",
            reply_to="lotus@inbox.example.com",
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            attachments=rendered.pictures,
            internet_message_id="0190@inbox.example.com",
            date=datetime.now(UTC),
            loop_mark="inbox.example.com",
            language=language_tag(rendered.locale),
        )
    )


@pytest.mark.slow
def test_no_mail_of_ours_looks_like_spam() -> None:
    if not shutil.which("spamassassin"):
        pytest.skip("the spam scores need spamassassin: apt-get install spamassassin")
    each = list(itertools.product(RENDERER.names(), LOCALES, BRANDS))
    box = b"".join(b"From znx Mon Nov 23 08:00:00 2026\n" + mail(*one).replace(b"\r\n", b"\n") + b"\n" for one in each)
    command = ["spamassassin", "-L", "--mbox", *(f"--cf={rule}" for rule in RULES)]
    done = subprocess.run(command, input=box, capture_output=True, timeout=900, check=True)
    scores = [float(score) for score in re.findall(rb"^X-Spam-Status: .*?score=(-?[\d.]+)", done.stdout, re.MULTILINE)]
    assert len(scores) == len(each)
    assert {one[:2]: score for one, score in zip(each, scores, strict=True) if score > MOST} == {}
