/* Literals as values of their columns.
 *
 * A literal that no value of the column equals (5.5 for an integer, 'abc' for four fixed bytes, 10^30) becomes
 * the value next to it and the side on which it lies: comparisons stay exact.
 */
#include "where/tree.h"

#if INLAY_WHERE

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/moment.h"
#include "base/number.h"

struct bind {
    inlay_env *env;
    struct mem_pool *pool;
    const inlay_schema *schema;
    const inlay_node *leaf;
    uint32_t leaf_number;
    const struct tree_literal *literal;
    uint8_t *to; /* room for the value in memory form, zeroed */
    int8_t beside;
};

static inlay_status bind_fail(struct bind *b, const char *what)
{
    err_set_at(b->env, INLAY_ARG, what, b->literal->at);
    inlay_schema_path(b->schema, inlay_schema_leaf_node(b->schema, b->leaf_number), b->env->error.column,
                      sizeof b->env->error.column);
    return INLAY_ARG;
}

/* ---- whole numbers, decimals, times ---- */

/* n, at floor, as the column's integer of `bytes` bytes: in memory order, or big-endian for decimals in bytes. */
static void bind_integer(struct bind *b, const struct number *n, size_t bytes, bool big_endian)
{
    uint8_t be[NUMBER_BYTES];
    if (big_endian) {
        number_fixed(n, b->to, bytes, &b->beside);
        return;
    }
    number_fixed(n, be, bytes, &b->beside);
    uint64_t v = 0;
    for (size_t i = 0; i < bytes && bytes <= 8; i++)
        v = v << 8 | be[i];
    if (bytes == 4) {
        uint32_t narrow = (uint32_t)v;
        memcpy(b->to, &narrow, 4);
    } else if (bytes == 8) {
        memcpy(b->to, &v, 8);
    } else {
        for (size_t i = 0; i < bytes; i++) /* FIXED(12) timestamps are little-endian */
            b->to[i] = be[bytes - 1 - i];
    }
}

static void bind_unsigned(struct bind *b, const struct number *n)
{
    uint64_t v = 0;
    number_unsigned(n, b->leaf->type == INLAY_INT64 ? UINT64_MAX : UINT32_MAX, &v, &b->beside);
    if (b->leaf->type == INLAY_INT32) {
        uint32_t narrow = (uint32_t)v;
        memcpy(b->to, &narrow, 4);
    } else {
        memcpy(b->to, &v, 8);
    }
}

static inlay_status bind_decimal(struct bind *b, const struct number *n)
{
    if (b->leaf->type == INLAY_BYTE_ARRAY) {
        inlay_bytes view;
        void *block = NULL;
        TRY(mem_pool_take(b->pool, NUMBER_BYTES + 1, &block));
        number_fixed(n, block, NUMBER_BYTES + 1, &b->beside);
        view = (inlay_bytes){block, NUMBER_BYTES + 1};
        memcpy(b->to, &view, sizeof view);
        return INLAY_OK;
    }
    size_t width = inlay_node_width(b->leaf);
    if (b->leaf->type == INLAY_FIXED_LEN_BYTE_ARRAY && width > 2 * NUMBER_BYTES)
        return bind_fail(b, ERR("a DECIMAL wider than can be compared"));
    bind_integer(b, n, width, b->leaf->type == INLAY_FIXED_LEN_BYTE_ARRAY);
    return INLAY_OK;
}

/* Units of a whole number of days and seconds: 10^digits a second. */
static void bind_moment(struct bind *b, const struct moment *m, unsigned digits)
{
    struct number n;
    bool more = false;
    uint32_t power = 1, fraction = moment_fraction(m, digits, &more);
    int64_t seconds = m->days * 86400 + m->seconds;
    for (unsigned i = 0; i < digits; i++)
        power *= 10;
    bool below = seconds < 0 && fraction > 0; /* -(|s| * power - fraction), from the second nearer to zero */
    number_whole(&n, seconds < 0 ? 0 - (uint64_t)(seconds + below) : (uint64_t)seconds, seconds < 0);
    number_times(&n, power);
    number_plus(&n, below ? power - fraction : fraction);
    bind_integer(b, &n, inlay_node_width(b->leaf), false);
    if (b->beside == 0 && more)
        b->beside = 1;
}

static unsigned bind_unit_digits(uint8_t unit)
{
    return unit == INLAY_MILLIS ? 3 : unit == INLAY_MICROS ? 6 : 9;
}

