"""REDCap clients: the address that they read a released level at, and the page of the tokens for it."""
