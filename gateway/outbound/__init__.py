"""All mail that leaves, from an answer's words to its last attempt; connections are the couriers'."""
