"""The reviewed wording and word lists a site answers with, as data files."""

from ldnqa.policy.lexicon import Lexicon
from ldnqa.policy.load import Policy, load_policy
from ldnqa.policy.wording import Wording

__all__ = ["Lexicon", "Policy", "Wording", "load_policy"]
