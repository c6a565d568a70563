"""Pages for people and for machines that watch the service."""
