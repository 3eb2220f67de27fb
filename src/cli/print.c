/* Values as text; see print.h. */
#include "cli/print.h"

#include <math.h>

#include "cli/dates.h"
#include "cli/digits.h"
#include "cli/utf8.h"

/* Strings. */

enum { PRINT_SLACK = 32 }; /* more than any one step below writes */

static uint64_t print_load8(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

#define PRINT_ALL(byte) (UINT64_C(0x0101010101010101) * (byte))

/* High bits set where a byte of x is zero; exact as a yes-or-no answer for the whole word. */
static uint64_t print_zero_bytes(uint64_t x)
{
    return (x - PRINT_ALL(1)) & ~x & PRINT_ALL(0x80);
}

/* Eight bytes that stand in a JSON string as they are: no control, quote, backslash, non-ASCII. */
static bool print_json_plain8(uint64_t x)
{
    uint64_t control = (x - PRINT_ALL(0x20)) & ~x & PRINT_ALL(0x80);
    return ((x & PRINT_ALL(0x80)) | control | print_zero_bytes(x ^ PRINT_ALL('"')) |
            print_zero_bytes(x ^ PRINT_ALL('\\'))) == 0;
}

static char *print_replacement(char *p)
{
    memcpy(p, "\xEF\xBF\xBD", 3);
    return p + 3;
}

/* One character, or one U+FFFD for bytes that are none; *i moves on. */
static char *print_character(char *p, const uint8_t *s, size_t n, size_t *i)
{
    size_t step = utf8_step(s + *i, n - *i);
    if (step == 0) {
        *i += utf8_bad_bytes(s + *i, n - *i);
        return print_replacement(p);
    }
    memcpy(p, s + *i, step);
    *i += step;
    return p + step;
}

static char *print_json_escape(char *p, uint8_t c)
{
    static const char hex[] = "0123456789abcdef";
    static const char names[128] = {['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
                                    ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't'};
    *p++ = '\\';
    if (names[c]) {
        *p++ = names[c];
        return p;
    }
    memcpy(p, "u00", 3);
    p[3] = hex[c >> 4];
    p[4] = hex[c & 15];
    return p + 5;
}

void print_json(struct out *o, inlay_bytes text)
{
    const uint8_t *s = text.data;
    size_t n = text.len, i = 0;
    char *p = out_room(o, OUT_ROOM), *full = p + OUT_ROOM - PRINT_SLACK;
    *p++ = '"';
    for (;;) {
        while (n - i >= 8 && p < full && print_json_plain8(print_load8(s + i))) {
            memcpy(p, s + i, 8);
            p += 8;
            i += 8;
        }
        for (size_t end = n - i < 8 ? n : i + 8; i < end && p < full;) {
            uint8_t c = s[i];
            if (c >= 0x80) {
                p = print_character(p, s, n, &i);
            } else if (c < 0x20 || c == '"' || c == '\\') {
                p = print_json_escape(p, c);
                i++;
            } else {
                *p++ = (char)c;
                i++;
            }
        }
        if (i == n)
            break;
        if (p >= full) {
            o->used = (size_t)(p - o->data);
            p = out_room(o, OUT_ROOM);
            full = p + OUT_ROOM - PRINT_SLACK;
        }
    }
    *p++ = '"';
    o->used = (size_t)(p - o->data);
}

void print_json_text(struct out *o, const char *text)
{
    print_json(o, (inlay_bytes){(const uint8_t *)text, strlen(text)});
}

/* 0 = stands as it is, 1 = needs quotes around the field, 2 = needs a look as UTF-8. */
static unsigned print_csv_class(uint8_t c)
{
    if (c >= 0x80)
        return 2;
    return c == ',' || c == '"' || c == '\n' || c == '\r';
}

static bool print_csv_plain8(uint64_t x)
{
    return ((x & PRINT_ALL(0x80)) | print_zero_bytes(x ^ PRINT_ALL(',')) |
            print_zero_bytes(x ^ PRINT_ALL('"')) | print_zero_bytes(x ^ PRINT_ALL('\n')) |
            print_zero_bytes(x ^ PRINT_ALL('\r'))) == 0;
}

/* The inside of a quoted field, or text with bytes that are not ASCII. */
static void print_csv_slowly(struct out *o, const uint8_t *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        char *p = out_room(o, OUT_ROOM), *full = p + OUT_ROOM - PRINT_SLACK;
        while (i < n && p < full) {
            if (n - i >= 8) {
                uint64_t x = print_load8(s + i);
                if (((x & PRINT_ALL(0x80)) | print_zero_bytes(x ^ PRINT_ALL('"'))) == 0) {
                    memcpy(p, s + i, 8);
                    p += 8;
                    i += 8;
                    continue;
                }
            }
            for (size_t end = n - i < 8 ? n : i + 8; i < end && p < full;) {
                if (s[i] == '"')
                    *p++ = '"';
                if (s[i] < 0x80)
                    *p++ = (char)s[i++];
                else
                    p = print_character(p, s, n, &i);
            }
        }
        o->used = (size_t)(p - o->data);
    }
}

void print_csv(struct out *o, inlay_bytes text)
{
    const uint8_t *s = text.data;
    size_t n = text.len, i = 0;
    unsigned classes = 0;
    while (n - i >= 8 && print_csv_plain8(print_load8(s + i)))
        i += 8;
    for (; i < n; i++)
        classes |= print_csv_class(s[i]);
    bool quotes = (classes & 1) || n == 0; /* an empty field without quotes is a null */
    if (quotes)
        out_char(o, '"');
    if (classes == 0)
        out_bytes(o, s, n);
    else
        print_csv_slowly(o, s, n);
    if (quotes)
        out_char(o, '"');
}

void print_safe(struct out *o, inlay_bytes text)
{
    static const char hex[] = "0123456789ABCDEF";
    const uint8_t *s = text.data;
    for (size_t i = 0; i < text.len;) {
        char *p = out_room(o, OUT_ROOM), *full = p + OUT_ROOM - PRINT_SLACK;
        while (i < text.len && p < full) {
            size_t step = utf8_step(s + i, text.len - i);
            if (step == 0 || !utf8_is_control(s + i, step)) {
                p = print_character(p, s, text.len, &i);
                continue;
            }
            if (s[i] == '\n' || s[i] == '\r' || s[i] == '\t') {
                p = print_json_escape(p, s[i++]);
                continue;
            }
            for (; step > 0; step--, i++) {
                memcpy(p, "\\x", 2);
                p[2] = hex[s[i] >> 4];
                p[3] = hex[s[i] & 15];
                p += 4;
            }
        }
        o->used = (size_t)(p - o->data);
    }
}

void print_safe_text(struct out *o, const char *text)
{
    print_safe(o, (inlay_bytes){(const uint8_t *)text, strlen(text)});
}

void print_base64(struct out *o, inlay_bytes data)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *s = data.data;
    size_t n = data.len;
    while (n > 0) {
        char *p = out_room(o, OUT_ROOM);
        size_t piece = n < 3 * 1024 ? n : 3 * 1024;
        n -= piece;
        for (; piece >= 3; piece -= 3, s += 3, p += 4) {
            uint32_t v = (uint32_t)s[0] << 16 | (uint32_t)s[1] << 8 | s[2];
            p[0] = alphabet[v >> 18];
            p[1] = alphabet[v >> 12 & 63];
            p[2] = alphabet[v >> 6 & 63];
            p[3] = alphabet[v & 63];
        }
        if (piece > 0) { /* one or two bytes at the very end */
            uint32_t v = (uint32_t)s[0] << 16 | (piece == 2 ? (uint32_t)s[1] << 8 : 0);
            p[0] = alphabet[v >> 18];
            p[1] = alphabet[v >> 12 & 63];
            p[2] = piece == 2 ? alphabet[v >> 6 & 63] : '=';
            p[3] = '=';
            p += 4;
        }
        o->used = (size_t)(p - o->data);
    }
}

