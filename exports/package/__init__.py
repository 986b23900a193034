"""The package of a release: data in one format, codebook, manifest, checksums in one zip, from a folder alone."""

from exports.package.build import PACKAGE_FILE, Package, build_package

__all__ = ["PACKAGE_FILE", "Package", "build_package"]
