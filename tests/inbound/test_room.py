"""A mail that would fill the disk is not taken, although not each one makes us look."""

import pytest

from gateway.errors import StorageFull
from gateway.inbound.room import LOOK_SECONDS, MIN_FREE_BYTES, Room

DATABASES = ("sqlite",)


class Disk:
    """A disk that says how much is free, and a clock."""

    def __init__(self, free: int) -> None:
        self.left, self.time, self.looks = free, 0.0, 0

    def free(self) -> int:
        self.looks += 1
        if self.left < 0:
            raise OSError("away")
        return self.left

    def now(self) -> float:
        return self.time


def test_the_last_byte_that_may_be_taken_and_one_more() -> None:
    Room(Disk(MIN_FREE_BYTES).free, lambda: 0.0).take(10)
    with pytest.raises(StorageFull):
        Room(Disk(MIN_FREE_BYTES - 1).free, lambda: 0.0).take(10)


def test_a_large_mail_needs_half_as_much_again() -> None:
    size = MIN_FREE_BYTES
    with pytest.raises(StorageFull):
        Room(Disk(size * 3 // 2 - 1).free, lambda: 0.0).take(size)


def test_one_look_serves_for_a_while_but_what_was_taken_counts() -> None:
    disk = Disk(MIN_FREE_BYTES + 2_999)
    room = Room(disk.free, disk.now)
    room.take(500)
    disk.left = MIN_FREE_BYTES - 1
    room.take(500)
    assert disk.looks == 1
    with pytest.raises(StorageFull):
        room.take(1)
    disk.left = MIN_FREE_BYTES
    room.take(1)


def test_a_disk_that_others_filled_is_noticed_at_the_next_look() -> None:
    disk = Disk(2 * MIN_FREE_BYTES)
    room = Room(disk.free, disk.now)
    room.take(1)
    disk.left, disk.time = 0, LOOK_SECONDS
    with pytest.raises(StorageFull):
        room.take(1)


def test_a_disk_that_cannot_be_looked_at_stops_nobody() -> None:
    Room(Disk(-1).free, lambda: 0.0).take(10**12)