static void bind_int96(struct bind *b, const struct moment *m)
{
    enum { BIND_EPOCH_JULIAN = 2440588 };
    bool more = false;
    uint32_t fraction = moment_fraction(m, 9, &more);
    int64_t day = m->days + BIND_EPOCH_JULIAN;
    store_le64(b->to, (uint64_t)(m->seconds * 1000000000 + fraction));
    store_le32(b->to + 8, (uint32_t)(int32_t)day);
    b->beside = more ? 1 : 0;
    if (day > INT32_MAX || day < INT32_MIN) {
        store_le64(b->to, day < 0 ? (uint64_t)INT64_MIN : (uint64_t)INT64_MAX);
        store_le32(b->to + 8, day < 0 ? (uint32_t)INT32_MIN : INT32_MAX);
        b->beside = day < 0 ? -1 : 1;
    }
}

/* ---- floating point ---- */

/* The nearest half, ties to even. */
static uint16_t bind_half(double v)
{
    uint64_t raw;
    memcpy(&raw, &v, sizeof raw);
    uint16_t sign = (uint16_t)(raw >> 48 & 0x8000);
    int exponent = (int)(raw >> 52 & 0x7FF) - 1023;
    uint64_t mantissa = (raw & (((uint64_t)1 << 52) - 1)) | (uint64_t)1 << 52;
    if (exponent > 15)
        return (uint16_t)(sign | 0x7C00);
    if (exponent < -25)
        return sign;
    int shift = exponent >= -14 ? 42 : 42 + (-14 - exponent); /* 10 bits of mantissa, fewer if subnormal */
    uint64_t kept = mantissa >> shift, rest = mantissa & (((uint64_t)1 << shift) - 1);
    uint64_t half = (uint64_t)1 << (shift - 1);
    kept += rest > half || (rest == half && (kept & 1));
    if (exponent >= -14)
        kept += (uint64_t)(exponent + 14) << 10; /* the implied bit adds one to the exponent field */
    return (uint16_t)(sign | (kept > 0x7C00 ? 0x7C00 : kept));
}

/* Digits without a point and an exponent, so that no locale has a say in it. */
static inlay_status bind_real_text(struct bind *b, char **out)
{
    inlay_bytes text = b->literal->text;
    size_t end = 0, used = 0, behind = 0;
    bool point = false;
    long exponent = 0;
    void *block = NULL;
    while (end < text.len && (text.data[end] | 32) != 'e')
        end++;
    TRY(mem_pool_take(b->pool, text.len + 32, &block));
    char *to = block;
    to[used++] = b->literal->negative ? '-' : '+';
    for (size_t i = 0; i < end; i++) {
        if (text.data[i] == '.') {
            if (point)
                return bind_fail(b, ERR("this is no number"));
            point = true;
            continue;
        }
        to[used++] = (char)text.data[i];
        behind += point;
    }
    for (size_t i = end + 1; i < text.len; i++)
        if (text.data[i] >= '0' && text.data[i] <= '9' && exponent < 1000000)
            exponent = exponent * 10 + (text.data[i] - '0');
    if (end + 1 < text.len && text.data[end + 1] == '-')
        exponent = -exponent;
    exponent -= (long)behind;
    to[used++] = 'e';
    to[used++] = exponent < 0 ? '-' : '+';
    unsigned long e = exponent < 0 ? 0 - (unsigned long)exponent : (unsigned long)exponent;
    char digits[24];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + e % 10);
    } while (e /= 10);
    while (n)
        to[used++] = digits[--n];
    to[used] = '\0';
    *out = to;
    return INLAY_OK;
}

static inlay_status bind_real(struct bind *b)
{
    static const uint32_t nan_bits = 0x7FC00000, infinity_bits = 0x7F800000;
    const struct tree_literal *l = b->literal;
    char *text = NULL;
    float narrow = 0;
    double wide = 0;
    if (l->kind == TREE_NUMBER) {
        TRY(bind_real_text(b, &text));
        wide = strtod(text, NULL);
        narrow = strtof(text, NULL);
    } else if (l->kind == TREE_NAN || l->kind == TREE_INFINITY) {
        memcpy(&narrow, l->kind == TREE_NAN ? &nan_bits : &infinity_bits, sizeof narrow);
        narrow = l->negative ? -narrow : narrow;
        wide = (double)narrow;
    } else {
        return bind_fail(b, ERR("a number is wanted for this column"));
    }
    if (b->leaf->type == INLAY_DOUBLE)
        memcpy(b->to, &wide, sizeof wide);
    else if (b->leaf->type == INLAY_FLOAT)
        memcpy(b->to, &narrow, sizeof narrow);
    else if (wide != wide)
        memcpy(b->to, "\x00\x7E", 2);
    else {
        uint16_t half = bind_half(wide);
        b->to[0] = (uint8_t)half;
        b->to[1] = (uint8_t)(half >> 8);
    }
    return INLAY_OK;
}

