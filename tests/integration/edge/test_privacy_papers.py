"""The papers about counting people: what the configuration says is what they say, and the poster prints on one page."""

from __future__ import annotations

import re
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image

from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.cli import main
from edge.contracts.cameras import CameraShapes, LayoutUsed, LineShape
from edge.contracts.shapes import digest
from edge.runtime.clock import ManualClock
from edge.runtime.resources import config_dir
from tests.fixtures.browser import NewPage, assert_accessible

COUNTER = config_dir() / "programs" / "counter.example.toml"


def run(folder: Path, *words: str, office: str = "carretas4", **keys: str) -> tuple[int, str, Path]:
    config = folder / "edge.toml"
    facts = {"office": office, "database": str(folder / "office.db"), **keys}
    config.write_text("".join(f'{key} = "{value}"\n' for key, value in facts.items()))
    out = folder / "papers"
    done = CliRunner().invoke(main, ["edge", "privacy", "--config", str(config), "--out", str(out), *words])
    return done.exit_code, done.output, out


def test_all_papers_are_written_and_name_who_answers(tmp_path: Path) -> None:
    code, output, out = run(tmp_path, "--counter", str(COUNTER))
    papers = {path.name: path.read_text("utf-8") for path in out.iterdir()}

    assert code == 0
    assert set(papers) == {"cartel-es.html", "cartel-ca.html", "cartel-en.html", "eipd.md", "registro.md"}
    for text in papers.values():
        assert "Consejería de Atención a la Ciudadanía (ejemplo ficticio)" in text
        assert "{{" not in text
        assert "None" not in text
    assert "No se graban imágenes" in papers["cartel-es.html"]
    assert "No es graven imatges" in papers["cartel-ca.html"]
    assert "No images are recorded" in papers["cartel-en.html"]
    assert not re.findall(r'(?:src|href)="(?!data:)', papers["cartel-es.html"])  # it stands alone
    assert "hall/demo" in output  # a camera that counts and is in no record
    assert "hall/demo" in papers["registro.md"]


def test_the_record_tells_cameras_as_they_are_configured_and_how_long_is_kept(tmp_path: Path) -> None:
    counter = tmp_path / "counter.toml"
    counter.write_text(
        'group = "hall"\nheat = false\n[cameras.door]\nkind = "rtsp"\nurl = "rtsp://x/"\n'
        "masks = [[[0, 0], [1, 0], [1, 1]], [[5, 5], [6, 5], [6, 6]]]\n"
        "[cameras.door.lines.a]\npoints = [[0, 0], [1, 1]]\n[cameras.door.lines.b]\npoints = [[0, 0], [1, 1]]\n"
        "door = false\n"
    )
    _, _, out = run(tmp_path, "--counter", str(counter))
    record, assessment = ((out / name).read_text("utf-8") for name in ("registro.md", "eipd.md"))

    assert "rtsp; líneas: 2 (puertas: 1); zonas: 0; máscaras: 2; mapa de presencia: no" in record
    assert "2 días" in record
    assert "13 meses" in record
    assert "no se ha leído la configuración" in assessment  # of the other camera
    assert "rtsp://x" not in record + assessment


def test_what_was_drawn_in_the_office_replaces_what_the_file_began_with(
    tmp_path: Path, manual_clock: ManualClock
) -> None:
    area = [(1.0, 1.0), (9.0, 1.0), (9.0, 9.0)]
    shapes = [CameraShapes(camera="door", lines=[LineShape(name="a", points=((5, 5), (5, 99)))], masks=[area, area])]
    told = LayoutUsed(group="hall", epoch="E", version=0, digest=digest(shapes), at=manual_clock.now(), cameras=shapes)
    parts = OfficeParts(EdgeConfig(office="carretas4", database=str(tmp_path / "office.db")), manual_clock)
    with closing(parts.database):
        parts.layouts.adopt(told)
        code, _, out = run(tmp_path, "--counter", str(COUNTER))  # beside the running office
    record, assessment = ((out / name).read_text("utf-8") for name in ("registro.md", "eipd.md"))

    assert code == 0
    assert "líneas: 1 (puertas: 1); zonas: 0; máscaras: 2; mapa de presencia: sí; dibujo versión 1" in record
    assert "1 líneas, 0 zonas, 2 máscaras, mapa de presencia sí (dibujo versión 1)" in assessment
    assert "v4l2; líneas: 1 (puertas: 0); zonas: 0; máscaras: 0; mapa de presencia: sí |" in record  # nobody drew it


def test_without_the_counters_files_it_says_what_is_not_known(tmp_path: Path) -> None:
    code, output, _ = run(tmp_path)

    assert code == 0
    assert output.count("no se ha leído la configuración") == 2


def test_an_office_that_names_nobody_gets_no_papers(tmp_path: Path) -> None:
    code, output, out = run(tmp_path, office="casadelmig")

    assert code == 1
    assert "casadelmig.toml: privacy: this part is missing" in output
    assert not out.exists()


@pytest.mark.parametrize("text", ["nonsense", "group = 3", 'group = "x"'])
def test_a_file_that_is_no_counters_is_named(tmp_path: Path, text: str) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(text)
    code, output, _ = run(tmp_path, "--counter", str(wrong))

    assert code == 1
    assert "wrong.toml" in output
    assert "Traceback" not in output


def test_words_of_the_configuration_stay_words(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    for part in ("catalogue", "holidays", "offices"):
        (documents / part).mkdir(parents=True)
        for file in (config_dir() / part).glob("*.toml"):
            (documents / part / file.name).write_text(file.read_text("utf-8"), "utf-8")
    office = documents / "offices" / "carretas4.toml"
    wicked = "<script>alert(1)</script> | *x* [a](b)"
    office.write_text(office.read_text("utf-8").replace("Consejería de Atención a la Ciudadanía", wicked), "utf-8")
    _, _, out = run(tmp_path, documents=str(documents))

    assert "<script>" not in (out / "cartel-es.html").read_text("utf-8")
    row = next(line for line in (out / "registro.md").read_text("utf-8").splitlines() if line.startswith("| Respons"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 3


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("language", ["es", "ca", "en"])
def test_the_poster_is_one_page_whose_code_leads_to_the_second_layer(
    tmp_path: Path, new_page: NewPage, language: str
) -> None:
    _, _, out = run(tmp_path)
    page = new_page(width=900, height=1250)
    page.goto((out / f"cartel-{language}.html").as_uri())
    page.evaluate("document.fonts.ready")

    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    codes = zxingcpp.read_barcodes(Image.open(BytesIO(page.locator(".qr").screenshot())))

    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
    assert [code.text for code in codes] == ["https://carretas4.offices.example/privacy"]
    assert_accessible(page)
