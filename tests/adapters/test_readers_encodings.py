"""Text is read in the encoding it was written in, down to a single line, and a wrong guess shows here."""

import pytest

from localassist.adapters.readers.decoding import decode, holds_text

SHORT = {
    "cp1252": [
        "Müller", "größer als früher", "café", "L’été à Genève — déjà vu", "El niño comió piñas", "Preis: 35 €",
        "São Paulo não é a capital", "“Quoted” text – with dashes", "rødgrød med fløde", "§ 5 Abs. 2", "20 °C", "Ærø",
    ],
    "cp1250": ["Zażółć gęślą jaźń", "Příliš žluťoučký kůň", "Łódź", "árvíztűrő tükörfúrógép"],
    "iso8859_2": ["Zażółć gęślą jaźń", "Příliš žluťoučký kůň"],
    "cp1254": ["İstanbul'da yaşıyorum, çünkü güzel", "değişiklik"],
    "cp1251": ["Договор", "Привет", "договор аренды квартиры", "ДОГОВОР АРЕНДЫ", "Москва, 12 мая"],
    "koi8_r": ["Договор", "Привет, мир", "договор аренды квартиры", "ДОГОВОР АРЕНДЫ"],
    "cp866": ["Договор аренды квартиры", "Привет, мир"],
    "cp1253": ["Καλημέρα κόσμε", "Αθήνα", "συμβόλαιο ενοικίασης"],
    "cp1255": ["שלום עולם", "חוזה שכירות"],
    "cp1256": ["مرحبا بالعالم", "عقد إيجار الشقة"],
    "cp874": ["สวัสดีชาวโลก", "สัญญาเช่า"],
    "cp932": ["契約書", "こんにちは世界", "東京都", "カタカナ", "名前,年齢,住所\n佐藤太郎,30,東京\n"],
    "euc_jp": ["こんにちは世界", "賃貸契約の解約は二か月前までに通知する。"],
    "iso2022_jp": ["こんにちは世界"],
    "gb18030": ["合同", "你好，世界", "租赁合同的解除须提前两个月通知。", "张三,30,上海"],
    "big5": ["你好，世界", "租賃合約的解除須提前兩個月通知。"],
    "cp949": ["안녕하세요 세계", "임대차 계약은 두 달 전에 통지해야 한다."],
    "utf-16-le": ["Договор аренды", "こんにちは世界 です", "Hello there", "合同 12"],
    "utf-16-be": ["Договор аренды", "こんにちは世界 です", "Hello there"],
    "cp850": ["Die Größe läuft für Häuser", "déjà vu à l'été"],
    "mac_roman": ["Die Größe läuft für Häuser"],
}  # fmt: skip


@pytest.mark.parametrize(("encoding", "words"), [(name, words) for name, all_of in SHORT.items() for words in all_of])
def test_a_line_is_enough(encoding, words):
    assert decode(words.encode(encoding)) == words


@pytest.mark.parametrize("encoding", sorted(set(SHORT) - {"iso2022_jp"}))
def test_one_line_at_the_end_of_much_plain_text_is_enough(encoding):
    words = "A long text in plain letters, 1234.\n" * 3000 + SHORT[encoding][-1]
    assert decode(words.encode(encoding)) == words


@pytest.mark.parametrize("encoding", ["cp932", "gb18030", "cp949", "cp1251"])
def test_an_endless_line_is_cut_between_signs(encoding):
    words = SHORT[encoding][-1] * 3000
    for shift in range(3):
        assert decode((shift * "x" + words).encode(encoding)) == shift * "x" + words


def test_a_declared_encoding_is_believed_as_browsers_do():
    assert decode(b"caf\xe9 \x80", "iso-8859-1") == "café €"
    assert decode("鎔基".encode("gb18030"), "gb2312") == "鎔基"
    assert decode("größer".encode(), "iso-8859-1") == "größer"
    assert decode(b"caf\xe9", "no-such-encoding") == "café"


def test_a_damaged_byte_makes_no_other_encoding_of_utf8():
    words = "Die Größe läuft für Häuser über Jahre, größer als früher. " * 5
    damaged = words.encode().replace("ß".encode(), b"\xc3", 1)
    assert decode(damaged).count("\ufffd") == 1


def test_a_text_cut_at_its_sample_is_no_other_encoding():
    words = "契約は二か月前までに通知する。" * 6000
    assert decode(words.encode("cp932")) == words


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 8, b"\x7fELF\x02\x01\x01" + bytes(99), b"\0\1" * 50, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"]
)
def test_other_bytes_are_no_text(data):
    assert not holds_text(data)
