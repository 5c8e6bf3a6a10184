"""PDF files written by hand, so that a test knows where every letter stands."""

MEDIA_BOX = (0, 0, 400, 300)


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


def _joined(objects):
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
        f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ).encode("latin-1")
