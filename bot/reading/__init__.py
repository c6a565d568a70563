"""Recordings, pictures and documents become words and values: jobs whose result comes back as a later event of the same chat."""
