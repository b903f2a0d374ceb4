"""Models that more than one chapter uses; the chapter that builds each one shows it."""
