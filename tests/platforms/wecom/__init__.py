"""WeCom: the adapter against an emulator of its server."""
