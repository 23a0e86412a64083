"""Three long ways through the whole house: a paper ticket, a command of the centre, and a camera."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import zxingcpp
from PIL import Image

from edge.demo.processes import wait_for
from edge.demo.stage import Stage
from tests.integration.demo.test_concurrency import Client

pytestmark = pytest.mark.slow


def test_a_paper_ticket_comes_out_and_its_code_follows_the_turn(stage: Stage) -> None:
    stage.start()
    agent, helper = (next(p for p in stage.staff if p.role == role) for role in ("agent", "helper"))
    with closing(Client.log_in(stage, agent)) as desk, closing(Client.log_in(stage, helper)) as door:
        desk.post("desks/1/open").raise_for_status()
        wait_for("the ticket printer", lambda: "ticket-1" in stage.devices(), 10)
        answer = door.post("helper/turns", service="registro", language="ca", paper=True).raise_for_status().json()
        paper = stage.layout.office / "devices" / "ticket-1" / f"{answer['job']}.png"
        wait_for("the paper", paper.exists, 10)
        desk.post("desks/1/next").raise_for_status()

    text = paper.with_suffix(".txt").read_text()
    assert answer["turn"]["code"] in text
    page = httpx.get(scanned(paper))
    assert page.status_code == 200
    assert answer["turn"]["code"] in page.text


def test_the_centre_makes_the_screens_say_who_they_are(stage: Stage) -> None:
    stage.start()
    with httpx.Client(base_url=stage.centre_url) as client:
        client.post("/login", data={"name": stage.operator.login, "password": stage.operator.password})
        wait_for("the office at the centre", lambda: "carretas4" in client.get("/api/offices").text, 15)
        sent = client.post(
            "/api/offices/carretas4/commands",
            json={"type": "identify", "args": {"seconds": 5}},
            headers={"X-CSRF-Token": csrf(client, "/offices/carretas4")},
        )
        sent.raise_for_status()
        wait_for("the answer of the office", lambda: '"done"' in client.get("/api/offices/carretas4").text, 15)

    log = stage.run("edge", "audit", "verify", "--config", str(stage.edge_config), "--json")
    assert '"command_accepted": 1, "command_done": 1' in log


def test_a_technician_looks_through_the_camera_and_draws_under_the_rights_of_the_broker(stage: Stage) -> None:
    stage.start()
    technician = next(p for p in stage.staff if p.role == "technician")
    with closing(Client.log_in(stage, technician)) as client:
        wait_for("the camera", lambda: client.get("cameras").json(), 30)
        card = client.get("cameras").json()[0]
        layout = client.get(f"cameras/{card['group']}/layout").json()["layout"]
        camera = layout["cameras"][0]
        session = client.post(f"cameras/{card['group']}/{camera['camera']}/view").raise_for_status().json()["session"]
        wait_for("a picture", lambda: client.get(f"camera-views/{session}").json()["frame"], 20)
        zone = {"name": "hall", "points": [[10, 10], [300, 10], [300, 300]]}
        wish = {"version": layout["version"], "reason": "trial", "cameras": [{**camera, "zones": [zone]}]}
        client.put(f"cameras/{card['group']}/layout", **wish).raise_for_status()
        wait_for("the counter with version 2", lambda: client.get("cameras").json()[0]["use"] == "in_use", 20)

        assert client.get("cameras").json()[0]["used"] == layout["version"] + 1 == 2


def scanned(picture: Path) -> str:
    """Return the address in the QR code of *picture*."""
    with Image.open(picture) as image:
        codes = zxingcpp.read_barcodes(image.convert("L"))
    return codes[0].text


def csrf(client: httpx.Client, path: str) -> str:
    """Return the token that a page carries for its forms."""
    page = client.get(path)
    found = re.search(r'name="csrf"[^>]*value="([^"]+)"', page.text)
    return found[1] if found else ""
