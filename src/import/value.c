/* Text to values, exactly or not at all; see import.h. */
#include "import/import.h"

#if INLAY_WRITE && INLAY_IMPORT

#include <string.h>

#include "base/moment.h"
#include "base/number.h"
#include "base/real.h"
#include "base/text.h"
#include "import/decimal.h"

static const char value_no_memory[] = "no memory";

bool value_is_no_memory(const char *bad)
{
    return bad == value_no_memory;
}

/* ---- what a text keeps ---- */

bool value_is_canonical(const uint8_t *p, size_t n, bool *whole)
{
    struct json_reader r;
    struct json_value v;
    if (n == 0 || !(p[0] == '-' || (p[0] >= '0' && p[0] <= '9')))
        return false;
    json_start(&r, p, n);
    bool number = json_read(&r, &v) == JSON_NUMBER && v.text.len == n;
    *whole = v.whole;
    return number;
}

bool value_is_kept(const uint8_t *text, size_t n)
{
    struct real t;
    return real_scan(&t, text, n) && real_is_kept(&t, real_bits(&t, REAL_DOUBLE));
}

static bool value_word(const uint8_t *p, size_t n, const char *word)
{
    if (n != strlen(word))
        return false;
    for (size_t i = 0; i < n; i++)
        if ((p[i] | 0x20) != (uint8_t)word[i])
            return false;
    return true;
}

bool value_is_special(const uint8_t *p, size_t n, double *v)
{
    static const uint64_t nan = 0x7FF8000000000000u, infinity = 0x7FF0000000000000u;
    if (n < 3 || n > 9)
        return false;
    size_t sign = p[0] == '-' || p[0] == '+';
    bool is_nan = value_word(p, n, "nan");
    if (!is_nan && !value_word(p + sign, n - sign, "inf") && !value_word(p + sign, n - sign, "infinity"))
        return false;
    uint64_t bits = is_nan ? nan : infinity | (p[0] == '-' ? (uint64_t)1 << 63 : 0);
    memcpy(v, &bits, sizeof *v);
    return true;
}

/* ---- numbers ---- */

static const char *value_bool(const struct leaf *leaf, const uint8_t *p, size_t n, void *value)
{
    bool yes = value_word(p, n, "true"), no = value_word(p, n, "false");
    if (!leaf->strict && n == 1) {
        yes = p[0] == '1';
        no = p[0] == '0';
    }
    if (!yes && !no)
        return ERR("not a boolean (true, false)");
    *(uint8_t *)value = yes;
    return NULL;
}

/* Sign and digits; *magnitude is what they say. */
static const char *value_magnitude(const struct leaf *leaf, const uint8_t *p, size_t n, uint64_t *magnitude,
                                   bool *minus)
{
    uint64_t v = 0;
    size_t i = n > 0 && (p[0] == '-' || p[0] == '+'), from = i;
    *minus = i && p[0] == '-';
    if (i == n)
        return ERR("not a whole number");
    if (leaf->strict && ((i && p[0] == '+') || (p[i] == '0' && n > 1)))
        return ERR("not the usual form of a whole number");
    for (; i < n; i++) {
        unsigned d = (unsigned)p[i] - '0';
        if (d > 9)
            return ERR("not a whole number");
        if (i - from >= REAL_DIGITS && v > (UINT64_MAX - d) / 10)
            return ERR("a whole number beyond its type");
        v = v * 10 + d;
    }
    *magnitude = v;
    return NULL;
}

static const char *value_signed(const struct leaf *leaf, const uint8_t *p, size_t n, void *value)
{
    uint64_t m = 0;
    bool minus = false;
    const char *bad = value_magnitude(leaf, p, n, &m, &minus);
    if (bad)
        return bad;
    if (minus ? m > (uint64_t)leaf->most + 1 : m > (uint64_t)leaf->most)
        return ERR("a whole number beyond its type");
    uint64_t bits = minus ? 0 - m : m;
    uint32_t narrow = (uint32_t)bits;
    memcpy(value, leaf->width == 4 ? (const void *)&narrow : (const void *)&bits, leaf->width);
    return NULL;
}

static const char *value_unsigned(const struct leaf *leaf, const uint8_t *p, size_t n, void *value)
{
    uint64_t m = 0;
    bool minus = false;
    const char *bad = value_magnitude(leaf, p, n, &m, &minus);
    if (bad)
        return bad;
    if ((minus && m > 0) || m > leaf->most_unsigned)
        return ERR("a whole number beyond its type");
    uint32_t narrow = (uint32_t)m;
    memcpy(value, leaf->width == 4 ? (const void *)&narrow : (const void *)&m, leaf->width);
    return NULL;
}

