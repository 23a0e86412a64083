"""An office that cannot be meant is refused with file, key and a sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from edge.adapters.documents import read_office, read_settings
from edge.cli.office import edge
from edge.runtime.config import ConfigError
from edge.runtime.resources import config_dir
from edge.services.settings import build_office

OFFICE = """
id = "prueba"
title = "Prueba"
address = "Calle Mayor, 1"
zone = "Europe/Madrid"
languages = ["es", "ca", "en"]
public_url = "https://prueba.offices.example"
dir3 = "O00000001"
brand = "#0b5394"
holidays = ["es"]
services = ["registro"]
capacity = { people = 10 }

[[hours]]
days = ["mon", "tue"]
opens = "08:00"
closes = "14:00"

[[season]]
first = "08-01"
last = "08-31"
hours = []

[[special]]
date = 2026-12-24
opens = "08:00"
closes = "12:00"

[queue.registro]
letter = "A"
names = { es = "Registro", ca = "Registre", en = "Registry" }

[desk.1]
label = "1"
queues = ["registro"]
"""
HOURS = 'days = ["mon", "tue"]\nopens = "08:00"\ncloses = "14:00"\n'
SPECIAL = 'date = 2026-12-24\nopens = "08:00"\ncloses = "12:00"\n'
DESK = '[desk.1]\nlabel = "1"\nqueues = ["registro"]\n'


def written(folder: Path, old: str = "", new: str = "") -> Path:
    assert old in OFFICE
    file = folder / "prueba.toml"
    file.write_text(OFFICE.replace(old, new, 1), "utf-8")
    return file


def more(row: str, table: str, new: str) -> tuple[str, str]:
    return row, f"{row}\n{table}\n{new}"


WRONG = [
    ('closes = "14:00"', 'closes = "07:00"', "hours[0].closes", "closes at 07:00, before it opens at 08:00"),
    ('closes = "14:00"', 'closes = "08:00"', "hours[0].closes", "opens and closes at 08:00"),
    ('closes = "14:00"', 'closes = "8:00"', "hours[0].closes", "must be a time as 08:00, not '8:00'"),
    ('["mon", "tue"]', "[]", "hours[0].days", "names no day"),
    ('["mon", "tue"]', '["mon", "mon"]', "hours[0].days", "'mon' is there twice"),
    ('["mon", "tue"]', '["mon", "dom"]', "hours[0].days[1]", "'dom' is unknown: one of mon, tue"),
    (*more(HOURS, "[[hours]]", 'days = ["tue"]\nopens = "13:00"\ncloses = "16:00"'), "hours[1].days",
     "tue 13:00-16:00 overlaps with tue 08:00-14:00"),
    (*more(HOURS, "[[hours]]", 'days = ["sun"]\nopens = "22:00"\ncloses = "02:00"\n[[hours]]\ndays = ["mon"]\n'
           'opens = "01:00"\ncloses = "03:00"'), "hours[2].days", "mon 01:00-03:00 overlaps with sun 22:00-02:00"),
    ('first = "08-01"', 'first = "02-30"', "season[0].first", "02-30 is no day of the year"),
    (*more("hours = []\n", "[[season]]", 'first = "08-15"\nlast = "09-15"\nhours = []'), "season[1].first",
     "08-15 is already in season[0]"),
    ('closes = "12:00"', 'closes = "07:30"', "special[0].closes", "closes at 07:30, before it opens at 08:00"),
    (*more(SPECIAL, "[[special]]", "date = 2026-12-24"), "special[1].date", "2026-12-24 is there twice"),
    (*more(SPECIAL, "[[special]]", "date = 2026-12-23"), "special[1].date", "is before the day above it"),
    ('queues = ["registro"]', "queues = []", "desk.1.queues", "serves no queue"),
    ('queues = ["registro"]', 'queues = ["registro", "registro"]', "desk.1.queues", "'registro' is there twice"),
    ('label = "1"', 'label = " "', "desk.1.label", "is empty"),
    (*more(DESK, "[desk.2]", 'label = "1"\nqueues = ["registro"]'), "desk.2.label", "desk '1' has the label '1'"),
    (*more('brand = "#0b5394"', "", 'zone_access = { "Planta 9" = { es = "Ascensor" } }'), "zone_access.Planta 9",
     "no desk is in that zone"),
    ('"#0b5394"', '"blue"', "brand", "must be a colour as #0b5394, not 'blue'"),
    ('["es", "ca", "en"]', "[]", "languages", "one language at least"),
    ('["es", "ca", "en"]', '["es", "es"]', "languages", "'es' is there twice"),
    ("[queue.registro]", '[queue."Registro 1"]', "queue.Registro 1", "must be a lower-case name as tramites-1"),
    ('queues = ["registro"]', 'queues = ["registro"]\nshift = []', "desk.1.shift",
     "is written once for the office: [[shift]] with desks, days, opens, closes"),
    ('queues = ["registro"]', 'queues = ["registro"]\npause = []', "desk.1.pause", "[[shift]] with pauses"),
    (*more(SPECIAL, "[agenda]", "shift = []"), "agenda.shift", "is written once for the office: [[shift]]"),
    (*more(SPECIAL, "[[shift]]", 'desks = ["9"]\ndays = ["mon"]\nopens = "08:00"\ncloses = "14:00"'),
     "shift[0].desks", "there is no desk '9'"),
    (*more(SPECIAL, "[[shift]]", 'desks = ["1"]\ndays = ["mon"]\nopens = "14:00"\ncloses = "08:00"'),
     "shift[0].closes", "a night is two shifts"),
    (*more(SPECIAL, "[[shift]]", 'desks = ["1"]\ndays = ["mon"]\nopens = "08:00"\ncloses = "14:00"\n'
           'pauses = [{ opens = "13:45", closes = "14:15" }]'), "shift[0].pauses", "is no time inside the shift"),
    ('id = "prueba"', 'id = "otra"', "id", "must be the name of the file"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "reason"), WRONG)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, key: str, reason: str) -> None:
    file = written(tmp_path, old, new)

    with pytest.raises(ConfigError) as refused:
        read_office(file, config_dir())

    assert (refused.value.file, refused.value.key) == (file, key)
    assert reason in refused.value.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ('closes = "14:00"', 'closes = "06:00"'),
        more(HOURS, "[[hours]]", 'days = ["tue"]\nopens = "16:00"\ncloses = "20:00"'),
        more(DESK, "[desk.2]", 'label = "1"\nzone = "Planta 1"\nqueues = ["registro"]'),
        ('opens = "08:00"\ncloses = "12:00"\n', ""),
        ('first = "08-01"\nlast = "08-31"', 'first = "12-20"\nlast = "01-07"'),
    ],
    ids=["as it is", "a night", "two shifts", "a label in another zone", "a closed day", "over New Year"],
)
def test_what_can_be_meant_is_read(tmp_path: Path, old: str, new: str) -> None:
    assert read_office(written(tmp_path, old, new), config_dir()).office.id == "prueba"


@pytest.mark.parametrize(
    ("row", "key"), [('[yearly]\n02-30 = "x"', "yearly.02-30"), ('[dates]\n2026-13-01 = "x"', "dates.2026-13-01")]
)
def test_a_holiday_that_no_calendar_has_is_told_in_its_own_file(tmp_path: Path, row: str, key: str) -> None:
    shutil.copytree(config_dir() / "catalogue", tmp_path / "catalogue")
    (tmp_path / "offices").mkdir()
    written(tmp_path / "offices")
    (tmp_path / "holidays").mkdir()
    (tmp_path / "holidays" / "es.toml").write_text(f'title = "x"\n{row}\n', "utf-8")

    with pytest.raises(ConfigError) as refused:
        read_settings(tmp_path, "prueba")

    assert (refused.value.file.name, refused.value.key) == ("es.toml", key)


SERVICE = """
version = 1
[service.registro]
names = { es = "Registro" }
queue = "registro"
minutes = 5
dir3 = "A13000001"
sia = "2900001"
[service.atencion_en_privado]
names = { es = "Atención en privado", en = "Talk in private" }
queue = "registro"
minutes = 5
dir3 = "A13000001"
sia = "2900002"
neutral = true
formerly = ["salud_mental"]
"""


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("service.atencion_en_privado", "service.violencia", "service.violencia", "'violencia' is seen in addresses"),
        ("atencion_en_privado]", "atencion_salud]", "service.atencion_salud", "'salud' is seen in addresses"),
        ('"salud_mental"', '"registro"', "service.atencion_en_privado.formerly", "already an id of 'registro'"),
        ('"salud_mental"', '"a1", "a1"', "service.atencion_en_privado.formerly", "already an id of 'atencion_en"),
    ],
)
def test_the_id_of_a_sensitive_service_says_no_more_than_its_names(
    tmp_path: Path, old: str, new: str, key: str, reason: str
) -> None:
    assert old in SERVICE
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "services.toml").write_text(SERVICE.replace(old, new, 1), "utf-8")

    with pytest.raises(ConfigError) as refused:
        read_office(written(tmp_path, '["es"]', "[]"), tmp_path)

    assert (refused.value.file.name, refused.value.key) == ("services.toml", key)
    assert reason in refused.value.reason


def test_a_service_is_found_by_a_former_id_and_listed_once(tmp_path: Path) -> None:
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "services.toml").write_text(SERVICE, "utf-8")
    file = written(tmp_path, 'services = ["registro"]', 'services = ["registro", "atencion_en_privado"]')
    file.write_text(file.read_text("utf-8").replace('["es"]', "[]", 1), "utf-8")

    office = build_office(read_office(file, tmp_path))

    assert list(office.services) == ["registro", "atencion_en_privado"]
    assert office.service("salud_mental") is office.service("atencion_en_privado")
    assert [office.id_now(name) for name in ("salud_mental", "otra")] == ["atencion_en_privado", "otra"]


def test_check_config_knows_the_document_of_an_office(tmp_path: Path) -> None:
    good = CliRunner().invoke(edge, ["check-config", str(written(tmp_path))])
    bad = CliRunner().invoke(edge, ["check-config", "--config", str(written(tmp_path, '"#0b5394"', '"blue"'))])

    assert (good.exit_code, good.output) == (0, f"{tmp_path / 'prueba.toml'}: ok\n")
    assert (bad.exit_code, bad.output) == (
        1,
        f"Error: {tmp_path / 'prueba.toml'}: brand: must be a colour as #0b5394, not 'blue'\n",
    )


def test_check_config_takes_the_catalogue_beside_the_office(tmp_path: Path) -> None:
    for name in ("offices", "catalogue"):
        (tmp_path / name).mkdir()
    (tmp_path / "catalogue" / "services.toml").write_text("version = 1\n[service]\n", "utf-8")

    result = CliRunner().invoke(edge, ["check-config", str(written(tmp_path / "offices", '["es"]', "[]"))])

    assert "'registro' is not in the catalogue" in result.output


def test_check_config_without_a_file_checks_every_office() -> None:
    result = CliRunner().invoke(edge, ["check-config"])

    assert (result.exit_code, result.output.count(": ok\n")) == (0, 3)


PRIVACY = """
[privacy]
version = 1
since = 2026-11-01
controller = "Ejemplo"
address = "Calle Mayor, 1"
email = "privacidad@prueba.offices.example"
dpo = "dpd@prueba.offices.example"
purpose = { es = "Aforo" }
basis = { es = "Interés público" }
[[privacy.camera]]
group = "hall"
camera = "door"
place = "Puerta"
"""


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('controller = "Ejemplo"', 'controller = " "', "privacy.controller"),
        ('purpose = { es = "Aforo" }', 'purpose = { ca = "Aforament" }', "privacy.purpose"),
        ('basis = { es = "Interés público" }', "basis = {}", "privacy.basis"),
        (
            'place = "Puerta"\n',
            'place = "Puerta"\n[[privacy.camera]]\ngroup = "hall"\ncamera = "door"\nplace = "Otra"\n',
            "privacy.camera",
        ),
        ('[[privacy.camera]]\ngroup = "hall"\ncamera = "door"\nplace = "Puerta"\n', "camera = []\n", "privacy.camera"),
        ("version = 1", "version = 0", "privacy"),
    ],
)
def test_privacy_has_no_gap_that_the_poster_would_show(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in PRIVACY
    good, bad = tmp_path / "good", tmp_path / "bad"
    for folder, text in ((good, PRIVACY), (bad, PRIVACY.replace(old, new, 1))):
        folder.mkdir()
        (folder / "prueba.toml").write_text(OFFICE + text, "utf-8")

    read_office(good / "prueba.toml", config_dir())
    with pytest.raises(ConfigError) as told:
        read_office(bad / "prueba.toml", config_dir())
    assert key in str(told.value)
