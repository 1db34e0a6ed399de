"""The way of one mail in: accept it durably, then process it in a worker."""
