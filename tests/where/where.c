/* Facts about predicates: what text they take, what they refuse and where, and how values compare.
 * (Random predicates against DuckDB: tests/interop/test_where.py.) */
#include "../format/file.h"

#include "where/column.h"

struct where_file {
    inlay_env *env;
    inlay_memory_sink memory;
    inlay_reader *reader;
};

static void where_open(struct where_file *f, const inlay_write_options *options)
{
    *f = (struct where_file){.env = test_env()};
    inlay_sink sink = inlay_sink_memory(&f->memory, f->env);
    CHECK_INT(file_write(f->env, &sink, options, 1000, 400, 100, 7), INLAY_OK);
    inlay_source source = inlay_source_memory(f->memory.data, f->memory.bytes);
    CHECK_INT(inlay_reader_open(f->env, &source, NULL, &f->reader), INLAY_OK);
}

static void where_close(struct where_file *f)
{
    inlay_reader_close(f->reader);
    inlay_sink_memory_free(&f->memory);
}

/* Rows that pass, and a sum that tells which. */
static int64_t where_count(struct where_file *f, const char *text, int64_t *sum)
{
    inlay_where *w = NULL;
    int64_t first = 0, n = 0, rows = 0, end = -1;
    inlay_status status = inlay_where_open(f->env, f->reader, text, NULL, &w);
    if (status != INLAY_OK)
        test_fail(__FILE__, __LINE__, "%s: %s at %d", text, f->env->error.what, (int)f->env->error.at);
    *sum = 0;
    while ((status = inlay_where_next(w, &first, &n)) == INLAY_OK) {
        CHECK(first >= end && n > 0);
        end = first + n;
        rows += n;
        *sum += n * first + n * (n - 1) / 2;
    }
    CHECK_INT(status, INLAY_END);
    CHECK_INT(inlay_where_next(w, &first, &n), INLAY_END);
    inlay_where_close(w);
    return rows;
}

/* The table of file.h: id = 3 r; text null if r % 5 == 0 else "text" r % 7; x null if r % 3 == 0 else r / 4;
 * tags by r % 4: null, [], [r], [r, null, r + 1]. */
static void where_rows(void)
{
    static const struct {
        const char *text;
        int64_t rows, sum;
    } facts[] = {
        {"id = 300", 1, 100},
        {"id = 301", 0, 0},
        {"id = 300.0", 1, 100},
        {"id < 9.5 AND id > -1", 4, 0 + 1 + 2 + 3},
        {"id >= 1e30", 0, 0},
        {"id <= 1e30", 1000, 499500},
        {"NOT id != 300", 1, 100},
        {"#0 in (3, 6, 6.5, 2999)", 2, 1 + 2},
        {"id BETWEEN 6 AND 12", 3, 2 + 3 + 4},
        {"id not between 6 and 2990", 2 + 3, 0 + 1 + 997 + 998 + 999},
        {"text IS NULL AND id < 60", 4, 0 + 5 + 10 + 15},
        {"text = 'text3' and id < 60", 2, 3 + 17}, /* 10 is null */
        {"text like 'text%'", 800, 499500 - 99500},
        {"\"text\" ^= 'textx'", 0, 0},
        {"x = 0.25 or x = .5", 2, 1 + 2},
        {"x > 249", 2, 998 + 997}, /* 999 is null */
        {"x is not null and x < 1", 2, 1 + 2},
        {"tags = 7", 1, 7},
        {"tags = 8", 1, 7},
        {"tags.list.element = 8", 1, 7},
        {"NOT (tags = 7) AND id < 24", 4, 1 + 2 + 5 + 6}, /* null in the list: unknown */
        {"tags IS NULL AND id < 24", 4, 0 + 3 + 4 + 7},
        {"tags IS NOT NULL AND id < 24", 4, 2 + 3 + 6 + 7},
    };
    for (int pages = 0; pages < 2; pages++) {
        struct where_file f;
        inlay_write_options o = {.page_rows = pages ? 50 : 0};
        where_open(&f, &o);
        for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
            int64_t sum = 0, rows = where_count(&f, facts[i].text, &sum);
            if (rows != facts[i].rows || sum != facts[i].sum)
                test_fail(__FILE__, __LINE__, "%s: %d rows, sum %d", facts[i].text, (int)rows, (int)sum);
        }
        where_close(&f);
    }
}

