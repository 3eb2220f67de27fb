/* JSON; see json.h. Source: RFC 8259. */
#include "base/json.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/text.h"

/* ---- where the reader stands ---- */

void json_start(struct json_reader *r, const void *data, size_t bytes)
{
    const uint8_t *p = data;
    *r = (struct json_reader){.start = p, .at = p, .end = p ? p + bytes : p};
}

static void json_fail_at(struct json_reader *r, const uint8_t *at, const char *what)
{
    if (!r->failed) {
        r->failed = what;
        r->failed_at = (size_t)(at - r->start);
    }
    r->at = r->end;
}

void json_fail(struct json_reader *r, const char *what)
{
    json_fail_at(r, r->at, what);
}

/* The next byte that is not white space; 0 at the end (a NUL byte is no JSON either). */
static uint8_t json_peek(struct json_reader *r)
{
    while (r->at < r->end) {
        uint8_t c = *r->at;
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return c;
        r->at++;
    }
    return 0;
}

static bool json_in_object(const struct json_reader *r)
{
    return r->depth > 0 && (r->objects[(r->depth - 1) / 64] >> (r->depth - 1) % 64 & 1) != 0;
}

/* ---- strings ---- */

static int json_hex(const uint8_t *p, size_t left)
{
    int v = 0;
    if (left < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        uint8_t c = p[i], letter = c | 0x20;
        if (c >= '0' && c <= '9')
            v = v * 16 + (c - '0');
        else if (letter >= 'a' && letter <= 'f')
            v = v * 16 + (letter - 'a' + 10);
        else
            return -1;
    }
    return v;
}

