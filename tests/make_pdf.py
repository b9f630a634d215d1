"""PDF files written by hand, as small as they can be, for tests of what is read from them."""

from __future__ import annotations

import zlib


def pdf(pages: list[list[str]], title: str = "", contents: list[bytes] | None = None, resources: bytes = b"") -> bytes:
    """A PDF whose pages show these lines, one below the other; or draw `contents` instead."""
    streams = contents if contents is not None else [_page(lines) for lines in pages]
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
               b"/Encoding /WinAnsiEncoding >>", b"<< /Title " + _string(title) + b" >>"]  # fmt: skip
    kids = []
    for stream in streams:
        packed = zlib.compress(stream)
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed))
        number = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> %s >> >>" % (number, resources)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )


def _string(text: str) -> bytes:
    raw = text.encode("cp1252", errors="replace")
    return b"(" + raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def _page(lines: list[str]) -> bytes:
    shown = b"".join(b"%s Tj 0 -14 Td\n" % _string(line) for line in lines)
    return b"BT /F1 11 Tf 50 760 Td\n" + shown + b"ET"
