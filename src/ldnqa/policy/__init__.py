"""The reviewed wording and word lists a site answers with, as data files."""

from ldnqa.policy.lexicon import Lexicon
from ldnqa.policy.load import Policy, RedFlag, load_policy

__all__ = ["Lexicon", "Policy", "RedFlag", "load_policy"]
