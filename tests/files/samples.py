"""Which files do people upload, and which do those who mean harm?"""

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

# The test file that every virus scanner knows, in two halves so that none finds it here.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
GPS_IFD, GPS_LATITUDE, MAKE, ORIENTATION = 0x8825, 2, 0x010F, 0x0112
TURNED = 6


def picture(size: tuple[int, int] = (40, 30)) -> Image.Image:
    """Something with more than one colour."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((20, 20, 220), (0, 0, size[0] // 2, size[1] // 2))
    return image


def jpeg(size: tuple[int, int] = (40, 30)) -> bytes:
    """As a telephone makes it: turned, with its maker and where it was."""
    exif = Image.Exif()
    exif[MAKE] = "Xyzzyphone"
    exif[ORIENTATION] = TURNED
    exif.get_ifd(GPS_IFD)[GPS_LATITUDE] = (12.0, 58.0, 17.76)
    out = BytesIO()
    picture(size).save(out, "JPEG", exif=exif, comment=b"Ashalata Xyzzy")
    return out.getvalue()


def png() -> bytes:
    """With a word beside the pixels."""
    from PIL.PngImagePlugin import PngInfo

    told, out = PngInfo(), BytesIO()
    told.add_text("Author", "Ashalata Xyzzy")
    picture().save(out, "PNG", pnginfo=told)
    return out.getvalue()


def webp() -> bytes:
    """A small one."""
    out = BytesIO()
    picture().save(out, "WEBP")
    return out.getvalue()


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A PNG of some hundred bytes that says it has thousands of millions of pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def scanned(times: int) -> bytes:
    """A progressive JPEG whose last scan comes so many times more: each is a pass over all pixels."""
    out = BytesIO()
    picture().save(out, "JPEG", progressive=True)
    content = out.getvalue()
    scan = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + scan * times + content[-2:]


def looped() -> bytes:
    """A PDF whose page tree leads back to itself."""
    body = (
        b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1>>\nendobj\n"
    )
    return b"%PDF-1.7\n" + body + b"trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def archive() -> bytes:
    """A ZIP with one program in it."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("run.js", "alert(1)")
    return out.getvalue()


def action(kind: str, what: str) -> DictionaryObject:
    """Something that a reader does when the file is opened."""
    return DictionaryObject({NameObject("/S"): NameObject(kind), NameObject(what): TextStringObject("sh")})


def a_pdf(pages: int = 1, **more: object) -> bytes:
    """Empty pages; ``script``, ``attached``, ``launches`` or ``secret`` make it one that is not taken."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": "Ashalata Xyzzy"})
    if more.get("script"):
        writer.root_object[NameObject("/OpenAction")] = action("/JavaScript", "/JS")
    if more.get("attached"):
        writer.add_attachment("run.exe", b"MZ")
    if more.get("launches"):
        writer.root_object[NameObject("/OpenAction")] = action("/Launch", "/F")
    if more.get("secret"):
        writer.encrypt("secret")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
