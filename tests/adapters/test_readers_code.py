"""Code keeps its lines; data, notebooks and feeds give what they say."""

import json

import pytest
from reading import assert_sound, read_whole, shown

from localassist.adapters.readers import code
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.locating import place_of


def read(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    content = read_whole(path)
    assert_sound(content)
    return content


PROGRAM = '''

"""A module."""

import os


@cached
def first(a):
    return a

    # still first


class Second:
    x = 1
def third(): pass
'''


def test_lines_are_those_of_the_file(tmp_path):
    content = read(tmp_path, "a.py", PROGRAM)
    assert content.text == PROGRAM
    at = content.text.index("@cached")
    assert place_of(content, at, content.text.index("# still") + 5) == "lines 8 to 12"
    assert place_of(read(tmp_path, "b.c", "\r\nint x;\r\nint y;\r\n"), 5, 8) == "line 2"


def test_a_function_is_a_block(tmp_path):
    content = read(tmp_path, "a.py", PROGRAM)
    assert [text.splitlines()[0] for _, text in shown(content)] == [
        '"""A module."""',
        "import os",
        "@cached",
        "class Second:",
    ]
    functions = "int a() {\n\n  return 1;\n}\nint b() {\n  return 2;\n}\n"
    assert [text for _, text in shown(read(tmp_path, "a.c", functions))] == [
        "int a() {\n\n  return 1;\n}",
        "int b() {\n  return 2;\n}",
    ]


def test_long_blocks_end(tmp_path):
    content = read(tmp_path, "a.py", "class Long:\n" + "    x = 1\n" * 5000)
    assert max(text.count("\n") for _, text in shown(content)) < 120
    assert content.text.count("\n") == 5001


def test_signs_that_show_nothing_are_taken_out_of_code(tmp_path):
    content = read(tmp_path, "a.js", "if (user != \u202e\u2066'admin'\u2069) {}\x0c\nnext\n")
    assert content.text == "if (user != 'admin') {} \nnext\n"
    assert content.notes


def test_a_million_lines_are_read_in_no_time():
    content = code.structure("x = 1\n" * 1_000_000)
    assert len(content.text) == 6_000_000


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.toml", "a.xml", "Makefile", "a.ini", "Dockerfile"])
def test_data_and_settings_are_kept_as_they_stand(tmp_path, name):
    text = '{"a": 1,\n  "b": [2]}\n'
    assert read(tmp_path, name, text).text == text


def test_a_script_is_told_by_its_first_line(tmp_path):
    content = read(tmp_path, "start", "#!/bin/sh\necho hello\n")
    assert place_of(content, 10, 20) == "line 2"


def test_entities_of_xml_are_not_expanded(tmp_path):
    bomb = '<!DOCTYPE b [<!ENTITY a "1234567890"><!ENTITY b "&a;&a;&a;&a;">]>\n<rss><channel><title>&b;</title>'
    assert "12345678901234567890" not in read(tmp_path, "bomb.xml", bomb + "</channel></rss>").text
    assert read(tmp_path, "cut.xml", bomb).text == bomb


def notebook(cells, **more):
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | more)


def test_a_notebook_is_its_cells(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": ["# Costs\n", "They *rose*."]},
        {
            "cell_type": "code",
            "source": "print(35)",
            "outputs": [
                {"output_type": "stream", "text": ["35\n"]},
                {"output_type": "display_data", "data": {"image/png": "AAAA", "text/plain": "<Figure>"}},
                {"output_type": "execute_result", "data": {"text/html": "<table><tr><td>a<td>b</table>"}},
                {"output_type": "stream", "text": "x" * 9000},
            ],
        },
        {"cell_type": "raw", "source": "raw"},
    ]
    content = read(tmp_path, "costs.ipynb", notebook(cells))
    assert shown(content)[:6] == [
        ("heading1", "Costs"),
        ("paragraph", "They rose."),
        ("code", "print(35)"),
        ("code", "35"),
        ("code", "<Figure>"),
        ("table row", "a | b"),
    ]
    assert len(shown(content)[6][1]) == 4000
    assert content.notes == ("Of long outputs only the beginning was read.",)
    assert content.title == "Costs"
    assert place_of(content, content.text.index("print"), content.text.index("print") + 5) == ""


@pytest.mark.parametrize("data", ["", "{}", "[]", '{"cells": 3}', "[" * 100_000, "no json"])
def test_a_broken_notebook_is_a_sentence(tmp_path, data):
    with pytest.raises(UnreadableError, match="is damaged or no notebook"):
        read(tmp_path, "broken.ipynb", data or " ")


def test_odd_cells_do_no_harm(tmp_path):
    odd = [None, 3, {"cell_type": []}, {"cell_type": "code", "source": 7, "outputs": [None, {"data": 5, "text": {}}]}]
    assert read(tmp_path, "odd.ipynb", notebook(odd)).text == ""


def test_a_feed_is_its_entries(tmp_path):
    feed = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><title>Fees rise</title>
    <pubDate>Tue, 4 Mar 2025</pubDate><description>&lt;p&gt;By &lt;b&gt;35&lt;/b&gt; euros.&lt;/p&gt;</description>
    </item></channel></rss>"""
    expected = [
        ("heading1", "News"),
        ("heading2", "Fees rise"),
        ("paragraph", "Tue, 4 Mar 2025"),
        ("paragraph", "By 35 euros."),
    ]
    assert shown(read(tmp_path, "news.xml", feed)) == expected
    atom = """<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><title>Fees rise</title>
    <updated>Tue, 4 Mar 2025</updated><content type="html">By 35 euros.</content></entry></feed>"""
    assert shown(read(tmp_path, "news", atom)) == expected
