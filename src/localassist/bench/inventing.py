"""Letters about people who do not exist, in five languages, and where in them somebody is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from localassist.bench.business_letters import BUSINESS
from localassist.bench.letters import LETTERS
from localassist.bench.other_letters import OTHERS
from localassist.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from faker import Faker

KINDS: Final = (
    "person", "address", "mail", "phone", "iban", "card", "id", "tax", "key", "password", "path", "word",
)  # fmt: skip
PRIVATE_WORDS: Final = ("Falke", "Zephyrus", "Lambertine", "Projekt Onyx", "Quorvex")
_LOCALES: Final = {
    "en": ("en_US", "en_GB", "en_CA"),
    "de": ("de_DE", "de_AT", "de_CH"),
    "fr": ("fr_FR", "fr_CH", "fr_CA"),
    "es": ("es_ES", "es_MX", "es_CL"),
    "it": ("it_IT", "it_CH"),
}
_OTHER_LOCALES: Final = {"en": ("en_AU",), "de": ("de_LU",), "fr": ("fr_BE",), "es": ("es_AR",), "it": ("it_IT",)}
_SLOT: Final = re.compile(r"\{(\w+)\}")
_DIGIT_NOISE: Final = str.maketrans("01", "Ol")
_FULL_WIDTH: Final = str.maketrans("0123456789", "０１２３４５６７８９")
_NOISY: Final = frozenset({"phone", "iban", "card", "id", "tax"})
_BREAKABLE: Final = frozenset({"mail", "key", "path"})
_SHARE_NOISY: Final = 0.2
_NARROWEST, _WIDEST = 45, 100


@dataclass(frozen=True, slots=True)
class Named:
    """An identifier of one of `KINDS` at `[start:end]` of a text."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Invented:
    """A text, and all that names somebody in it."""

    language: str
    text: str
    named: tuple[Named, ...]


def invent(count: int, seed: int, *, others: bool = False) -> Iterator[Invented]:
    """So many texts; the same for the same seed.

    Lines are broken as on a page; every fifth number has what text recognition makes of it (letters for digits, spaces
    inside, full-width digits, no-break spaces, soft hyphens). `others`: wordings, countries and kinds of keys and
    numbers that no rule was made on. Raises `NotFoundError` where Faker is not installed.
    """
    try:
        from faker import Faker
    except ImportError:
        raise NotFoundError(
            "This benchmark makes people up with Faker, which is not installed.", "Install localassist[bench]."
        ) from None
    random = Random(seed)  # noqa: S311  a draw that can be repeated, no secret
    locales = _OTHER_LOCALES if others else _LOCALES
    inventors = {
        language: [_Inventor(Faker(name), name, random, others=others) for name in names]
        for language, names in locales.items()
    }
    for number, inventor in enumerate(each for room in inventors.values() for each in room):
        inventor.seed(seed + number)
    for number in range(count):
        language = tuple(locales)[number % len(locales)]
        inventor = random.choice(inventors[language])
        yield _written(language, _drawn(language, random, others=others), inventor, random)


def _drawn(language: str, random: Random, *, others: bool) -> str:
    """A letter's template: its head, some sentences, its end."""
    letters = (OTHERS if others else random.choice((LETTERS, LETTERS, BUSINESS)))[language]
    sentences = random.sample(letters.sentences, 4)
    return "\n".join([random.choice(letters.heads), " ".join(sentences), random.choice(letters.ends)])


def _written(language: str, template: str, inventor: _Inventor, random: Random) -> Invented:
    told, named, place = "", [], 0
    inventor.begin()
    for slot in _SLOT.finditer(template):
        told += template[place : slot.start()]
        kind = slot.group(1).rstrip("0123456789")
        value = _noisy(kind, inventor(slot.group(1)), random)
        named.append(Named(_KIND_OF.get(kind, kind), len(told), len(told) + len(value)))
        told += value
        place = slot.end()
    text = _wrapped(told + template[place:], random.randint(_NARROWEST, _WIDEST))
    return Invented(language, text, tuple(named))


