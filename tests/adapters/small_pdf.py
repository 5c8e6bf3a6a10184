"""PDF files written by hand, so that a test knows where every letter stands."""

MEDIA_BOX = (0, 0, 400, 300)


def text(x, y, words, size=12, font="F1"):
    """The drawing of words whose baseline begins at (x, y), in points from the lower left corner."""
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf {x} {y} Td ({escaped}) Tj ET\n"


def picture():
    """The drawing of a small grey picture."""
    return "q 50 0 0 50 20 20 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q\n"


def write_pdf(path, *pages, rotate=0, title=""):
    """Write a file with these pages' drawings: F1 is Helvetica, F2 Helvetica-Bold."""
    kids = " ".join(f"{6 + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({title}) >>",
    ]
    for index, drawing in enumerate(pages):
        box = " ".join(map(str, MEDIA_BOX))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Rotate {rotate} /Contents {7 + 2 * index} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawing.encode('latin-1'))} >>\nstream\n{drawing}\nendstream")
    data = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(data)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    data += (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
        f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ).encode("latin-1")
    path.write_bytes(data)
    return str(path)
