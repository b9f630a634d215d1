"""How long after the server's first byte a reader sees the first statement: `python benchmarks/first_paint.py ADDRESS`.

Asks the articles of a running server in Chromium, a question at a time, and measures inside the page: from the arrival
of the answer's first byte to the frame that follows the first statement in the document. The aim is 100 ms.
Also counts what an article page loads in all, compressed; the aim is 60 KB.
"""

from __future__ import annotations

import gzip
import statistics
import sys
from typing import Any

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
ROUNDS = 20
QUESTIONS = ("What dose is used?", "What are the side effects?", "Does it work for Crohn's disease?")
WATCH = """() => {
  window.firstByte = null;
  const fetchOwn = fetch;
  window.fetch = async (...args) => {
    const response = await fetchOwn(...args);
    if (String(args[0]).endsWith('/v1/ask')) window.firstByte = performance.now();
    return response;
  };
}"""
WAIT = """question => new Promise(done => {
  const box = document.querySelector('ldnqa-chat');
  box.clear();
  const observer = new MutationObserver(() => {
    if (!box.shadowRoot.querySelector('.statement, .words p, .alarm')) return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - firstByte)));
  });
  observer.observe(box.shadowRoot, {subtree: true, childList: true});
  box.ask(question);
})"""


def main(site: str) -> None:
    """Prints both figures."""
    loaded: dict[str, int] = {}

    def weigh(response: Any) -> None:
        if response.url.startswith(site) and response.request.method == "GET":
            loaded[response.url] = len(gzip.compress(response.body(), mtime=0))

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("response", weigh)
        page.goto(f"{site}/articles/ldn-indications", wait_until="networkidle")
        page.locator("ldnqa-chat .compose").wait_for()
        print(f"article page: {sum(loaded.values()) / 1024:.1f} KB compressed in {len(loaded)} files")
        page.evaluate(WATCH)
        taken = [page.evaluate(WAIT, QUESTIONS[n % len(QUESTIONS)]) for n in range(ROUNDS)]
        browser.close()
    taken.sort()
    worst = taken[int(len(taken) * 0.95) - 1]
    print(f"first byte to first paint: median {statistics.median(taken):.0f} ms, 95th percentile {worst:.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1])
