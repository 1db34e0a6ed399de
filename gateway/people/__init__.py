"""Who works here: accounts, roles, second factors, browsers signed in, and the tokens of programs."""
