"""Files made to do harm: each is refused with a reason, nothing is fetched, no other file is read."""

from __future__ import annotations

import re
import socket
import zlib
from pathlib import Path

import pytest
from adding import check_added_or_refused
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from make_pdf import pdf

from ldnqa.corpus.importing import import_document
from ldnqa.errors import LdnqaError, UnreadableDocument

DATA = Path(__file__).parent / "data"
SMALL = (
    "<article><front><article-meta><title-group><article-title>Small</article-title></title-group></article-meta>"
    "</front><body><p>{}</p></body></article>"
)


def laughs(levels: int = 12) -> str:
    more = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, levels))
    return f'<!DOCTYPE article [<!ENTITY l0 "ha">{more}]>' + SMALL.format(f"&l{levels - 1};")


ATTACKS = {
    "billion laughs": laughs(),
    "laughs in an attribute": laughs().replace("<body>", '<body id="&l11;">'),
    "quadratic blowup": f'<!DOCTYPE article [<!ENTITY a "{"a" * 50_000}">]>' + SMALL.format("&a;" * 50_000),
    "parameter laughs": '<!DOCTYPE article [<!ENTITY % a "<!---->"><!ENTITY % b "%a;%a;"> %b;]>' + SMALL.format("x"),
    "recursive entity": '<!DOCTYPE article [<!ENTITY a "&b;"><!ENTITY b "&a;">]>' + SMALL.format("&a;"),
    "file": '<!DOCTYPE article [<!ENTITY f SYSTEM "SECRET">]>' + SMALL.format("&f;"),
    "web": '<!DOCTYPE article [<!ENTITY f SYSTEM "http://127.0.0.1:9/x">]>' + SMALL.format("&f;"),
    "parameter file": '<!DOCTYPE article [<!ENTITY % f SYSTEM "SECRET"> %f;]>' + SMALL.format("x"),
    "default attributes": f'<!DOCTYPE article [<!ATTLIST p id CDATA "{"a" * 50_000}">]>'
    + SMALL.format("</p><p>" * 50_000),
    "quoted bracket": "<!DOCTYPE article SYSTEM 'a>' [<!ENTITY a 'b'>]>" + SMALL.format("&a;"),
    "after a comment": "<!-- <!DOCTYPE article> -->" + laughs(),
    "deep": SMALL.format("<bold>" * 100_000 + "x" + "</bold>" * 100_000),
    "rather deep": SMALL.format("<bold>" * 150 + "x" + "</bold>" * 150),
    "deep lists": SMALL.format("<list><list-item><p>" * 40 + "x" + "</p></list-item></list>" * 40),
    "paragraphs without end": SMALL.format("x</p><p>" * 20_000),
    "a title without end": SMALL.replace("Small", "long " * 1_000),
    "cut off": SMALL[:80],
    "empty": "",
    "not closed": "<article>",
    "odd encoding": '<?xml version="1.0" encoding="utf-7"?>' + SMALL.format("x"),
    "unknown sign": SMALL.format("&secret;"),
}


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the importer went to the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_xml_file_made_to_do_harm_is_refused(name, tmp_path, no_network):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret", encoding="utf-8")
    path = tmp_path / "attack.xml"
    path.write_text(ATTACKS[name].replace("SECRET", secret.as_uri()), encoding="utf-8")
    with pytest.raises(UnreadableDocument) as refusal:
        import_document(path)
    assert "the secret" not in str(refusal.value)
    assert len(str(refusal.value)) < 500


def test_a_named_document_type_is_not_fetched(tmp_path, no_network):
    path = tmp_path / "a.xml"
    for declared in (
        '<!DOCTYPE article SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!DOCTYPE article PUBLIC '-//A//B//EN' 'file:///nowhere.dtd'>",
        '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>',
        '<!DOCTYPE article SYSTEM "a.dtd" >',
    ):
        path.write_text(declared + SMALL.format('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="a"/>T.'))
        assert import_document(path).article.sections[0].text == "T."


def test_an_entity_in_another_encoding_is_seen_too(tmp_path):
    path = tmp_path / "a.xml"
    for encoding in ("utf-16", "utf-8-sig", "utf-16-le"):
        path.write_bytes(laughs().encode(encoding))
        with pytest.raises(UnreadableDocument):
            import_document(path)
    path.write_bytes(('<?xml version="1.0" encoding="ISO-8859-1"?>' + SMALL.format("caf\xe9")).encode("latin-1"))
    assert import_document(path).article.sections[0].text == "café"
    path.write_bytes(SMALL.format("Zürich").encode("utf-16"))
    assert import_document(path).article.sections[0].text == "Zürich"


