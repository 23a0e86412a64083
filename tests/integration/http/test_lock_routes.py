"""The lock, emergencies and help through the API: who may, who is refused, what the log keeps."""

from __future__ import annotations

import pytest
from httpx import Client

from edge.runtime.weblogin import Role
from tests.fakes.client import client
from tests.fakes.office import PASSWORD, FakeOffice

LOCK_S = 5 * 60 + 1


def codes(office: FakeOffice, stream: str) -> list[tuple[str, str, str]]:
    return [(e.type, e.actor, e.reason) for e in office.database.events if e.stream == stream]


# --- the lock -------------------------------------------------------------------------------------------------------


def test_a_locked_page_opens_nothing_but_its_lock(office: FakeOffice, log_in) -> None:
    marta = log_in("marta")
    office.clock.move(LOCK_S)

    page, data = marta.get("/desk"), marta.post("/api/v1/desks/1/open")
    seen = marta.get("/api/v1/session").json()
    stays = marta.post("/api/v1/session/stay")

    assert page.headers["location"] == "/lock?next=/desk"
    assert (data.status_code, data.json()["code"]) == (423, "locked")
    assert (seen["locked"], seen["seconds_left"], stays.status_code) == (True, 0, 423)
    assert "Marta" in marta.get("/lock?next=/desk").text


def test_the_password_opens_it_and_leads_back(office: FakeOffice, log_in) -> None:
    marta = log_in("marta")
    office.clock.move(LOCK_S)

    wrong = marta.form("/unlock", password="guess guess", next="/desk")
    right = marta.form("/unlock", password=PASSWORD, next="/desk")

    assert (wrong.status_code, right.headers["location"]) == (401, "/desk")
    assert marta.get("/desk").status_code == 200
    assert codes(office, "access")[-4:] == [
        ("staff_came_in", "agent:agent", "password"),
        ("staff_locked", "agent:agent", "idle"),
        ("staff_unlock_refused", "agent:agent", "wrong"),
        ("staff_unlocked", "agent:agent", "password"),
    ]


def test_guessing_at_the_lock_is_slowed_down_and_going_out_ends_it(office: FakeOffice, log_in) -> None:
    marta = log_in("marta")
    marta.form("/lock")
    for _ in range(5):
        marta.form("/unlock", password="guess guess")
    slowed = marta.form("/unlock", password=PASSWORD)
    out = marta.form("/logout")

    assert (slowed.status_code, out.headers["location"]) == (429, "/login")
    assert marta.get("/lock").headers["location"] == "/login?next=/lock"


def test_a_form_of_another_site_neither_unlocks_nor_locks(office: FakeOffice, log_in) -> None:
    marta = log_in("marta")

    assert marta.http.post("/lock", data={"csrf": "forged"}).status_code == 403
    assert marta.get("/desk").status_code == 200
    office.clock.move(LOCK_S)
    assert marta.http.post("/unlock", data={"csrf": "forged", "password": PASSWORD}).status_code == 403


def test_what_pages_ask_by_themselves_does_not_keep_them_open(office: FakeOffice, log_in) -> None:
    marta = log_in("marta")
    for _ in range(6):
        office.clock.move(60)
        marta.get("/desk/1/now")
        marta.get("/api/v1/session")
        marta.get("/api/v1/alerts")

    assert marta.get("/desk").headers["location"] == "/lock?next=/desk"


def test_staying_keeps_it_open(office: FakeOffice, log_in) -> None:
    marta = log_in("marta")
    for _ in range(20):
        office.clock.move(200)
        assert marta.post("/api/v1/session/stay").json()["seconds_left"] == 300


def test_an_open_page_does_not_show_its_lock(log_in) -> None:
    assert log_in("marta").get("/lock?next=/desk").headers["location"] == "/desk"
    assert log_in("marta").get("/lock?next=//evil.example").headers["location"] == "/staff"


def test_the_time_before_is_told_once(office: FakeOffice, log_in) -> None:
    log_in("marta")
    office.clock.move(86400)
    client(office.app()).post("/login", data={"login": "marta", "password": "guess guess"})
    marta = log_in("marta")
    told = marta.get("/desk").text

    assert "Su última entrada: el lunes 23/11 a las" in told
    assert "1 intento fallido" in told
    assert "última entrada" not in marta.get("/desk").text


