"""Writes Outlook mails (.msg): the smallest compound file that holds a mail's properties and attachments."""

import itertools
import struct

SECTOR, SHORT_SECTOR = 512, 64
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
STRING, BINARY, STORAGE = 0x001F, 0x0102, 0x000D


def write_msg(path, subject, body="", attachments=(), embedded=None):
    """`attachments` are (name, bytes); `embedded` is the (subject, body) of a mail attached as a mail."""
    root = mail_folder(subject, body, 32)
    root["__nameid_version1.0"] = {}
    for number, (name, data) in enumerate(attachments):
        root[f"__attach_version1.0_#{number:08X}"] = folder({0x3707: name, 0x3701: data}, 8)
    if embedded:
        attached = folder({0x3707: "forwarded"}, 8)
        attached["__substg1.0_3701000D"] = mail_folder(*embedded, 24)
        root["__attach_version1.0_#000000FF"] = attached
    path.write_bytes(compound(root))


def mail_folder(subject, body, header):
    return folder({0x0037: subject, 0x1000: body, 0x0C1A: "Zoë Müller", 0x0E04: "ada@example.org"}, header)


def folder(properties, header):
    """A folder of streams, one a property, and the stream that lists them after `header` bytes."""
    listed, streams = bytes(header), {}
    for number, value in properties.items():
        kind = BINARY if isinstance(value, bytes) else STRING
        data = value if isinstance(value, bytes) else value.encode("utf-16-le")
        listed += struct.pack("<HHIII", kind, number, 6, len(data) + 2, 0)
        streams[f"__substg1.0_{number:04X}{kind:04X}"] = data
    return {"__properties_version1.0": listed} | streams


def compound(root):
    """A compound file (MS-CFB) of nested dicts; every stream is a short one, below 4,096 bytes."""
    entries, short, links = [], b"", []

    def add(name, item):
        nonlocal short
        index = len(entries)
        if isinstance(item, bytes):
            entries.append([name, 2, FREE, FREE, len(links) if item else END, len(item)])
            count = -(-len(item) // SHORT_SECTOR)
            links.extend([*range(len(links) + 1, len(links) + count), END] if count else [])
            short += item.ljust(count * SHORT_SECTOR, b"\0")
            return index
        entries.append([name, 1 if index else 5, FREE, FREE, END, 0])
        children = [add(child, each) for child, each in item.items()]
        for child, after in itertools.pairwise(children):
            entries[child][2] = after
        entries[index][3] = children[0] if children else FREE
        return index

    add("Root Entry", root)
    sectors, chain = [], []

    def append(data, filler):
        first = len(sectors)
        sectors.extend(data[at : at + SECTOR].ljust(SECTOR, filler) for at in range(0, len(data), SECTOR))
        chain.extend([*range(first + 1, len(sectors)), END])
        return first

    entries[0][4:] = [append(short, b"\0"), len(short)]
    short_table = append(struct.pack(f"<{len(links)}I", *links), b"\xff")
    directory = append(b"".join(entry(*each) for each in entries), b"\0")
    table = len(sectors)
    assert table < SECTOR // 4, "one sector of the table is enough for a small mail"
    chain.append(FAT)
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6),
        *(0, 1, directory, 0, 4096, short_table, directory - short_table, END, 0, table),
    )
    tables = struct.pack(f"<{len(chain)}I", *chain).ljust(SECTOR, b"\xff")
    return header.ljust(SECTOR, b"\xff") + b"".join(sectors) + tables


def entry(name, kind, right, child, first, size):
    """A line of the directory; brothers hang on each other's right, which is no balanced tree but is a tree."""
    raw = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ", raw, len(raw) + 2, kind, 1, FREE, right, child, bytes(16), 0, 0, 0, first, size
    )
