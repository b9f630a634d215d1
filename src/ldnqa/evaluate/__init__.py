"""Measuring ldnqa: readers of question sets, metrics, reports. What is measured is what is served, step for step."""
