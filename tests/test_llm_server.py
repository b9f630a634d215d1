"""The plumbing, with a language model server that others wrote and a tiny model that is made on the spot."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from functools import partial

import pytest

from ldnqa import ask
from ldnqa.doctor import CHECKS, Verdict
from ldnqa.llm import LanguageModel
from ldnqa.settings import Settings
from ldnqa.types import Turn

# Makes a Llama of one layer with a tokenizer of bytes and fast weights, and serves it as `transformers serve` does.
MAKE = """
import sys, torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.cli.transformers import main

folder, port = sys.argv[1:]
bytes_of = pre_tokenizers.ByteLevel(add_prefix_space=False)
trained = Tokenizer(models.BPE())
trained.pre_tokenizer, trained.decoder = bytes_of, decoders.ByteLevel()
trained.train_from_iterator(
    ["Low-dose naltrexone is taken at bedtime."],
    trainers.BpeTrainer(vocab_size=300, special_tokens=["<s>", "</s>"], initial_alphabet=bytes_of.alphabet(),
                        show_progress=False))
tokenizer = PreTrainedTokenizerFast(tokenizer_object=trained, bos_token="<s>", eos_token="</s>", pad_token="</s>")
tokenizer.chat_template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\\n{% endfor %}assistant:"
torch.manual_seed(0)
torch.set_num_threads(1)
model = LlamaForCausalLM(LlamaConfig(
    vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
    num_key_value_heads=2, max_position_embeddings=16_384, bos_token_id=0, eos_token_id=1, pad_token_id=1,
))
# It babbles for some words and comes to an end.
model.generation_config.exponential_decay_length_penalty = (20, 1.5)
model.save_pretrained(folder)
tokenizer.save_pretrained(folder)
sys.argv = ["transformers", "serve", folder, "--host", "127.0.0.1", "--port", port, "--device", "cpu"]
main()
"""
STARTS_WITHIN_SECONDS = 120


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """(address, name of the model) of a running `transformers serve`."""
    pytest.importorskip("accelerate", reason="transformers serve needs it")
    folder = tmp_path_factory.mktemp("tiny") / "model"
    (cache := folder.parent / "hub").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    offline = {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(cache), "TRANSFORMERS_VERBOSITY": "error"}
    with (folder.parent / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-c", MAKE, str(folder), str(port)], env=os.environ | offline, stdout=log, stderr=log
        )
        try:
            until = time.monotonic() + STARTS_WITHIN_SECONDS
            while not _answers(f"http://127.0.0.1:{port}/health"):
                in_time = server.poll() is None and time.monotonic() < until
                assert in_time, (folder.parent / "log").read_text()
                server_waits()
            yield f"http://127.0.0.1:{port}/v1", str(folder)
        finally:
            server.kill()
            server.wait()


def server_waits() -> None:
    """A breath between two looks at a process that has nothing to wait on."""
    time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as reply:
            return reply.status == 200
    except OSError:
        return False


def test_a_real_server_is_asked_and_its_babble_dropped(served, index, policy):
    url, name = served
    model = LanguageModel(url, name, seconds=30)
    said = model.complete([{"role": "user", "content": "Say something."}])
    assert said.whole
    assert said.text

    # It is asked to word this, and to draft an answer to it.
    asking = partial(ask, index, "And what side effects?", policy=policy, history=(Turn(question="What is LDN?"),))
    assert asking(model=model) == asking()


def test_doctor_reaches_it(served):
    url, name = served
    (found,) = CHECKS["language model"](Settings(llm_base_url=url, llm_model=name))
    # It loads any folder on demand, and lists only what it has fetched from elsewhere.
    assert found.verdict is Verdict.WARN
    assert name in found.says