static const char *value_real(const struct leaf *leaf, const uint8_t *p, size_t n, void *value)
{
    struct real t;
    double special = 0;
    bool whole;
    uint64_t bits;
    enum real_kind kind = leaf->node->type == INLAY_DOUBLE  ? REAL_DOUBLE
                          : leaf->node->type == INLAY_FLOAT ? REAL_FLOAT
                                                            : REAL_HALF;
    static const struct {
        uint64_t sign, infinity, nan;
    } formats[] = {[REAL_DOUBLE] = {(uint64_t)1 << 63, 0x7FF0000000000000u, 0x7FF8000000000000u},
                   [REAL_FLOAT] = {0x80000000u, 0x7F800000u, 0x7FC00000u},
                   [REAL_HALF] = {0x8000u, 0x7C00u, 0x7E00u}};
    if (real_scan(&t, p, n)) {
        bits = real_bits(&t, kind);
        if ((bits & ~formats[kind].sign) == formats[kind].infinity)
            return ERR("a number beyond its type");
        if (leaf->strict && !(value_is_canonical(p, n, &whole) && real_is_kept(&t, bits)))
            return ERR("a number that a double does not keep as it stands");
    } else if (value_is_special(p, n, &special)) {
        bits = special != special ? formats[kind].nan
               : special < 0      ? formats[kind].sign | formats[kind].infinity
                                  : formats[kind].infinity;
    } else {
        return ERR("not a number");
    }
    if (kind == REAL_HALF) {
        ((uint8_t *)value)[0] = (uint8_t)bits;
        ((uint8_t *)value)[1] = (uint8_t)(bits >> 8);
        return NULL;
    }
    uint32_t narrow = (uint32_t)bits;
    memcpy(value, leaf->width == 4 ? (const void *)&narrow : (const void *)&bits, leaf->width);
    return NULL;
}

static const char *value_decimal(const struct leaf *leaf, const uint8_t *p, size_t n, void *value)
{
    const inlay_node *node = leaf->node;
    uint8_t bytes[DECIMAL_BYTES], *at = bytes;
    bool whole;
    size_t used = node->type == INLAY_FIXED_LEN_BYTE_ARRAY ? (size_t)node->type_length
                  : node->type == INLAY_BYTE_ARRAY         ? DECIMAL_BYTES
                                                           : leaf->width;
    if (leaf->strict && !value_is_canonical(p, n, &whole))
        return ERR("not the usual form of a number");
    if (used > sizeof bytes)
        used = sizeof bytes;
    const char *bad = decimal_read(p, n, node->logical.precision, node->logical.scale, bytes, used);
    if (bad)
        return bad;
    if (node->type == INLAY_FIXED_LEN_BYTE_ARRAY) { /* the sign goes on in front */
        size_t spare = (size_t)node->type_length - used;
        memset(value, bytes[0] & 0x80 ? 0xFF : 0, spare);
        memcpy((uint8_t *)value + spare, bytes, used);
        return NULL;
    }
    if (node->type == INLAY_BYTE_ARRAY) { /* as few bytes as hold it */
        while (used > 1 && ((at[0] == 0 && !(at[1] & 0x80)) || (at[0] == 0xFF && (at[1] & 0x80)))) {
            at++;
            used--;
        }
        void *block = NULL;
        if (mem_pool_take(leaf->pool, used, &block) != INLAY_OK)
            return value_no_memory;
        memcpy(block, at, used);
        inlay_bytes own = {block, used};
        memcpy(value, &own, sizeof own);
        return NULL;
    }
    uint64_t v = 0;
    for (size_t i = 0; i < used; i++)
        v = v << 8 | bytes[i];
    uint32_t narrow = (uint32_t)v;
    memcpy(value, used == 4 ? (const void *)&narrow : (const void *)&v, used);
    return NULL;
}

/* ---- dates and times ---- */

static const char *value_date(const struct leaf *leaf, const uint8_t *p, size_t n, void *value)
{
    struct moment m;
    if ((leaf->strict && n != 10) || !moment_read(&m, (inlay_bytes){p, n}, false))
        return ERR("not a date (YYYY-MM-DD)");
    if (m.days > INT32_MAX || m.days < INT32_MIN)
        return ERR("a date beyond its type");
    int32_t days = (int32_t)m.days;
    memcpy(value, &days, sizeof days);
    return NULL;
}

static const int64_t value_per_second[10] = {[3] = 1000, [6] = 1000000, [9] = 1000000000};

static const char *value_time(const struct leaf *leaf, const uint8_t *p, size_t n, void *value)
{
    struct moment m;
    bool more;
    if (n > 0 && p[n - 1] == 'Z' && leaf->node->logical.utc)
        n--;
    if (!moment_read_time(&m, (inlay_bytes){p, n}))
        return ERR("not a time (HH:MM:SS.digits)");
    int64_t v = m.seconds * value_per_second[leaf->digits] + moment_fraction(&m, leaf->digits, &more);
    if (more)
        return ERR("a time finer than its type");
    int32_t narrow = (int32_t)v;
    memcpy(value, leaf->width == 4 ? (const void *)&narrow : (const void *)&v, leaf->width);
    return NULL;
}

