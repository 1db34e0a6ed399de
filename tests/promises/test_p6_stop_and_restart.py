"""P6: SIGTERM under load ends the gateway in time with status 0, and a restart goes on where it was."""

import random
import time

import pytest

from tests.e2e.serving import Store, Znx
from tests.promises.looking import assert_disk_is_consistent, assert_each_shown_once
from tests.promises.mta import Mta, letters

GRACE = 20.0
"""Seconds: what systemd or a person waits before they use force."""


@pytest.mark.parametrize("stops", [1, pytest.param(100, marks=pytest.mark.slow)])
def test_stops_lose_nothing_and_double_nothing(stops: int, znx: Znx, store: Store) -> None:
    dice = random.Random(stops)
    mails = letters("p6", stops * 10)
    mta = Mta(lambda: znx.port("smtp"), store.address())
    for number in range(stops):
        mta.send(mails[number * 10 : number * 10 + 10])
        time.sleep(dice.uniform(0.0, 0.5))
        began = time.monotonic()
        znx.stop()
        assert time.monotonic() - began < GRACE
        znx.start("serve")
    mta.wait(120)
    assert not [heard for heard in mta.heard if heard.code >= 500]
    assert_each_shown_once(store, mails)
    assert_disk_is_consistent(znx.home)