def test_repetition_that_tables_allow_is_bounded(tmp_path):
    path = tmp_path / "a.xml"
    rows = "<tr><td>x</td></tr>" * 1_000
    table = f"<table><thead><tr><th>{'head ' * 10_000}</th></tr></thead>{rows}</table>"
    path.write_text(SMALL.format("Text.</p>" + f"<table-wrap>{table}</table-wrap>" + "<p>"), encoding="utf-8")
    assert sum(len(section.text) for section in import_document(path).article.sections) < 100


def test_a_file_too_large_is_not_read(tmp_path):
    path = tmp_path / "a.xml"
    path.write_bytes(b" " * 10_000_001)
    with pytest.raises(UnreadableDocument, match="save the article alone"):
        import_document(path)


def forms(levels: int) -> bytes:
    """A PDF in which each drawing draws ten others."""
    out = pdf([], contents=[b"/X1 Do"], resources=b"/XObject << /X1 10 0 R >>")
    body = b""
    for level in range(levels):
        inner = b"/X1 Do " * 10 if level < levels - 1 else b"BT /F1 9 Tf (ha) Tj ET"
        body += (
            b"%d 0 obj\n<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /Font << /F1 3 0 R >> "
            b"/XObject << /X1 %d 0 R >> >> /Length %d >>\nstream\n%s\nendstream\nendobj\n"
            % (10 + level, 11 + level, len(inner), inner)
        )
    return out.replace(b"xref\n", body + b"xrfe\n", 1).replace(b"startxref", b"startxrfe")


BAD_PDF = {
    "no text layer": pdf([[], []]),
    "only a header": b"%PDF-1.7",
    "empty": b"",
    "a picture of text": pdf([], contents=[b"q 10 0 0 10 0 0 cm /Im1 Do Q"]),
    "drawings in drawings": forms(9),
    "a page without end": pdf([], contents=[b"BT /F1 9 Tf (a) Tj ET\n" * 400_000]),
    "endless pages": pdf([["x"]]).replace(b"/Kids [6 0 R]", b"/Kids [2 0 R]"),
    "many pages": pdf([["x"]]).replace(b"/Kids [6 0 R]", b"/Kids [" + b"6 0 R " * 2_000 + b"]"),
    "a lie about its length": pdf([["x"]]).replace(b"/Length", b"/Length 99999999999 %", 1),
}


@pytest.mark.parametrize("name", BAD_PDF)
def test_a_pdf_that_cannot_be_read_says_what_to_do(name, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(BAD_PDF[name])
    with pytest.raises(UnreadableDocument, match=";"):
        import_document(path)


def test_a_pdf_without_text_asks_for_text_recognition(tmp_path):
    (tmp_path / "a.pdf").write_bytes(BAD_PDF["no text layer"])
    with pytest.raises(UnreadableDocument, match="OCR"):
        import_document(tmp_path / "a.pdf")


WHOLE = {
    ".xml": [(DATA / name).read_bytes() for name in ("velaprine-label.xml", "velaprine-trial.xml")],
    ".pdf": [pdf([["Title", "Introduction", "Some text of it.", "References", "1. A."], ["More."]], title="Title")],
}
PIECES = [
    *(
        b"<",
        b">",
        b"&",
        b"&amp;",
        b"&#x202e;",
        b"&#8;",
        b"<!DOCTYPE a [",
        b"]]>",
        b"<![CDATA[",
        b"<p>",
        b"</p>",
        b"<sec>",
    ),
    *(
        b"<table>",
        b"<tr><td colspan='0'>",
        b"<list>",
        b"<item>",
        b"\xff",
        b"\0",
        b"\xe2\x80",
        b" rid='B1 B5'",
        b"-",
        b"[",
    ),
    *(
        b"<component><section>",
        b"</section></component>",
        b"<xref ref-type='bibr' rid='B1'>1</xref>",
        b"<ref/>",
        b"<title/>",
    ),
    *(
        b"endstream",
        b"endobj",
        b"0 R",
        b"/Kids",
        b"/Length 0",
        b"<<",
        b">>",
        b"9999999999",
        b"BT",
        b"Tj",
        b"obj",
        b"stream\n",
    ),
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from([(suffix, data) for suffix, whole in WHOLE.items() for data in whole]),
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(PIECES) | st.binary(max_size=6)), max_size=8
    ),
)
def test_a_damaged_file_is_added_as_it_reads_or_refused(kind, edits, tmp_path_factory):
    suffix, data = kind
    for place, gone, new in edits:
        at = int(place * len(data))
        data = data[:at] + new + data[at + gone :]
    path = tmp_path_factory.mktemp("damaged") / f"a{suffix}"
    path.write_bytes(data)
    check_added_or_refused(path)


