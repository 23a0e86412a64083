"""Parts of ``./o360 bench turns``: the office that is measured, the floor beside it, the loader, the disk, the soak."""