static void where_refused(void)
{
    static const struct {
        const char *text;
        int64_t at;
        const char *what;
    } facts[] = {
        {"", 0, "name of a column"},
        {"id", 2, "operator"},
        {"id =", 4, "value"},
        {"id = 'a'", 5, "number"},
        {"id = 1 id = 2", 7, "AND, OR"},
        {"nothing = 1", 0, "no column"},
        {"id = 1 AND (x > 2", 17, "parenthesis"},
        {"text = 5", 7, "text in single quotes"},
        {"text = 'open", 7, "quote"},
        {"text like '%a'", 10, "prefix"},
        {"text like 'a_%'", 10, "prefix"},
        {"id ^= 'a'", 0, "prefixes"},
        {"id IN 5", 6, "parentheses"},
        {"id IN (5", 8, "comma"},
        {"id between 1 or 2", 13, "BETWEEN"},
        {"id is 5", 6, "NULL"},
        {"#99 = 1", 0, "number"},
        {"id = 1.2.3", 5, "no number"},
        {"id ! 3", 3, "neither"},
        {"x = X'0g'", 4, "hexadecimal"},
    };
    struct where_file f;
    where_open(&f, NULL);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        inlay_where *w = NULL;
        inlay_status status = inlay_where_open(f.env, f.reader, facts[i].text, NULL, &w);
        if (status != INLAY_ARG || f.env->error.at != facts[i].at || !strstr(f.env->error.what, facts[i].what))
            test_fail(__FILE__, __LINE__, "%s: %s at %d", facts[i].text, f.env->error.what,
                      (int)f.env->error.at);
        CHECK(w == NULL);
    }
    where_close(&f);
}

static void where_deep(void)
{
    struct where_file f;
    inlay_where *w = NULL;
    char text[65536] = "";
    where_open(&f, NULL);
    memset(text, '(', 100);
    CHECK_INT(inlay_where_open(f.env, f.reader, text, NULL, &w), INLAY_LIMIT);
    size_t used = 0;
    for (int i = 0; i < 5000; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "id=1 OR ");
    CHECK_INT(inlay_where_open(f.env, f.reader, text, NULL, &w), INLAY_LIMIT);
    used = (size_t)snprintf(text, sizeof text, "id IN (0");
    for (int i = 1; i < 5000; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, ",%d", 6 * i);
    snprintf(text + used, sizeof text - used, ")");
    int64_t sum = 0;
    CHECK_INT(where_count(&f, text, &sum), 500);
    where_close(&f);
}

static void where_skip_to(void)
{
    struct where_file f;
    inlay_where *w = NULL;
    int64_t first = 0, n = 0;
    where_open(&f, NULL);
    CHECK_INT(inlay_where_open(f.env, f.reader, "id >= 300", NULL, &w), INLAY_OK);
    inlay_where_skip_to(w, 777);
    CHECK_INT(inlay_where_next(w, &first, &n), INLAY_OK);
    CHECK_INT(first, 777);
    CHECK_INT(n, 23); /* to the end of the row group of 400 */
    CHECK_INT(inlay_where_next(w, &first, &n), INLAY_OK);
    CHECK_INT(first, 800);
    CHECK_INT(n, 200);
    CHECK_INT(inlay_where_next(w, &first, &n), INLAY_END);
    inlay_where_close(w);
    where_close(&f);
}

/* ---- what claims rule out ---- */

static uint8_t where_judge(const struct column_claims *claims, uint8_t mask, double literal)
{
    inlay_node node = {.type = INLAY_DOUBLE, .max_def = 1, .repetition = INLAY_OPTIONAL};
    struct where_column c = {.node = &node, .width = 8, .compare = compare_for(&node), .claims = *claims};
    struct tree_value value = {&literal, 0};
    struct tree_node t = {.op = TREE_TEST, .mask = mask, .n_literals = 1, .values = &value, .column = &c};
    return prune_tree(&t, false);
}

