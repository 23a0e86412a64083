"""Process kit that every program shares: configuration, logging, supervision, MQTT, ids, clock, languages, login."""
