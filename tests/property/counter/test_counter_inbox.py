from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from counter.config import CameraSection
from counter.inbox import Inbox
from counter.layout import Layout
from counter.setup_view import SetupRoom
from edge.contracts import topics
from edge.contracts.cameras import CameraShapes, CounterLayout, SetupView
from edge.contracts.devices import Bearer
from edge.contracts.wire import encode

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LAYOUT = CounterLayout(group="hall", version=3, digest="d", at=AT, cameras=[CameraShapes(camera="door")])
VIEW = SetupView(group="hall", session="s", camera="door", lasts_s=6)
heard = st.sampled_from([topics.layout("hall"), topics.setup("hall"), topics.bearer("counter-hall"), "office/v1/board"])
half = st.sampled_from([encode(LAYOUT), encode(VIEW)]).flatmap(
    lambda whole: st.integers(0, len(whole)).map(lambda cut: whole[:cut])
)
payloads = st.binary(max_size=200) | half | st.sampled_from([b"null", b"[]", b"{}", b"[" * 5000, b'{"group":"hall"}'])


class Heard:
    """An inbox of the hall, and what it handed over."""

    def __init__(self) -> None:
        self.box = Inbox("hall", "counter-hall")
        self.said: list[object] = []
        self.box.on(topics.layout("hall"), CounterLayout, self.said.append)
        self.box.on(topics.setup("hall"), SetupView, self.said.append, kept=False)
        self.box.on(topics.bearer("counter-hall"), Bearer, lambda _: None)


@given(heard, payloads, st.booleans())
def test_junk_is_dropped_and_a_good_message_after_it_is_taken(topic: str, payload: bytes, retained: bool) -> None:
    hall = Heard()

    hall.box.put(topic, payload, retained)
    hall.box.put(topics.layout("hall"), encode(LAYOUT), True)
    hall.box.put(topics.setup("hall"), encode(VIEW), False)
    hall.box.hand_over()

    assert hall.said[-2:] == [LAYOUT, VIEW]


def test_leave_to_look_that_a_broker_kept_is_no_leave() -> None:
    hall = Heard()

    hall.box.put(topics.setup("hall"), encode(VIEW), True)
    hall.box.hand_over()

    assert hall.said == []


def test_a_message_for_another_group_is_junk() -> None:
    hall = Heard()
    other = CounterLayout(group="roof", version=1, digest="d", at=AT, cameras=[])

    hall.box.put(topics.layout("hall"), encode(other), False)
    hall.box.hand_over()

    assert hall.said == []


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["door", "x"]), st.floats(0, 60)), max_size=20))
def test_whatever_the_edge_says_nothing_is_sent_for_longer_than_it_may(said: list[tuple[str, str, float]]) -> None:
    room, now = SetupRoom(lambda _: None, lambda: AT), 0.0
    for session, camera, lasts_s in said:
        now += 1.0
        room.hear(SetupView(group="hall", session=session, camera=camera, lasts_s=lasts_s), now)

    assert not room.wants("door", now + 8.01)
    assert not room.wants("nobody", now)


@given(st.binary(max_size=30), st.integers(0, 9), st.lists(st.sampled_from(["door", "roof", "x"]), max_size=4))
def test_a_layout_is_used_whole_or_not_at_all(name: bytes, version: int, cameras: list[str]) -> None:
    layout = Layout({"door": CameraSection(kind="file", path="a.avi")})
    before = layout.used("hall", "E", AT)
    shapes = [CameraShapes(camera=camera) for camera in cameras]

    layout.take(CounterLayout(group="hall", version=version, digest=name.hex() or "0", at=AT, cameras=shapes), {})

    after = layout.used("hall", "E", AT)
    assert (after.cameras, after.digest) == (before.cameras, before.digest)
