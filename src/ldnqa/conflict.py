"""Sources that disagree, as far as an editor has said so. Nothing is inferred here: a wrong conflict misleads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ldnqa.types import Article, Conflict, EditorNote, Quote, Source


def notes_on(source: Source | Quote, articles: Mapping[str, Article]) -> list[EditorNote]:
    """The editors' notes that comment on words of this source or quote."""
    section = articles[source.article_id].section(source.section_id)
    return [note for note in section.notes if note.start < source.end and source.start < note.end]


def find_conflicts(sources: Sequence[Source], articles: Mapping[str, Article]) -> tuple[Conflict, ...]:
    """A conflict for each quoted editor's note and the quoted words it comments on, in the order of the sources."""
    found = []
    for source in sources:
        section = articles[source.article_id].section(source.section_id)
        for note in notes_on(source, articles):
            for other in sources:
                if (other.article_id, other.section_id) != (source.article_id, note.section_id):
                    continue
                if other.start <= note.note_start and note.note_end <= other.end:
                    found.append(
                        Conflict(
                            topic=" ".join(section.text[note.start : note.end].split()),
                            summary=f"The editors comment on these words of [{source.index}]; see [{other.index}].",
                            source_indexes=(source.index, other.index),
                        )
                    )
    return tuple(found)
