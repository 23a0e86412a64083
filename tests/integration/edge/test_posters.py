"""Posters: what comes out of the printer leads here, can be read, and can be taken out of use."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image

from edge.cli import main
from edge.runtime.design import contrast_ratio

PAPER_MM = {"a4": (210, 297), "a3": (297, 420)}
POSTERS = [f"cartel-{language}{level}" for language in ("es", "ca", "en", "ar") for level in ("", "-facil")]

LATIN = [name for name in POSTERS if "-ar" not in name]  # of lines from right to left pdfium reads out pieces


def run(folder: Path, *words: str, office: str = "carretas4") -> str:
    config = folder / "edge.toml"
    config.write_text(f'office = "{office}"\ndatabase = "{folder / "office.db"}"\n')
    done = CliRunner().invoke(main, ["edge", "posters", *words, "--config", str(config)])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the folder of the files and the id of the poster."""
    folder = tmp_path_factory.mktemp("posters")
    output = run(folder, "--out", str(folder / "out"), "--place", "Escaparate")
    return folder / "out", re.findall(r"poster (\w{8}):", output)[0]


def picture(file: Path, dpi: float, page: int = 0) -> Image.Image:
    document = pypdfium2.PdfDocument(file)
    return document[page].render(scale=dpi / 72).to_pil().convert("RGB")


def test_there_is_one_page_of_each_language_level_and_paper(printed: tuple[Path, str]) -> None:
    folder, _ = printed
    sizes = {}
    for file in folder.iterdir():
        document = pypdfium2.PdfDocument(file)
        sizes[file.name] = (len(document), *(round(side / 72 * 25.4) for side in document[0].get_size()))

    expected = {f"{name}-{size}.pdf": (1, *PAPER_MM[size]) for name in POSTERS for size in PAPER_MM}
    expected |= {f"puerta-{size}.pdf": (2, *reversed(PAPER_MM[size])) for size in PAPER_MM}
    assert sizes == expected


@pytest.mark.parametrize("dpi", [300, 60])
@pytest.mark.parametrize("name", POSTERS)
def test_the_code_is_read_from_the_printed_page_near_and_from_afar(
    printed: tuple[Path, str], name: str, dpi: float
) -> None:
    folder, poster = printed

    codes = zxingcpp.read_barcodes(picture(folder / f"{name}-a4.pdf", dpi))

    assert [code.text for code in codes] == [f"https://carretas4.offices.example/t?p={poster}"]
    assert codes[0].ec_level in ("Q", "H")


@pytest.mark.parametrize("name", LATIN)
def test_the_address_and_the_id_are_there_in_text(printed: tuple[Path, str], name: str) -> None:
    folder, poster = printed
    text = pypdfium2.PdfDocument(folder / f"{name}-a4.pdf")[0].get_textpage().get_text_range()

    assert "carretas4.offices.example" in text
    assert f"{poster[:4]}-{poster[4:]}" in text


def test_words_keep_their_contrast_on_paper(printed: tuple[Path, str]) -> None:
    folder, _ = printed
    poster, door = picture(folder / "cartel-es-a4.pdf", 72), [picture(folder / "puerta-a4.pdf", 72, n) for n in (0, 1)]
    band = {colour for _, colour in sorted(poster.crop((0, 0, 595, 90)).getcolors(70_000), reverse=True)[:2]}
    signs = [{colour for _, colour in sorted(page.getcolors(900_000), reverse=True)[:2]} for page in door]

    assert contrast_ratio(*map(as_hex, band)) >= 4.5
    assert [contrast_ratio(*map(as_hex, pair)) >= 7 for pair in signs] == [True, True]


def as_hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def test_a_poster_is_listed_printed_again_and_revoked(tmp_path: Path) -> None:
    made = run(tmp_path, "--out", str(tmp_path / "one"), "--size", "a4", "--language", "ca", "--place", "Aparador")
    poster = re.findall(r"poster (\w{8}):", made)[0]
    again = run(
        tmp_path,
        "--out",
        str(tmp_path / "two"),
        "--size",
        "a4",
        "--language",
        "ca",
        "--poster",
        f"{poster[:4]}-{poster[4:]}",
    )

    run(tmp_path, "revoke", poster)

    rows = json.loads(run(tmp_path, "list", "--json").splitlines()[-1])["posters"]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == [
        "cartel-ca-a4.pdf",
        "cartel-ca-facil-a4.pdf",
        "puerta-a4.pdf",
    ]
    assert f"poster {poster}:" in again
    assert [(row["id"], row["state"], row["place"], row["turns"]) for row in rows] == [
        (poster, "revoked", "Aparador", 0)
    ]
    refused = CliRunner().invoke(
        main,
        ["edge", "posters", "--config", str(tmp_path / "edge.toml"), "--out", str(tmp_path), "--poster", poster],
    )
    assert refused.exit_code == 1
    assert "out of use" in refused.output
