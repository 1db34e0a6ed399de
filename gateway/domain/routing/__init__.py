"""Where mail goes: channels, teams and rules, decided without looking anything up."""
