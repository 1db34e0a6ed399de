"""What admins do: set up shops, channels, rules, teams and templates, and watch over the ledger and the queue."""
