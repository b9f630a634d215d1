"""What `python -m ldnqa.policy.train` writes is what triage reads: the same flags, weights, phrases and encoder."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import HashedEncoder

from ldnqa.policy import learned, meaning, train
from ldnqa.policy.phrases import CALM, Phrase, digest

SAID = {
    "breathing": ["I cannot breathe", "She cannot breathe at all", "he stopped breathing", "my breathing stops"],
    "bleeding": ["blood everywhere", "he bleeds a lot", "the blood will not stop", "so much blood"],
    CALM: ["Can I take it at night?", "What dose is used?", "Does it help with pain?", "How is it stored?"],
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Both sets of weights, learned from a dozen phrases and read back from their files."""
    phrases = [Phrase(text, flag, 1) for flag, texts in SAID.items() for text in texts]
    folder = tmp_path_factory.mktemp("weights")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "filled_phrases", lambda: phrases)
        for module, name in ((learned, "weights_file"), (meaning, "meaning_file")):
            for each in (module, train):
                patch.setattr(each, name, lambda name=name: folder / f"{name}.npz")
        train.save_words()
        train.save_meaning(HashedEncoder())
        return learned.learned.__wrapped__(), meaning.meaning.__wrapped__()


def test_what_was_learned_tells_emergencies_from_questions_and_from_each_other(trained):
    words, _ = trained
    alarms = {text: words.judge(text)[0] for texts in SAID.values() for text in texts}
    assert min(alarms[text] for text in [*SAID["breathing"], *SAID["bleeding"]]) > max(alarms[t] for t in SAID[CALM])
    for flag in ("breathing", "bleeding"):
        for text in SAID[flag]:
            odds = words.judge(text)[1]
            assert max(odds, key=odds.get) == flag


def test_the_files_name_what_they_were_learned_from(trained):
    words, meant = trained
    assert words.made_from == meant.made_from == digest()
    assert meant.encoder == HashedEncoder().digest
    assert set(words.flags) == set(meant.flags) == set(SAID)


def test_meaning_is_judged_from_a_vector(trained):
    _, meant = trained
    alarm, odds = meant.judge(HashedEncoder().encode_queries(["he cannot breathe"])[0])
    assert set(odds) == {"breathing", "bleeding"}
    assert np.isfinite(alarm)
