"""The service over the real thing: the articles that ship, a real index of them, the real `ask`, policy and search.

Only the embedding model is a stand-in, so nothing here says that an answer is the best one; that is measured
elsewhere. What is checked is that whatever is answered arrives whole and true, in JSON and on the page.
"""

from __future__ import annotations

from functools import partial

import pytest
from bs4 import BeautifulSoup
from fakes import HashedEncoder
from fastapi.testclient import TestClient

from ldnqa import dialogue
from ldnqa.api.app import create_app
from ldnqa.api.deps import Resources
from ldnqa.build import build
from ldnqa.index import Index
from ldnqa.policy import load_policy
from ldnqa.settings import packaged_corpus
from ldnqa.types import Answer

QUESTIONS = [
    "What dose is used, and when is it taken?",
    "Can I take it with oxycodone?",
    "Does it work for Crohn's disease?",
    "How does it work?",
    "What is the capital of France?",
]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    build(packaged_corpus(), folder, HashedEncoder())
    return Index.open(folder, HashedEncoder())


@pytest.fixture(scope="module")
def client(index):
    policy = load_policy(None)
    resources = Resources(
        index=index,
        policy=policy,
        ask=partial(dialogue.ask, index, policy=policy),
        search=partial(dialogue.search, index, policy=policy),
    )
    with TestClient(create_app(resources=resources)) as client:
        yield client


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_is_an_exact_slice_of_what_the_article_endpoint_gives(client, question):
    reply = client.post("/v1/ask", json={"question": question, "article_id": "ldn-indications"})
    assert reply.status_code == 200
    answer = Answer.model_validate_json(reply.content)
    assert answer.disclaimer.text
    for source in answer.sources:
        article = client.get(f"/v1/articles/{source.article_id}").json()
        section = next(section for section in article["sections"] if section["id"] == source.section_id)
        assert section["text"][source.start : source.end] == source.quote
        assert client.get(f"/v1/passages/{source.id.replace('#', '%23')}").status_code == 200


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_page_shows_every_quote_and_marks_it_in_the_article(client, question):
    asked = {"question": question, "article_id": "ldn-indications"}
    answer = Answer.model_validate_json(client.post("/v1/ask", json=asked).content)
    reply = client.get("/articles/ldn-indications", params={"question": question})
    page = BeautifulSoup(reply.content, "html.parser")
    assert answer.disclaimer.text in page.find(id="answer").get_text()
    assert [node.get_text() for node in page.select(".sources blockquote")] == [s.quote for s in answer.sources]
    for source in answer.sources:
        link = page.find(id=f"source_{source.index}").find(
            "a", string=lambda words: (words or "").startswith("Show in")
        )
        if source.article_id == "ldn-indications":
            assert page.find(id=link["href"][1:])
        else:
            path, _, anchor = link["href"].partition("#")
            assert BeautifulSoup(client.get(path).content, "html.parser").find(id=anchor)


def test_every_article_has_a_page_whose_links_lead_somewhere(client, index):
    for article_id, article in index.articles.items():
        page = BeautifulSoup(client.get(f"/articles/{article_id}").content, "html.parser")
        ids = [node["id"] for node in page.select("[id]")]
        assert len(ids) == len(set(ids)), article_id
        assert {link["href"][1:] for link in page.select('a[href^="#"]')} <= set(ids), article_id
        assert sum(len(mark.labels) for section in article.sections for mark in section.marks) == len(
            page.select("sup")
        )
    listed = BeautifulSoup(client.get("/").content, "html.parser")
    assert len(listed.select(".cards h2 a")) == len(index.articles)
