"""HTML gives what a visitor would read."""

from reading import assert_sound, shown

from localassist.adapters.readers import html


def read(tmp_path, markup, encoding="utf-8"):
    path = tmp_path / "page.html"
    path.write_bytes(markup.encode(encoding))
    content = html.read(str(path))
    assert_sound(content)
    return content


def test_blocks_of_a_page(tmp_path):
    content = read(
        tmp_path,
        "<title>Water &amp; wells</title><nav>Home</nav><h2>Result</h2><p>All <b>values</b>\n are within"
        " limits.<br>Good.</p><div>Loose <span>text</span><p>inside</p> tail</div><pre>a\n  b</pre>",
    )
    assert shown(content) == [
        ("heading2", "Result"),
        ("paragraph", "All values are within limits.\nGood."),
        ("paragraph", "Loose text"),
        ("paragraph", "inside"),
        ("paragraph", "tail"),
        ("code", "a\n  b"),
    ]
    assert content.title == "Water & wells"
    assert content.notes == ()


def test_hidden_parts_are_left_out_and_mentioned(tmp_path):
    content = read(
        tmp_path,
        "<p>Seen</p><p hidden>a</p><p style='color:red; DISPLAY : none'>b</p><div aria-hidden=true>c</div>"
        "<p style='font-size:0px'>d</p><p style='font-size:0.9em'>small</p><noscript>e</noscript><script>f</script>"
        "<template>g</template><p style='visibility: hidden !important'>h</p>",
    )
    assert [text for _, text in shown(content)] == ["Seen", "small"]
    assert content.notes == ("Parts that the page hides from its visitors were left out.",)


def test_an_empty_hidden_part_is_not_worth_a_note(tmp_path):
    assert read(tmp_path, "<p>Seen</p><i aria-hidden=true></i>").notes == ()


def test_lists_are_numbered_as_browsers_do(tmp_path):
    content = read(tmp_path, "<ol start=3><li><p>three</p><p>more</p><li>four<ul><li>dot</ul></li><li>five</ol>")
    assert shown(content) == [
        ("list item", "3. three"),
        ("list item", "more"),
        ("list item", "4. four"),
        ("list item", "dot"),
        ("list item", "5. five"),
    ]


def test_tables_of_data_are_rows_and_tables_of_layout_are_not(tmp_path):
    data = "<table><caption>Fees</caption><tr><th>What<th>Fee<tr><td>Lost<br>key<td>$35</table>"
    layout = f"<table><tr><td><h1>Page</h1><p>Intro</p>{data}</td><td>Side</td></tr></table>"
    assert shown(read(tmp_path, layout)) == [
        ("heading1", "Page"),
        ("paragraph", "Intro"),
        ("paragraph", "Fees"),
        ("table row", "What | Fee"),
        ("table row", "Lost key | $35"),
        ("paragraph", "Side"),
    ]


def test_a_declared_encoding_is_believed(tmp_path):
    page = "<html><head><meta charset='windows-1251'></head><p>Договор</p></html>"
    assert read(tmp_path, page, "cp1251").text == "Договор"
    declared_in_xml = "<?xml version='1.0' encoding='iso-8859-2'?><html><body><p>Łódź</p></body></html>"
    assert read(tmp_path, declared_in_xml, "iso-8859-2").text == "Łódź"


def test_deep_nesting_is_read(tmp_path):
    assert read(tmp_path, "<b>" * 20_000 + "deep").text == "deep"


def test_tables_nested_without_end_are_read_in_no_time(tmp_path):
    content = read(tmp_path, "<table><tr><td>a" * 30_000)  # square time would be minutes
    assert [text for _, text in shown(content)] == ["a"] * 30_000


def test_a_page_without_text_is_empty(tmp_path):
    assert read(tmp_path, "<html><script>x</script></html>").text == ""
