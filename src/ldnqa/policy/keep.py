"""`python -m ldnqa.policy.keep`: the words that patterns of the built-in policy need -> needed.json, a line each."""

from __future__ import annotations

import json

from ldnqa.policy import load_policy
from ldnqa.policy.needed import kept_file, key_of, read_needed_words

if __name__ == "__main__":
    policy = load_policy()
    patterns = {*policy.red_flags.every_pattern(), *policy.lexicon.every_pattern()}
    found = {key_of(pattern): json.dumps(sorted(read_needed_words(pattern) or ())) for pattern in patterns}
    lines = ",\n".join(f'"{key}": {words}' for key, words in sorted(found.items()))
    kept_file().write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
