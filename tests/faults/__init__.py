"""What happens when things are killed, started twice, half made or in the way."""