bool print_is_utf8(inlay_bytes text)
{
    for (size_t i = 0, step; i < text.len; i += step) {
        step = utf8_step(text.data + i, text.len - i);
        if (step == 0)
            return false;
    }
    return true;
}

/* Values. */

static void print_bool(struct out *o, const struct print_type *t, const void *value)
{
    (void)t;
    if (*(const uint8_t *)value)
        out_bytes(o, "true", 4);
    else
        out_bytes(o, "false", 5);
}

static int32_t print_get32(const void *value)
{
    int32_t v;
    memcpy(&v, value, sizeof v);
    return v;
}

static int64_t print_get64(const void *value)
{
    int64_t v;
    memcpy(&v, value, sizeof v);
    return v;
}

static void print_took(struct out *o, const char *end)
{
    o->used = (size_t)(end - o->data);
}

static void print_i32(struct out *o, const struct print_type *t, const void *value)
{
    (void)t;
    print_took(o, digits_i64(out_room(o, DIGITS_INTEGER), print_get32(value)));
}

static void print_u32(struct out *o, const struct print_type *t, const void *value)
{
    (void)t;
    print_took(o, digits_u64(out_room(o, DIGITS_INTEGER), (uint32_t)print_get32(value)));
}

/* INTEGER(8) and (16) stand in 32 bits; writers leave any bits above, so only the low ones count.
 * */
