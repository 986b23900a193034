"""The package of a release: CSV, codebook, manifest and checksums in one zip, made from the frozen tables alone."""

from exports.package.build import PACKAGE_FILE, Package, build_package

__all__ = ["PACKAGE_FILE", "Package", "build_package"]
