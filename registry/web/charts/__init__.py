"""Charts as SVG: Python computes the geometry, templates print it. Nothing here draws in the browser."""