/* ---- bytes ---- */

/* Bytes as a fixed-length value: longer ones lie above their beginning, shorter ones below it filled with zeros. */
static void bind_fixed(struct bind *b, inlay_bytes bytes)
{
    size_t width = inlay_node_width(b->leaf);
    memcpy(b->to, bytes.data, bytes.len < width ? bytes.len : width);
    b->beside = bytes.len > width ? 1 : bytes.len < width ? -1 : 0;
}

static bool bind_uuid(struct bind *b, inlay_bytes text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        int v = c >= '0' && c <= '9'          ? c - '0'
                : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                     : -1;
        if (c == '-')
            continue;
        if (v < 0 || n == 32)
            return false;
        b->to[n / 2] = (uint8_t)(b->to[n / 2] << 4 | v);
        n++;
    }
    return n == 32;
}

static inlay_status bind_bytes(struct bind *b)
{
    const struct tree_literal *l = b->literal;
    if (l->kind != TREE_TEXT && l->kind != TREE_BYTES)
        return bind_fail(b, ERR("a text in single quotes, or X'..' bytes, is wanted for this column"));
    if (b->leaf->type == INLAY_BYTE_ARRAY)
        memcpy(b->to, &l->text, sizeof l->text);
    else if (l->kind == TREE_TEXT && b->leaf->logical.kind == INLAY_UUID) {
        if (!bind_uuid(b, l->text))
            return bind_fail(b, ERR("this is no UUID"));
    } else
        bind_fixed(b, l->text);
    return INLAY_OK;
}

/* ---- by the column's type ---- */

/* A text for a temporal column. */
static inlay_status bind_time_text(struct bind *b)
{
    struct moment m;
    const inlay_logical *l = &b->leaf->logical;
    inlay_bytes text = b->literal->text;
    if (l->kind == INLAY_TIME) {
        if (!moment_read_time(&m, text))
            return bind_fail(b, ERR("this is no time: 'HH:MM:SS.digits'"));
        bind_moment(b, &m, bind_unit_digits(l->unit));
    } else if (l->kind == INLAY_DATE) {
        if (!moment_read(&m, text, false))
            return bind_fail(b, ERR("this is no date: 'YYYY-MM-DD'"));
        struct number n;
        number_whole(&n, m.days < 0 ? 0 - (uint64_t)m.days : (uint64_t)m.days, m.days < 0);
        bind_integer(b, &n, 4, false);
    } else {
        if (!moment_read(&m, text, true))
            return bind_fail(b, ERR("this is no time: 'YYYY-MM-DDTHH:MM:SS.digitsZ'"));
        if (b->leaf->type == INLAY_INT96)
            bind_int96(b, &m);
        else
            bind_moment(b, &m, bind_unit_digits(l->unit));
    }
    return INLAY_OK;
}

static bool bind_is_temporal(const inlay_node *leaf)
{
    uint8_t kind = leaf->logical.kind;
    return leaf->type == INLAY_INT96 || kind == INLAY_DATE || kind == INLAY_TIME || kind == INLAY_TIMESTAMP;
}

static inlay_status bind_number(struct bind *b)
{
    struct number n;
    const inlay_logical *l = &b->leaf->logical;
    int32_t scale = l->kind == INLAY_DECIMAL ? l->scale : 0;
    if (b->literal->kind != TREE_NUMBER)
        return bind_fail(b, ERR("a number is wanted for this column"));
    if (!number_read(&n, b->literal->text, b->literal->negative, scale))
        return bind_fail(b, ERR("this is no number"));
    if (l->kind == INLAY_DECIMAL)
        return bind_decimal(b, &n);
    if (l->kind == INLAY_INTEGER && !l->is_signed)
        bind_unsigned(b, &n);
    else
        bind_integer(b, &n, inlay_node_width(b->leaf), false);
    return INLAY_OK;
}

