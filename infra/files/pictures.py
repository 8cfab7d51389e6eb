"""How is a picture drawn anew, so that nothing is left of a file but its pixels?"""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from application.files import FileFlaw, FileNotTaken, MediaType

FORMATS: Final = {MediaType.JPEG: "JPEG", MediaType.PNG: "PNG", MediaType.WEBP: "WEBP"}
# A progressive JPEG has some ten scans; each may be fifty bytes long and costs a pass over all pixels.
SCAN: Final = b"\xff\xda"
MOST_SCANS: Final = 64
# A seal or small print is still sharp at 90; the file is a third of one at 100.
QUALITY: Final = 90


def redrawn(content: bytes, media: MediaType, most_pixels: int, longest_side_px: int) -> bytes:
    """The same picture, upright, without place, device or any other word; of several frames the first.

    What is larger than ``longest_side_px`` is made smaller. Raises FileNotTaken.
    """
    if media is MediaType.JPEG and content.count(SCAN) > MOST_SCANS:
        raise FileNotTaken(FileFlaw.TOO_COMPLEX)
    try:
        drawn = _drawn(content, media, most_pixels, longest_side_px)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        drawn = None
    except Exception:  # noqa: BLE001  (a decoder that meets rubbish raises whatever it likes)
        raise FileNotTaken(FileFlaw.UNREADABLE) from None
    if drawn is None:
        raise FileNotTaken(FileFlaw.TOO_MANY_PIXELS)
    return drawn


def _drawn(content: bytes, media: MediaType, most_pixels: int, longest_side_px: int) -> bytes | None:
    """None when there are too many pixels, which is known before any is decoded."""
    with Image.open(BytesIO(content), formats=[FORMATS[media]]) as image:
        if image.width * image.height > most_pixels:
            return None
        # A JPEG is decoded at half or a quarter of its size at once: that is why this comes first.
        image.thumbnail((longest_side_px, longest_side_px))
        image.load()
        upright = ImageOps.exif_transpose(image)
        return _as_file(_plain(upright, media), media)


def _plain(image: Image.Image, media: MediaType) -> Image.Image:
    """Only pixels: palettes, inks and whatever was written beside them are gone."""
    see_through = media is not MediaType.JPEG and image.has_transparency_data
    mode = "RGBA" if see_through else "L" if image.mode in {"1", "L"} else "RGB"
    drawn = image.convert(mode)
    drawn.info = {}
    return drawn


def _as_file(image: Image.Image, media: MediaType) -> bytes:
    out = BytesIO()
    if media is MediaType.PNG:
        image.save(out, "PNG")
    else:
        image.save(out, FORMATS[media], quality=QUALITY)
    return out.getvalue()
