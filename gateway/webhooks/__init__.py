"""Events told to other programs: how that is set up, and how it is done."""
