"""Model files on the disk: found in other programs' folders, kept in our own, carried over in packs."""
