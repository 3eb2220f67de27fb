/* DELTA_BINARY_PACKED streams, also inside DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY. */
#ifndef INLAY_ENCODING_DELTA_H
#define INLAY_ENCODING_DELTA_H

#include "encoding/encoding.h"

/* type_bits: 32 or 64. False: d->in.failed has the text. */
bool delta_open(struct delta *d, const uint8_t *data, size_t bytes, uint32_t type_bits);
/* n values as uint32_t or uint64_t; out NULL = pass over them. Behind the stream's last value d->in.at
 * is the first byte after the stream. */
bool delta_read(struct delta *d, void *out, size_t n);
/* Pass over all that is left, to the first byte behind the stream: by miniblocks, whatever the values. */
bool delta_finish(struct delta *d);
size_t delta_bound(size_t n);
size_t delta_write(uint8_t *dst, const void *values, size_t n, uint32_t type_bits);

#endif
