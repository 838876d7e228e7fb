"""Bytes to text: which charset, and the way from every character back to its bytes."""

from pipeline.decode.declared import declared_in_markup
from pipeline.decode.decoded import Decoded, Segment
from pipeline.decode.decoder import decode, decode_bytes
from pipeline.decode.of_source import decode_source

__all__ = ["Decoded", "Segment", "declared_in_markup", "decode", "decode_bytes", "decode_source"]
