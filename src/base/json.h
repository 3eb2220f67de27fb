/* JSON by RFC 8259, pulled value by value from a buffer of untrusted bytes.
 *
 *   struct json_value key, v;
 *   json_start(&r, text, bytes);
 *   if (json_read(&r, &v) == JSON_OBJECT)
 *       while (json_member(&r, &key)) {
 *           if (json_is(&key, "ts") && json_read(&r, &v) == JSON_NUMBER)
 *               ...
 *           else ...
 *               json_skip(&r);       every member's value is read or skipped
 *       }
 *   if (!json_finish(&r))            nothing but white space follows, and nothing failed before
 *       ... r.failed, r.failed_at
 *
 * Strict: no comments, no trailing commas, no control characters in strings, well-formed UTF-8, escapes
 * that stand for a character (surrogates only in pairs), numbers by the grammar, all of it also in what is
 * skipped. Nothing is copied and nothing allocated: strings and numbers are views into the buffer. The
 * first failure is remembered; from there on every value is JSON_NONE and no member or element is left.
 * Arrays and objects nest JSON_DEPTH deep; no recursion. Equal keys in an object are all given, in order.
 */
#ifndef INLAY_BASE_JSON_H
#define INLAY_BASE_JSON_H

#include "inlay/base.h"

enum { JSON_DEPTH = 128 };

enum json_kind {
    JSON_NONE, /* a failure */
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_OBJECT, /* opened: json_member follows, until it says false */
    JSON_ARRAY   /* opened: json_element follows, until it says false */
};

struct json_value {
    uint8_t kind;     /* enum json_kind */
    bool escapes;     /* STRING: the text has escapes; see json_decode */
    bool whole;       /* NUMBER: digits only, maybe with a minus: no point, no exponent */
    inlay_bytes text; /* NUMBER: as it stands; STRING: between the quotes, as it stands; else empty */
};

struct json_reader {
    const uint8_t *start, *at, *end;
    const char *failed;  /* constant text of the first failure; NULL = none */
    size_t failed_at;    /* its byte offset */
    uint32_t depth;      /* arrays and objects that are open */
    bool first;          /* nothing was read yet in the innermost of them */
    uint64_t objects[JSON_DEPTH / 64]; /* bit i: level i is an object */
};

void json_start(struct json_reader *r, const void *data, size_t bytes);
/* The next value: the outermost one, or what json_member or json_element announced. An array or object is
 * only opened. `v` is set also after a failure (NONE). Returns v->kind. */
enum json_kind json_read(struct json_reader *r, struct json_value *v);
/* In an open object: the next member's key, its value comes next; false at the object's end (it is closed
 * then) or after a failure. */
bool json_member(struct json_reader *r, struct json_value *key);
/* In an open array: is there another element (to be read next)? false at the end or after a failure. */
bool json_element(struct json_reader *r);
/* Pass over the next value with all that is in it, checked like what is read. */
void json_skip(struct json_reader *r);
/* The same, and its text as it stands; empty after a failure. */
inlay_bytes json_span(struct json_reader *r);
/* Pass over what is left of the innermost open array or object, and close it. */
void json_leave(struct json_reader *r);
/* The outermost value is complete and only white space follows. */
bool json_finish(struct json_reader *r);
/* Fail from outside ("a number was expected"), at the byte where the reader stands. */
void json_fail(struct json_reader *r, const char *what);

/* A STRING's text without escapes into dst, which has v->text.len bytes (never more are needed; dst may be the
 * text itself where that may be written). Returns the bytes used. */
size_t json_decode(const struct json_value *v, uint8_t *dst);
/* Is this STRING, escapes resolved, equal to zero-terminated `text`? */
bool json_is(const struct json_value *v, const char *text);
/* A whole NUMBER exactly; false where it is not whole or does not fit. "-0" is 0. */
bool json_int64(const struct json_value *v, int64_t *out);
bool json_uint64(const struct json_value *v, uint64_t *out);

#endif
