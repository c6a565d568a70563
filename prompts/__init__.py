"""Every sentence that a person reads: typed functions from values to replies and cards, in Chinese."""
