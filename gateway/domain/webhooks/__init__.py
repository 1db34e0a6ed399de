"""Events that other programs may hear of: their names, their signatures, and which addresses they may be sent to."""
