"""Records the exchanges that the OpenAPI document shows: `python tests/record_examples.py`, with an index built.

The requests are kept in `api/pages/examples.json` and asked again; only the responses are replaced.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from fastapi.testclient import TestClient

from ldnqa.api.app import create_app
from ldnqa.api.deps import Resources
from ldnqa.api.openapi import EXAMPLES


def replay(client: TestClient, endpoint: str, exchange: dict[str, Any]) -> Any:
    """What the service replies to a recorded request now."""
    method, _, path = endpoint.partition(" ")
    for name, value in exchange.get("path", {}).items():
        path = path.replace("{" + name + "}", quote(value, safe=""))
    reply = client.request(method, path, json=exchange.get("request"))
    reply.raise_for_status()
    return reply.json()


def fill_history(exchange: dict[str, Any], earlier: list[dict[str, Any]]) -> None:
    """Gives each turn of a request the sources that the recorded reply to its question has now."""
    cited = {e["request"]["question"]: [source["id"] for source in e["response"]["sources"]] for e in earlier}
    for turn in exchange.get("request", {}).get("history", []):
        turn["source_ids"] = list(dict.fromkeys(cited[turn["question"]]))


def record(resources: Resources | None = None) -> None:
    """Asks every recorded request again and keeps the replies."""
    exchanges = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    with TestClient(create_app(resources=resources)) as client:
        for endpoint, recorded in exchanges.items():
            if endpoint == "POST /v1/feedback":
                # Its reply is a new id each time, and this would store something.
                continue
            for n, exchange in enumerate(recorded):
                if endpoint == "POST /v1/ask":
                    fill_history(exchange, recorded[:n])
                exchange["response"] = replay(client, endpoint, exchange)
    EXAMPLES.write_text(json.dumps(exchanges, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
