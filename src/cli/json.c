/* JSON objects and arrays member by member; see json.h. */
#include "cli/json.h"

#include <math.h>

#include "cli/digits.h"

void json_next(struct json *j, const char *key)
{
    if (j->more)
        out_char(j->out, ',');
    j->more = true;
    if (key) {
        print_json_text(j->out, key);
        out_char(j->out, ':');
    }
}

void json_open(struct json *j, const char *key, char bracket)
{
    json_next(j, key);
    out_char(j->out, bracket);
    j->more = false;
}

void json_close(struct json *j, char bracket)
{
    out_char(j->out, bracket);
    j->more = true;
}

void json_line(struct json *j)
{
    out_char(j->out, '\n');
    j->more = false;
}

void json_text(struct json *j, const char *key, const char *value)
{
    json_next(j, key);
    print_json_text(j->out, value);
}

void json_bytes(struct json *j, const char *key, inlay_bytes value)
{
    json_next(j, key);
    print_json(j->out, value);
}

void json_int(struct json *j, const char *key, int64_t value)
{
    char text[DIGITS_INTEGER];
    json_next(j, key);
    out_bytes(j->out, text, (size_t)(digits_i64(text, value) - text));
}

void json_uint(struct json *j, const char *key, uint64_t value)
{
    char text[DIGITS_INTEGER];
    json_next(j, key);
    out_bytes(j->out, text, (size_t)(digits_u64(text, value) - text));
}

void json_bool(struct json *j, const char *key, bool value)
{
    json_next(j, key);
    out_text(j->out, value ? "true" : "false");
}

void json_seconds(struct json *j, const char *key, double value)
{
    json_next(j, key);
    out_format(j->out, "%.3f", value);
}

void json_real(struct json *j, const char *key, double value)
{
    char text[DIGITS_FLOAT];
    if (!isfinite(value)) {
        json_text(j, key, isnan(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity");
        return;
    }
    json_next(j, key);
    out_bytes(j->out, text, (size_t)(digits_double(text, value) - text));
}

void json_null(struct json *j, const char *key)
{
    json_next(j, key);
    out_text(j->out, "null");
}

void json_at(struct json *j, const char *key, int64_t value)
{
    if (value < 0)
        json_null(j, key);
    else
        json_int(j, key, value);
}

void json_error(struct json *j, const char *key, const inlay_error *error)
{
    json_open(j, key, '{');
    json_text(j, "status", inlay_status_name(error->status));
    json_text(j, "what", error->what ? error->what : "");
    if (error->column[0])
        json_text(j, "column", error->column);
    if (error->row_group >= 0)
        json_int(j, "row_group", error->row_group);
    if (error->page >= 0)
        json_int(j, "page", error->page);
    if (error->row >= 0)
        json_int(j, "row", error->row);
    if (error->at >= 0)
        json_int(j, "at", error->at);
    if (error->input >= 0)
        json_int(j, "input", error->input);
    if (error->os_error != 0)
        json_int(j, "errno", error->os_error);
    json_close(j, '}');
}
