"""Which formats can be read, and what their files are called."""

from __future__ import annotations

import zipfile
import zlib
from enum import StrEnum
from pathlib import Path
from typing import Final


class Format(StrEnum):
    """A format with a reader, by the name people give it."""

    PDF = "PDF"
    DOCX = "Word (.docx)"
    PPTX = "PowerPoint (.pptx)"
    SHEET = "spreadsheet"
    CSV = "CSV"
    ODT = "OpenDocument text"
    ODP = "OpenDocument presentation"
    RTF = "RTF"
    EPUB = "EPUB"
    IMAGE = "picture"
    MAIL = "mail"
    MAILBOX = "mailbox"
    OUTLOOK = "Outlook mail"
    WINMAIL = "winmail.dat"
    WEB_ARCHIVE = "web archive"
    ARCHIVE = "ZIP archive"
    NOTEBOOK = "notebook"
    FEED = "feed"
    CODE = "source code"
    MARKDOWN = "Markdown"
    HTML = "HTML"
    TEXT = "plain text"


_NAMES: Final = {
    Format.PDF: "pdf",
    Format.DOCX: "docx docm dotx dotm",
    Format.PPTX: "pptx pptm ppsx ppsm potx potm",
    Format.SHEET: "xlsx xlsm xltx xltm xls xlsb ods ots",
    Format.CSV: "csv tsv tab",
    Format.ODT: "odt ott",
    Format.ODP: "odp otp",
    Format.RTF: "rtf",
    Format.EPUB: "epub",
    Format.IMAGE: "png jpg jpeg tif tiff bmp webp gif",
    Format.MAIL: "eml",
    Format.MAILBOX: "mbox mbx",
    Format.OUTLOOK: "msg",
    Format.WEB_ARCHIVE: "mht mhtml",
    Format.ARCHIVE: "zip",
    Format.NOTEBOOK: "ipynb",
    Format.FEED: "rss atom",
    Format.CODE: (
        "py pyi pyw c h cc cpp cxx hh hpp hxx m mm java kt kts scala groovy gradle cs fs vb go rs swift js mjs cjs jsx"
        " ts tsx vue svelte php rb pl pm lua r jl sh bash zsh fish ps1 bat cmd sql hs ml mli clj cljs ex exs erl elm"
        " dart nim zig asm s css scss sass less proto graphql tf cmake mk makefile dockerfile"
        " json jsonl ndjson geojson yaml yml toml ini cfg conf properties env xml xsd xsl xslt svg plist diff patch"
    ),
    Format.MARKDOWN: "md markdown mdx",
    Format.HTML: "html htm xhtml",
    Format.TEXT: "txt text log rst adoc asciidoc org tex bib srt vtt ics vcf nfo",
}

SUFFIXES: Final = {f".{suffix}": form for form, suffixes in _NAMES.items() for suffix in suffixes.split()}

CONTAINERS: Final = frozenset({Format.MAIL, Format.MAILBOX, Format.OUTLOOK, Format.ARCHIVE, Format.TEXT, None})
"""Formats whose files are there to hold others; text and unknown names may turn out to be mail."""

OLD_SUFFIXES: Final = frozenset({".doc", ".dot", ".ppt", ".pps", ".pages", ".numbers"})
"""Of documents without a reader, which are refused with what to do: whoever adds one is to be told."""

_OTHERS: Final = (
    "mp3 m4a aac flac ogg opus wav wma mid mp4 m4v mkv mov avi webm wmv mpg mpeg heic heif raw cr2 nef dng psd ico"
    " exe dll so dylib o a lib obj class jar pyc pyd whl apk deb rpm msi dmg iso img vmdk qcow2 bin dat"
    " gz bz2 xz zst 7z rar tar tgz cab db sqlite sqlite3 mdb pst ost gguf safetensors onnx pt npy npz parquet"
    " ttf otf woff woff2 eot swf dwg blend stl"
)

OTHER_SUFFIXES: Final = frozenset(f".{suffix}" for suffix in _OTHERS.split())
"""Of files that hold no text; in a folder of music none is opened to see that."""

CODE_NAMES: Final = frozenset({"makefile", "dockerfile", "cmakelists.txt", "rakefile", "gemfile", "jenkinsfile"})
"""Files of code that are known by their whole name, in small letters."""

BROKEN_ARCHIVE: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""What `zipfile` raises over damaged archives: bad offsets seek nowhere (OSError), odd entries are not
implemented or ask for a password (RuntimeError)."""

NO_READER_HINT: Final = (
    "Files that can be read: PDF, Word, PowerPoint, Excel, OpenDocument, EPUB, RTF, CSV, mail, web pages, pictures"
    " of text, ZIP archives, notebooks, source code, Markdown and other plain text."
)


def named_format(path: str) -> Format | None:
    """The format that a file's name says, None for names that say nothing."""
    if Path(path).name.lower() in CODE_NAMES:
        return Format.CODE
    return SUFFIXES.get(Path(path).suffix.lower())