/* Bytes of the escape at p (a backslash); 0 = it is none. *code: the character that it stands for. */
static size_t json_escape(const uint8_t *p, size_t left, uint32_t *code)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (left < 2)
        return 0;
    if (p[1] != 'u') {
        const char *name = p[1] ? strchr(names, p[1]) : NULL;
        *code = name ? (uint32_t)(uint8_t)values[name - names] : 0;
        return name ? 2 : 0;
    }
    int unit = json_hex(p + 2, left - 2), low;
    if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
        return 0;
    *code = (uint32_t)unit;
    if (unit < 0xD800 || unit > 0xDBFF)
        return 6;
    if (left < 12 || p[6] != '\\' || p[7] != 'u' || (low = json_hex(p + 8, left - 8)) < 0xDC00 || low > 0xDFFF)
        return 0;
    *code = 0x10000 + ((uint32_t)(unit - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
    return 12;
}

/* Does a byte of w need a look: a quote, a backslash, a control character, or one above 0x7F? */
static bool json_special(uint64_t w)
{
    const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';
    return ((w | (w - ones * 0x20) | (quote - ones) | (slash - ones)) & high) != 0;
}

/* The string whose opening quote stands at r->at. */
static void json_string(struct json_reader *r, struct json_value *v)
{
    const uint8_t *p = r->at + 1, *begin = p;
    uint32_t code;
    size_t step;
    for (;;) {
        while (r->end - p >= 8 && !json_special(load_le64(p)))
            p += 8;
        if (p == r->end) {
            json_fail_at(r, p, ERR("a string without its end"));
            return;
        }
        if (*p == '"')
            break;
        if (*p < 0x20) {
            json_fail_at(r, p, ERR("a control character in a string"));
            return;
        }
        if (*p == '\\') {
            step = json_escape(p, (size_t)(r->end - p), &code);
            v->escapes = true;
        } else {
            step = text_utf8_step(p, (size_t)(r->end - p));
        }
        if (step == 0) {
            json_fail_at(r, p, *p == '\\' ? ERR("an escape that stands for no character") : ERR("not UTF-8"));
            return;
        }
        p += step;
    }
    v->kind = JSON_STRING;
    v->text = (inlay_bytes){begin, (size_t)(p - begin)};
    r->at = p + 1;
}

size_t json_decode(const struct json_value *v, uint8_t *dst)
{
    const uint8_t *p = v->text.data, *end = p + v->text.len;
    uint8_t *q = dst;
    while (p < end) {
        const uint8_t *slash = v->escapes ? memchr(p, '\\', (size_t)(end - p)) : NULL;
        size_t n = (size_t)((slash ? slash : end) - p), step;
        uint32_t code = 0;
        memmove(q, p, n);
        p += n;
        q += n;
        if (!slash)
            break;
        if ((step = json_escape(p, (size_t)(end - p), &code)) == 0)
            break; /* not from json_read */
        p += step;
        q += text_utf8_put(q, code);
    }
    return (size_t)(q - dst);
}

bool json_is(const struct json_value *v, const char *text)
{
    size_t len = strlen(text), used = 0;
    if (v->kind != JSON_STRING || len > v->text.len)
        return false;
    if (!v->escapes)
        return len == v->text.len && memcmp(v->text.data, text, len) == 0;
    for (size_t i = 0; i < v->text.len;) {
        uint8_t one[4] = {v->text.data[i]};
        uint32_t code = 0;
        size_t step = 1, n = 1;
        if (one[0] == '\\') {
            step = json_escape(v->text.data + i, v->text.len - i, &code);
            n = text_utf8_put(one, code);
        }
        if (step == 0 || n > len - used || memcmp(one, text + used, n) != 0)
            return false;
        i += step;
        used += n;
    }
    return used == len;
}

/* ---- numbers ---- */

static const uint8_t *json_digits(const uint8_t *p, const uint8_t *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)? */
static void json_number(struct json_reader *r, struct json_value *v)
{
    const uint8_t *p = r->at + (*r->at == '-'), *from = p, *whole;
    p = json_digits(p, r->end);
    whole = p;
    bool good = p > from && (*from != '0' || p == from + 1);
    if (good && p < r->end && *p == '.') {
        from = p + 1;
        p = json_digits(from, r->end);
        good = p > from;
    }
    if (good && p < r->end && (*p | 0x20) == 'e') {
        from = p + 1;
        from += from < r->end && (*from == '-' || *from == '+');
        p = json_digits(from, r->end);
        good = p > from;
    }
    if (!good) {
        json_fail_at(r, r->at, ERR("not a number"));
        return;
    }
    v->kind = JSON_NUMBER;
    v->whole = p == whole;
    v->text = (inlay_bytes){r->at, (size_t)(p - r->at)};
    r->at = p;
}

/* Magnitude of a whole number's digits; false = more than 64 bits. */
static bool json_magnitude(inlay_bytes digits, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < digits.len; i++) {
        unsigned d = (unsigned)(digits.data[i] - '0');
        if (v > (UINT64_MAX - d) / 10)
            return false;
        v = v * 10 + d;
    }
    *out = v;
    return true;
}

bool json_uint64(const struct json_value *v, uint64_t *out)
{
    if (v->kind != JSON_NUMBER || !v->whole)
        return false;
    bool minus = v->text.data[0] == '-';
    uint64_t m = 0;
    if (!json_magnitude((inlay_bytes){v->text.data + minus, v->text.len - minus}, &m) || (minus && m != 0))
        return false;
    *out = m;
    return true;
}

bool json_int64(const struct json_value *v, int64_t *out)
{
    if (v->kind != JSON_NUMBER || !v->whole)
        return false;
    bool minus = v->text.data[0] == '-';
    uint64_t m = 0;
    if (!json_magnitude((inlay_bytes){v->text.data + minus, v->text.len - minus}, &m) ||
        m > (uint64_t)INT64_MAX + minus)
        return false;
    *out = minus && m > 0 ? -(int64_t)(m - 1) - 1 : (int64_t)m;
    return true;
}

/* ---- values ---- */

static void json_word(struct json_reader *r, struct json_value *v, const char *word, enum json_kind kind)
{
    size_t n = strlen(word);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0) {
        json_fail(r, ERR("not a JSON value"));
        return;
    }
    v->kind = (uint8_t)kind;
    r->at += n;
}