static void print_narrow_signed(struct out *o, const struct print_type *t, const void *value)
{
    uint32_t sign = (uint32_t)1 << (t->bits - 1), low = (uint32_t)print_get32(value);
    low &= (sign << 1) - 1;
    print_took(o, digits_i64(out_room(o, DIGITS_INTEGER), (int64_t)(low ^ sign) - (int64_t)sign));
}

static void print_narrow_unsigned(struct out *o, const struct print_type *t, const void *value)
{
    uint32_t low = (uint32_t)print_get32(value) & (((uint32_t)1 << t->bits) - 1);
    print_took(o, digits_u64(out_room(o, DIGITS_INTEGER), low));
}

static void print_i64(struct out *o, const struct print_type *t, const void *value)
{
    (void)t;
    print_took(o, digits_i64(out_room(o, DIGITS_INTEGER), print_get64(value)));
}

static void print_u64(struct out *o, const struct print_type *t, const void *value)
{
    (void)t;
    print_took(o, digits_u64(out_room(o, DIGITS_INTEGER), (uint64_t)print_get64(value)));
}

static void print_date(struct out *o, const struct print_type *t, const void *value)
{
    (void)t;
    print_took(o, dates_day(out_room(o, DATES_MOST), print_get32(value)));
}

static void print_time32(struct out *o, const struct print_type *t, const void *value)
{
    print_took(o, dates_time(out_room(o, DATES_MOST), print_get32(value), t->digits, t->utc));
}

static void print_time64(struct out *o, const struct print_type *t, const void *value)
{
    print_took(o, dates_time(out_room(o, DATES_MOST), print_get64(value), t->digits, t->utc));
}

static void print_timestamp(struct out *o, const struct print_type *t, const void *value)
{
    print_took(o, dates_timestamp(out_room(o, DATES_MOST), print_get64(value), t->digits, t->utc));
}

static void print_timestamp96(struct out *o, const struct print_type *t, const void *value)
{
    print_took(o, dates_timestamp96(out_room(o, DATES_MOST), value, t->digits, t->utc));
}

static void print_int96(struct out *o, const struct print_type *t, const void *value)
{
    (void)t;
    print_took(o, dates_int96(out_room(o, DATES_MOST), value));
}

static void print_interval(struct out *o, const struct print_type *t, const void *value)
{
    (void)t;
    print_took(o, dates_interval(out_room(o, DATES_MOST), value));
}

