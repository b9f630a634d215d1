"""Answers follow-up questions about medical articles from the articles' own words."""
