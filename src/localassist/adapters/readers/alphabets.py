"""Guesses which legacy encoding bytes are in, by how much what they then say looks like writing.

No statistics of long texts: a name or one line has to do, and a wrong guess is worst there.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_JUDGED: Final = 1000
"""Signs beyond ASCII that are looked at; more make no guess better."""


class _Alphabet(NamedTuple):
    """Letters of a language beyond ASCII, and the encodings it was written in, the commonest first.

    `frequent` are those that make up most of its text. A language with its `own_script` mixes no ASCII letters
    into its words; in others letters beyond ASCII are rare and stand beside plain ones.
    """

    encodings: str
    letters: str
    frequent: str
    own_script: bool = False


_ALPHABETS: Final = (
    _Alphabet("cp1252 cp850 mac_roman", "äöüß", "äöüß"),
    _Alphabet("cp1252 cp850 mac_roman", "éèêëàâçîïôûùüœæÿ", "éèêàç"),
    _Alphabet("cp1252 cp850 mac_roman", "áéíóúñüï", "áéíóúñ"),
    _Alphabet("cp1252 cp850 mac_roman", "áâãàçéêíóôõúü", "áãçéíó"),
    _Alphabet("cp1252 cp850 mac_roman", "àèéìíòóùú", "àèéìòù"),
    _Alphabet("cp1252 cp850 mac_roman", "åäöæøéü", "åäöæø"),
    _Alphabet("cp1254", "çğıöşüâî", "çğıöşü"),
    _Alphabet("cp1252 cp850 mac_roman", "áðéíóúýþæö", "áðéíóþ"),
    _Alphabet("cp1250 iso8859_2 cp852", "ąćęłńóśźż", "ąćęłóśż"),
    _Alphabet("cp1250 iso8859_2 cp852", "áčďéěíňóřšťúůýž", "áčéěířšýž"),
    _Alphabet("cp1250 iso8859_2 cp852", "áäčďéíĺľňóôŕšťúýž", "áčéíšýž"),
    _Alphabet("cp1250 iso8859_2 cp852", "áéíóöőúüű", "áéóöő"),
    _Alphabet("cp1250 iso8859_2 cp852", "čćđšž", "čćđšž"),
    _Alphabet("cp1250 iso8859_2", "ăâîşţ", "ăâîşţ"),
    _Alphabet("cp1257", "ąčęėįšųūžāēģīķļņ", "ėšųūžāī"),
    _Alphabet("cp1255", "אבגדהוזחטיכלמנסעפצקרשתךםןףץ", "יוהלאברמשתנם", own_script=True),
    _Alphabet(
        "cp1251 koi8_r cp866 iso8859_5 mac_cyrillic",
        "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
        "оеаинтсрвлкм",
        own_script=True,
    ),
    _Alphabet("cp1251 koi8_u", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "оаинтіервлкс", own_script=True),
    _Alphabet("cp1253 iso8859_7", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ", "αοιετσνηυρκς", own_script=True),
    _Alphabet("cp1256", "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأإؤئآپچژگ", "المينرتبوهةع", own_script=True),
    _Alphabet(
        "cp874",
        "กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮะัาำิีึืุูเแโใไๅๆ็่้๊๋์",
        "านรอกเงมยลวด่้ัีิ",
        own_script=True,
    ),
)


class _Syllabary(NamedTuple):
    """An encoding of one or two bytes a sign, and patterns of what everyday text uses of it.

    `weight` settles ties: the same bytes can be everyday text in two of them.
    """

    encoding: str
    everyday: re.Pattern[bytes]
    weight: float


_SYLLABARIES: Final = (
    # Kana, punctuation and the first level of kanji, in the order of JIS X 0208.
    _Syllabary("cp932", re.compile(rb"\x81[\x40-\xac]|\x82[\x4f-\xf1]|\x83[\x40-\x96]|[\x88-\x97][\x40-\xfc]"), 0.99),
    _Syllabary("euc_jp", re.compile(rb"[\xa1\xa3-\xa5][\xa1-\xfe]|[\xb0-\xcf][\xa1-\xfe]"), 0.96),
    # Hangul in KS X 1001.
    _Syllabary("cp949", re.compile(rb"[\xa1\xa3][\xa1-\xfe]|[\xb0-\xc8][\xa1-\xfe]"), 0.97),
    # The first levels of GB 2312 and Big5, ordered by sound and by use.
    _Syllabary("gb18030", re.compile(rb"[\xa1\xa3][\xa1-\xfe]|[\xb0-\xd7][\xa1-\xfe]"), 0.95),
    _Syllabary("big5", re.compile(rb"[\xa1-\xa3][\x40-\xfe]|[\xa4-\xc6][\x40-\x7e\xa1-\xfe]"), 0.94),
)
_RARE: Final = 0.9
"""The weight of Japanese without kana where Chinese is likelier."""

_FEW: Final = 0.3
"""How much doubt there is of one sign alone: any two bytes beyond ASCII are one."""

_FINAL_FORMS: Final = frozenset("ςךםןףץ")
_KANA_IN_EUC: Final = re.compile(rb"[\xa4\xa5][\xa1-\xf6]")
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_TYPOGRAPHIC: Final = frozenset("\u00a0“”„‘’‚–—…€£§°©®«»·½¼¾²³µ±×¿¡•™´")


def likeliest(sample: bytes) -> str:
    """The encoding in which bytes beyond ASCII, that are not UTF-8, look most like some language's writing."""
    best, encoding = 0.0, "cp1252"
    for score, name in (*_alphabetic(sample), *_syllabic(sample)):
        if score > best + 1e-9:
            best, encoding = score, name
    return encoding


