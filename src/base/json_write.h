/* JSON values as text, the shortest way: what serde_json, Python's json (ensure_ascii=False) and others write. */
#ifndef INLAY_BASE_JSON_WRITE_H
#define INLAY_BASE_JSON_WRITE_H

#include "base/buf.h"

/* A string with its quotes. `text` is UTF-8 and not checked. Escaped are the quote, the backslash and control
 * characters below 0x20: by letter where there is one, else as \u00xx. */
void json_write_text(struct buf *b, inlay_bytes text);
void json_write_uint(struct buf *b, uint64_t v);

#endif