static void json_open_level(struct json_reader *r, struct json_value *v, enum json_kind kind)
{
    if (r->depth >= JSON_DEPTH) {
        json_fail(r, ERR("arrays and objects nest too deep"));
        return;
    }
    uint64_t bit = (uint64_t)1 << r->depth % 64, *word = &r->objects[r->depth / 64];
    *word = kind == JSON_OBJECT ? *word | bit : *word & ~bit;
    r->depth++;
    r->first = true;
    r->at++;
    v->kind = (uint8_t)kind;
}

enum json_kind json_read(struct json_reader *r, struct json_value *v)
{
    *v = (struct json_value){.kind = JSON_NONE};
    if (r->failed)
        return JSON_NONE;
    uint8_t c = json_peek(r);
    r->first = false;
    if (c == '"')
        json_string(r, v);
    else if (c == '-' || (c >= '0' && c <= '9'))
        json_number(r, v);
    else if (c == '{' || c == '[')
        json_open_level(r, v, c == '{' ? JSON_OBJECT : JSON_ARRAY);
    else if (c == 't')
        json_word(r, v, "true", JSON_TRUE);
    else if (c == 'f')
        json_word(r, v, "false", JSON_FALSE);
    else if (c == 'n')
        json_word(r, v, "null", JSON_NULL);
    else
        json_fail(r, r->at == r->end ? ERR("a value is missing at the end") : ERR("not a JSON value"));
    return (enum json_kind)v->kind;
}

/* Is there another item before `bracket`? Passes the comma, or the bracket and leaves the level. */
static bool json_more(struct json_reader *r, uint8_t bracket)
{
    if (r->failed)
        return false;
    uint8_t c = json_peek(r);
    if (c == bracket) {
        r->at++;
        r->depth--;
        r->first = false;
        return false;
    }
    if (r->first)
        return true;
    if (c != ',') {
        json_fail(r, r->at == r->end ? ERR("an array or object without its end") : ERR("a comma is missing"));
        return false;
    }
    r->at++;
    return true;
}

bool json_member(struct json_reader *r, struct json_value *key)
{
    *key = (struct json_value){.kind = JSON_NONE};
    if (!r->failed && !json_in_object(r))
        json_fail(r, ERR("no object is open"));
    if (!json_more(r, '}'))
        return false;
    if (json_peek(r) != '"') {
        json_fail(r, r->at == r->end ? ERR("an array or object without its end") : ERR("a member's name is missing"));
        return false;
    }
    json_string(r, key);
    if (!r->failed && json_peek(r) != ':')
        json_fail(r, ERR("a colon is missing"));
    if (r->failed)
        return false;
    r->at++;
    return true;
}

bool json_element(struct json_reader *r)
{
    if (!r->failed && (r->depth == 0 || json_in_object(r)))
        json_fail(r, ERR("no array is open"));
    return json_more(r, ']');
}

/* Read on until only `depth` levels are open. */
static void json_leave_to(struct json_reader *r, uint32_t depth)
{
    struct json_value v;
    while (!r->failed && r->depth > depth)
        if (json_in_object(r) ? json_member(r, &v) : json_element(r))
            json_read(r, &v);
}

void json_skip(struct json_reader *r)
{
    struct json_value v;
    uint32_t depth = r->depth;
    json_read(r, &v);
    json_leave_to(r, depth);
}

inlay_bytes json_span(struct json_reader *r)
{
    (void)json_peek(r);
    const uint8_t *from = r->at;
    json_skip(r);
    return r->failed ? (inlay_bytes){NULL, 0} : (inlay_bytes){from, (size_t)(r->at - from)};
}

void json_leave(struct json_reader *r)
{
    if (!r->failed && r->depth == 0)
        json_fail(r, ERR("no array or object is open"));
    if (!r->failed)
        json_leave_to(r, r->depth - 1);
}

bool json_finish(struct json_reader *r)
{
    if (!r->failed && r->depth > 0)
        json_fail(r, ERR("an array or object without its end"));
    (void)json_peek(r);
    if (r->at < r->end)
        json_fail(r, ERR("something follows the value"));
    return !r->failed;
}
