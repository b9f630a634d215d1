"""`ldnqa doctor` finds what is wrong, through a real proxy too, and says how to mend it."""

from __future__ import annotations

import os
import threading
import time
from email.utils import formatdate
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner
from live import nginx, served, two_editions

from ldnqa import doctor
from ldnqa.cli import main
from ldnqa.doctor import CHECKS, LOOKS, Verdict, machine
from ldnqa.settings import Settings, Site

CLINIC = "https://clinic.example"
SITES = {"clinic": Site(origins=(CLINIC,))}


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "index"
    two_editions(folder)
    return folder


@pytest.fixture(scope="module")
def server(index, tmp_path_factory):
    sites = '{"clinic": {"origins": ["https://clinic.example"]}}'
    with served(
        tmp_path_factory.mktemp("server"), index, sites=sites, frame_ancestors=f'["{CLINIC}"]', trusted_hops=1
    ) as server:
        yield server


def looked(settings, url):
    """Verdicts by name, the worst of each; every finding that is not well says how to mend it."""
    found = [
        finding for name, look in LOOKS.items() for finding in doctor._guarded(name, partial(look, url=url), settings)
    ]
    assert all(finding.mend for finding in found if finding.verdict is not Verdict.OK)
    order = [Verdict.OK, Verdict.WARN, Verdict.FAIL]
    return {f.name: max((g.verdict for g in found if g.name == f.name), key=order.index) for f in found}


def test_a_good_proxy_is_found_good(server, tmp_path):
    with nginx(tmp_path, server.address, "if ($uri ~ ^/(metrics|v1/admin)) { return 404; }") as url:
        found = looked(Settings(sites=SITES, frame_ancestors=(CLINIC,)), url)
    assert set(found.values()) == {Verdict.OK}
    assert set(found) == {"service", "CORS", "frames", "streaming"}


def test_a_bad_proxy_is_found_bad(server, tmp_path):
    bad = (
        "proxy_ignore_headers X-Accel-Buffering;",
        "proxy_buffering on;",
        "gzip on; gzip_types text/event-stream;",
        "add_header Access-Control-Allow-Origin *;",
        "add_header X-Frame-Options DENY;",
    )
    with nginx(tmp_path, server.address, *bad) as url:
        found = looked(Settings(sites=SITES, frame_ancestors=(CLINIC,)), url)
    assert found == {
        "service": Verdict.OK,
        "private": Verdict.WARN,
        "CORS": Verdict.FAIL,
        "frames": Verdict.FAIL,
        "streaming": Verdict.FAIL,
    }


def test_a_server_with_other_settings_is_noticed(server):
    other = Settings(sites={"x": Site(origins=("https://other.example",))}, frame_ancestors=("https://other.example",))
    found = looked(other, server.address)
    assert (found["CORS"], found["frames"]) == (Verdict.FAIL, Verdict.FAIL)


def test_nobody_there_is_a_finding_and_no_crash():
    assert looked(Settings(), "http://127.0.0.1:9")["service"] is Verdict.FAIL


@pytest.mark.parametrize("apart", [0, 3_600, -3_600])
def test_a_server_with_another_clock_is_found(apart):
    class Ready(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def date_time_string(self, timestamp=None):
            return formatdate(time.time() + apart, usegmt=True)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Ready) as server:
        answering = threading.Thread(target=server.handle_request)
        answering.start()
        look = partial(LOOKS["service"], url=f"http://127.0.0.1:{server.server_port}")
        found = {finding.name: finding for finding in doctor._guarded("service", look, Settings())}
        answering.join()
    assert found["service"].verdict is Verdict.OK
    assert ("clock" in found) is bool(apart)
    if apart:
        assert found["clock"].verdict is Verdict.FAIL
        assert "timedatectl" in found["clock"].mend


def checked(name, **settings):
    found = list(doctor._guarded(name, CHECKS[name], Settings(**settings)))
    assert all(finding.mend for finding in found if finding.verdict is not Verdict.OK)
    return found


def test_a_clock_before_the_index_is_found(index, tmp_path):
    (ok,) = checked("clock", index=index)
    assert ok.verdict is Verdict.OK
    pointer = index / "index.json"
    before = pointer.stat().st_mtime
    os.utime(pointer, (time.time() + 86_400,) * 2)
    (wrong,) = checked("clock", index=index)
    os.utime(pointer, (before, before))
    assert wrong.verdict is Verdict.FAIL
    assert "timedatectl" in wrong.mend


def test_settings_that_invite_trouble_are_named():
    found = checked("listening", host="0.0.0.0", rate_limit="off", workers=2)
    assert {finding.verdict for finding in found} == {Verdict.WARN}
    assert {"LDNQA_TRUSTED_HOPS", "LDNQA_RATE_LIMIT", "LDNQA_RATE_STORE"} <= set(
        " ".join(finding.mend for finding in found).replace("=", " ").split()
    )
    (plain, _) = checked("sites", sites={"a": Site(origins=("http://clinic.example",))})
    assert "https" in plain.mend


@pytest.mark.parametrize(
    "feedback", ["sqlite:////no/such/folder/feedback.sqlite3", "postgresql://nobody@127.0.0.1:9/none", "nonsense"]
)
def test_a_database_that_cannot_be_used_is_found(feedback):
    (found,) = checked("feedback", feedback=feedback)
    assert found.verdict is Verdict.FAIL
    assert found.mend


def test_a_full_disk_is_found(index, monkeypatch):
    monkeypatch.setattr(machine, "_MIN_FREE_BYTES", 1 << 62)
    assert {finding.verdict for finding in checked("disk", index=index)} == {Verdict.FAIL}


def test_a_missing_index_names_the_command_that_makes_it(tmp_path, encoder):
    (_, missing) = checked("index", index=tmp_path / "none")
    assert missing.verdict is Verdict.FAIL
    assert "ldnqa build" in missing.says


@pytest.mark.model
def test_the_command_reports_and_its_status_tells(index_folder, tmp_path, monkeypatch):
    command = ["doctor", "--index", str(index_folder)]
    well = CliRunner().invoke(main, command, env={"LDNQA_FEEDBACK": f"sqlite:///{tmp_path}/f.sqlite3"})
    assert well.exit_code == 0, well.output
    for name in ("model", "index", "corpus", "policy", "feedback", "disk", "clock"):
        assert f"ok    {name}: " in well.output
    monkeypatch.setattr(doctor, "CHECKS", {"feedback": CHECKS["feedback"]})
    broken = CliRunner().invoke(main, command, env={"LDNQA_FEEDBACK": "nonsense"})
    assert broken.exit_code == 1
    assert "FAIL  feedback" in broken.output
    assert "mend: " in broken.output
