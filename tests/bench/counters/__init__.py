"""Parts of ``./o360 bench counting``: material, our own figures, and the peers beside them."""
