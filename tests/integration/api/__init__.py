"""The record through the interface for programs."""