static void print_decimal32(struct out *o, const struct print_type *t, const void *value)
{
    digits_decimal64(o, print_get32(value), t->scale);
}

static void print_decimal64(struct out *o, const struct print_type *t, const void *value)
{
    digits_decimal64(o, print_get64(value), t->scale);
}

static void print_decimal_fixed(struct out *o, const struct print_type *t, const void *value)
{
    digits_decimal(o, value, t->width, t->scale);
}

static inlay_bytes print_get_bytes(const void *value)
{
    inlay_bytes v;
    memcpy(&v, value, sizeof v);
    return v;
}

static void print_decimal_bytes(struct out *o, const struct print_type *t, const void *value)
{
    inlay_bytes v = print_get_bytes(value);
    digits_decimal(o, v.data, v.len, t->scale);
}

static void print_not_finite(struct out *o, bool nan, bool negative)
{
    out_text(o, nan ? "NaN" : negative ? "-Infinity" : "Infinity");
}

static void print_float(struct out *o, const struct print_type *t, const void *value)
{
    float v;
    (void)t;
    memcpy(&v, value, sizeof v);
    if (isfinite(v))
        print_took(o, digits_float(out_room(o, DIGITS_FLOAT), v));
    else
        print_not_finite(o, isnan(v), v < 0);
}

static void print_double(struct out *o, const struct print_type *t, const void *value)
{
    double v;
    (void)t;
    memcpy(&v, value, sizeof v);
    if (isfinite(v))
        print_took(o, digits_double(out_room(o, DIGITS_FLOAT), v));
    else
        print_not_finite(o, isnan(v), v < 0);
}

static uint16_t print_get_half(const void *value)
{
    const uint8_t *b = value;
    return (uint16_t)(b[0] | b[1] << 8);
}

static void print_half(struct out *o, const struct print_type *t, const void *value)
{
    uint16_t v = print_get_half(value);
    (void)t;
    if (digits_half_finite(v))
        print_took(o, digits_half(out_room(o, DIGITS_FLOAT), v));
    else
        print_not_finite(o, (v & 0x3FF) != 0, v >> 15);
}

/* 8-4-4-4-12 lower-case hexadecimal digits, RFC 9562 section 4. */
static void print_uuid(struct out *o, const struct print_type *t, const void *value)
{
    static const char hex[] = "0123456789abcdef";
    const uint8_t *b = value;
    char *p = out_room(o, 36);
    (void)t;
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = hex[b[i] >> 4];
        *p++ = hex[b[i] & 15];
    }
    print_took(o, p);
}

static void print_binary(struct out *o, const struct print_type *t, const void *value)
{
    (void)t;
    print_base64(o, print_get_bytes(value));
}

static void print_fixed(struct out *o, const struct print_type *t, const void *value)
{
    print_base64(o, (inlay_bytes){value, t->width});
}

static void print_string_json(struct out *o, const struct print_type *t, const void *value)
{
    (void)t;
    print_json(o, print_get_bytes(value));
}

static void print_string_csv(struct out *o, const struct print_type *t, const void *value)
{
    (void)t;
    print_csv(o, print_get_bytes(value));
}

static void print_string_safe(struct out *o, const struct print_type *t, const void *value)
{
    (void)t;
    print_safe(o, print_get_bytes(value));
}

/* JSON: text that needs no escapes, in quotes. */
static void print_quoted(struct out *o, const struct print_type *t, const void *value)
{
    out_char(o, '"');
    t->plain(o, t, value);
    out_char(o, '"');
}

/* CSV: no bytes at all would read as null. */
static void print_binary_csv(struct out *o, const struct print_type *t, const void *value)
{
    if (print_get_bytes(value).len == 0)
        out_bytes(o, "\"\"", 2);
    else
        t->plain(o, t, value);
}

static void print_float_json(struct out *o, const struct print_type *t, const void *value)
{
    float v;
    memcpy(&v, value, sizeof v);
    (isfinite(v) ? print_float : print_quoted)(o, t, value);
}

