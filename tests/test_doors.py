"""One citation contract: whichever door of a real server a question comes through, its evidence is the same."""

from __future__ import annotations

import json

import anyio
import httpx
import httpx_sse
import openai
import pytest
from mcp import Client

from ldnqa.types import Answer, Status

pytestmark = pytest.mark.model

PATIENCE = 60
LDN = "ldn-indications"
# What is asked, with what, and how it comes out.
ASKED = [
    ({"question": "What dose is used, and when is it taken?", "article_id": LDN, "audience": "patient"}, "answered"),
    ({"question": "Does it work for Crohn's disease?", "article_id": LDN, "audience": "researcher"}, "answered"),
    ({"question": "And what dose?", "history": [{"question": "What is LDN used for?"}]}, "answered"),
    ({"question": "Can I take it with oxycodone?", "article_id": LDN}, "answered"),
    ({"question": "What is the capital of France?"}, "abstained"),
    ({"question": "What dose is used?", "approved_only": True}, "abstained"),
    ({"question": "I took an overdose of naltrexone and cannot breathe", "article_id": LDN}, "urgent"),
]


def as_json(site, asked):
    return httpx.post(f"{site}/v1/ask", json=asked, timeout=PATIENCE).json()


def as_events(site, asked):
    with (
        httpx.Client(base_url=site, timeout=PATIENCE) as client,
        httpx_sse.connect_sse(client, "POST", "/v1/ask", json=asked, headers={"accept": "text/event-stream"}) as sent,
    ):
        events = [(event.event, json.loads(event.data)) for event in sent.iter_sse()]
    whole = events[-1][1]
    pieces = [data for name, data in events if name == "source"]
    assert pieces == whole["sources"]
    assert events[0][1]["disclaimer"] == whole["disclaimer"]
    return whole


def conversation(asked):
    messages = [{"role": "user", "content": turn["question"]} for turn in asked.get("history", ())]
    messages.append({"role": "user", "content": asked["question"]})
    options = {name: value for name, value in asked.items() if name not in ("question", "history")}
    return {"model": "ldnqa", "messages": messages, "extra_body": {"ldnqa": options}}


def as_completion(site, asked):
    with openai.OpenAI(base_url=f"{site}/v1", api_key="-", max_retries=0, timeout=PATIENCE) as client:
        reply = client.chat.completions.create(**conversation(asked))
    message = reply.choices[0].message
    answer = reply.model_extra["ldnqa"]
    check_citations(message.content, [found.model_dump() for found in message.annotations], answer)
    return answer


def as_chunks(site, asked):
    with openai.OpenAI(base_url=f"{site}/v1", api_key="-", max_retries=0, timeout=PATIENCE) as client:
        chunks = list(client.chat.completions.create(**conversation(asked), stream=True))
    content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    answer = chunks[-1].model_extra["ldnqa"]
    assert chunks[0].model_extra["ldnqa"]["disclaimer"] == answer["disclaimer"]
    check_citations(content, chunks[-1].choices[0].delta.model_extra["annotations"], answer)
    return answer


def check_citations(content, annotations, answer):
    """The annotations lead to the sources, and every marker that a statement has in the text has one."""
    assert answer["disclaimer"]["text"] in content
    start = content.index(answer["answer"])
    inside = [a for a in annotations if start <= a["url_citation"]["start_index"] < start + len(answer["answer"])]
    assert len(inside) >= sum(len(statement["source_indexes"]) for statement in answer["statements"])
    cited = {}
    for annotation in annotations:
        found = annotation["url_citation"]
        marker = content[found["start_index"] : found["end_index"]]
        cited.setdefault(marker, found["url"])
    assert {marker: url.partition("/articles/")[2] for marker, url in cited.items()} == {
        f"[{source['index']}]": source["url"].partition("/articles/")[2] for source in answer["sources"]
    }


def as_tool(mode):
    def asked_of_a_tool(site, asked):
        async def once():
            async with Client(f"{site}/mcp", mode=mode) as client:
                return await client.call_tool("ask", asked)

        result = anyio.run(once)
        assert result.structured_content["disclaimer"]["text"] in result.content[0].text
        return result.structured_content

    return asked_of_a_tool


@pytest.mark.parametrize(("asked", "status"), ASKED, ids=[asked["question"] for asked, _ in ASKED])
def test_every_door_gives_the_same_answer(live_site, asked, status):
    first = as_json(live_site, asked)
    answer = Answer.model_validate(first)
    assert answer.status == status
    if answer.status is Status.ANSWERED:
        assert answer.sources
    for door in (as_events, as_completion, as_chunks, as_tool("legacy"), as_tool("auto")):
        assert door(live_site, asked) == first


def test_what_is_cited_can_be_fetched_as_it_was_cited(live_site):
    async def read(sources):
        async with Client(f"{live_site}/mcp") as client:
            return [(await client.call_tool("fetch", {"id": source["id"]})).structured_content for source in sources]

    sources = as_json(live_site, ASKED[0][0])["sources"]
    for source, document in zip(sources, anyio.run(read, sources), strict=True):
        assert document["text"][source["start"] : source["end"]] == source["quote"]
        assert document["metadata"]["review_status"] == source["review_status"]
