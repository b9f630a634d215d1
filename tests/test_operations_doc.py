"""What docs/operations.md tells an operator to set, to copy and to watch is what there is."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import partial
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from live import ask, free_port, nginx_of, served, two_editions
from servers import PROGRAMS
from service_fakes import resources

from ldnqa import doctor
from ldnqa.api import body, gate, protocol
from ldnqa.api.app import create_app
from ldnqa.doctor import LOOKS, Verdict
from ldnqa.settings import Settings, Site

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
CLINIC = "https://clinic.example"


def block(language):
    """The page's only block of code in that language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


# --- metrics ---------------------------------------------------------------------------------


def test_every_metric_is_in_the_table_with_its_labels():
    with TestClient(create_app(Settings(), resources=resources())) as client:
        ask(client, "What dose is used?")
        text = client.get("/metrics").text
    kinds = dict(re.findall(r"^# TYPE (ldnqa_\w+) (\w+)", text, re.MULTILINE))
    told = dict(re.findall(r"^\| `(ldnqa_\w+)(?:\{([\w,]+)\})?`", PAGE, re.MULTILINE))
    assert set(told) == set(kinds)
    for name, labels in re.findall(r"^(ldnqa_\w+?)(?:_count)?\{([^}]*)\}", text, re.MULTILINE):
        if name in told:
            assert set(re.findall(r'(\w+)="', labels)) == set(told[name].split(",")), name


def test_the_limits_are_those_the_page_tells():
    told = " ".join(PAGE.split())
    for words in (
        f"{protocol.HEAD_SECONDS:g} s for the head of a request, {gate.BODY_SECONDS:g} s for its body",
        f"{protocol.READ_SECONDS:g} s to go on reading an answer, {protocol.KEEP_ALIVE_SECONDS} s idle",
        f"{protocol.MAX_CONNECTIONS:,} connections for each worker",
        f"{gate.MAX_HEAD_BYTES // 1024} KiB of head (431), {body.MAX_BODY_BYTES // 1024} KiB of body (413)",
    ):
        assert words in told


# --- nginx, systemd, container ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "index"
    two_editions(folder)
    return folder


def test_the_nginx_of_the_page_is_found_good_and_logs_no_question(index, tmp_path, monkeypatch):
    """Copied as it stands, but for the address, the certificate and the log."""
    key, certificate, log, port = tmp_path / "key", tmp_path / "certificate", tmp_path / "access.log", free_port()
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = [PROGRAMS["openssl"], "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate]
    subprocess.run([*made, *names], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings = {"trusted_hops": 1, "frame_ancestors": f'["{CLINIC}"]', "admin_token": "0123456789abcdef" * 2}
    with served(tmp_path, index, sites=f'{{"clinic": {{"origins": ["{CLINIC}"]}}}}', **settings) as server:
        site = block("nginx")
        for ours, here in (
            ("server 127.0.0.1:8000", f"server {server.address.removeprefix('http://')}"),
            ("listen 443 ", f"listen 127.0.0.1:{port} "),
            (
                "# ssl_certificate ...; ssl_certificate_key ...;",
                f"ssl_certificate {certificate}; ssl_certificate_key {key};",
            ),
            ("/var/log/nginx/ldnqa.log", str(log)),
        ):
            assert ours in site
            site = site.replace(ours, here)
        with nginx_of(tmp_path, site, port):
            url = f"https://127.0.0.1:{port}"
            told = Settings(sites={"clinic": Site(origins=(CLINIC,))}, frame_ancestors=(CLINIC,))
            found = [one for name, look in LOOKS.items() for one in doctor._guarded(name, partial(look, url=url), told)]
            with httpx.Client(base_url=url, timeout=60) as client:
                page = client.get(
                    "/articles", params={"question": "zebrafishes?"}, headers={"Referer": "http://zebrafishes"}
                )
                hidden = [
                    client.request(*what).status_code for what in (("GET", "/metrics"), ("POST", "/v1/admin/reload"))
                ]
                long = client.post("/v1/ask", json={"question": "dose?", "history": [{"question": "x" * 1_999}] * 20})
    assert [str(one) for one in found if one.verdict is not Verdict.OK] == []
    assert {one.name for one in found} == {"service", "CORS", "frames", "streaming"}
    assert (page.status_code, hidden, long.status_code) == (200, [404, 404], 200)
    line = next(line for line in log.read_text().splitlines() if page.headers["x-request-id"] in line)
    assert " GET /articles 200 " in line
    assert "zebrafishes" not in log.read_text()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze on this machine")
def test_systemd_takes_the_unit_of_the_page(tmp_path):
    unit, folder = block("ini"), tmp_path / "srv"
    program = folder / ".venv" / "bin" / "ldnqa"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    file = tmp_path / "ldnqa.service"
    file.write_text(unit.replace("/srv/ldnqa", str(folder)))
    done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    seconds = int(re.search(r"TimeoutStopSec=(\d+)", unit)[1])
    assert seconds > Settings().drain_seconds + Settings().stop_seconds


def test_the_container_is_made_of_files_that_are_there_and_settings_that_exist():
    file = (ROOT / "Dockerfile").read_text()
    copied = [name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", file, re.MULTILINE) for name in line.split()]
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}" in sent
    assert {name.lower() for name in re.findall(r"LDNQA_(\w+)=", file)} <= set(Settings.model_fields)
