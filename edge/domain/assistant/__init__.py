"""The dialogue that leads a person to a turn or an appointment, in any channel, by fixed rules."""
