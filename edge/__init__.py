"""The office: rules, store, pages, local bus, uplink to the centre."""
