"""The child process that draws a stranger's file anew: the file on stdin, one line of facts and the drawing on stdout.

It ties its own hands after its libraries are loaded and before it reads the first byte (see ``confine``). PDF pages
become pictures of 200 dots an inch in a new PDF of the same size; pictures are decoded and encoded again, upright and
without metadata. Nothing is added to what is seen.
"""

from __future__ import annotations

import io
import json
import os
import sys
from typing import Any

import pillow_heif
import pypdfium2
import pypdfium2.raw
from PIL import Image, ImageChops, ImageOps, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin

from edge.adapters.sanitise import confine

DPI = 200  # the least that the standard of digitisation asks for
PAGE_PIXELS = 18_000_000  # a page of A2 at 200 dots an inch
QUALITY = 88
ICON_PX = 16  # smaller than that is no document

# Pillow loads plugins late: those of photos with two pictures and of what a camera notes are needed behind shut doors.
_LOADED = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin)


class Refused(Exception):
    """The file is not drawn; the one argument is the reason, a word of ``domain.documents.REASONS``."""


def main() -> int:
    """Draw one file; the first argument is its kind, the second the limits as JSON."""
    kind, limits = sys.argv[1], json.loads(sys.argv[2])
    _warm_up()
    confine.limit(memory=limits["memory"], cpu_s=limits["cpu_s"])
    own_network = confine.leave_the_network()
    confine.shut()
    facts: dict[str, Any] = {"network": own_network}
    drawing = b""
    try:
        data = confine.read_everything(0)
        drawing, found = draw(kind, data, pages=limits["pages"], pixels=limits["pixels"], most=limits["bytes"])
        facts |= found
    except Refused as refused:
        facts["refused"] = str(refused)
    except MemoryError:
        facts["refused"] = "too_heavy"
    _say(json.dumps(facts).encode() + b"\n" + drawing)
    return 0


def draw(kind: str, data: bytes, *, pages: int, pixels: int, most: int) -> tuple[bytes, dict[str, Any]]:
    """Return the drawing of *data* and its facts (``format``, ``pages``); raise ``Refused``."""
    try:
        drawing, facts = _draw_pages(data, pages) if kind == "pdf" else _draw_picture(kind, data, pixels)
    except Refused:
        raise
    except (pypdfium2.PdfiumError, OSError, SyntaxError, ValueError, EOFError, RuntimeError) as exc:
        raise Refused("broken") from exc
    if len(drawing) > most:
        raise Refused("too_heavy")
    return drawing, facts


# --- pictures -------------------------------------------------------------------------------------------------------


def _draw_picture(kind: str, data: bytes, pixels: int) -> tuple[bytes, dict[str, Any]]:
    picture = _opened(kind, data, pixels)
    plain = _plain(ImageOps.exif_transpose(picture))
    target = "png" if kind == "png" else "jpeg"
    out = io.BytesIO()
    if target == "png":
        plain.save(out, "PNG", compress_level=3)
    else:
        plain.save(out, "JPEG", quality=QUALITY)
    return out.getvalue(), {"format": target, "pages": 1}


def _opened(kind: str, data: bytes, pixels: int) -> Image.Image:
    if kind == "heic":
        held = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
        _must_fit(held.size, pixels)
        return held.to_pillow()
    picture = Image.open(io.BytesIO(data), formats=[kind.upper()])
    _must_fit(picture.size, pixels)
    picture.load()
    return picture


def _must_fit(size: tuple[int, int], pixels: int) -> None:
    if size[0] * size[1] > pixels:
        raise Refused("too_many_pixels")
    if min(size) < ICON_PX:
        raise Refused("broken")


def _plain(picture: Image.Image) -> Image.Image:
    """Return *picture* in grey or in colour, on white where it was see-through, without anything attached to it."""
    if picture.mode in ("L", "1", "I;16", "I"):
        kept = picture.convert("L")
    elif picture.mode in ("RGBA", "LA", "PA", "P"):
        layered = picture.convert("RGBA")
        kept = Image.new("RGB", picture.size, "white")
        kept.paste(layered, mask=layered.getchannel("A"))
    else:
        kept = picture.convert("RGB")
    kept.info = {}
    return kept


# --- pages ----------------------------------------------------------------------------------------------------------


def _draw_pages(data: bytes, most: int) -> tuple[bytes, dict[str, Any]]:
    source = _document(data)
    count = len(source)
    if count == 0:
        raise Refused("broken")
    if count > most:
        raise Refused("too_many_pages")
    source.init_forms()  # what somebody filled in is part of the page
    target = pypdfium2.PdfDocument.new()
    for number in range(count):
        _draw_page(source, number, target)
    out = io.BytesIO()
    target.save(out)
    return out.getvalue(), {"format": "pdf", "pages": count}


def _document(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as exc:
        locked = getattr(exc, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise Refused("password" if locked else "broken") from exc


def _draw_page(source: pypdfium2.PdfDocument, number: int, target: pypdfium2.PdfDocument) -> None:
    page = source[number]
    width, height = page.get_size()
    scale = DPI / 72
    if width * height * scale * scale > PAGE_PIXELS:
        raise Refused("page_too_large")
    bitmap = page.render(scale=scale, may_draw_forms=True, draw_annots=True)
    picture = _without_colour(bitmap.to_pil().convert("RGB"))
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=QUALITY)
    bitmap.close()
    page.close()
    sheet = target.new_page(width, height)
    drawn = pypdfium2.PdfImage.new(target)
    jpeg.seek(0)
    drawn.load_jpeg(jpeg, inline=True)
    drawn.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    sheet.insert_obj(drawn)
    sheet.gen_content()
    sheet.close()


def _without_colour(picture: Image.Image) -> Image.Image:
    """Return *picture* in grey when it holds no colour: a third of the bytes for most letters and forms."""
    red, green, blue = picture.split()
    differs = ImageChops.difference(red, green).getextrema()[1] or ImageChops.difference(green, blue).getextrema()[1]
    return picture if differs else red


# --- the process ----------------------------------------------------------------------------------------------------


def _warm_up() -> None:
    """Use each library once, so that whatever it loads late is there before nothing can be opened any more."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit is asked before anything is decoded
    Image.preinit()
    pillow_heif.options.DECODE_THREADS = 1
    for format_ in ("JPEG", "PNG"):
        held = io.BytesIO()
        Image.new("RGB", (ICON_PX, ICON_PX)).save(held, format_)
        Image.open(io.BytesIO(held.getvalue()), formats=[format_]).load()
    blank = pypdfium2.PdfDocument.new()
    blank.new_page(20, 20).render(scale=1).to_pil()
    written = io.BytesIO()
    blank.save(written)


def _say(answer: bytes) -> None:
    view = memoryview(answer)
    while view:
        view = view[os.write(1, view) :]


if __name__ == "__main__":
    raise SystemExit(main())
