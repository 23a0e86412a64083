"""What the hall display shows for what it was told, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edge.contracts.board import BoardOccupancy, Identify
from tests.unit.kiosk.boards import NOW, call, code, presenter, snapshot


def test_before_the_first_snapshot_it_waits_for_the_office_in_all_languages() -> None:
    view = presenter().view(now=NOW, mono=0.0)

    assert view.mode == "waiting"
    assert view.headlines == ("Esperando a la oficina", "Esperant l'oficina", "Waiting for the office")
    assert view.clock == "10:05"
    assert view.join.url == ""


def test_the_newest_call_is_large_and_the_others_follow() -> None:
    board = presenter()
    board.accept(snapshot(*(call(n, age_s=60 * (9 - n)) for n in range(9, 3, -1))), now=NOW, mono=0.0, is_live=True)

    view = board.view(now=NOW, mono=0.0)

    assert view.mode == "calling"
    assert view.hero is not None
    assert view.hero.code == "A009"
    assert [row.code for row in view.rows] == ["A008", "A007", "A006", "A005", "A004"]
    assert view.hero.name == "Turno A009, Puesto 3"


def test_short_words_stand_together_and_sentences_alternate() -> None:
    board = presenter()
    board.accept(snapshot(call(1)), now=NOW, mono=0.0, is_live=True)

    pages = [board.view(now=NOW, mono=mono) for mono in (0.0, 8.0, 16.0, 24.0)]

    assert {page.turn_caption for page in pages} == {"\u200e\u2068Turno\u2069 · \u2068Torn\u2069 · \u2068Turn\u2069"}
    assert [page.language for page in pages] == ["es", "ca", "en", "es"]
    assert [page.recent_caption for page in pages][:3] == ["Últimas llamadas", "Últimes crides", "Latest calls"]


def test_the_first_language_decides_the_direction() -> None:
    board = presenter()
    board.accept(snapshot(languages=["ar", "es"]), now=NOW, mono=0.0, is_live=True)

    view = board.view(now=NOW, mono=0.0)

    assert view.is_rtl
    assert view.turn_caption.startswith("\u200f")


def test_a_language_without_texts_is_left_out() -> None:
    board = presenter()
    board.accept(snapshot(languages=["xx", "en"]), now=NOW, mono=0.0, is_live=True)

    assert board.languages == ["en"]


def test_the_code_rotates_by_time_without_news() -> None:
    board = presenter()
    minutes = [NOW + timedelta(minutes=n) for n in range(3)]
    codes = [code(text, at=at) for text, at in zip(("AAAA1111", "BBBB2222", "CCCC3333"), minutes, strict=True)]
    board.accept(snapshot(codes=codes), now=NOW, mono=0.0, is_live=True)

    joins = [board.view(now=at + timedelta(seconds=30), mono=0.0).join for at in minutes]

    assert [join.code for join in joins] == ["AAAA-1111", "BBBB-2222", "CCCC-3333"]
    assert joins[1].url == "https://carretas4.offices.example/t?c=BBBB2222"


def test_without_a_valid_code_it_says_so_instead_of_an_old_one() -> None:
    board = presenter()
    board.accept(snapshot(), now=NOW, mono=0.0, is_live=True)

    join = board.view(now=NOW + timedelta(minutes=5), mono=0.0).join

    assert (join.url, join.code) == ("", "")
    assert join.hint == "Código no disponible. Pregunte al personal"


def test_a_new_call_is_highlighted_for_a_while() -> None:
    board = presenter()
    board.accept(snapshot(call(1)), now=NOW, mono=100.0, is_live=True)

    news = [board.view(now=NOW, mono=mono).hero for mono in (100.0, 105.9, 106.0)]

    assert [hero.is_new for hero in news if hero] == [True, True, False]


def test_an_old_picture_says_its_age_and_trusts_no_occupancy() -> None:
    board = presenter()
    board.accept(snapshot(call(1)), now=NOW, mono=0.0, is_live=True)

    fresh, old, older = (board.view(now=NOW, mono=mono) for mono in (14.0, 32.0, 192.0))

    assert (fresh.strip, fresh.occupancy) == ("notice", "free")
    assert (old.strip, old.occupancy) == ("stale", "unknown")
    assert old.strip_text == "Sense notícies de l'oficina des de fa 30 s. Pregunteu al personal"
    assert older.strip_text == "Sin noticias de la oficina desde hace 3 min. Pregunte al personal"


def test_after_ten_minutes_without_news_no_call_is_shown_any_more() -> None:
    board = presenter()
    board.accept(snapshot(call(1)), now=NOW, mono=0.0, is_live=True)

    view = board.view(now=NOW, mono=600.0)

    assert (view.mode, view.hero, view.rows, view.join.url) == ("waiting", None, (), "")


def test_a_retained_snapshot_is_as_old_as_it_says() -> None:
    board = presenter()

    board.accept(snapshot(call(1)), now=NOW + timedelta(seconds=90), mono=1000.0, is_live=False)

    assert board.age_s(1000.0) == 90.0
    assert board.view(now=NOW, mono=1000.0).strip == "stale"


def test_a_live_snapshot_is_fresh_whatever_the_wall_clock_says() -> None:
    board = presenter()

    board.accept(snapshot(call(1)), now=NOW + timedelta(hours=3), mono=50.0, is_live=True)

    assert board.age_s(50.0) == 0.0
    assert board.view(now=NOW, mono=50.0).strip == "notice"


@pytest.mark.parametrize(
    ("opens_in", "text"),
    [
        (timedelta(hours=3), "Abre hoy a las 13:05"),
        (timedelta(hours=23), "Abre mañana a las 09:05"),
        (timedelta(days=4), "Abre el viernes a las 10:05"),
        (timedelta(hours=-1), "Gracias por su visita"),
        (None, "Gracias por su visita"),
    ],
)
def test_a_closed_office_says_when_it_opens(opens_in: timedelta | None, text: str) -> None:
    board = presenter()
    opens_at = None if opens_in is None else NOW + opens_in
    board.accept(snapshot(open=False, opens_at=opens_at), now=NOW, mono=0.0, is_live=True)

    view = board.view(now=NOW, mono=0.0)

    assert view.mode == "closed"
    assert view.headlines == ("Cerrado", "Tancat", "Closed")
    assert view.subline == text
    assert view.join.hint == ""


def test_at_closing_time_the_last_calls_stay_for_those_inside() -> None:
    board = presenter()
    board.accept(snapshot(call(1, age_s=60), open=False), now=NOW, mono=0.0, is_live=True)

    assert board.view(now=NOW, mono=0.0).mode == "calling"
    assert board.view(now=NOW + timedelta(minutes=15), mono=0.0).mode == "closed"


def test_an_open_office_without_calls_welcomes() -> None:
    board = presenter()
    board.accept(snapshot(), now=NOW, mono=0.0, is_live=True)

    assert board.view(now=NOW, mono=0.0).headlines == ("Le damos la bienvenida", "Us donem la benvinguda", "Welcome")


@pytest.mark.parametrize(
    ("occupancy", "state", "text"),
    [
        (BoardOccupancy(people=9, capacity=24, health="ok"), "free", "Hay sitio · 9 de 24 personas · En espera: 7"),
        (
            BoardOccupancy(people=24, capacity=24, state="full", health="ok"),
            "full",
            "Aforo completo · 24 de 24 personas · En espera: 7",
        ),
        (BoardOccupancy(people=0, capacity=24), "unknown", "Aforo sin datos fiables · En espera: 7"),
        (
            BoardOccupancy(people=0, capacity=24, health="degraded"),
            "unknown",
            "Aforo sin datos fiables · En espera: 7",
        ),
        (None, "none", ""),
    ],
)
def test_occupancy_in_words_and_never_a_wrong_zero(occupancy: BoardOccupancy | None, state: str, text: str) -> None:
    board = presenter()
    board.accept(snapshot(occupancy=occupancy), now=NOW, mono=0.0, is_live=True)

    view = board.view(now=NOW, mono=0.0)

    assert (view.occupancy, view.occupancy_text) == (state, text)


@pytest.mark.parametrize(
    ("changes", "mono", "state", "codes"),
    [
        ({"enter": ["A001"]}, 0.0, "enter", ("A001",)),
        ({"enter": ["A001", "B002"], "wait_outside": True}, 0.0, "wait", ("A001", "B002")),
        ({"enter": ["A001"], "wait_outside": True, "open": False}, 0.0, "closed", ()),
        ({"enter": ["A001"]}, 30.0, "ask", ()),
    ],
)
def test_the_door_says_enter_or_wait_and_who_may_enter(
    changes: dict[str, object], mono: float, state: str, codes: tuple[str, ...]
) -> None:
    board = presenter()
    board.accept(snapshot(**changes), now=NOW, mono=0.0, is_live=True)

    door = board.view(now=NOW, mono=mono).door

    assert (door.state, door.codes) == (state, codes)
    assert len(door.words) == 3


def test_more_codes_than_the_door_has_room_for_alternate() -> None:
    board = presenter()
    codes = [f"A{number:03}" for number in range(8)]
    board.accept(snapshot(enter=codes), now=NOW, mono=0.0, is_live=True)

    pages = [board.view(now=NOW, mono=mono).door.codes for mono in (0.0, 8.0)]

    assert pages == [tuple(codes[:6]), tuple(codes[6:])]


def test_the_door_asks_for_the_staff_before_the_first_snapshot() -> None:
    assert presenter().view(now=NOW, mono=0.0).door.state == "ask"


SCREEN = "\u200e\u2068Pantalla hall\u2069 · \u2068Display hall\u2069"


def test_identify_shows_the_office_by_its_title_and_the_display_first_language_first() -> None:
    board = presenter()
    board.accept(snapshot(title="Oficina 360 Carretas"), now=NOW, mono=0.0, is_live=True)

    board.identify(Identify(office="carretas4", seconds=20, asked_at=NOW), mono=5.0)

    assert board.view(now=NOW, mono=7.0).identify == ("Oficina 360 Carretas", SCREEN)
    assert board.view(now=NOW, mono=24.9).identify == ("Oficina 360 Carretas", SCREEN)
    assert board.view(now=NOW, mono=25.0).identify == ()


def test_identify_before_the_first_snapshot_shows_what_is_known_of_the_office() -> None:
    board = presenter(("es",))

    board.identify(Identify(office="carretas4", seconds=20, asked_at=NOW), mono=5.0)

    assert board.view(now=NOW, mono=6.0).identify == ("Oficina carretas4", "Pantalla hall")


def test_a_new_call_has_the_screen_for_itself_while_it_is_new() -> None:
    board = presenter()
    board.identify(Identify(office="carretas4", seconds=20, asked_at=NOW), mono=0.0)
    board.accept(snapshot(call(1)), now=NOW, mono=1.0, is_live=True)

    identities = [bool(board.view(now=NOW, mono=mono).identify) for mono in (1.0, 6.9, 7.0)]

    assert identities == [False, False, True]


def test_a_recall_of_an_older_call_is_the_large_one_while_it_is_new() -> None:
    board = presenter()
    board.accept(snapshot(call(2), call(1)), now=NOW, mono=0.0, is_live=True)
    board.accept(snapshot(call(2), call(1, recalls=1)), now=NOW, mono=60.0, is_live=True)

    heroes = [board.view(now=NOW, mono=mono).hero for mono in (60.0, 65.9, 66.0)]

    assert [hero.code for hero in heroes if hero] == ["A001", "A001", "A002"]


def test_rows_of_the_last_ten_seconds_are_marked() -> None:
    board = presenter()
    board.accept(snapshot(call(1)), now=NOW, mono=0.0, is_live=True)
    board.accept(snapshot(call(2), call(1)), now=NOW, mono=4.0, is_live=True)

    rows = [board.view(now=NOW, mono=mono).rows[0] for mono in (5.0, 9.9, 10.0)]

    assert [row.is_recent for row in rows] == [True, True, False]


@pytest.mark.parametrize("state", ["done", "missed", "moved-to-the-moon"])
def test_a_turn_that_nobody_expects_is_over_and_never_the_large_one(state: str) -> None:
    board = presenter()
    board.accept(snapshot(call(3, state=state), call(2), call(1, state="serving")), now=NOW, mono=0.0, is_live=True)

    view = board.view(now=NOW, mono=0.0)

    assert view.hero is not None
    assert (view.hero.code, view.hero.is_over) == ("A002", False)
    assert [(row.code, row.is_over) for row in view.rows] == [("A003", True), ("A001", False)]


@pytest.mark.parametrize(("is_open", "mode"), [(True, "welcome"), (False, "closed")])
def test_with_nobody_expected_no_call_is_shown(is_open: bool, mode: str) -> None:
    board = presenter()
    board.accept(snapshot(call(1, state="missed"), open=is_open), now=NOW, mono=0.0, is_live=True)

    view = board.view(now=NOW, mono=0.0)

    assert (view.mode, view.hero, view.rows) == (mode, None, ())


def test_a_painted_call_is_reported_with_its_latency() -> None:
    board = presenter()
    board.accept(snapshot(call(1)), now=NOW, mono=0.0, is_live=True)

    shown = board.shown("call-1", NOW + timedelta(milliseconds=120))

    assert shown is not None
    assert (shown.display, shown.call_id, shown.latency_ms) == ("hall", "call-1", 120.0)
    assert board.shown("call-2", NOW) is None


def test_an_unknown_zone_keeps_the_last_good_one() -> None:
    board = presenter()
    board.accept(snapshot(zone="Europe/Nowhere"), now=NOW, mono=0.0, is_live=True)

    assert board.view(now=NOW, mono=0.0).clock == "10:05"


def test_a_notice_that_lacks_a_language_is_shown_in_another() -> None:
    board = presenter()
    board.accept(snapshot(notices={"ca": "Avís"}), now=NOW, mono=0.0, is_live=True)

    assert board.view(now=NOW, mono=0.0).strip_text == "Avís"
    board.accept(snapshot(notices={}), now=NOW, mono=0.0, is_live=True)
    assert board.view(now=NOW, mono=0.0).strip == "none"
