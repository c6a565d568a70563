"""The platform-free language of a conversation: what comes in, what goes out, who answers what."""
