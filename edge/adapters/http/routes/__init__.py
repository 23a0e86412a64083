"""Handlers by capability: decode, authorize, call one service, encode."""
