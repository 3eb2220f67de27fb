/* Do values fit what their column says they are? Asked while writing: decimals within their precision, small integers
 * within their bits, and, where asked for, text in UTF-8. Source: LogicalTypes.md. */
#ifndef INLAY_FORMAT_FIT_H
#define INLAY_FORMAT_FIT_H

#include "inlay/schema.h"

enum { FIT_DECIMAL_BYTES = 32 }; /* wider decimals are not looked at */

struct fit {
    enum fit_kind { FIT_ANY, FIT_I32, FIT_I64, FIT_DECIMAL, FIT_TEXT } kind;
    int64_t least, most;               /* I32, I64 */
    uint8_t limit[FIT_DECIMAL_BYTES];  /* DECIMAL: the largest magnitude, big-endian */
};

/* What is to be checked of this column's values; `strict`: text, too. */
void fit_init(struct fit *f, const inlay_node *leaf, bool strict);
/* Index of the first of n values (memory form) that does not fit, n = all do; *what says why. */
size_t fit_check(const struct fit *f, const inlay_node *leaf, const void *values, size_t n, const char **what);

#endif
