"""`python -m ldnqa` is the command line."""

from ldnqa.cli import main

main(prog_name="ldnqa")