_KIND_OF: Final = {"first": "person", "last": "person"}


def _noisy(kind: str, value: str, random: Random) -> str:
    if kind in _BREAKABLE and random.random() < _SHARE_NOISY / 2:
        places = [place for place in range(3, len(value) - 3) if value[place - 1] in "@./\\-_"]
        place = random.choice(places) if places else len(value) // 2
        return f"{value[:place]}\n{value[place:]}"
    if kind not in _NOISY | {"person"} or random.random() > _SHARE_NOISY:
        return value
    if kind == "person":
        middle = len(value) // 2
        return value.replace(" ", "\u00a0") if random.random() < 0.5 else f"{value[:middle]}\u00ad{value[middle:]}"
    noises: tuple[Callable[[str], str], ...] = (
        lambda each: each.replace(" ", "\u00a0"),
        lambda each: each.translate(_FULL_WIDTH),
        lambda each: f"{each[:-3]}{each[-3:].translate(_DIGIT_NOISE)}",
        lambda each: f"{each[: len(each) // 2]} {each[len(each) // 2 :]}",
    )
    return random.choice(noises)(value)


def _wrapped(text: str, width: int) -> str:
    """Spaces made line ends wherever a line is full; no character more or less."""
    told = list(text)
    begin = last = 0
    for place, sign in enumerate(told):
        if sign == "\n":
            begin = place + 1
        elif sign == " ":
            last = place
        if place - begin >= width and last > begin:
            told[last] = "\n"
            begin = last + 1
    return "".join(told)


class _Inventor:
    """Makes identifiers of one country up, of one person at a time."""

    def __init__(self, faker: Faker, locale: str, random: Random, *, others: bool) -> None:
        self._faker = faker
        self._has_own_number = locale not in _NUMBERLESS
        self._random = random
        self._others = others
        self._known: dict[str, str] = {}

    def seed(self, seed: int) -> None:
        self._faker.seed_instance(seed)

    def begin(self) -> None:
        """Somebody else."""
        self._known = {}

    def __call__(self, slot: str) -> str:
        """What stands in a slot; the same for the same slot of one letter. "last1" is the last word of "person1"."""
        if slot.startswith(("last", "first")):
            part = -1 if slot.startswith("last") else 0
            return self(slot.replace("last", "person").replace("first", "person")).split()[part]
        if slot not in self._known:
            self._known[slot] = str(getattr(self, f"_{slot.rstrip('0123456789')}")())
        return self._known[slot]

    def _person(self) -> str:
        return f"{self._faker.first_name()} {self._faker.last_name()}"

    def _address(self) -> str:
        told = str(self._faker.address()).replace(" \n", "\n")
        return told if self._random.random() < 0.3 else told.replace("\n", ", ")

    def _mail(self) -> str:
        return str(self._faker.email())

    def _phone(self) -> str:
        return str(self._faker.phone_number())

    def _iban(self) -> str:
        told = str(self._faker.iban())
        return told if self._random.random() < 0.5 else " ".join(told[n : n + 4] for n in range(0, len(told), 4))

    def _card(self) -> str:
        told = str(self._faker.credit_card_number())
        return told if len(told) != 16 or self._random.random() < 0.5 else " ".join(re.findall("....", told))

    def _id(self) -> str:
        for name in ("curp", "nif", "rvnr", "rut", "cuit"):
            if hasattr(self._faker, name):
                return str(getattr(self._faker, name)())
        return str(self._faker.ssn() if self._has_own_number else self._faker.passport_number())

    def _tax(self) -> str:
        for name in ("vat_id", "rfc", "company_vat", "ein"):
            if hasattr(self._faker, name):
                return str(getattr(self._faker, name)())
        return f"GB{self._faker.numerify('#########')}"

    def _key(self) -> str:
        patterns = _OTHER_KEYS if self._others else _KEYS
        return _key(self._random.choice(patterns), self._random)

    def _password(self) -> str:
        return str(self._faker.password(length=self._random.randint(8, 16)))

    def _path(self) -> str:
        first, last = str(self._faker.first_name()), str(self._faker.last_name())
        name = str(self._faker.file_name())
        shapes: Sequence[str] = _OTHER_PATHS if self._others else _PATHS
        return self._random.choice(shapes).format(first=first, lower=last.lower().replace(" ", ""), name=name)

    def _word(self) -> str:
        word = self._random.choice(PRIVATE_WORDS)
        return self._random.choice((word, word.upper(), word.lower()))