static inlay_status bind_literal(struct bind *b)
{
    const inlay_node *leaf = b->leaf;
    uint8_t kind = leaf->logical.kind;
    if (leaf->type == INLAY_BOOLEAN) {
        b->to[0] = b->literal->boolean;
        return b->literal->kind == TREE_BOOLEAN ? INLAY_OK : bind_fail(b, ERR("TRUE or FALSE is wanted here"));
    }
    if (bind_is_temporal(leaf) && b->literal->kind == TREE_TEXT)
        return bind_time_text(b);
    if (leaf->type == INLAY_INT96)
        return b->literal->kind == TREE_BYTES ? bind_bytes(b) : bind_fail(b, ERR("a time as text is wanted here"));
    if (leaf->type == INLAY_FLOAT || leaf->type == INLAY_DOUBLE || kind == INLAY_FLOAT16)
        return bind_real(b);
    if (leaf->type == INLAY_INT32 || leaf->type == INLAY_INT64 || kind == INLAY_DECIMAL ||
        kind == INLAY_TIMESTAMP)
        return bind_number(b);
    return bind_bytes(b);
}

/* ---- tests ---- */

/* IN: values ascending, those that nothing equals dropped. Heap sort: no recursion, no copy. */
static void bind_sink(struct tree_value *v, size_t at, size_t n, compare_values *compare, const inlay_node *leaf)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && compare(leaf, v[child + 1].value, v[child].value) == TREE_MORE)
            child++;
        if (compare(leaf, v[child].value, v[at].value) != TREE_MORE)
            return;
        struct tree_value swap = v[at];
        v[at] = v[child];
        v[child] = swap;
    }
}

static void bind_sort(struct tree_node *test, const inlay_node *leaf)
{
    compare_values *compare = compare_for(leaf);
    struct tree_value *v = test->values;
    size_t n = 0;
    for (uint32_t i = 0; i < test->n_literals; i++)
        if (v[i].beside == 0)
            v[n++] = v[i];
    test->n_literals = (uint32_t)n;
    for (size_t i = n / 2; i-- > 0;)
        bind_sink(v, i, n, compare, leaf);
    for (size_t i = n; i-- > 1;) {
        struct tree_value swap = v[0];
        v[0] = v[i];
        v[i] = swap;
        bind_sink(v, 0, i, compare, leaf);
    }
}

static inlay_status bind_test(inlay_env *env, struct mem_pool *pool, const inlay_schema *schema,
                              struct tree_node *test)
{
    const inlay_node *leaf = inlay_schema_leaf(schema, test->leaf);
    struct tree_literal place = {.at = test->at};
    struct bind b = {.env = env, .pool = pool, .schema = schema, .leaf = leaf,
                     .leaf_number = test->leaf, .literal = &place};
    size_t width = (inlay_node_width(leaf) + 7) & ~(size_t)7;
    void *block = NULL;
    bool equality = test->mask == TREE_EQUAL || test->mask == (TREE_LESS | TREE_MORE);
    if (test->kind == TREE_COMPARE && !equality && !inlay_leaf_ordered(leaf))
        return bind_fail(&b, ERR("values of the column's type have no order: only = != IN"));
    if (test->kind == TREE_PREFIX && leaf->type != INLAY_BYTE_ARRAY &&
        leaf->type != INLAY_FIXED_LEN_BYTE_ARRAY)
        return bind_fail(&b, ERR("prefixes are for columns of text or bytes"));
    TRY(mem_pool_take(pool, test->n_literals * sizeof *test->values + 1, &block));
    test->values = block;
    for (uint32_t i = 0; i < test->n_literals; i++) {
        TRY(mem_pool_take(pool, width, &block));
        b.literal = &test->literals[i];
        b.to = block;
        b.beside = 0;
        TRY(bind_literal(&b));
        test->values[i] = (struct tree_value){b.to, b.beside};
    }
    if (test->kind == TREE_IN)
        bind_sort(test, leaf);
    return INLAY_OK;
}

inlay_status bind_where(inlay_env *env, struct mem_pool *pool, const inlay_schema *schema,
                        struct tree_node *root)
{
    if (root->op == TREE_TEST)
        return bind_test(env, pool, schema, root);
    TRY(bind_where(env, pool, schema, root->left));
    return root->right ? bind_where(env, pool, schema, root->right) : INLAY_OK;
}

#endif
