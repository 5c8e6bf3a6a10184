"""Markdown gives the words that a reader sees."""

from reading import assert_sound, shown

from localassist.adapters.readers import markdown


def read(tmp_path, source):
    path = tmp_path / "note.md"
    path.write_text(source, encoding="utf-8")
    content = markdown.read(str(path))
    assert_sound(content)
    return content


def test_marks_go_and_words_stay(tmp_path):
    content = read(
        tmp_path,
        "# The *Lease*\n\nSee [the rules](https://x.example 'tip') and `code`,\nwrapped &amp; **bold**.  \nNew line.\n"
        "![A plan of the flat](plan.png)\n\nSub\n---\n\n> Quoted.\n",
    )
    assert shown(content) == [
        ("heading1", "The Lease"),
        ("paragraph", "See the rules and code, wrapped & bold.\nNew line. A plan of the flat"),
        ("heading2", "Sub"),
        ("paragraph", "Quoted."),
    ]
    assert content.title == "The Lease"


def test_items_keep_their_numbers_and_nest(tmp_path):
    content = read(tmp_path, "- one\n  - inner\n\n  more of one\n\n3. third\n4. fourth\n\nAfter.\n")
    assert shown(content) == [
        ("list item", "one"),
        ("list item", "inner"),
        ("list item", "more of one"),
        ("list item", "3. third"),
        ("list item", "4. fourth"),
        ("paragraph", "After."),
    ]


def test_rows_of_tables_stay_on_one_line(tmp_path):
    content = read(tmp_path, "| Well | Nitrate |\n|---|--:|\n| North | **21.3** |\n| | |\n| South | 63.8 |\n")
    assert [text for _, text in shown(content)] == ["Well | Nitrate", "North | 21.3", "South | 63.8"]
    assert content.text == "Well | Nitrate\nNorth | 21.3\nSouth | 63.8"


def test_code_keeps_its_lines_and_indentation(tmp_path):
    content = read(tmp_path, "Run:\n\n```python\nif x:\n    y()\n```\n")
    assert shown(content)[1] == ("code", "if x:\n    y()")


def test_html_inside_shows_its_words_only(tmp_path):
    content = read(
        tmp_path, "<div align=center><b>Logo</b> text</div>\n<script>evil()</script>\n\nLine<br>break <i>x</i>\n"
    )
    assert shown(content) == [("paragraph", "Logo text"), ("paragraph", "Line\nbreak x")]


def test_front_matter_names_the_title(tmp_path):
    content = read(tmp_path, "---\ntitle: 'Rent rules'\ntags: [a]\n---\n# Other\n\nText\n")
    assert content.title == "Rent rules"
    assert shown(content)[1] == ("heading1", "Other")


def test_a_wide_gap_in_a_title_is_read_in_no_time(tmp_path):
    content = read(tmp_path, "---\ntitle: a" + " " * 500_000 + "b\n---\nText\n")  # square time would be many minutes
    assert content.title == "a b"


def test_brackets_without_end_are_read_in_time(tmp_path):
    assert len(read(tmp_path, "[a](" * 5000).text) == 20_000


def test_two_tables_in_a_row_are_two():
    tables = "Town|People\n-|-\nUlm|126000\n\nRiver|Length\n-|-\nRhine|1233\n"
    assert markdown.structure(tables).text == "Town | People\nUlm | 126000\n\nRiver | Length\nRhine | 1233"
