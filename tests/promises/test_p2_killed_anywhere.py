"""P2: kill -9 at any moment, while mails come in and are processed: nothing lost, nothing shown twice, nothing half."""

import random
import subprocess
import time
from collections.abc import Sequence

import pytest

from tests.conftest import lacking
from tests.e2e.serving import Store, Znx
from tests.promises.looking import assert_disk_is_consistent, assert_each_shown_once, let_leases_end
from tests.promises.mta import Mta, letters
from tests.promises.tracing import failing
from tests.tools import missing

CALLS = ("fsync,fdatasync", "pwrite64", "rename", "write", "sendmsg,sendto,writev")
"""Where strace kills: at the n-th of these calls of any one thread."""


def killed_at(name: str, number: int) -> tuple[str, ...]:
    """The command that kills its child at that call."""
    return failing(f"{name}:signal=SIGKILL:when={number}")


def restarted_and_killed(znx: Znx, under: Sequence[str], seconds: float) -> bool:
    """Start anew, and see it die by what watches it, or kill it after some seconds of work; whether it got ready."""
    try:
        process = znx.start("serve", under=tuple(under))
    except AssertionError:
        assert znx.processes[-1].wait(20) != 0
        return False
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return True


def forget_the_dead(znx: Znx) -> None:
    """They can't be asked to end any more."""
    for process in znx.processes:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    znx.processes.clear()


SHARES = [pytest.param(20, share, marks=pytest.mark.slow) for share in range(10)]
"""200 kills, each 20 on a home of their own: what is looked at after a kill stays small, and processes share them."""


@pytest.mark.parametrize(("kills", "share"), [(2, 0), *SHARES])
def test_kills_lose_nothing_and_double_nothing(kills: int, share: int, znx: Znx, store: Store) -> None:
    if reason := missing("strace"):
        lacking(reason)
    dice = random.Random(kills + 1000 * share)
    mails = letters("p2", kills * 5)
    mta = Mta(lambda: znx.port("smtp"), store.address())
    mta.send(mails[: len(mails) // kills])
    ready = 0
    for number in range(kills):
        if number:
            mta.send(mails[number * 5 : number * 5 + 5])
            under = killed_at(CALLS[number % len(CALLS)], dice.randint(1, 60)) if number % 2 else ()
            ready += restarted_and_killed(znx, under, dice.uniform(0.05, 1.5))
        else:
            time.sleep(dice.uniform(0.05, 1.0))
            znx.processes[0].kill()
            znx.processes[0].wait()
        forget_the_dead(znx)
        assert_disk_is_consistent(znx.home)
        let_leases_end(znx)
    znx.start("serve")
    mta.wait(120)
    assert ready or kills == 2, "none lived until it was ready"  # a single one may well not
    assert not [heard for heard in mta.heard if heard.code >= 500]
    assert_each_shown_once(store, mails)
    assert_disk_is_consistent(znx.home)
