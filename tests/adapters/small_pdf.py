"""PDF files written by hand, so that a test knows where every letter stands."""

import struct
from hashlib import md5

MEDIA_BOX = (0, 0, 400, 300)
PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def text(x, y, words, size=12, font="F1"):
    """The drawing of words whose baseline begins at (x, y), in points from the lower left corner."""
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf {x} {y} Td ({escaped}) Tj ET\n"


def picture(left=20, bottom=20, width=50, height=50):
    """The drawing of a grey picture."""
    return f"q {width} 0 0 {height} {left} {bottom} cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q\n"


def write_pdf(path, *pages, rotate=0, title="", catalog="", entries="", more=()):
    """Write a file with these pages' drawings: F1 is Helvetica, F2 Helvetica-Bold.

    `catalog` and `entries` are put into the catalog and into every page; `more` are further objects, numbered from
    `first_free(pages)`, as strings or (dictionary's entries, bytes) for streams.
    """
    kids = " ".join(f"{6 + 2 * index} 0 R" for index in range(len(pages)))
    box = " ".join(map(str, MEDIA_BOX))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} /MediaBox [{box}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({title}) >>",
    ]
    fonts = "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >>"
    for index, drawing in enumerate(pages):
        contents = f"/Contents {7 + 2 * index} 0 R"
        objects.append(f"<< /Type /Page /Parent 2 0 R /Rotate {rotate} {contents} {entries} {fonts} >>")
        objects.append(("", drawing.encode("latin-1")))
    path.write_bytes(_joined([*objects, *more]))
    return str(path)


def first_free(pages):
    """The number that the first of `more` objects gets in a file with that many pages."""
    return 6 + 2 * pages


def write_locked_pdf(path, password, drawing):
    """Write a file of one page that opens with a password alone (ISO 32000-1, 7.6.3, revision 2: RC4 of 40 bits)."""
    padded = (password.encode() + PADDING)[:32]
    owner = rc4(md5(padded).digest()[:5], padded)
    key = md5(padded + owner + struct.pack("<i", -4) + b"0123456789abcdef").digest()[:5]
    stream = rc4(md5(key + b"\x04\0\0\0\0").digest()[:10], drawing.encode("latin-1"))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 400 300] >>",
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        ("", stream),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    lock = f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{owner.hex()}> /U <{rc4(key, PADDING).hex()}> >>"
    whole = _joined(objects, f"/ID [<{b'0123456789abcdef'.hex()}> <{b'0123456789abcdef'.hex()}>] /Encrypt {lock}")
    path.write_bytes(whole)
    return str(path)


def rc4(key, data):
    state, mixed = list(range(256)), 0
    for place in range(256):
        mixed = (mixed + state[place] + key[place % len(key)]) % 256
        state[place], state[mixed] = state[mixed], state[place]
    made, place, mixed = bytearray(), 0, 0
    for byte in data:
        place = (place + 1) % 256
        mixed = (mixed + state[place]) % 256
        state[place], state[mixed] = state[mixed], state[place]
        made.append(byte ^ state[(state[place] + state[mixed]) % 256])
    return bytes(made)


def _joined(objects, trailer="/Info 5 0 R"):
    data = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n".encode()
        if isinstance(body, tuple):
            data += f"<< {body[0]} /Length {len(body[1])} >>\nstream\n".encode() + body[1] + b"\nendstream"
        else:
            data += body.encode("latin-1")
        data += b"\nendobj\n"
    start = len(data)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    return data + (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
        f"<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n"
    ).encode("latin-1")
