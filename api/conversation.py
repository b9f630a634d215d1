"""A conversation carried in a page's address, so that follow-ups work without a script and without a session.

The server keeps nothing: each link and form holds the earlier questions and the ids of the passages cited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic import ValidationError

from ldnqa.types import MAX_HISTORY_TURNS, Answer, Audience

from .schemas import AskedTurn, AskRequest, FieldError
from .views import article_url

LIST_OF_ARTICLES = "/articles"

# A server refuses an address and headers of more than 64 KiB together; a quarter of that leaves room for the
# next question, whose characters may take twelve bytes each, and is some twenty usual turns.
MAX_CARRIED_CHARS = 16_384


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a reader is: on an article (None: on the list of them), as whom, after which turns (newest last)."""

    article_id: str | None
    audience: Audience | None = None
    turns: tuple[AskedTurn, ...] = ()

    def page(self) -> str:
        """The page the conversation is held on."""
        return LIST_OF_ARTICLES if self.article_id is None else article_url(self.article_id)

    def address(self, question: str) -> str:
        """The page that asks `question` next."""
        fields = [("question", question), *self.fields()]
        return f"{self.page()}?{urlencode(fields)}#answer"

    def fields(self, *, with_audience: bool = True) -> list[tuple[str, str]]:
        """Names and values that carry the conversation; the oldest turns go when the address gets too long."""
        carried: list[tuple[str, str]] = []
        room = MAX_CARRIED_CHARS
        for turn in reversed(self.turns[-MAX_HISTORY_TURNS:]):
            value = ("turn", turn.model_dump_json())
            room -= len(urlencode([value])) + 1
            if room < 0:
                break
            carried.insert(0, value)
        if with_audience and self.audience:
            carried.append(("audience", self.audience.value))
        return carried

    def after(self, answer: Answer) -> Conversation:
        """The conversation once `answer` has been given."""
        ids = tuple(dict.fromkeys(source.id for source in answer.sources))
        newest = AskedTurn(question=answer.question, source_ids=ids)
        return Conversation(self.article_id, self.audience, (*self.turns, newest)[-MAX_HISTORY_TURNS:])

    def earlier(self) -> list[tuple[str, str]]:
        """The earlier questions, oldest first, each with the address that asks it again as it was asked."""
        return [
            (turn.question, Conversation(self.article_id, self.audience, self.turns[:n]).address(turn.question))
            for n, turn in enumerate(self.turns)
        ]


class Unreadable(Exception):
    """A page was asked for with a question that cannot be used; `errors` say why."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__("the question cannot be used")


def read_request(article_id: str | None, question: str, audience: str, turns: Sequence[str]) -> AskRequest:
    """What a page's address asks, under the same rules as the JSON endpoint; Unreadable if it breaks one."""
    try:
        history = tuple(AskedTurn.model_validate_json(turn) for turn in turns)
    except ValidationError:
        message = "The earlier questions in this address cannot be read. Please start again."
        raise Unreadable([FieldError(field="history", message=message)]) from None
    try:
        return AskRequest.model_validate(
            {"question": question, "article_id": article_id, "audience": audience or None, "history": history}
        )
    except ValidationError as error:
        raise Unreadable([_for_people(str(found["loc"][0])) for found in error.errors()]) from None


def _for_people(field: str) -> FieldError:
    messages = {
        "question": "Please type a question of 1 to 2,000 characters.",
        "audience": "Please choose one of the descriptions in the list.",
        "history": "This conversation has grown too long. Please start again.",
    }
    return FieldError(field=field, message=messages.get(field, "Please check this field."))
