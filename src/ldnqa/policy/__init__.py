"""The reviewed wording and word lists a site answers with, as data files."""

from ldnqa.policy.lexicon import Lexicon
from ldnqa.policy.load import Policy, load_policy
from ldnqa.policy.red_flags import RedFlag
from ldnqa.policy.wording import Wording

__all__ = ["Lexicon", "Policy", "RedFlag", "Wording", "load_policy"]
