"""Earlier reports that may tell of the same matter: fingerprints of texts, and an index of them in memory."""
