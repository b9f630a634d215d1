"""The reviewed wording and word lists a site answers with, as data files."""
