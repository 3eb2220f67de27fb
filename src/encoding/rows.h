/* Rows of the encoding table that are shared between files of this folder. */
#ifndef INLAY_ENCODING_ROWS_H
#define INLAY_ENCODING_ROWS_H

#include "encoding/encoding.h"

extern const struct encoding encoding_plain, encoding_rle_boolean, encoding_delta,
    encoding_delta_length, encoding_delta_bytes, encoding_split, encoding_alp;

#endif
