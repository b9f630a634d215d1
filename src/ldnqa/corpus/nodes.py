"""YAML -> its node tree, which keeps lines and a key that is given twice; nothing is ever constructed.

What is read does not depend on whether libyaml is there, which only makes it ten times as fast.
"""

from __future__ import annotations

from contextlib import suppress

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

from ldnqa.corpus.problems import Report


def load_yaml(text: str, first_line: int, report: Report) -> yaml.Node | None:
    """The node tree of `text`, whose first line is line `first_line` of the file; None, reported, if it is no YAML."""
    # libyaml lets pass a tab where YAML in Python does not. What is wrong with a text is told by the latter, too.
    if yaml.__with_libyaml__ and "\t" not in text:
        with suppress(yaml.YAMLError, ValueError, RecursionError):
            return _by_libyaml(text)
    try:
        return yaml.SafeLoader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        report.error(line, "bad-yaml", error.problem or "not YAML", "mend the YAML; put texts with a colon in quotes")
    except (yaml.YAMLError, RecursionError) as error:
        report.error(first_line, "bad-yaml", str(error).splitlines()[0], "mend the YAML")
    return None


def _by_libyaml(text: str) -> yaml.Node | None:
    from yaml._yaml import CParser

    # The tree is made in Python, where nesting without end is an error; libyaml's own composer would crash.
    class Loader(Composer, CParser, Resolver):
        def __init__(self) -> None:
            CParser.__init__(self, text)
            Composer.__init__(self)
            Resolver.__init__(self)

    return Loader().get_single_node()
