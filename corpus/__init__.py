"""The articles that ship with ldnqa. A package only so that they travel in the wheel."""
