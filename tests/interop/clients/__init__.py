"""Clients that are generated from the description of the interface, and a registry that is served to them."""
