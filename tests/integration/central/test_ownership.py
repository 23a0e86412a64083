"""One centre per database: on a PostgreSQL that is restarted under its feet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select

from edge.central import schema
from edge.central.ingest import Ingest
from edge.central.store import Store, StoreInUse, StoreLost, StoreUnavailable
from edge.central.wall import Wall
from tests.fixtures.broker import Mosquitto
from tests.fixtures.postgres import NewPostgres, Postgres
from tests.fixtures.waiting import wait_until
from tests.integration.central.real_office import utc_now

pytestmark = pytest.mark.slow


@pytest.fixture
def server(new_postgres: NewPostgres) -> Postgres:
    return new_postgres()


@pytest.fixture
def store(server: Postgres) -> Iterator[Store]:
    made = Store(server.url)
    made.own("ab")
    made.prepare()
    yield made
    made.close()


@pytest.fixture
def other(server: Postgres) -> Iterator[Store]:
    made = Store(server.url)
    yield made
    made.close()


def restart(server: Postgres) -> None:
    server.kill()
    server.start()


def write(store: Store) -> None:
    with store.write() as conn:
        conn.execute(delete(schema.office))


def is_written(store: Store) -> bool:
    try:
        write(store)
    except StoreLost:
        return False
    return True


def test_the_lock_is_taken_again_after_a_restart_of_the_server(server: Postgres, store: Store, other: Store) -> None:
    write(store)
    server.kill()
    with pytest.raises(StoreUnavailable):
        write(store)
    server.start()
    write(store)

    assert store.times_owned == 2
    with pytest.raises(StoreInUse):
        other.own("b")
    other.own("c")


def test_who_lost_the_lock_writes_nothing_more(server: Postgres, store: Store, other: Store) -> None:
    restart(server)
    other.own("b")
    with pytest.raises(StoreLost):
        write(store)
    other.close()
    wait_until(lambda: is_written(store), 30)  # the server lets go of the lock of a closed session in its own time

    with store.read() as conn:
        assert conn.scalar(select(schema.meta.c.value)) == str(schema.VERSION)


def test_an_ingest_whose_database_was_taken_over_ends(
    server: Postgres, store: Store, other: Store, broker: Mosquitto
) -> None:
    ingest = Ingest(broker.settings, store, Wall(heartbeat_s=5.0), now=utc_now)
    restart(server)
    other.own("a")
    ingest.start()
    wait_until(lambda: ingest.lost, 10)
    ingest.stop()

    assert ingest.lost == "another centre took over the offices of shard a"
