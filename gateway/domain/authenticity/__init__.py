"""Who wrote a mail, decided from bytes and DNS answers that others fetched: pure, without I/O."""
