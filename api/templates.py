"""How a page is drawn: the templates of `pages/`, and the words and links they use.

Every word that is not ours goes through Jinja's escaping, and every address through `safe_link`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from ldnqa.types import Audience, Reference, Regimen, ReviewStatus, Tier

from .routes_widget import LAUNCHER, published
from .views import article_url

PAGES = Path(__file__).parent / "pages"

TIERS = {
    Tier.GUIDELINE: "Guideline",
    Tier.DRUG_LABEL: "Drug label",
    Tier.RESEARCH: "Research",
    Tier.EDITORIAL: "Editors",
}
REGIMENS = {
    Regimen.LOW_DOSE: "Low dose",
    Regimen.STANDARD_DOSE: "Standard dose",
    Regimen.INJECTION: "Long-acting injection",
}
REVIEW = {
    ReviewStatus.SUBMITTED: "Submitted",
    ReviewStatus.UNDER_REVIEW: "Under Review",
    ReviewStatus.APPROVED: "Approved",
}
CAUTION = {
    ReviewStatus.SUBMITTED: "For education only. Exercise caution: nobody has reviewed this article yet.",
    ReviewStatus.UNDER_REVIEW: "For education only. Exercise caution: the review of this article is not finished.",
    ReviewStatus.APPROVED: "For education only. This article has been reviewed and approved.",
}
AUDIENCES = {
    Audience.PATIENT: "Patient",
    Audience.CAREGIVER: "Carer or family member",
    Audience.CLINICIAN: "Clinician",
    Audience.RESEARCHER: "Researcher",
}


def safe_link(address: str | None) -> str | None:
    """`address` if it is one to link to: http, https, or a path on this site; None for anything else."""
    if address is None:
        return None
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_path or address.startswith(("https://", "http://")) else None


def reference_links(reference: Reference) -> list[tuple[str, str]]:
    """Where a reference can be read: (name, address) for each way that it gives."""
    links = []
    if reference.doi:
        links.append(("DOI", f"https://doi.org/{quote(reference.doi, safe='/')}"))
    if reference.pmid and reference.pmid.isascii() and reference.pmid.isdigit():
        links.append(("PubMed", f"https://pubmed.ncbi.nlm.nih.gov/{reference.pmid}/"))
    if found := safe_link(reference.url):
        links.append(("Link", found))
    return links


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        tiers=TIERS,
        regimens=REGIMENS,
        review=REVIEW,
        caution=CAUTION,
        audiences=AUDIENCES,
        article_url=article_url,
        reference_links=reference_links,
        safe_link=safe_link,
        json=_json,
        launcher=published().address(LAUNCHER),
        launcher_integrity=published().integrity[LAUNCHER],
    )
    environment.filters["day"] = lambda day: f"{day:%B} {day.day}, {day.year}"
    environment.filters["data"] = _data
    environment.filters["dialable"] = _dialable
    return environment


def _json(value: object, limit: int | None = None) -> str:
    """A JSON value to read: over several lines, or on one line of at most `limit` characters."""
    text = json.dumps(value, ensure_ascii=False, indent=None if limit else 2)
    return text if limit is None or len(text) <= limit else text[: limit - 1] + "…"


def _data(value: object) -> Markup:
    """A JSON value inside a script element that holds data: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


# Digits with single spaces or hyphens between them; fewer than three, or an amount, are no telephone number.
_NUMBER = re.compile(r"(?<![\w.,])\+?\d(?:[ -]?\d){2,}(?![\w%.,]*\d)(?! ?(?:mg|mcg|ml|g|%))")


def _dialable(text: str) -> Markup:
    """Words in which each telephone number can be tapped."""
    parts: list[str] = []
    at = 0
    for found in _NUMBER.finditer(text):
        digits = re.sub(r"[^\d+]", "", found[0])
        parts += [
            escape(text[at : found.start()]),
            Markup('<a class="tel" href="tel:{}">{}</a>').format(digits, found[0]),
        ]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


def page(template: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A page rendered from a template of `pages/`."""
    return HTMLResponse(_environment().get_template(template).render(values), status_code=status)
