"""The reviewed wording and word lists a site answers with, as data files."""

from ldnqa.policy.lexicon import Lexicon
from ldnqa.policy.load import Policy, load_policy

__all__ = ["Lexicon", "Policy", "load_policy"]
