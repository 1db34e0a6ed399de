"""What shops' systems tell of orders, read out of their own formats into one: pure, whatever the order of arrival."""