static const char *value_timestamp(const struct leaf *leaf, const uint8_t *p, size_t n, void *value)
{
    struct moment m;
    bool more, utc = leaf->node->logical.utc;
    int64_t unit = value_per_second[leaf->digits];
    if (!moment_read(&m, (inlay_bytes){p, n}, true))
        return ERR("not a time (YYYY-MM-DDTHH:MM:SS.digits)");
    if (leaf->strict && (n < 19 || p[16] != ':' || p[0] < '0' || !m.has_time))
        return ERR("not the usual form of a time");
    if (leaf->strict && (m.has_zone != utc || m.offset != 0))
        return utc ? ERR("a time without Z in a column of UTC") : ERR("a time with a zone in a column without");
    if (m.has_zone && !utc)
        return ERR("a time with a zone in a column of local times");
    int64_t fraction = moment_fraction(&m, leaf->digits, &more);
    if (more)
        return ERR("a time finer than its type");
    int64_t days = m.days, rest = m.seconds * unit + fraction, per_day = 86400 * unit;
    if (days < 0) { /* towards zero, so that nothing overflows on the way */
        days++;
        rest -= per_day;
    }
    if (days > INT64_MAX / per_day || days < -(INT64_MAX / per_day) ||
        (rest > 0 ? days * per_day > INT64_MAX - rest : days * per_day < INT64_MIN - rest))
        return ERR("a time beyond its type");
    int64_t v = days * per_day + rest;
    memcpy(value, &v, sizeof v);
    return NULL;
}

/* ---- bytes ---- */

static const char *value_text(const struct leaf *leaf, const uint8_t *p, size_t n, void *value)
{
    inlay_bytes view = {p, n};
    (void)leaf;
    if (!text_is_utf8(p, n))
        return ERR("not UTF-8");
    memcpy(value, &view, sizeof view);
    return NULL;
}

static const char *value_json(const struct leaf *leaf, const uint8_t *p, size_t n, void *value)
{
    struct json_reader r;
    json_start(&r, p, n);
    json_skip(&r);
    return json_finish(&r) ? value_text(leaf, p, n, value) : ERR("not JSON");
}

