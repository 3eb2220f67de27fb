/* Types from texts: what all values of a sample can be without losing anything. */
#include "import/import.h"

#if INLAY_WRITE && INLAY_IMPORT

#include <string.h>

#include "base/moment.h"
#include "base/real.h"

static bool infer_is(const uint8_t *p, size_t n, const char *word)
{
    return n == strlen(word) && memcmp(p, word, n) == 0;
}

/* Digits before and behind the point. */
static void infer_digits(struct infer *t, const uint8_t *p, size_t n)
{
    uint32_t whole = 0, behind = 0;
    bool point = false;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '.')
            point = true;
        else if (p[i] != '-' && point)
            behind++;
        else if (p[i] != '-' && !(whole == 0 && p[i] == '0'))
            whole++;
    }
    t->whole = whole > t->whole ? whole : t->whole;
    t->behind = behind > t->behind ? behind : t->behind;
}

static uint32_t infer_number(struct infer *t, const uint8_t *p, size_t n, bool whole)
{
    struct json_value v = {.kind = JSON_NUMBER, .whole = whole, .text = {p, n}};
    int64_t i;
    uint64_t u;
    bool kept = value_is_kept(p, n), power = memchr(p, 'e', n) || memchr(p, 'E', n);
    if (power)
        return INFER_POWER | (kept ? INFER_REAL : INFER_LOSSY);
    infer_digits(t, p, n);
    if (!whole)
        return kept ? INFER_REAL : INFER_REAL | INFER_LOSSY;
    if (n == 2 && p[0] == '-' && p[1] == '0')
        return INFER_REAL; /* a whole number has no minus zero */
    uint32_t bits = kept ? 0 : INFER_LOSSY;
    if (json_int64(&v, &i))
        return bits | INFER_INT | (i < 0 ? INFER_MINUS : 0);
    return json_uint64(&v, &u) ? bits | INFER_BIG : bits | INFER_REAL;
}

/* A date, or a date and time with all of its parts. */
static uint32_t infer_moment(struct infer *t, const uint8_t *p, size_t n)
{
    struct moment m;
    bool more;
    if (n < 10 || n > 40 || p[4] != '-' || p[0] < '0' || p[0] > '9')
        return INFER_TEXT;
    if (n == 10)
        return moment_read(&m, (inlay_bytes){p, n}, false) ? INFER_DATE : INFER_TEXT;
    if (n < 19 || p[16] != ':' || !moment_read(&m, (inlay_bytes){p, n}, true) || !m.has_time || m.offset != 0)
        return INFER_TEXT;
    (void)moment_fraction(&m, 9, &more);
    uint32_t digits = m.fraction.len > 9 ? 9 : (uint32_t)m.fraction.len;
    /* nanoseconds since 1970 in 64 bits: 1677-09-21 to 2262-04-11 */
    if (more || (digits > 6 && (m.days < -106751 || m.days >= 106751)))
        return INFER_TEXT;
    if (m.days < -106751 || m.days >= 106751)
        t->behind = UINT32_MAX; /* of this column, no nanoseconds */
    t->fraction = digits > t->fraction ? digits : t->fraction;
    return m.has_zone ? INFER_UTC : INFER_LOCAL;
}

void infer_text(struct infer *t, const uint8_t *p, size_t n, bool number)
{
    bool whole;
    double special;
    uint8_t c = n > 0 ? p[0] : 0;
    if (number && value_is_canonical(p, n, &whole))
        t->bits |= infer_number(t, p, n, whole);
    else if (number && (infer_is(p, n, "true") || infer_is(p, n, "false") || infer_is(p, n, "True") ||
                        infer_is(p, n, "False") || infer_is(p, n, "TRUE") || infer_is(p, n, "FALSE")))
        t->bits |= INFER_BOOL;
    else if (c >= '0' && c <= '9')
        t->bits |= infer_moment(t, p, n);
    else
        t->bits |= value_is_special(p, n, &special) && (number || n == 3 || n > 7) ? INFER_SPECIAL : INFER_TEXT;
}

static void infer_set(inlay_node *node, inlay_type type, inlay_logical logical)
{
    node->type = (uint8_t)type;
    node->logical = logical;
}

/* false: the numbers of the sample fit no one type. */
static bool infer_numbers(const struct infer *t, bool decimals, inlay_node *node)
{
    uint32_t bits = t->bits;
    if (!(bits & (INFER_REAL | INFER_SPECIAL | INFER_POWER))) {
        if ((bits & INFER_BIG) && (bits & INFER_MINUS))
            return false;
        infer_set(node, INLAY_INT64,
                  bits & INFER_BIG ? (inlay_logical){.kind = INLAY_INTEGER, .bits = 64} : (inlay_logical){.kind = 0});
        return true;
    }
    if (decimals && !(bits & (INFER_POWER | INFER_SPECIAL)) && t->whole + t->behind <= 38) {
        /* room for larger values of the same scale: what the machine type holds anyway */
        int32_t digits = t->whole + t->behind > 18 ? 38 : 18;
        infer_set(node, digits > 18 ? INLAY_FIXED_LEN_BYTE_ARRAY : INLAY_INT64,
                  (inlay_logical){.kind = INLAY_DECIMAL, .precision = digits, .scale = (int32_t)t->behind});
        node->type_length = digits > 18 ? 16 : 0;
        return true;
    }
    if ((bits & INFER_LOSSY) || bits == INFER_SPECIAL)
        return false;
    infer_set(node, INLAY_DOUBLE, (inlay_logical){.kind = 0});
    return true;
}

void infer_leaf(const struct infer *t, bool decimals, bool json, inlay_node *node, bool *mixed)
{
    const uint32_t numbers = INFER_INT | INFER_BIG | INFER_MINUS | INFER_REAL | INFER_LOSSY | INFER_SPECIAL |
                             INFER_POWER;
    const uint32_t texts = INFER_TEXT | INFER_DATE | INFER_LOCAL | INFER_UTC | INFER_SPECIAL;
    uint32_t bits = t->bits;
    bool nanos = t->fraction > 6;
    *mixed = false;
    if (bits == INFER_BOOL) {
        infer_set(node, INLAY_BOOLEAN, (inlay_logical){.kind = 0});
    } else if (bits == INFER_DATE) {
        infer_set(node, INLAY_INT32, (inlay_logical){.kind = INLAY_DATE});
    } else if ((bits == INFER_LOCAL || bits == INFER_UTC) && !(nanos && t->behind == UINT32_MAX)) {
        infer_set(node, INLAY_INT64,
                  (inlay_logical){.kind = INLAY_TIMESTAMP, .unit = nanos ? INLAY_NANOS : INLAY_MICROS,
                                  .utc = bits == INFER_UTC});
    } else if (bits == 0 || (bits & ~numbers) != 0 || !infer_numbers(t, decimals, node)) {
        *mixed = json && (bits & ~texts) != 0;
        infer_set(node, INLAY_BYTE_ARRAY, (inlay_logical){.kind = *mixed ? INLAY_JSON : INLAY_STRING});
    }
}

#endif
