"""The office bus and the uplink to the centre."""