PAPER = [
    *("<p>{}</p>", "{}", "<sec><title>{}</title>", "<sec><label>{}</label><p>{}</p>", "</sec>", "<title>{}</title>"),
    *(
        "<list><list-item><p>{}",
        "<list-item><p>{}</p><p>{}</p></list-item>",
        "</p></list-item></list>",
        "<list>{}</list>",
    ),
    *(
        "<table><tr><th>{}</th><th>{}</th></tr>",
        "<tr><td>{}</td><td/></tr>",
        "<tr><td colspan='2'>{}</td></tr>",
        "</table>",
    ),
    *(
        "<table><thead><tr><td rowspan='2'>{}</td></tr></thead><tbody>{}<tr>{}<td>{}</td></tr></tbody></table>",
        "<col>{}</col>",
    ),
    *(
        "<table-wrap><label>{}</label><caption>{}<p>{}</p></caption>",
        "<table-wrap-foot>{}<fn><p>{}</p></fn>{}</table-wrap-foot>",
    ),
    *("</table-wrap>", "<fig><caption><p>{}</p></caption>{}</fig>", "<sup>{}</sup>", "<p>x<fn><p>{}</p></fn>{}</p>"),
    *(
        "<def-list>{}<title>{}</title><def-item><term>{}</term><def><p>{}</p></def></def-item></def-list>",
        "<boxed-text>{}</boxed-text>",
    ),
    *("<p>{} [<xref ref-type='bibr' rid='B1'>1</xref>] {}</p>", "<p>{}<xref ref-type='bibr' rid='B1'>{}</xref>{}</p>"),
    *("<p>{}<inline-formula><mml:math><mml:mi>{}</mml:mi></mml:math></inline-formula>{}</p>", "<ack><p>{}</p></ack>"),
    *(
        "<disp-formula>{}<tex-math>{}</tex-math></disp-formula>",
        "<disp-quote><p>{}</p>{}</disp-quote>",
        "<foo>{}<bar>{}</bar></foo>",
    ),
    *(
        "<p>{}: <list><list-item>{}</list-item></list>{}</p>",
        "<sec-meta>{}</sec-meta>",
        "<ref-list>{}<p>{}</p></ref-list>",
    ),
    *("</body><back>{}<ack>{}</ack></back>{}<body>", "<verse-group><verse-line>{}</verse-line></verse-group>", "•"),
]
LABEL = [
    *(
        "<paragraph>{}</paragraph>",
        "{}",
        "<list><item>{}",
        "</item></list>",
        "<item><caption>{}</caption>{}</item>",
        "<list>{}</list>",
    ),
    *(
        "<table><caption>{}</caption><thead><tr><th>{}</th><th>{}</th></tr></thead>",
        "<tr><td>{}</td></tr>",
        "<tfoot><tr><td>{}</td></tr></tfoot>",
    ),
    *(
        "</table>",
        "<paragraph><caption>{}</caption>{}<footnote>{}</footnote></paragraph>",
        "<content><sub>{}</sub>{}</content>",
    ),
    *(
        "</text><component>{}<section><title>{}</title>{}<text>{}</text></section>{}</component><text>",
        "<br/>",
        "<foo>{}</foo>",
    ),
    *(
        "</text><excerpt><highlight><text>{}</text></highlight></excerpt><text>",
        "<renderMultiMedia>{}</renderMultiMedia>",
    ),
    *(
        "</text></section>{}</component><component>{}<section><code code='34070-3'/>{}<text>{}",
        "<linkHtml>{}</linkHtml>",
    ),
    *(
        "</text></section></component><component><section><code code='51945-4'/><text>{}",
        "<table>{}<tr>{}</tr></table>",
    ),
]
FRAMES = {
    "paper": "<article xmlns:mml='http://www.w3.org/1998/Math/MathML'><front>{}<article-meta>{}<title-group>"
    "<article-title>{}</article-title></title-group><abstract><p>{}</p></abstract></article-meta></front>"
    "<body>{}BODY</body><back>{}<ref-list><ref id='B1'>{}<label>1</label><mixed-citation>{}<source>{}</source>{}"
    "</mixed-citation></ref>{}</ref-list></back></article>",
    "label": "<document xmlns='urn:hl7-org:v3'><title>{}</title>{}<component><structuredBody>{}<component><section>"
    "<subject><manufacturedProduct><name>{}</name></manufacturedProduct></subject><title>{}</title>"
    "<text>BODY</text></section></component></structuredBody></component></document>",
}