static void where_claims(void)
{
    double one = 1, five = 5, plus = 0.0, nan;
    memcpy(&nan, "\0\0\0\0\0\0\xf8\x7f", 8);
    struct column_claims k = {.values = true, .min = &one, .max = &five};
    CHECK_INT(where_judge(&k, TREE_MORE, 5), TREE_FALSE);
    CHECK_INT(where_judge(&k, TREE_MORE, 4), TREE_TRUE | TREE_FALSE);
    CHECK_INT(where_judge(&k, TREE_MORE, 0), TREE_TRUE);
    CHECK_INT(where_judge(&k, TREE_EQUAL, 6), TREE_FALSE);
    k.nans = true; /* NaN is not in the bounds, and lies above all */
    CHECK_INT(where_judge(&k, TREE_MORE, 5), TREE_TRUE | TREE_FALSE);
    CHECK_INT(where_judge(&k, TREE_EQUAL, nan), TREE_TRUE | TREE_FALSE);
    k.nans = false;
    k.nulls = true;
    CHECK_INT(where_judge(&k, TREE_MORE, 5), TREE_FALSE | TREE_UNKNOWN);
    k.values = false; /* only nulls: no comparison is true or false */
    CHECK_INT(where_judge(&k, TREE_LESS | TREE_EQUAL | TREE_MORE, 5), TREE_UNKNOWN);
    k = (struct column_claims){.values = true, .min = &plus, .max = &plus}; /* +0 may stand for -0 */
    CHECK_INT(where_judge(&k, TREE_EQUAL, -0.0), TREE_TRUE);
    CHECK_INT(where_judge(&k, TREE_LESS, 0.0), TREE_FALSE);
    k = (struct column_claims){.values = true, .max = &five}; /* one bound alone */
    CHECK_INT(where_judge(&k, TREE_LESS, -100), TREE_TRUE | TREE_FALSE);
    CHECK_INT(where_judge(&k, TREE_MORE, 5), TREE_FALSE);
}

static void where_half(void)
{
    inlay_node node = {.type = INLAY_FIXED_LEN_BYTE_ARRAY, .type_length = 2,
                       .logical = {.kind = INLAY_FLOAT16}};
    compare_values *compare = compare_for(&node);
    /* little-endian halves: -inf, -1, -0, +0, smallest, 1, inf, NaN, -NaN */
    static const uint8_t h[][2] = {{0, 0xFC}, {0, 0xBC}, {0, 0x80}, {0, 0}, {1, 0}, {0, 0x3C}, {0, 0x7C},
                                   {0, 0x7E}, {0, 0xFE}};
    for (size_t i = 0; i < 9; i++)
        for (size_t j = 0; j < 9; j++) {
            size_t a = i == 3 ? 2 : i == 8 ? 7 : i, b = j == 3 ? 2 : j == 8 ? 7 : j;
            CHECK_INT(compare(&node, h[i], h[j]), a < b ? TREE_LESS : a > b ? TREE_MORE : TREE_EQUAL);
        }
}

/* The last list of row group 0 ends with it: row group 1, which statistics rule out, is not touched. */
static void where_damage_behind(void)
{
    struct where_file f;
    inlay_chunk chunk;
    int64_t sum = 0;
    where_open(&f, NULL);
    CHECK_INT(inlay_reader_chunk(f.reader, 1, FILE_TAGS, &chunk), INLAY_OK);
    f.memory.data[chunk.start_at + chunk.compressed_bytes - 1] ^= 1;
    CHECK_INT(where_count(&f, "tags = 7 AND id < 24", &sum), 1);
    CHECK_INT(sum, 7);
    where_close(&f);
}

/* -(2^4096 - 1) and a half: its floor takes a digit more than a number has, and lies below every value. */
static void where_longest(void)
{
    struct where_file f;
    char text[4000] = "id >= -";
    uint8_t digits[1300] = {1};
    size_t n = 1, used = strlen(text);
    int64_t sum = 0;
    for (int i = 0; i < 4096; i++) { /* double, lowest digit first */
        unsigned carry = 0;
        for (size_t k = 0; k < n; k++, carry /= 10) {
            carry += 2u * digits[k];
            digits[k] = (uint8_t)(carry % 10);
        }
        if (carry)
            digits[n++] = (uint8_t)carry;
    }
    digits[0]--; /* a power of two does not end in 0 */
    while (n > 0)
        text[used++] = (char)('0' + digits[--n]);
    memcpy(text + used, ".5", 3);
    where_open(&f, NULL);
    CHECK_INT(where_count(&f, text, &sum), 1000);
    where_close(&f);
}

TEST_SUITE(where_where) = {
    {"where: rows by hand, with and without pages to skip", where_rows},
    {"where: what is refused, and at which character", where_refused},
    {"where: nesting and length are bounded, lists of values are not", where_deep},
    {"where: going on at a row", where_skip_to},
    {"where: NaN, zeros, nulls and missing bounds rule nothing out that could be", where_claims},
    {"where: lists end with their row group, whatever lies behind it", where_damage_behind},
    {"where: the longest number that there is, and a half", where_longest},
    {"where: halves compare by value, NaN above all", where_half},
    {0}};
