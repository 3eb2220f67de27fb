/* Zonemap expressions: the exact strings of quickwit-parquet-engine/src/zonemap/tests/algorithm_tests.rs. */
#include "test.h"

#include "merge/zonemap_tree.h"

static struct zonemap zone;
static const struct zonemap_limits any = {UINT32_MAX, 0, 0, 0};

static inlay_bytes text(const char *s)
{
    return (inlay_bytes){(const uint8_t *)s, strlen(s)};
}

static void add(const char *value)
{
    CHECK_INT(zonemap_add(&zone, text(value), 1), INLAY_OK);
}

static void regex_is(const char *want)
{
    struct buf regex;
    buf_init(&regex, test_env());
    CHECK_INT(zonemap_build(&zone, &regex), INLAY_OK);
    CHECK_BYTES(regex.data, regex.bytes, want, strlen(want));
    buf_free(&regex);
}

#define VALUES(...) \
    (const char *const[]) \
    { \
        __VA_ARGS__, NULL \
    }

/* Values in that order, then cut to `transitions` (-1: not at all). */
static void gives(const char *const *values, int transitions, bool exact, const char *want)
{
    struct zonemap_limits limits = any;
    if (transitions >= 0)
        limits = (struct zonemap_limits){(uint32_t)transitions, 0, 0, 2 * (uint32_t)transitions};
    zonemap_init(&zone, test_env(), limits);
    for (; *values; values++)
        add(*values);
    regex_is(want);
    CHECK_INT(zone.exact, exact);
    zonemap_free(&zone);
}

static void basic(void)
{
    gives(VALUES("a"), -1, true, "^a$");
    gives(VALUES("bc", "a"), -1, true, "^(a|bc)$");
    gives(VALUES("ab", "a"), -1, true, "^a(|b)$");
    gives(VALUES("abc", "a", ""), -1, true, "^(|a(|bc))$");
}

static void escapes(void)
{
    gives(VALUES("^$"), -1, true, "^\\^\\$$");
    gives(VALUES("$", "$?-^"), -1, true, "^\\$(|\\?-\\^)$");
    gives(VALUES("\\.+*?()|[]{}^$"), -1, true, "^\\\\\\.\\+\\*\\?\\(\\)\\|\\[\\]\\{\\}\\^\\$$");
}

static void booleans(void)
{
    const char *const *values = VALUES("false", "False", "true", "True");
    gives(values, -1, true, "^([Ff]alse|[Tt]rue)$");
    gives(values, 18, true, "^([Ff]alse|[Tt]rue)$");
    gives(values, 17, false, "^(False|[Tt]rue|fals[\\s\\S]+)$");
    gives(values, 4, false, "^[FTft][\\s\\S]+$");
    gives(values, 3, false, "^[\\s\\S]+$");
}

static void letters_and_digits(void)
{
    const char *const *values = VALUES("a0", "a1", "b0", "b1", "b2");
    gives(values, -1, true, "^(a[01]|b[012])$");
    gives(values, 7, true, "^(a[01]|b[012])$");
    gives(values, 6, false, "^(a[\\s\\S]+|b[012])$");
    gives(values, 4, false, "^(a[01]|b[\\s\\S]+)$");
    gives(values, 3, false, "^[ab][\\s\\S]+$");
    gives(values, 1, false, "^[\\s\\S]+$");
}

static void the_heavier_stays(void)
{
    const char *const *values = VALUES("aa", "bb", "bb");
    gives(values, -1, true, "^(aa|bb)$");
    gives(values, 4, true, "^(aa|bb)$");
    gives(values, 3, false, "^(a[\\s\\S]+|bb)$");
    gives(values, 2, false, "^[ab][\\s\\S]+$");
    gives(values, 1, false, "^[\\s\\S]+$");
}

static void the_empty_text(void)
{
    const char *const *values = VALUES("", "a", "aaa");
    gives(values, -1, true, "^(|a(|aa))$");
    gives(values, 3, true, "^(|a(|aa))$");
    gives(values, 2, false, "^(|a(|a[\\s\\S]+))$");
    gives(values, 1, false, "^(|a[\\s\\S]*)$");
    gives(values, 0, false, "^[\\s\\S]*$");
}

