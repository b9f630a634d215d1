"""Where passage vectors are kept and searched."""
