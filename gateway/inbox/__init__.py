"""The seller's desk: conversations listed and read, written in, changed many at once, and put right."""
