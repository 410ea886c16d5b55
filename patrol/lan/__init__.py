"""Patrol in the local network: an own certificate authority, HTTPS for phones, and the page that explains it."""
