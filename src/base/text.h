/* Text as bytes: UTF-8. */
#ifndef INLAY_BASE_TEXT_H
#define INLAY_BASE_TEXT_H

#include "inlay/base.h"

/* Bytes of the well-formed UTF-8 character at p, of `left` > 0 bytes; 0 = none begins here (RFC 3629). */
size_t text_utf8_step(const uint8_t *p, size_t left);
bool text_is_utf8(const uint8_t *data, size_t bytes);
/* Bytes at the front that are well-formed UTF-8; all of them, where all are. */
size_t text_utf8_span(const uint8_t *data, size_t bytes);
/* A code point up to U+10FFFF, no surrogate, as 1 to 4 bytes; returns how many. */
size_t text_utf8_put(uint8_t *dst, uint32_t code);

#endif
