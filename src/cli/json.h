/* JSON objects and arrays written member by member: commas and quotes taken care of. */
#ifndef INLAY_CLI_JSON_H
#define INLAY_CLI_JSON_H

#include "inlay/base.h"

#include "cli/print.h"

struct json {
    struct out *out;
    bool more; /* something stands before in the open object or array */
};

/* `key` NULL: an element of an array, or the outermost value. */
void json_next(struct json *j, const char *key); /* comma and key; the caller prints the value */
void json_open(struct json *j, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *j, char bracket);                 /* '}' or ']' */
void json_line(struct json *j);                                /* end of an outermost value */
void json_text(struct json *j, const char *key, const char *value);
void json_bytes(struct json *j, const char *key, inlay_bytes value);
void json_int(struct json *j, const char *key, int64_t value);
void json_uint(struct json *j, const char *key, uint64_t value);
void json_bool(struct json *j, const char *key, bool value);
void json_seconds(struct json *j, const char *key, double value); /* three digits */
void json_real(struct json *j, const char *key, double value); /* "NaN", "Infinity" in quotes */
void json_null(struct json *j, const char *key);
void json_at(struct json *j, const char *key, int64_t value); /* negative = null */
/* {"status":..,"what":..} and where; what does not apply is left out. */
void json_error(struct json *j, const char *key, const inlay_error *error);

#endif