def test_without_a_corporate_log_in_there_is_no_way_to_it(phone: Client) -> None:
    assert phone.get("/login/oidc").status_code == 404
    assert phone.get("/login/oidc/back?code=x&state=y").status_code == 404
    assert "Entrar con" not in phone.get("/login").text


# --- emergencies ----------------------------------------------------------------------------------------------------


def test_an_emergency_is_where_the_person_serves(office: FakeOffice, log_in) -> None:
    office.open_desk("3", "agent")
    marta, rosa, luis = log_in("marta"), log_in("rosa"), log_in("luis")

    at_desk = marta.post("/api/v1/emergency", silent=True)
    at_door = rosa.post("/api/v1/emergency")
    named = luis.post("/api/v1/emergency", desk="2")
    nowhere = luis.post("/api/v1/emergency", desk="99")

    assert (at_desk.status_code, at_desk.json()["place"], at_desk.json()["silent"]) == (201, "desk/3", True)
    assert (at_door.json()["place"], named.json()["place"]) == ("hall/entrance", "desk/2")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "no_such_desk")
    assert [alert["label"] for alert in luis.get("/api/v1/alerts").json()] == ["Puesto 3", "Entrada", "Puesto 2"]


def test_an_emergency_is_taken_by_somebody_else_and_ends_with_a_reason(log_in) -> None:
    marta, tecnica = log_in("marta"), log_in("tecnica")
    alert = marta.post("/api/v1/emergency").json()["id"]

    own = marta.post(f"/api/v1/alerts/{alert}/take")
    early = tecnica.post(f"/api/v1/alerts/{alert}/end", reason="over")
    taken = tecnica.post(f"/api/v1/alerts/{alert}/take")
    odd = tecnica.post(f"/api/v1/alerts/{alert}/end", reason="whatever")
    over = tecnica.post(f"/api/v1/alerts/{alert}/end", reason="over")

    assert (own.json()["code"], early.json()["code"]) == ("own_emergency", "take_first")
    assert (taken.json()["taken_by"], taken.json()["mine"]) == ("Tecnica", False)
    assert (odd.status_code, over.json()["state"]) == (400, "ended")
    assert tecnica.get("/api/v1/alerts").json() == []


def test_forms_lead_back_to_the_page_that_they_came_from(log_in) -> None:
    marta, luis = log_in("marta"), log_in("luis")
    alert = marta.post("/api/v1/emergency").json()["id"]

    taken = luis.http.post(
        f"/alerts/{alert}/take", data={"csrf": luis.csrf}, headers={"referer": "http://testserver/desk/2?lang=es"}
    )
    ended = luis.http.post(
        f"/alerts/{alert}/end",
        data={"csrf": luis.csrf, "reason": "over"},
        headers={"referer": "http://testserver//evil.example/"},
    )

    assert (taken.headers["location"], ended.headers["location"]) == ("/desk/2", "/staff")


# --- help -----------------------------------------------------------------------------------------------------------


def test_help_is_for_people_in_the_office(office: FakeOffice, phone: Client) -> None:
    from_afar = phone.post("/api/v1/help", json={"place": "hall/waiting"})
    guessed = phone.post("/api/v1/help", json={"place": "hall/waiting", "code": "NOPE"})
    here = phone.post("/api/v1/help", json={"place": "hall/waiting", "code": office.hall_code().code})

    assert (from_afar.json()["code"], guessed.json()["code"]) == ("not_here", "wrong_code")
    assert (here.status_code, here.json()["state"]) == (201, "raised")


def test_a_phone_follows_and_withdraws_its_request(office: FakeOffice, phone: Client, log_in) -> None:
    code = office.hall_code().code
    nothing = phone.get("/api/v1/my/help")
    asked = phone.post("/api/v1/help", json={"place": "zone/Planta 1", "code": code}).json()
    again = phone.post("/api/v1/help", json={"place": "hall/entrance"}).json()
    log_in("rosa").post(f"/api/v1/alerts/{asked['id']}/take")
    taken = phone.get("/api/v1/my/help").json()
    withdrawn = phone.delete("/api/v1/my/help").json()

    assert nothing.json()["code"] == "no_help"
    assert again["id"] == asked["id"]
    assert (taken["state"], withdrawn["state"]) == ("taken", "withdrawn")


