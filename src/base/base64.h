/* Base64 of RFC 4648 section 4: the standard alphabet. */
#ifndef INLAY_BASE_BASE64_H
#define INLAY_BASE_BASE64_H

#include "base/buf.h"

/* dst has room for 3 bytes per 4 characters, rounded up. Padding may be missing. False: not base64. */
bool base64_decode(inlay_bytes text, uint8_t *dst, size_t *bytes);
/* Append the text of `data`, padded. */
void base64_encode(struct buf *text, inlay_bytes data);

#endif
