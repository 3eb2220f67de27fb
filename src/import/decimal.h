/* Decimal text as whole numbers of a DECIMAL column: every digit, or a reason why not. */
#ifndef INLAY_IMPORT_DECIMAL_H
#define INLAY_IMPORT_DECIMAL_H

#include "inlay/base.h"

enum { DECIMAL_BYTES = 512 };

/* text * 10^scale into n bytes (1 to DECIMAL_BYTES) of big-endian two's complement. NULL, or what is wrong: no
 * number, more digits than `precision` holds, digits other than 0 behind the last of `scale`. */
const char *decimal_read(const uint8_t *text, size_t len, int32_t precision, int32_t scale, uint8_t *out, size_t n);

#endif