_NUMBERLESS: Final = frozenset({"de_DE", "es_ES", "es_MX", "fr_CA", "it_CH", "en_AU", "de_LU", "fr_BE"})
"""Locales without a number of their own, for which Faker gives one of the United States."""
_KEYS: Final = (
    "AKIA{U16}", "ghp_{M36}", "sk-{M48}", "eyJ{M20}.eyJ{M40}.{M43}", "npm_{M36}", "{H40}", "glpat-{M20}",
    "xoxb-{D12}-{D12}-{M24}", "AIza{M35}", "SG.{M22}.{M43}", "sk_live_{M24}", "hf_{M34}", "{H64}",
    "github_pat_{M22}_{M59}", "dop_v1_{H64}", "shpat_{H32}", "pypi-AgEIcHlwaS5vcmc{M60}", "{D9}:AA{M33}",
    "rk_test_{M24}", "gsk_{M52}", "r8_{M37}", "lin_api_{M40}", "{M32}",
)  # fmt: skip
_OTHER_KEYS: Final = (
    "sk-ant-api03-{M93}-{M6}AA", "ya29.a0{M60}", "hvs.{M24}", "whsec_{M32}", "SK{H32}", "key-{H32}",
    "{H32}-us21", "gho_{M36}",
    "{M20}-{M20}", "{U26}",
)  # fmt: skip
_PATHS: Final = (
    "/home/{lower}/Documents/{name}", "C:\\Users\\{first}\\Desktop\\{name}", "\\\\server01\\{lower}\\{name}",
    "~/projects/{lower}/{name}", "/Users/{lower}/{name}", "D:\\Data\\{first} {lower}\\2024\\{name}",
    "/var/lib/{lower}/{name}", "/mnt/nas/{lower}/scans/{name}", "%USERPROFILE%\\Documents\\{name}",
    "$HOME/.config/{lower}/{name}", "\\\\nas.local\\share$\\{first}\\{name}", "E:/backup/{lower}/{name}",
    "S:\\Scans\\{first}\\{name}", "/srv/samba/{lower}/{name}", "/Volumes/Backup/{first}/{name}",
    "file:///home/{lower}/{name}", "~/.ssh/{lower}", "%APPDATA%\\{first}\\{name}", "./exports/{lower}/{name}",
    "C:\\Program Files\\{first}\\{name}",
)  # fmt: skip
_OTHER_PATHS: Final = (
    "/opt/{lower}/bin/{name}", "Z:\\{lower}\\{name}", "../{lower}/{name}", "/media/{lower}/USB/{name}",
    "\\\\10.0.0.5\\c$\\{name}", "~{lower}/public_html/{name}", "/var/cache/{lower}-{name}",
    "C:\\ProgramData\\{first} {lower}\\{name}",
)  # fmt: skip
_SETS: Final = {
    "U": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "M": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    "D": "0123456789",
    "H": "0123456789abcdef",
}


def _key(pattern: str, random: Random) -> str:
    def drawn(match: re.Match[str]) -> str:
        return "".join(random.choices(_SETS[match[1]], k=int(match[2])))

    return re.sub(r"\{(\w)(\d+)\}", drawn, pattern)
