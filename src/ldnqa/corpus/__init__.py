"""Articles as files: reading, writing, importing and checking them."""