static void line_breaks(void)
{
    gives(VALUES("service-a\nline2", "service-b\nline2", "service-c"), 4, false, "^serv[\\s\\S]+$");
    gives(VALUES("a\nb"), -1, true, "^a\nb$");
}

static void class_is(const char *want, const uint32_t *codes, size_t n)
{
    struct buf out;
    buf_init(&out, test_env());
    zonemap_put_class(&out, codes, n);
    CHECK_BYTES(out.data, out.bytes, want, strlen(want));
    buf_free(&out);
}
#define CLASS(want, ...) \
    class_is(want, (const uint32_t[]){__VA_ARGS__}, \
             sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void classes(void)
{
    CLASS("a", 'a');
    CLASS("[ab]", 'a', 'b');
    CLASS("[ac]", 'a', 'c');
    CLASS("[abc]", 'a', 'b', 'c');
    CLASS("[a-d]", 'a', 'b', 'c', 'd');
    CLASS("[a-df]", 'a', 'b', 'c', 'd', 'f');
    CLASS("[a-df-i]", 'a', 'b', 'c', 'd', 'f', 'g', 'h', 'i');
    CLASS("[\\-\\^$\\\\`\\[\\]\xE8\xAA\x9E]", '-', '^', '$', '\\', '`', '[', ']', 0x8A9E);
}

static void clauses_give(const char *const *clauses, const char *suffix, const char *want)
{
    struct zonemap_clause found[8];
    struct buf all, out;
    size_t n = 0;
    buf_init(&all, test_env());
    buf_init(&out, test_env());
    buf_u8(&all, ' ');
    for (; clauses[n]; n++) {
        found[n] = (struct zonemap_clause){all.bytes, strlen(clauses[n])};
        buf_append(&all, clauses[n], strlen(clauses[n]));
    }
    zonemap_put_clauses(&out, all.data, found, n, suffix);
    CHECK_BYTES(out.data, out.bytes, want, strlen(want));
    buf_free(&out);
    buf_free(&all);
}

static void clauses_and_suffixes(void)
{
    clauses_give((const char *const[]){NULL}, "", "");
    clauses_give((const char *const[]){NULL}, "abc", "");
    clauses_give(VALUES("abc"), "", "abc");
    clauses_give(VALUES("abc"), "c", "abc");
    clauses_give(VALUES("abc"), "a", "abc");
    clauses_give(VALUES("abc"), "abc", "abc");
    clauses_give(VALUES("abc", "def", "ghi"), "", "(abc|def|ghi)");
    clauses_give(VALUES("abc", "def", "ghi"), "123", "(abc|def|ghi)");
    clauses_give(VALUES("abc", "def123", "ghi"), "123", "(abc|def123|ghi)");
    clauses_give(VALUES("abc123", "def123", "ghi"), "123", "((abc|def)123|ghi)");
    clauses_give(VALUES("abc123", "def123", "ghi123"), "123", "(abc|def|ghi)123");
    clauses_give(VALUES("abc123", "def123", "ghi123"), "12", "(abc123|def123|ghi123)");
    clauses_give(VALUES("123", "d123", "123"), "123", "(|d|)123");
}

static const char *const alphabet[] = {"a",        "ab",        "abc",        "abcd",
                                       "abcde",    "abcdef",    "abcdefg",    "abcdefgh",
                                       "abcdefghi", "abcdefghij", "abcdefghijk", "abcdefghijkl"};

static void values_behind_a_cut(void)
{
    zonemap_init(&zone, test_env(), (struct zonemap_limits){UINT32_MAX, 0, 0, 64});
    for (size_t i = 0; i < 12; i++)
        add(alphabet[i]);
    CHECK_INT(zonemap_prune(&zone, 8), INLAY_OK);
    regex_is("^a(|b(|c(|d(|e(|f(|g(|h[\\s\\S]*)))))))$");
    add("abcdefghxrqx");
    regex_is("^a(|b(|c(|d(|e(|f(|g(|h[\\s\\S]*)))))))$");
    CHECK(!zone.exact);
    zonemap_free(&zone);
}

static void deep_values(void)
{
    zonemap_init(&zone, test_env(), (struct zonemap_limits){UINT32_MAX, 0, 0, 8});
    for (size_t i = 0; i < 12; i++)
        add(alphabet[i]);
    add("1234567890");
    regex_is("^(12345678[\\s\\S]+|a(|b(|c(|d(|e(|f(|g(|h[\\s\\S]*))))))))$");
    CHECK(!zone.exact);
    zonemap_free(&zone);
}

static void defaults(void)
{
    struct zonemap_limits limits = zonemap_limits_of(ZONEMAP_TRANSITIONS);
    CHECK_INT(limits.transitions, 64);
    CHECK_INT(limits.between, 128);
    CHECK_INT(limits.prune_every, 1000);
    CHECK_INT(limits.depth, 256);
}

static void services(void)
{
    zonemap_init(&zone, test_env(), zonemap_limits_of(32));
    add("prod");
    add("staging");
    add("production");
    regex_is("^(prod(|uction)|staging)$");
    add("$^-?");
    add("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E");
    regex_is("^(\\$\\^-\\?|prod(|uction)|staging|\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E)$");
    zonemap_free(&zone);
}

static void long_name(void)
{
    char name[1024] = "a_very_very_very_very_long_long_";
    for (int i = 0; i < 60; i++)
        strcat(name, "service_");
    zonemap_init(&zone, test_env(), zonemap_limits_of(32));
    add(name);
    regex_is("^a_very_very_very_very_long_long_[\\s\\S]+$");
    zonemap_free(&zone);
}

static void used_again(void)
{
    zonemap_init(&zone, test_env(), zonemap_limits_of(64));
    add("prod");
    regex_is("^prod$");
    zonemap_reset(&zone);
    regex_is("^$");
    add("event-query");
    regex_is("^event-query$");
    CHECK(zone.exact);
    zonemap_free(&zone);
}

static void no_values(void)
{
    zonemap_init(&zone, test_env(), zonemap_limits_of(64));
    regex_is("^$");
    zonemap_free(&zone);
    zonemap_init(&zone, test_env(), zonemap_limits_of(64));
    add("");
    regex_is("^$");
    zonemap_free(&zone);
}

static void other_scripts(void)
{
    /* 2, 3 and 4 bytes a character; in a class they are neighbours by code point */
    gives(VALUES("caf\xC3\xA9", "na\xC3\xAFve"), 64, true, "^(caf\xC3\xA9|na\xC3\xAFve)$");
    gives(VALUES("\xF0\x9F\x98\x80", "\xF0\x9F\x98\x81", "\xF0\x9F\x98\x82", "\xF0\x9F\x98\x83"), 64,
          true, "^[\xF0\x9F\x98\x80-\xF0\x9F\x98\x83]$");
    gives(VALUES("\xEF\xBF\xBF", "\xF0\x90\x80\x80", "z"), 64, true,
          "^[z\xEF\xBF\xBF\xF0\x90\x80\x80]$");
}

static void not_utf8(void)
{
    gives(VALUES("ab\xFFzz", "abc"), 64, false, "^ab[\\s\\S]+$");
    gives(VALUES("\xC0\x80"), 64, false, "^[\\s\\S]+$");
    gives(VALUES("ab", "ab\xE6\x97"), 64, false, "^ab[\\s\\S]*$");
}

/* Values repeated one by one and at once weigh the same, also over the border where the tree is cut back. */
static void repeated_values(void)
{
    struct buf one, other;
    struct zonemap_limits limits = {3, 5, 7, 12};
    for (int round = 0; round < 200; round++) {
        struct zonemap again;
        zonemap_init(&zone, test_env(), limits);
        zonemap_init(&again, test_env(), limits);
        for (int i = 0; i < 12; i++) {
            char value[4] = {(char)('a' + test_random_below(3)), (char)('a' + test_random_below(2)),
                             (char)('a' + test_random_below(4)), 0};
            uint64_t times = 1 + test_random_below(20);
            CHECK_INT(zonemap_add(&zone, text(value), times), INLAY_OK);
            while (times--)
                CHECK_INT(zonemap_add(&again, text(value), 1), INLAY_OK);
        }
        buf_init(&one, test_env());
        buf_init(&other, test_env());
        CHECK_INT(zonemap_build(&zone, &one), INLAY_OK);
        CHECK_INT(zonemap_build(&again, &other), INLAY_OK);
        CHECK_BYTES(one.data, one.bytes, other.data, other.bytes);
        buf_free(&other);
        buf_free(&one);
        zonemap_free(&again);
        zonemap_free(&zone);
    }
}

static void progressive_cutting(void)
{
    zonemap_init(&zone, test_env(), (struct zonemap_limits){3, 6, 2, 12});
    add("abc");
    add("def");
    regex_is("^(ab|d)[\\s\\S]+$"); /* all six are kept after two values; now a and d, then what is below a */
    zonemap_reset(&zone);
    add("abc");
    add("def");
    add("ghi");
    add("jkl");
    regex_is("^[\\s\\S]+$");
    zonemap_free(&zone);
}

/* A million different values: the tree stays small, and its expression too. */
static void memory_is_bounded(void)
{
    inlay_env *env = test_env();
    size_t before = env->used_bytes, most = 0;
    zonemap_init(&zone, env, zonemap_limits_of(64));
    for (uint32_t i = 0; i < 100000; i++) {
        char value[80];
        snprintf(value, sizeof value, "host-%08x-%08x.example.org/some/longer/path/%u",
                 (unsigned)test_random(), i, i % 7);
        add(value);
        most = env->used_bytes > most ? env->used_bytes : most;
    }
    CHECK(zone.n <= 129 + 1000 * 64);
    CHECK(most - before < 3 * 1024 * 1024);
    struct buf regex;
    buf_init(&regex, env);
    CHECK_INT(zonemap_build(&zone, &regex), INLAY_OK);
    CHECK(regex.bytes <= 13 * 64 + 4);
    buf_free(&regex);
    zonemap_free(&zone);
}

/* Does the expression match the value? Its whole language: characters, escapes, classes, alternatives in brackets,
 * and "any". Backtracking; `more` is what follows the innermost bracket. */
struct rest {
    const char *regex;
    const struct rest *more;
};

static const char *skip_bracket(const char *p) /* behind the ")" that closes what p is in, or at a "|" there */
{
    for (int depth = 0;; p++) {
        if (*p == '\\')
            p++;
        else if (*p == '[')
            while (*++p != ']')
                p += *p == '\\';
        else if (*p == '(')
            depth++;
        else if (depth == 0 && (*p == '|' || *p == ')' || *p == '$'))
            return p;
        else if (*p == ')')
            depth--;
    }
}

static bool in_class(const char **regex, unsigned char c)
{
    bool found = false;
    const char *p = *regex + 1;
    while (*p != ']') {
        p += *p == '\\';
        unsigned char low = (unsigned char)*p++, high = low;
        if (*p == '-') {
            p++;
            p += *p == '\\';
            high = (unsigned char)*p++;
        }
        found = found || (c >= low && c <= high);
    }
    *regex = p + 1;
    return found;
}

static bool matches(const char *regex, const char *value, const struct rest *more)
{
    for (;;) {
        if (strncmp(regex, "[\\s\\S]", 6) == 0) {
            const char *next = regex + 7;
            if (regex[6] == '+' && !*value++)
                return false;
            for (;; value++) {
                if (matches(next, value, more))
                    return true;
                if (!*value)
                    return false;
            }
        }
        if (*regex == '(') {
            const char *end = regex + 1;
            while (*(end = skip_bracket(end)) == '|')
                end++;
            struct rest rest = {end + 1, more};
            for (const char *p = regex + 1;; p++) {
                if (matches(p, value, &rest))
                    return true;
                p = skip_bracket(p);
                if (*p == ')')
                    return false;
            }
        }
        if (*regex == '|' || *regex == ')') {
            regex = more->regex;
            more = more->more;
            continue;
        }
        if (*regex == '$')
            return *value == 0;
        if (!*value)
            return false;
        if (*regex == '[') {
            if (!in_class(&regex, (unsigned char)*value++))
                return false;
            continue;
        }
        regex += *regex == '\\';
        if (*regex++ != *value++)
            return false;
    }
}

static void matcher_tells_apart(void)
{
    CHECK(matches("(a[01]|b[\\s\\S]+)$", "a1", NULL));
    CHECK(!matches("(a[01]|b[\\s\\S]+)$", "a2", NULL));
    CHECK(matches("(a[01]|b[\\s\\S]+)$", "bx\n", NULL));
    CHECK(!matches("(a[01]|b[\\s\\S]+)$", "b", NULL));
    CHECK(matches("(|a(|bc))x$", "abcx", NULL));
    CHECK(!matches("(|a(|bc))x$", "abx", NULL));
    CHECK(matches("[a-df]\\.[\\s\\S]*$", "c.", NULL));
    CHECK(!matches("[a-df]\\.[\\s\\S]*$", "e.", NULL));
}

static void every_value_matches(void)
{
    for (int round = 0; round < 400; round++) {
        struct zonemap_limits limits = {(uint32_t)test_random_below(12), 0, 0, 0};
        limits.between = 2 * limits.transitions;
        limits.prune_every = (uint32_t)test_random_below(5);
        limits.depth = (uint32_t)test_random_below(9);
        char values[12][8];
        struct buf regex;
        size_t n = 1 + test_random_below(12);
        zonemap_init(&zone, test_env(), limits);
        buf_init(&regex, test_env());
        for (size_t i = 0; i < n; i++) {
            size_t len = test_random_below(7);
            for (size_t k = 0; k < len; k++)
                values[i][k] = "abcd-]^(\n"[test_random_below(9)];
            values[i][len] = 0;
            add(values[i]);
        }
        CHECK_INT(zonemap_build(&zone, &regex), INLAY_OK);
        buf_u8(&regex, 0);
        for (size_t i = 0; i < n; i++)
            if (!matches((const char *)regex.data + 1, values[i], NULL))
                test_fail(__FILE__, __LINE__, "%s does not match \"%s\"", (const char *)regex.data,
                          values[i]);
        buf_free(&regex);
        zonemap_free(&zone);
    }
}

TEST_SUITE(merge_zonemap) = {
    {"zonemap: alternatives, the empty one first", basic},
    {"zonemap: what means something in an expression is escaped", escapes},
    {"zonemap: booleans, cut to 18, 17, 4 and 3 transitions", booleans},
    {"zonemap: letters and digits, cut to 7, 6, 4, 3 and 1", letters_and_digits},
    {"zonemap: of two branches the one with more values stays", the_heavier_stays},
    {"zonemap: the empty text", the_empty_text},
    {"zonemap: a cut branch matches line breaks too", line_breaks},
    {"zonemap: classes, ranges from four neighbours on", classes},
    {"zonemap: a common end stands once", clauses_and_suffixes},
    {"zonemap: values behind a cut change nothing", values_behind_a_cut},
    {"zonemap: long values are cut as they come", deep_values},
    {"zonemap: default limits", defaults},
    {"zonemap: five services, 32 transitions", services},
    {"zonemap: a long name is cut at 32 characters", long_name},
    {"zonemap: a builder used again knows nothing of before", used_again},
    {"zonemap: no values, or only the empty one", no_values},
    {"zonemap: characters of two, three and four bytes", other_scripts},
    {"zonemap: a byte that is not UTF-8 cuts where it stands", not_utf8},
    {"zonemap: a value many times is many values", repeated_values},
    {"zonemap: cut while values come", progressive_cutting},
    {"zonemap: a tree of many values stays small", memory_is_bounded},
    {"zonemap: the matcher of the next test tells apart", matcher_tells_apart},
    {"zonemap: every value matches, whatever was cut", every_value_matches},
    {0},
};