def _alphabetic(sample: bytes) -> Iterable[tuple[float, str]]:
    for alphabet in _ALPHABETS:
        for rank, encoding in enumerate(alphabet.encodings.split()):
            text = _decoded(sample, encoding)
            if text:
                yield _writing_share(text, alphabet) - 0.01 * rank, encoding


def _decoded(sample: bytes, encoding: str) -> str:
    """The sample in an encoding, "" where it can't be in it."""
    try:
        return sample.decode(encoding)
    except UnicodeError:
        return ""


def _writing_share(text: str, alphabet: _Alphabet) -> float:
    """From below 0 to 1: how much of what is beyond ASCII stands as it would in the language."""
    letters, frequent = frozenset(alphabet.letters), frozenset(alphabet.frequent)
    worths = []
    for found in islice(_BEYOND_ASCII.finditer(text), _JUDGED):
        around = (text[found.start() - 1 : found.start()] or " ") + (text[found.end() : found.end() + 1] or " ")
        worths.append(_worth(found.group(), around, letters, frequent, own_script=alphabet.own_script))
    return sum(worths) / len(worths) if worths else 0.0


def _worth(sign: str, around: str, letters: frozenset[str], frequent: frozenset[str], *, own_script: bool) -> float:
    small = sign.lower()
    if small not in letters:
        between_letters = around[0].isalpha() and around[1].isalpha()
        return (0.5 if own_script else 0.8) if sign in _TYPOGRAPHIC and (not between_letters or sign in "’·") else -1.0
    if (sign != small and around[0].islower()) or (sign in _FINAL_FORMS and around[1].isalpha()):
        return -1.0
    foreign = sum(sign.isascii() and sign.isalpha() for sign in around)
    beyond = sum(sign >= "\x80" and sign.isalpha() for sign in around)
    if own_script and foreign:
        return -0.5
    if not own_script and beyond == 2:
        return -0.5
    if not (around[0].isalpha() or around[1].isalpha()):
        return 0.5
    return (1.0 if small in frequent else 0.5) - (0.1 if sign != small else 0.0)


def _syllabic(sample: bytes) -> Iterable[tuple[float, str]]:
    has_kana = len(_KANA_IN_EUC.findall(sample)) > 0.15 * len(sample) / 2
    for encoding, everyday, weight in _SYLLABARIES:
        text = _decoded(sample, encoding)
        signs = sum(sign >= "\x80" for sign in text)
        if not signs or (has_kana and encoding in {"gb18030", "cp949"}):
            continue
        usual = len(everyday.findall(_pairs_only(sample, encoding)))
        doubt = _RARE if encoding == "euc_jp" and not has_kana else weight
        yield doubt * (2 * min(usual, signs) / signs - 1) * signs / (signs + _FEW), encoding


def _pairs_only(sample: bytes, encoding: str) -> bytes:
    """The sample without its ASCII, so that a pattern of pairs starts at pairs."""
    text = _decoded(sample, encoding)
    return "".join(sign for sign in text if sign >= "\x80").encode(encoding, "ignore")