def balanced(body: str) -> str:
    """`body` with the tags it leaves open closed and those it never opened left out."""
    out, open_ = "", []
    for part in re.split(r"(<[^>]+>)", body):
        if part.startswith("</"):
            called = part[2:-1]
            if called not in open_:
                continue
            while (last := open_.pop()) != called:
                out += f"</{last}>"
        elif part.startswith("<") and not part.endswith("/>"):
            open_.append(re.match(r"<([^\s>]+)", part)[1])
        out += part
    return out + "".join(f"</{called}>" for called in reversed(open_))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    made=st.sampled_from([("paper", PAPER), ("label", LABEL)]).flatmap(
        lambda made: st.tuples(st.just(made[0]), st.lists(st.sampled_from(made[1]), min_size=1, max_size=12))
    )
)
@example(made=("paper", PAPER))
@example(made=("label", LABEL))
def test_no_word_of_an_xml_source_is_lost_without_a_trace(made, tmp_path_factory):
    frame, templates = made
    words = iter(f"word{number}x" for number in range(10_000))
    text = FRAMES[frame].replace("BODY", "".join(templates))
    text = balanced(re.sub(r"\{\}", lambda _: f" {next(words)} ", text))
    path = tmp_path_factory.mktemp("any") / "a.xml"
    path.write_text(text, encoding="utf-8")
    try:
        imported = import_document(path)
    except LdnqaError:
        return
    found = imported.model_dump_json()
    shown = re.sub(r"<[^>]+>", " ", text)
    assert [word for word in re.findall(r"word\d+x", shown) if word not in found] == []


LINES = [
    *("{}", "{} and {}.", "Introduction", "From the Research", "• {}", "References", "1. {}", "", "{} [1] {}.", "12"),
    *("Page 3", "{}-", "low-", "dose {}", "Disclaimer", "A title {}", "What is {}?", "- {}", "•"),
    "Have a follow-up question?",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    pages=st.lists(st.lists(st.sampled_from(LINES), max_size=10), min_size=1, max_size=4),
    title=st.sampled_from(["", "A"]),
)
def test_no_word_of_a_pdf_is_lost_without_a_trace(pages, title, tmp_path_factory):
    words = iter(f"word{number}x" for number in range(1_000))
    printed = [[re.sub(r"\{\}", lambda _: next(words), line) for line in lines] for lines in pages]
    path = tmp_path_factory.mktemp("any") / "a.pdf"
    path.write_bytes(pdf(printed, title=title))
    try:
        imported = import_document(path)
    except LdnqaError:
        return
    found = imported.model_dump_json()
    shown = re.findall(r"word\d+x", " ".join(line for lines in printed for line in lines))
    assert [word for word in shown if word not in found] == []


def test_a_compressed_page_that_grows_without_end_is_refused(tmp_path):
    packed = zlib.compress(b"BT /F1 9 Tf (" + b"a" * 100_000_000 + b") Tj ET", 9)
    whole = pdf([["x"]])
    stream = re.search(rb"/Length \d+ /Filter /FlateDecode >>\nstream\n(.*?)\nendstream", whole, re.DOTALL)
    bomb = whole[: stream.start()] + b"/Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (
        len(packed),
        packed,
    )
    (tmp_path / "a.pdf").write_bytes(bomb + whole[stream.end() :])
    with pytest.raises(UnreadableDocument):
        import_document(tmp_path / "a.pdf")