static void print_double_json(struct out *o, const struct print_type *t, const void *value)
{
    double v;
    memcpy(&v, value, sizeof v);
    (isfinite(v) ? print_double : print_quoted)(o, t, value);
}

static void print_half_json(struct out *o, const struct print_type *t, const void *value)
{
    (digits_half_finite(print_get_half(value)) ? print_half : print_quoted)(o, t, value);
}

/* What a column prints, by physical and logical type; the first row that fits. json and csv NULL =
 * as plain. The rows ANY are the physical type's own text: annotations that do not fit fall back to
 * it. */
enum { PRINT_ANY = 255 };
struct print_row {
    uint8_t type, logical, bytes; /* bytes: of a FIXED_LEN_BYTE_ARRAY, 0 = any */
    bool number;
    print_value *plain, *json, *csv;
};
static const struct print_row print_rows[] = {
    {INLAY_BOOLEAN, PRINT_ANY, 0, false, print_bool, NULL, NULL},
    {INLAY_INT32, INLAY_DATE, 0, false, print_date, print_quoted, NULL},
    {INLAY_INT32, INLAY_TIME, 0, false, print_time32, print_quoted, NULL},
    {INLAY_INT32, INLAY_DECIMAL, 0, true, print_decimal32, print_quoted, NULL},
    {INLAY_INT32, PRINT_ANY, 0, true, print_i32, NULL, NULL},
    {INLAY_INT64, INLAY_TIMESTAMP, 0, false, print_timestamp, print_quoted, NULL},
    {INLAY_INT64, INLAY_TIME, 0, false, print_time64, print_quoted, NULL},
    {INLAY_INT64, INLAY_DECIMAL, 0, true, print_decimal64, print_quoted, NULL},
    {INLAY_INT64, PRINT_ANY, 0, true, print_i64, NULL, NULL},
    {INLAY_INT96, PRINT_ANY, 0, false, print_int96, print_quoted, NULL},
    {INLAY_FLOAT, PRINT_ANY, 0, true, print_float, print_float_json, NULL},
    {INLAY_DOUBLE, PRINT_ANY, 0, true, print_double, print_double_json, NULL},
    {INLAY_BYTE_ARRAY, INLAY_STRING, 0, false, print_string_safe, print_string_json,
     print_string_csv},
    {INLAY_BYTE_ARRAY, INLAY_ENUM, 0, false, print_string_safe, print_string_json,
     print_string_csv},
    {INLAY_BYTE_ARRAY, INLAY_JSON, 0, false, print_string_safe, print_string_json,
     print_string_csv},
    {INLAY_BYTE_ARRAY, INLAY_DECIMAL, 0, true, print_decimal_bytes, print_quoted, NULL},
    {INLAY_BYTE_ARRAY, PRINT_ANY, 0, false, print_binary, print_quoted, print_binary_csv},
    {INLAY_FIXED_LEN_BYTE_ARRAY, INLAY_DECIMAL, 0, true, print_decimal_fixed, print_quoted, NULL},
    {INLAY_FIXED_LEN_BYTE_ARRAY, INLAY_UUID, 16, false, print_uuid, print_quoted, NULL},
    {INLAY_FIXED_LEN_BYTE_ARRAY, INLAY_FLOAT16, 2, true, print_half, print_half_json, NULL},
    {INLAY_FIXED_LEN_BYTE_ARRAY, INLAY_INTERVAL, 12, false, print_interval, print_quoted, NULL},
    {INLAY_FIXED_LEN_BYTE_ARRAY, INLAY_TIMESTAMP, 12, false, print_timestamp96, print_quoted, NULL},
    {INLAY_FIXED_LEN_BYTE_ARRAY, PRINT_ANY, 0, false, print_fixed, print_quoted, NULL},
};

