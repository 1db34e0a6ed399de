"""P3: a mail that is sent again because its 250 was lost is shown once; another content is another mail."""

import random
import smtplib
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.serving import Store, Znx, eventually
from tests.promises.looking import assert_each_shown_once, ledger, messages
from tests.promises.mta import AUTHOR, Letter, Mta, letter, letters, send_and_leave


@pytest.mark.parametrize("count", [20, pytest.param(500, marks=pytest.mark.slow)])
def test_a_lost_250_doubles_nothing(count: int, znx: Znx, store: Store) -> None:
    mails = letters("p3", count)
    dice = random.Random(count)

    def lose_the_answer(mail: Letter) -> None:
        send_and_leave(znx.port("smtp"), store.address(), mail, dice.choice((0.0, 0.001, 0.01, None)))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lose_the_answer, mails))
    mta = Mta(lambda: znx.port("smtp"), store.address())
    mta.send(mails)
    mta.wait(300)
    assert_each_shown_once(store, mails)
    assert len(ledger(store)) > count, "no first attempt was ever stored: nothing was shown"


def test_the_same_message_id_with_another_content_shows_both(znx: Znx, store: Store) -> None:
    mail = letter("p3-0001")
    other = mail.raw.replace(b"Where is it?", b"Never mind!!")
    for raw in (mail.raw, other):
        with smtplib.SMTP("127.0.0.1", znx.port("smtp"), timeout=20) as client:
            client.sendmail(AUTHOR, [store.address()], raw)
    eventually(lambda: len(messages(store)) == 2)
