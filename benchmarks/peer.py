"""One peer behind FastAPI: run by peers.py inside that peer's own virtual environment, never by itself.

    python peer.py NAME build MODEL PASSAGES FOLDER             prints the seconds it takes, without imports and loading
    python peer.py NAME given MODEL PASSAGES FOLDER VECTORS     the same from vectors made elsewhere, in no time
    python peer.py NAME serve MODEL FOLDER PORT                 POST /search {"question": ...} -> ids, best first

`PASSAGES` is JSON: a list of [id, text]; `VECTORS` a NumPy file with a row for each. Each peer is set up as its own
documentation sets it up for a local model and an exact FAISS index, with no option that would slow it; imports stand in
the functions, since each is in one venv only.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

Search = Callable[[str, int], list[str]]
Passages = list[list[str]]
Vectors = list[list[float]]


def txtai_build(model: str, passages: Passages, folder: str, vectors: Vectors | None = None) -> None:
    """Embeds passages with txtai and saves them."""
    import numpy as np
    from txtai import Embeddings

    if vectors:
        made = Embeddings(method="external", backend="faiss")
        rows = (np.array(row, dtype=np.float32) for row in vectors)
        made.index([(id_, row, None) for (id_, _), row in zip(passages, rows, strict=True)])
    else:
        made = Embeddings(path=model, backend="faiss")
        made.index([(id_, text, None) for id_, text in passages])
    made.save(folder)


def txtai_open(model: str, folder: str) -> Search:
    """Opens what txtai saved."""
    from txtai import Embeddings

    opened = Embeddings(path=model, backend="faiss")
    opened.load(folder)
    # An index of vectors from elsewhere knows no model.
    embed = Embeddings(path=model).transform if opened.config.get("method") == "external" else str
    return lambda question, k: [id_ for id_, _ in opened.search(embed(question), k)]


def haystack_build(model: str, passages: Passages, folder: str, vectors: Vectors | None = None) -> None:
    """Embeds passages with Haystack and saves them."""
    from haystack import Document
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersDocumentEmbedder
    from haystack_integrations.document_stores.faiss import FAISSDocumentStore

    documents = [Document(id=id_, content=text) for id_, text in passages]
    if vectors:
        embedded = [replace(d, embedding=row) for d, row in zip(documents, vectors, strict=True)]
    else:
        embedder = SentenceTransformersDocumentEmbedder(model=model, normalize_embeddings=True, progress_bar=False)
        embedder.warm_up()
        embedded = embedder.run(documents)["documents"]
    store = FAISSDocumentStore(embedding_dim=len(embedded[0].embedding))
    store.write_documents(embedded)
    Path(folder).mkdir(exist_ok=True)
    store.save(f"{folder}/store")


def haystack_open(model: str, folder: str) -> Search:
    """Opens what Haystack saved."""
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder
    from haystack_integrations.components.retrievers.faiss import FAISSEmbeddingRetriever
    from haystack_integrations.document_stores.faiss import FAISSDocumentStore

    embedder = SentenceTransformersTextEmbedder(model=model, normalize_embeddings=True, progress_bar=False)
    embedder.warm_up()
    retriever = FAISSEmbeddingRetriever(document_store=FAISSDocumentStore(index_path=f"{folder}/store"))

    def search(question: str, k: int) -> list[str]:
        vector = embedder.run(question)["embedding"]
        return [document.id for document in retriever.run(query_embedding=vector, top_k=k)["documents"]]

    return search


def langchain_build(model: str, passages: Passages, folder: str, vectors: Vectors | None = None) -> None:
    """Embeds passages with LangChain and saves them."""
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings

    embedder = HuggingFaceEmbeddings(model_name=model, encode_kwargs={"normalize_embeddings": True})
    ids, texts = zip(*passages, strict=True)
    if vectors:
        made = FAISS.from_embeddings(zip(texts, vectors, strict=True), embedder, ids=list(ids))
    else:
        made = FAISS.from_texts(list(texts), embedder, ids=list(ids))
    made.save_local(folder)


def langchain_open(model: str, folder: str) -> Search:
    """Opens what LangChain saved."""
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings

    embedder = HuggingFaceEmbeddings(model_name=model, encode_kwargs={"normalize_embeddings": True})
    # The files are our own, written a minute ago.
    store = FAISS.load_local(folder, embedder, allow_dangerous_deserialization=True)
    return lambda question, k: [str(document.id) for document in store.similarity_search(question, k=k)]


def llamaindex_build(model: str, passages: Passages, folder: str, vectors: Vectors | None = None) -> None:
    """Embeds passages with LlamaIndex and saves them."""
    import faiss
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.schema import TextNode
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    embedder = HuggingFaceEmbedding(model_name=model, embed_batch_size=32)
    width = len(embedder.get_text_embedding("one"))
    storage = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss_index=faiss.IndexFlatIP(width)))
    rows = vectors or [None] * len(passages)
    nodes = [TextNode(id_=id_, text=text, embedding=row) for (id_, text), row in zip(passages, rows, strict=True)]
    VectorStoreIndex(nodes, storage_context=storage, embed_model=embedder).storage_context.persist(folder)


def llamaindex_open(model: str, folder: str) -> Search:
    """Opens what LlamaIndex saved."""
    from llama_index.core import StorageContext, load_index_from_storage
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    embedder = HuggingFaceEmbedding(model_name=model)
    storage = StorageContext.from_defaults(vector_store=FaissVectorStore.from_persist_dir(folder), persist_dir=folder)
    index: Any = load_index_from_storage(storage, embed_model=embedder)
    retrievers = {k: index.as_retriever(similarity_top_k=k) for k in (10, 50)}
    return lambda question, k: [found.node.node_id for found in retrievers[k].retrieve(question)]


PEERS: dict[str, tuple[Callable[..., None], Callable[[str, str], Search]]] = {
    "txtai": (txtai_build, txtai_open),
    "haystack": (haystack_build, haystack_open),
    "langchain": (langchain_build, langchain_open),
    "llamaindex": (llamaindex_build, llamaindex_open),
}


def serve(search: Search, port: int) -> None:
    """Answers until it is killed. The route is a plain function, so that FastAPI runs it on its threads."""
    import uvicorn
    from fastapi import Body, FastAPI

    app = FastAPI()

    @app.post("/search")
    def found(question: str = Body(embed=True), limit: int = Body(10, embed=True)) -> list[str]:
        return search(question, limit)

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


def main() -> None:
    """Builds or serves."""
    name, verb, model, *rest = sys.argv[1:]
    build, open_ = PEERS[name]
    if verb == "build":
        passages = json.loads(Path(rest[0]).read_text(encoding="utf-8"))
        # Imports, and then loading the model, are the same for two passages: they are not part of the rate.
        spent = []
        for some, folder in ((passages[:2], "-first"), (passages[:2], "-again"), (passages, "")):
            started = time.perf_counter()
            build(model, some, rest[1] + folder)
            spent.append(time.perf_counter() - started)
        print(spent[2] - spent[1])
    elif verb == "given":
        import numpy as np

        build(model, json.loads(Path(rest[0]).read_text(encoding="utf-8")), rest[1], np.load(rest[2]).tolist())
    else:
        serve(open_(model, rest[0]), int(rest[1]))


if __name__ == "__main__":
    main()