static const struct print_row *print_find(const inlay_node *node, uint8_t logical)
{
    const struct print_row *row = print_rows, *last = row + sizeof print_rows / sizeof *row - 1;
    while (row < last &&
           !(row->type == node->type && (row->logical == PRINT_ANY || row->logical == logical) &&
             (row->bytes == 0 || row->bytes == node->type_length)))
        row++;
    return row;
}

static print_value *print_integer(const inlay_node *node)
{
    const inlay_logical *l = &node->logical;
    if (node->type == INLAY_INT64)
        return l->is_signed ? print_i64 : print_u64;
    if (l->bits == 8 || l->bits == 16)
        return l->is_signed ? print_narrow_signed : print_narrow_unsigned;
    return l->is_signed ? print_i32 : print_u32;
}

struct print_type print_type_of(const inlay_node *node)
{
    static const uint8_t digits[] = {0, [INLAY_MILLIS] = 3, [INLAY_MICROS] = 6, [INLAY_NANOS] = 9};
    struct print_type t = {.width = node->type_length > 0 ? (uint32_t)node->type_length : 0,
                           .scale = node->logical.scale,
                           .bits = node->logical.bits,
                           .utc = node->logical.utc};
    uint8_t logical = node->logical.kind;
    if (node->logical.unit < sizeof digits)
        t.digits = digits[node->logical.unit];
    if (t.digits == 0 && (logical == INLAY_TIME || logical == INLAY_TIMESTAMP))
        logical = INLAY_LOGICAL_NONE;
    const struct print_row *row = print_find(node, logical);
    t.plain = row->plain;
    if (logical == INLAY_INTEGER && (node->type == INLAY_INT32 || node->type == INLAY_INT64))
        t.plain = print_integer(node);
    t.number = row->number;
    t.put[PRINT_JSON] = row->json ? row->json : t.plain;
    t.put[PRINT_CSV] = row->csv ? row->csv : t.plain;
    t.put[PRINT_TABLE] = t.plain;
    return t;
}

bool print_bound(struct out *o, const inlay_node *node, inlay_bytes bound, enum print_flavour how)
{
    struct print_type type = print_type_of(node);
    uint64_t value = 0;
    size_t width = inlay_node_width(node);
    if (node->logical.kind == INLAY_DECIMAL &&
        (bound.len > DIGITS_DECIMAL_BYTES || node->logical.scale > DIGITS_DECIMAL_SCALE ||
         node->logical.scale < -DIGITS_DECIMAL_SCALE))
        return false;
    if (node->type == INLAY_BYTE_ARRAY) {
        type.put[how](o, &type, &bound);
        return true;
    }
    if (bound.len != width || width == 0)
        return false;
    if (width > sizeof value || node->type == INLAY_FIXED_LEN_BYTE_ARRAY) {
        type.put[how](o, &type, bound.data);
        return true;
    }
    for (size_t i = width; i-- > 0;) /* PLAIN is little-endian, memory is what the machine is */
        value = value << 8 | bound.data[i];
    uint32_t value32 = (uint32_t)value;
    uint8_t value8 = (uint8_t)value;
    type.put[how](o, &type,
                  width == 8   ? (const void *)&value
                  : width == 4 ? (const void *)&value32
                               : (const void *)&value8);
    return true;
}

void print_size(struct out *o, uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t unit = 0;
    double size = (double)bytes;
    while (size >= 1000 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1024;
        unit++;
    }
    out_format(o, unit == 0 || size >= 99.95 ? "%.0f %s" : "%.1f %s", size, units[unit]);
}

void print_count(struct out *o, uint64_t n)
{
    char digits[DIGITS_INTEGER];
    size_t len = (size_t)(digits_u64(digits, n) - digits);
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            out_char(o, ',');
        out_char(o, digits[i]);
    }
}

void print_counted(struct out *o, uint64_t n, const char *one, const char *many)
{
    print_count(o, n);
    out_char(o, ' ');
    out_text(o, n == 1 ? one : many);
}
