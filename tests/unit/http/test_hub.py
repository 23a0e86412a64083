from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack

import pytest

from edge.adapters.http.hub import PER_NETWORK, PER_OWNER, RESERVED, SUBSCRIBERS, Hub, Shared
from edge.domain.errors import Unavailable


async def first(changes) -> bool:
    async with asyncio.timeout(2):
        return await anext(changes)


async def test_a_subscriber_gets_its_first_picture_at_once() -> None:
    with Hub().subscribe(["turns"]) as subscription:
        assert await first(subscription.changes())


async def test_a_publication_of_another_thread_wakes_who_follows_the_topic() -> None:
    hub = Hub(gap_s=0)
    with hub.subscribe(["turns"]) as follows, hub.subscribe(["devices"]) as other:
        changes, others = follows.changes(5), other.changes(0.05)
        await first(changes)
        await first(others)

        threading.Thread(target=hub.publish, args=(["turns"],)).start()

        assert await first(changes)
        assert not await first(others)


async def test_many_publications_become_one_change_for_a_busy_subscriber() -> None:
    hub = Hub(gap_s=0)
    with hub.subscribe(["turns"]) as subscription:
        changes = subscription.changes(0.05)
        await first(changes)
        for _ in range(100):
            hub.publish(["turns"])

        heard = [await first(changes) for _ in range(2)]

    assert heard == [True, False]


async def test_silence_is_a_beat() -> None:
    with Hub().subscribe(["turns"]) as subscription:
        changes = subscription.changes(0.01)
        await first(changes)

        assert not await first(changes)


async def test_streams_are_bounded_in_all_and_for_one_owner() -> None:
    hub = Hub(limit=PER_OWNER + 1, reserved=0)
    streams = [hub.subscribe(["turns"], owner="phone") for _ in range(PER_OWNER)]
    for stream in streams:
        stream.__enter__()

    with pytest.raises(Unavailable), hub.subscribe(["turns"], owner="phone"):
        pass
    with hub.subscribe(["turns"], owner="other"):
        assert not hub.has_room("third")
    for stream in streams:
        stream.__exit__(None, None, None)

    assert (hub.subscribers, hub.has_room("phone")) == (0, True)


def opened(hub: Hub, stack: ExitStack, **of: object) -> int:
    number = 0
    while hub.has_room(f"owner{number}", **of):
        stack.enter_context(hub.subscribe(["turns"], owner=f"owner{number}", **of))
        number += 1
    return number


async def test_one_network_leaves_room_for_the_others() -> None:
    hub = Hub()
    with ExitStack() as stack:
        assert opened(hub, stack, network="203.0.113.9") == PER_NETWORK
        with pytest.raises(Unavailable), hub.subscribe(["turns"], owner="more", network="203.0.113.9"):
            pass
        assert hub.has_room("phone", network="192.0.2.7")

    assert hub.has_room("phone", network="203.0.113.9")


async def test_people_without_an_account_leave_room_for_staff() -> None:
    hub = Hub()
    with ExitStack() as stack:
        taken = sum(opened(hub, stack, network=f"203.0.113.{n}") for n in range(10))

        assert taken == SUBSCRIBERS - RESERVED
        assert not hub.has_room("phone", network="192.0.2.7")
        assert hub.has_room("staff:ana", staff=True)
        assert opened(hub, stack, staff=True) == RESERVED


async def test_closing_ends_every_stream() -> None:
    hub = Hub()
    with hub.subscribe(["turns"]) as subscription:
        changes = subscription.changes(5)
        await first(changes)

        hub.close()

        with pytest.raises(StopAsyncIteration):
            await first(changes)


async def test_three_hundred_readers_share_one_picture() -> None:
    hub, made = Hub(), []

    async def load() -> int:
        made.append(1)
        await asyncio.sleep(0)
        return len(made)

    shared = Shared(hub, load)

    assert set(await asyncio.gather(*(shared.get() for _ in range(300)))) == {1}
    hub.publish(["turns"])
    assert set(await asyncio.gather(*(shared.get() for _ in range(300)))) == {2}


async def test_a_picture_grows_old() -> None:
    made: list[int] = []

    async def load() -> int:
        made.append(1)
        return len(made)

    shared = Shared(Hub(), load, max_age_s=-1)

    assert [await shared.get(), await shared.get()] == [1, 2]
