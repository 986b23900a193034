"""Parquet: values as they are, and the codebook in the metadata of each field."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from pyarrow import parquet

from tests.interop.hard_sheets import PRODUCTS, frame, hard_sheets, written


def test_values_are_left_alone_and_nothing_is_lost(tmp_path: Path):
    files, losses = written(hard_sheets(tmp_path), "PARQUET", tmp_path)
    assert pl.read_parquet(files["tables/hard.parquet"]).equals(
        frame().with_columns(pl.col("never_code").cast(pl.String))
    )
    assert losses == []


def test_the_codebook_is_in_the_metadata(tmp_path: Path):
    files, _losses = written(hard_sheets(tmp_path), "PARQUET", tmp_path)
    schema = parquet.read_schema(files["datasets/adsl.parquet"])
    assert schema.field("MGKGD").metadata[b"unit"] == b"mg/kg/d"
    assert schema.field("MGKGD").metadata[b"derivation"] == b"A / B."
    product = parquet.read_schema(files["tables/hard.parquet"]).field("product").metadata
    assert json.loads(product[b"choices"]) == [list(pair) for pair in PRODUCTS]
    assert schema.metadata[b"is_simulated"] == b"yes"
    assert schema.metadata[b"data_cut_at"] == b"2026-05-04T03:02:01+00:00"


def test_columns_are_compressed_with_zstd_and_an_empty_table_keeps_its_columns(tmp_path: Path):
    files, _losses = written(hard_sheets(tmp_path), "PARQUET", tmp_path)
    told = parquet.read_metadata(files["tables/hard.parquet"])
    assert {told.row_group(0).column(place).compression for place in range(told.num_columns)} == {"ZSTD"}
    assert pl.read_parquet(files["tables/empty.parquet"]).columns == frame().columns
