"""One answer waits for the model so long and no longer, however often it asks it."""

from __future__ import annotations

from ldnqa.errors import LanguageModelError
from ldnqa.llm import LanguageModel, Messages, Reply


class Patience:
    """What is left of the time that one answer may wait for `model`, in seconds. For one thread."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.left = model.seconds

    def complete(self, messages: Messages, share: float = 1.0) -> Reply:
        """What the model replies within a share of the time that is left; LanguageModelError as its `complete`."""
        if self.left <= 0:
            raise LanguageModelError(f"{self.model.base_url} has had its time for this answer")
        began = self.model.now()
        try:
            return self.model.complete(messages, self.left * share)
        finally:
            self.left -= self.model.now() - began
