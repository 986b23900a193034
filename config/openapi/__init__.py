"""The description of the interface for programs (OpenAPI 3.1), made from the addresses and declared variables."""
