"""Hospitals, their agreements, the people who work there, what they may do, and who is writing at this moment."""
