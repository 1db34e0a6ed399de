"""Many machines: nodes of each role over a PostgreSQL with a standby and a bucket, behind HAProxy; each dies once."""
