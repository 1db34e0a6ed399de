"""How much room a destination has, and for how long one that is down is left alone."""

from datetime import UTC, datetime, timedelta

from gateway.domain.destinations import RELAY, RESTS, Destinations
from gateway.domain.retrying import tells_of_the_domain

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def down(known: Destinations, destination: str, at: datetime) -> bool:
    """Whether it was news."""
    return known.failed(destination, at, "no answer", "mx", jitter=0.5) is None


def test_a_domain_takes_its_share_and_leaves_the_rest_to_others() -> None:
    known = Destinations(at_once=5, per_domain=2)
    candidates = [("1", "a"), ("2", "a"), ("3", "a"), ("4", "b"), ("5", "c"), ("6", "d"), ("7", "e")]
    assert known.allowance(NOW).admit(candidates) == ["1", "2", "4", "5", "6"]


def test_what_is_on_its_way_counts_until_it_lands() -> None:
    known = Destinations(at_once=3, per_domain=2)
    known.left("a")
    known.left("a")
    assert known.allowance(NOW).full == ["a"]
    assert known.allowance(NOW).admit([("1", "a"), ("2", "b"), ("3", "c")]) == ["2"]
    known.landed("a")
    assert known.allowance(NOW).admit([("1", "a"), ("2", "b"), ("3", "c")]) == ["1", "2"]


def test_a_domain_never_has_more_room_than_all() -> None:
    assert Destinations(at_once=2, per_domain=10).allowance(NOW).admit([(str(n), "a") for n in range(5)]) == ["0", "1"]


def test_a_rest_is_found_by_one_mail_and_shared_by_those_that_were_on_their_way() -> None:
    known = Destinations(at_once=5, per_domain=5)
    assert down(known, RELAY, NOW)
    assert not down(known, RELAY, NOW)
    rest = known.rest_of("any.example", NOW)
    assert rest is not None
    assert (rest.until - NOW, rest.reply) == (RESTS[0], "no answer")


def test_after_its_rest_one_mail_tries_and_its_answer_opens_the_door_for_all() -> None:
    known = Destinations(at_once=5, per_domain=5)
    down(known, "a", NOW)
    later = NOW + RESTS[0]
    assert known.rest_of("a", later) is None
    assert known.allowance(later).admit([("1", "a"), ("2", "a"), ("3", "b")]) == ["1", "3"]
    known.left("a")
    assert known.allowance(later).admit([("2", "a")]) == []
    known.landed("a")
    known.answered("a")
    assert known.allowance(later).admit([("2", "a"), ("4", "a")]) == ["2", "4"]


def test_rests_grow_to_five_minutes_and_an_old_one_is_forgotten() -> None:
    known, now, pauses = Destinations(5, 5), NOW, []
    for _ in range(5):
        assert down(known, RELAY, now)
        rest = known.rest_of("a", now)
        assert rest is not None
        pauses.append(rest.until - now)
        now = rest.until
    assert pauses == [*RESTS, RESTS[-1]]
    now += timedelta(hours=2)
    assert known.allowance(now).total == 5
    assert down(known, RELAY, now)
    rest = known.rest_of("a", now)
    assert rest is not None
    assert rest.times == 1


def test_several_workers_do_not_come_back_in_the_same_second() -> None:
    known = Destinations(5, 5)
    ends = []
    for jitter in (0.0, 0.999):
        known.answered(RELAY)
        known.failed(RELAY, NOW, "", "", jitter)
        rest = known.rest_of("a", NOW)
        assert rest is not None
        ends.append((rest.until - NOW) / RESTS[0])
    assert 0.8 <= ends[0] < 0.81
    assert 1.19 < ends[1] <= 1.2


def test_a_relay_tells_when_the_domain_is_what_can_not_be_reached() -> None:
    assert tells_of_the_domain(450, "4.4.1 <x@slow.example>: connect to mx.slow.example: timed out")
    assert not tells_of_the_domain(450, "4.2.0 Greylisted")
    assert not tells_of_the_domain(421, "4.4.2 relay.example Error: timeout exceeded")
    assert not tells_of_the_domain(550, "5.4.1 recipient rejected")
