"""What keeps an installation healthy: doctor, backup and restore, retention, privacy."""
