"""Geometry of the figures, in pixels from the upper left; a template prints it as SVG, `standalone` files likewise."""
