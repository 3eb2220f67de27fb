/* Rows of the codec table, one a file of this folder. */
#ifndef INLAY_CODEC_ROWS_H
#define INLAY_CODEC_ROWS_H

#include "codec/codec.h"

extern const struct codec codec_snappy, codec_zstd, codec_gzip, codec_lz4_raw, codec_lz4_hadoop,
    codec_brotli;

#endif
