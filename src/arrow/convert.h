/* Kernels: Parquet values to Arrow values, dense ones to slots, levels to bits. */
#ifndef INLAY_ARROW_CONVERT_H
#define INLAY_ARROW_CONVERT_H

#include "arrow/plan.h"

arrow_convert arrow_convert_8, arrow_convert_16, arrow_convert_half; /* INT32 cut to 8, 16 bits; FLOAT16 */
arrow_convert arrow_convert_int96, arrow_convert_time96;
arrow_convert arrow_convert_decimal_i32, arrow_convert_decimal_i64;
arrow_convert arrow_convert_decimal_bytes, arrow_convert_decimal_fixed;

/* The n_values dense values at `data` move to those of n slots whose level is at least `level`; the others
 * become zeros. In place: `data` has room for n slots. */
void arrow_spread(uint8_t *data, size_t width, const uint8_t *def, size_t n, uint8_t level,
                  size_t n_values);

/* Levels, eight at a time: byte i of the result is 1 where byte i of `levels` is at least `level`, 1 to
 * 127. Levels are at most 127. */
#define ARROW_BYTES_01 0x0101010101010101u
INLAY_INLINE uint64_t arrow_at_least(uint64_t levels, uint8_t level)
{
    return ((levels | ARROW_BYTES_01 << 7) - ARROW_BYTES_01 * level) >> 7 & ARROW_BYTES_01;
}

#endif