def test_a_phone_that_calls_again_and_again_is_slowed_down(office: FakeOffice, phone: Client) -> None:
    code, answers = office.hall_code().code, []
    for _ in range(4):
        answers.append(phone.post("/api/v1/help", json={"place": "hall/waiting", "code": code}))
        phone.delete("/api/v1/my/help")

    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert answers[-1].json()["code"] == "too_many_help"
    assert int(answers[-1].headers["retry-after"]) > 0


def test_a_place_that_is_not_here_is_refused(office: FakeOffice, phone: Client) -> None:
    answer = phone.post("/api/v1/help", json={"place": "hall/<script>", "code": office.hall_code().code})

    assert (answer.status_code, answer.json()["code"]) == (400, "no_such_place")


def test_a_kiosk_asks_for_help_and_hears_only_of_its_own(office: FakeOffice, phone: Client, log_in) -> None:
    office.device("booth-1", kind="booth")
    office.device("booth-2", kind="booth")
    own = {"Authorization": f"Bearer {office.bearer('booth-1')}"}
    other = {"Authorization": f"Bearer {office.bearer('booth-2')}"}

    asked = phone.post("/api/v1/device/help", json={"languages": ["ar", "es"]}, headers=own)
    place = f"/api/v1/device/help/{asked.json()['id']}"
    shown = log_in("rosa").get("/api/v1/alerts").json()[0]

    assert asked.status_code == 201
    assert (phone.get(place, headers=own).status_code, phone.get(place, headers=other).status_code) == (200, 404)
    assert (shown["label"], shown["languages"]) == ("booth-1", ["العربية", "Español"])
    assert phone.post("/api/v1/device/help", json={}).status_code == 401


@pytest.mark.parametrize(("login", "seen"), [("rosa", 1), ("luis", 1), ("marta", 0), ("tecnica", 0)])
def test_help_is_told_to_the_door_first(office: FakeOffice, log_in, login: str, seen: int) -> None:
    office.web.alerts.ask_help("hall/waiting", actor="phone", phone="some phone")
    staff = log_in(login)
    first = len(staff.get("/api/v1/alerts").json())
    office.clock.move(91)
    office.web.alerts.tidy()
    staff.post("/api/v1/session/stay")
    office.hub.publish(["alerts"])

    assert first == seen
    assert len(staff.get("/api/v1/alerts").json()) == 1


def test_only_the_front_of_the_office_raises_emergencies(log_in) -> None:
    assert log_in("tecnica").post("/api/v1/emergency").status_code == 403
    assert {str(Role.TECHNICIAN)} == set(log_in("tecnica").get("/api/v1/session").json()["roles"])


# --- what a locked page tells ---------------------------------------------------------------------------------------


def test_a_locked_page_says_where_help_is_needed_and_nothing_else(office: FakeOffice, log_in) -> None:
    rosa, marta = log_in("rosa"), log_in("marta")
    turn = office.turn("certificado")
    alert = office.web.alerts.ask_help("hall/waiting", actor="phone", languages=["ar"], phone="p", turn=turn.id)
    rosa.form("/lock")
    marta.form("/lock")

    seen, not_hers = rosa.get("/lock?next=/helper").text, marta.get("/lock").text
    taken = rosa.post(f"/api/v1/alerts/{alert.id}/take")

    assert "Piden ayuda: Sala de espera" in seen
    assert "العربية" not in seen.split('id="live"')[1].split("</div>")[0]
    assert turn.code not in seen
    assert "Desbloquee la página para ir" in seen
    assert "Piden ayuda" not in not_hers
    assert taken.status_code == 423


def test_a_locked_page_keeps_a_silent_emergency_to_itself(office: FakeOffice, log_in) -> None:
    rosa = log_in("rosa")
    office.web.alerts.emergency("desk/2", actor="agent:jordi", silent=True)
    office.web.alerts.emergency("desk/1", actor="agent:jordi")
    rosa.form("/lock")

    seen = rosa.get("/lock").text

    assert "Emergencia: Puesto 1" in seen
    assert "Puesto 2" not in seen
