/* UTF-8 of untrusted bytes, by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef INLAY_BASE_UTF8_H
#define INLAY_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed character at p, 1 to 4; 0 where there is none. n > 0. */
size_t utf8_char(const uint8_t *p, size_t n);
/* Bytes at p that are well-formed: n where all are. */
size_t utf8_span(const uint8_t *p, size_t n);
/* A code point up to U+10FFFF, no surrogate, as 1 to 4 bytes; returns how many. */
size_t utf8_put(uint8_t *dst, uint32_t code);

#endif