static int value_base64_digit(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648 section 4, with padding; dst has n / 4 * 3 bytes. false: it is not. */
static bool value_base64(const uint8_t *p, size_t n, uint8_t *dst, size_t *used)
{
    size_t pad = n >= 4 ? (size_t)(p[n - 1] == '=') + (size_t)(p[n - 1] == '=' && p[n - 2] == '=') : 0;
    uint32_t word = 0;
    *used = 0;
    if (n % 4 != 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        int digit = i < n - pad ? value_base64_digit(p[i]) : 0;
        if (digit < 0)
            return false;
        word = word << 6 | (uint32_t)digit;
        if (i % 4 != 3)
            continue;
        size_t keep = i + 1 == n ? 3 - pad : 3;
        if (keep < 3 && (word & (((uint32_t)1 << 8 * (3 - keep)) - 1)) != 0)
            return false; /* bits behind the last byte */
        for (size_t k = 0; k < keep; k++)
            dst[(*used)++] = (uint8_t)(word >> (16 - 8 * k));
        word = 0;
    }
    return true;
}

static const char *value_binary(const struct leaf *leaf, const uint8_t *p, size_t n, void *value)
{
    void *block = NULL;
    size_t used = 0;
    if (mem_pool_take(leaf->pool, n / 4 * 3 + 1, &block) != INLAY_OK)
        return value_no_memory;
    if (!value_base64(p, n, block, &used))
        return ERR("not base64");
    if (leaf->node->type == INLAY_BYTE_ARRAY) {
        inlay_bytes own = {block, used};
        memcpy(value, &own, sizeof own);
        return NULL;
    }
    if (used != leaf->width)
        return ERR("a value of another length than the type has");
    memcpy(value, block, used);
    return NULL;
}

static const char *value_uuid(const struct leaf *leaf, const uint8_t *p, size_t n, void *value)
{
    uint8_t *to = value;
    size_t digits = 0;
    (void)leaf;
    if (n != 36)
        return ERR("not a UUID");
    for (size_t i = 0; i < n; i++) {
        uint8_t c = p[i], letter = c | 0x20;
        int v = c >= '0' && c <= '9' ? c - '0' : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
        if (i == 8 || i == 13 || i == 18 || i == 23 ? c != '-' : v < 0)
            return ERR("not a UUID");
        if (c == '-')
            continue;
        to[digits / 2] = (uint8_t)(digits % 2 ? to[digits / 2] << 4 | v : v);
        digits++;
    }
    return NULL;
}

/* ---- which ---- */

static value_put *value_by_kind(struct leaf *leaf)
{
    const inlay_node *node = leaf->node;
    const inlay_logical *l = &node->logical;
    bool bytes = node->type == INLAY_BYTE_ARRAY, fixed = node->type == INLAY_FIXED_LEN_BYTE_ARRAY;
    switch (l->kind) {
    case INLAY_DECIMAL:
        return value_decimal;
    case INLAY_DATE:
        return value_date;
    case INLAY_TIME:
        return value_time;
    case INLAY_TIMESTAMP:
        return node->type == INLAY_INT64 ? value_timestamp : NULL;
    case INLAY_UUID:
        return value_uuid;
    case INLAY_FLOAT16:
        return value_real;
    case INLAY_INTEGER:
        return l->is_signed ? value_signed : value_unsigned;
    case INLAY_STRING:
    case INLAY_ENUM:
        return bytes ? value_text : NULL;
    case INLAY_JSON:
        return value_json;
    case INLAY_INTERVAL:
        return NULL;
    default:
        break;
    }
    if (node->type == INLAY_BOOLEAN)
        return value_bool;
    if (node->type == INLAY_FLOAT || node->type == INLAY_DOUBLE)
        return value_real;
    if (node->type == INLAY_INT32 || node->type == INLAY_INT64)
        return value_signed;
    return bytes || fixed ? value_binary : NULL;
}

inlay_status value_choose(struct leaf *leaf, inlay_env *env)
{
    static const uint8_t digits[] = {0, 3, 6, 9};
    const inlay_logical *l = &leaf->node->logical;
    unsigned bits = l->kind == INLAY_INTEGER ? l->bits : leaf->node->type == INLAY_INT32 ? 32 : 64;
    leaf->width = inlay_node_width(leaf->node);
    leaf->digits = digits[l->unit <= INLAY_NANOS ? l->unit : 0];
    leaf->most_unsigned = UINT64_MAX >> (64 - (bits > 0 && bits <= 64 ? bits : 64));
    leaf->most = (int64_t)(leaf->most_unsigned >> 1);
    leaf->put = value_by_kind(leaf);
    if (!leaf->put)
        return err_set(env, INLAY_ARG, ERR("values of this type cannot be imported from text"));
    return INLAY_OK;
}

/* ---- levels and values, until they are written ---- */

static inlay_status leaf_grow(inlay_env *env, uint8_t **to, size_t *capacity, size_t need)
{
    void *block = *to;
    inlay_status status = mem_grow(env, &block, capacity, need, 1);
    *to = block;
    return status;
}

inlay_status leaf_level(struct leaf *leaf, inlay_env *env, uint8_t def, uint8_t rep)
{
    const inlay_node *node = leaf->node;
    if (leaf->n_levels == leaf->def_capacity)
        TRY(leaf_grow(env, &leaf->def, &leaf->def_capacity, leaf->n_levels + 1));
    leaf->def[leaf->n_levels] = def;
    if (node->max_rep > 0) {
        if (leaf->n_levels >= leaf->rep_capacity)
            TRY(leaf_grow(env, &leaf->rep, &leaf->rep_capacity, leaf->n_levels + 1));
        leaf->rep[leaf->n_levels] = rep;
    }
    leaf->nulls = leaf->nulls || def < node->max_def;
    leaf->n_levels++;
    leaf->n_rows += rep == 0;
    return INLAY_OK;
}

void *leaf_room(struct leaf *leaf, inlay_env *env)
{
    if (leaf->n_values == leaf->values_capacity) {
        void *block = leaf->values;
        if (mem_grow(env, &block, &leaf->values_capacity, leaf->n_values + 1, leaf->width) != INLAY_OK)
            return NULL;
        leaf->values = block;
    }
    return leaf->values + leaf->n_values * leaf->width;
}

void leaf_cut(struct leaf *leaf, size_t rows)
{
    while (leaf->n_rows > rows) {
        leaf->n_levels--;
        leaf->n_values -= leaf->def[leaf->n_levels] == leaf->node->max_def;
        leaf->n_rows -= leaf->node->max_rep == 0 || leaf->rep[leaf->n_levels] == 0;
    }
}

void leaf_clear(struct leaf *leaf)
{
    leaf->n_rows = leaf->n_levels = leaf->n_values = 0;
    leaf->nulls = false;
}

void leaf_free(struct leaf *leaf, inlay_env *env)
{
    mem_free(env, leaf->def, leaf->def_capacity);
    mem_free(env, leaf->rep, leaf->rep_capacity);
    mem_free(env, leaf->values, leaf->values_capacity * leaf->width);
}

#endif
