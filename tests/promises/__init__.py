"""What the gateway promises, shown on processes of its own: killed, starved, flooded, and asked afterwards."""
