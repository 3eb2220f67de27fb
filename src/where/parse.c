/* Predicate text to a tree: a recursive descent over tokens, its depth bounded.
 *
 *   or  = and { OR and } ;  and = not { AND not } ;  not = NOT not | "(" or ")" | test
 */
#include "where/tree.h"

#if INLAY_WHERE

#include <string.h>

enum parse_token {
    PARSE_END,
    PARSE_NAME,
    PARSE_QUOTED, /* a name in double quotes: never a word */
    PARSE_LEAF,   /* #7 */
    PARSE_VALUE,
    PARSE_OPERATOR,
    PARSE_OPEN,
    PARSE_CLOSE,
    PARSE_COMMA
};

struct parse {
    inlay_env *env;
    struct mem_pool *pool;
    const inlay_schema *schema;
    const char *text;
    uint32_t at, depth, nodes;
    /* the token at hand */
    enum parse_token token;
    uint32_t token_at;
    inlay_bytes name;
    uint32_t leaf;
    uint8_t mask;      /* OPERATOR: accepted results; 0 = ^= */
    struct tree_literal literal;
};

static inlay_status parse_fail(struct parse *p, const char *what)
{
    return err_set_at(p->env, INLAY_ARG, what, p->token_at);
}

/* ---- tokens ---- */

static bool parse_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool parse_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

/* Text between quotes, doubled ones taken as one. */
static inlay_status parse_quoted(struct parse *p, char quote, inlay_bytes *out)
{
    const char *from = p->text + ++p->at;
    size_t n = 0;
    void *block = NULL;
    for (const char *s = from; *s && (*s != quote || s[1] == quote); s += *s == quote ? 2 : 1)
        n++;
    TRY(mem_pool_take(p->pool, n + 1, &block));
    uint8_t *to = block;
    size_t used = 0;
    for (; p->text[p->at] && (p->text[p->at] != quote || p->text[p->at + 1] == quote); p->at++) {
        to[used++] = (uint8_t)p->text[p->at];
        p->at += p->text[p->at] == quote;
    }
    if (!p->text[p->at])
        return parse_fail(p, ERR("a quote that is not closed"));
    p->at++;
    *out = (inlay_bytes){to, used};
    return INLAY_OK;
}

static int parse_hex(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static inlay_status parse_bytes(struct parse *p)
{
    inlay_bytes hex;
    p->at++;
    TRY(parse_quoted(p, '\'', &hex));
    uint8_t *to = (uint8_t *)(uintptr_t)hex.data;
    for (size_t i = 0; i < hex.len; i++)
        if (parse_hex(hex.data[i]) < 0 || hex.len % 2)
            return parse_fail(p, ERR("X'..' wants pairs of hexadecimal digits"));
    for (size_t i = 0; i < hex.len / 2; i++)
        to[i] = (uint8_t)(parse_hex(hex.data[2 * i]) << 4 | parse_hex(hex.data[2 * i + 1]));
    p->literal = (struct tree_literal){.kind = TREE_BYTES, .text = {to, hex.len / 2}, .at = p->token_at};
    p->token = PARSE_VALUE;
    return INLAY_OK;
}

static inlay_status parse_number(struct parse *p)
{
    struct tree_literal *l = &p->literal;
    *l = (struct tree_literal){.kind = TREE_NUMBER, .at = p->token_at};
    if (p->text[p->at] == '-' || p->text[p->at] == '+')
        l->negative = p->text[p->at++] == '-';
    const char *from = p->text + p->at;
    bool digits = false;
    while (parse_is_digit(p->text[p->at]) || p->text[p->at] == '.')
        digits = parse_is_digit(p->text[p->at++]) || digits;
    if (digits && (p->text[p->at] == 'e' || p->text[p->at] == 'E')) {
        p->at++;
        if (p->text[p->at] == '-' || p->text[p->at] == '+')
            p->at++;
        digits = parse_is_digit(p->text[p->at]);
        while (parse_is_digit(p->text[p->at]))
            p->at++;
    }
    l->text = (inlay_bytes){(const uint8_t *)from, (size_t)(p->text + p->at - from)};
    p->token = PARSE_VALUE;
    if (digits)
        return INLAY_OK;
    const char *word = p->text + p->at; /* -INF */
    if (p->text + p->at == from && (word[0] | 32) == 'i' && (word[1] | 32) == 'n' && (word[2] | 32) == 'f') {
        p->at += 3;
        l->kind = TREE_INFINITY;
        return INLAY_OK;
    }
    return parse_fail(p, ERR("this is no number"));
}

/* Is the name at hand this word, in any case of letters? */
static bool parse_word(const struct parse *p, const char *word)
{
    size_t n = strlen(word);
    if (p->token != PARSE_NAME || p->name.len != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((p->name.data[i] & 0xDF) != (uint8_t)word[i])
            return false;
    return true;
}

static void parse_name(struct parse *p)
{
    static const struct {
        const char *word;
        enum tree_literal_kind kind;
        bool boolean;
    } values[] = {{"TRUE", TREE_BOOLEAN, true}, {"FALSE", TREE_BOOLEAN, false},
                  {"NAN", TREE_NAN, false},     {"INF", TREE_INFINITY, false}};
    uint32_t from = p->at;
    while (parse_is_letter(p->text[p->at]) || parse_is_digit(p->text[p->at]) || p->text[p->at] == '.')
        p->at++;
    p->name = (inlay_bytes){(const uint8_t *)p->text + from, p->at - from};
    p->token = PARSE_NAME;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (parse_word(p, values[i].word)) {
            p->literal = (struct tree_literal){
                .kind = values[i].kind, .boolean = values[i].boolean, .at = p->token_at};
            p->token = PARSE_VALUE;
            return;
        }
}

static inlay_status parse_leaf(struct parse *p)
{
    uint64_t leaf = 0;
    if (!parse_is_digit(p->text[++p->at]))
        return parse_fail(p, ERR("# wants the number of a column"));
    while (parse_is_digit(p->text[p->at]) && leaf < UINT32_MAX)
        leaf = leaf * 10 + (uint64_t)(p->text[p->at++] - '0');
    if (leaf >= inlay_schema_leaves(p->schema))
        return parse_fail(p, ERR("no column has this number"));
    p->leaf = (uint32_t)leaf;
    p->token = PARSE_LEAF;
    return INLAY_OK;
}

static inlay_status parse_operator(struct parse *p)
{
    static const struct {
        const char *text;
        uint8_t mask;
    } operators[] = {{"==", TREE_EQUAL},
                     {"!=", TREE_LESS | TREE_MORE},
                     {"<>", TREE_LESS | TREE_MORE},
                     {"<=", TREE_LESS | TREE_EQUAL},
                     {">=", TREE_MORE | TREE_EQUAL},
                     {"^=", 0},
                     {"=", TREE_EQUAL},
                     {"<", TREE_LESS},
                     {">", TREE_MORE}};
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        size_t n = strlen(operators[i].text);
        if (strncmp(p->text + p->at, operators[i].text, n) == 0) {
            p->at += (uint32_t)n;
            p->mask = operators[i].mask;
            p->token = PARSE_OPERATOR;
            return INLAY_OK;
        }
    }
    return parse_fail(p, ERR("this is neither a name, a value nor an operator"));
}

static inlay_status parse_next(struct parse *p)
{
    while (p->text[p->at] == ' ' || (p->text[p->at] >= '\t' && p->text[p->at] <= '\r'))
        p->at++;
    p->token_at = p->at;
    char c = p->text[p->at], then = c ? p->text[p->at + 1] : '\0';
    if (c == '\0' || c == '(' || c == ')' || c == ',') {
        p->token = c == '\0' ? PARSE_END : c == '(' ? PARSE_OPEN : c == ')' ? PARSE_CLOSE : PARSE_COMMA;
        p->at += c != '\0';
        return INLAY_OK;
    }
    if (c == '"') {
        p->token = PARSE_QUOTED;
        return parse_quoted(p, '"', &p->name);
    }
    if (c == '\'') {
        p->literal = (struct tree_literal){.kind = TREE_TEXT, .at = p->token_at};
        p->token = PARSE_VALUE;
        return parse_quoted(p, '\'', &p->literal.text);
    }
    if ((c == 'x' || c == 'X') && then == '\'')
        return parse_bytes(p);
    if (parse_is_digit(c) || c == '-' || c == '+' || (c == '.' && parse_is_digit(then)))
        return parse_number(p);
    if (c == '#')
        return parse_leaf(p);
    if (parse_is_letter(c)) {
        parse_name(p);
        return INLAY_OK;
    }
    return parse_operator(p);
}

/* ---- nodes ---- */

static inlay_status parse_node(struct parse *p, enum tree_op op, struct tree_node *left,
                               struct tree_node *right, struct tree_node **out)
{
    void *block = NULL;
    if (++p->nodes > TREE_NODES) /* the tree of a AND b AND c ... is as deep as it has nodes */
        return err_set_at(p->env, INLAY_LIMIT, ERR("too many comparisons: IN takes any number"), p->token_at);
    TRY(mem_pool_take(p->pool, sizeof **out, &block));
    *out = block;
    **out = (struct tree_node){.op = op, .left = left, .right = right, .at = p->token_at};
    return INLAY_OK;
}

static inlay_status parse_add_literal(struct parse *p, struct tree_node *test)
{
    void *block = NULL;
    if (p->token != PARSE_VALUE)
        return parse_fail(p, ERR("a value is expected here"));
    if ((test->n_literals & (test->n_literals - 1)) == 0) { /* room doubles */
        TRY(mem_pool_take(p->pool, (2 * (size_t)test->n_literals + 1) * sizeof *test->literals, &block));
        if (test->n_literals)
            memcpy(block, test->literals, test->n_literals * sizeof *test->literals);
        test->literals = block;
    }
    test->literals[test->n_literals++] = p->literal;
    return parse_next(p);
}

static inlay_status parse_in(struct parse *p, struct tree_node *test)
{
    test->kind = TREE_IN;
    TRY(parse_next(p));
    if (p->token != PARSE_OPEN)
        return parse_fail(p, ERR("IN wants values in parentheses"));
    do {
        TRY(parse_next(p));
        TRY(parse_add_literal(p, test));
    } while (p->token == PARSE_COMMA);
    if (p->token != PARSE_CLOSE)
        return parse_fail(p, ERR("a comma or a closing parenthesis is expected here"));
    return parse_next(p);
}

/* a BETWEEN x AND y: a >= x AND a <= y. */
static inlay_status parse_between(struct parse *p, struct tree_node *test, struct tree_node **out)
{
    struct tree_node *high = NULL;
    TRY(parse_next(p));
    TRY(parse_node(p, TREE_TEST, NULL, NULL, &high));
    high->leaf = test->leaf;
    high->at = test->at;
    test->mask = TREE_MORE | TREE_EQUAL;
    high->mask = TREE_LESS | TREE_EQUAL;
    TRY(parse_add_literal(p, test));
    if (!parse_word(p, "AND"))
        return parse_fail(p, ERR("BETWEEN wants two values with AND"));
    TRY(parse_next(p));
    TRY(parse_add_literal(p, high));
    return parse_node(p, TREE_AND, test, high, out);
}

static inlay_status parse_prefix(struct parse *p, struct tree_node *test, bool like)
{
    TRY(parse_next(p));
    test->kind = TREE_PREFIX;
    if (p->token != PARSE_VALUE || (p->literal.kind != TREE_TEXT && p->literal.kind != TREE_BYTES))
        return parse_fail(p, ERR("a text is expected here"));
    test->prefix = p->literal.text;
    if (like) {
        size_t n = test->prefix.len;
        if (n == 0 || test->prefix.data[n - 1] != '%')
            return parse_fail(p, ERR("LIKE is for prefixes only: 'text%'"));
        test->prefix.len = --n;
        for (size_t i = 0; i < n; i++)
            if (test->prefix.data[i] == '%' || test->prefix.data[i] == '_')
                return parse_fail(p, ERR("LIKE is for prefixes only: one % at the end, no _ (use ^=)"));
    }
    return parse_next(p);
}

static inlay_status parse_is(struct parse *p, struct tree_node *test)
{
    TRY(parse_next(p));
    test->kind = TREE_IS_NULL;
    if (parse_word(p, "NOT")) {
        test->kind = TREE_IS_PRESENT;
        TRY(parse_next(p));
    }
    if (!parse_word(p, "NULL"))
        return parse_fail(p, ERR("IS wants NULL or NOT NULL"));
    return parse_next(p);
}

/* What follows a name. */
static inlay_status parse_test_rest(struct parse *p, struct tree_node *test, struct tree_node **out)
{
    bool negate = parse_word(p, "NOT");
    *out = test;
    if (negate)
        TRY(parse_next(p));
    if (parse_word(p, "IN"))
        TRY(parse_in(p, test));
    else if (parse_word(p, "BETWEEN"))
        TRY(parse_between(p, test, out));
    else if (parse_word(p, "LIKE"))
        TRY(parse_prefix(p, test, true));
    else if (negate)
        return parse_fail(p, ERR("NOT wants IN, BETWEEN or LIKE here"));
    else if (parse_word(p, "IS"))
        TRY(parse_is(p, test));
    else if (p->token == PARSE_OPERATOR && p->mask == 0)
        TRY(parse_prefix(p, test, false));
    else if (p->token == PARSE_OPERATOR) {
        test->mask = p->mask;
        TRY(parse_next(p));
        TRY(parse_add_literal(p, test));
    } else if (inlay_schema_leaf(p->schema, test->leaf)->type == INLAY_BOOLEAN) { /* by itself */
        void *block = NULL;
        TRY(mem_pool_take(p->pool, sizeof *test->literals, &block));
        test->literals = block;
        test->literals[0] = (struct tree_literal){.kind = TREE_BOOLEAN, .boolean = true, .at = test->at};
        test->n_literals = 1;
        test->mask = TREE_EQUAL;
    } else
        return parse_fail(p, ERR("an operator is expected here"));
    return negate ? parse_node(p, TREE_NOT, *out, NULL, out) : INLAY_OK;
}

static inlay_status parse_test(struct parse *p, struct tree_node **out)
{
    struct tree_node *test = NULL;
    TRY(parse_node(p, TREE_TEST, NULL, NULL, &test));
    if (p->token == PARSE_NAME || p->token == PARSE_QUOTED)
        TRY(names_find(p->env, p->schema, p->name, p->token_at, &test->leaf));
    else if (p->token == PARSE_LEAF)
        test->leaf = p->leaf;
    else
        return parse_fail(p, ERR("the name of a column is expected here"));
    TRY(parse_next(p));
    return parse_test_rest(p, test, out);
}

/* ---- and, or, not ---- */

static inlay_status parse_or(struct parse *p, struct tree_node **out);

static inlay_status parse_not(struct parse *p, struct tree_node **out)
{
    if (++p->depth > TREE_DEPTH)
        return err_set_at(p->env, INLAY_LIMIT, ERR("nested too deep"), p->token_at);
    if (parse_word(p, "NOT")) {
        struct tree_node *of = NULL;
        TRY(parse_next(p));
        TRY(parse_not(p, &of));
        TRY(parse_node(p, TREE_NOT, of, NULL, out));
    } else if (p->token == PARSE_OPEN) {
        TRY(parse_next(p));
        TRY(parse_or(p, out));
        if (p->token != PARSE_CLOSE)
            return parse_fail(p, ERR("a closing parenthesis is expected here"));
        TRY(parse_next(p));
    } else {
        TRY(parse_test(p, out));
    }
    p->depth--;
    return INLAY_OK;
}

static inlay_status parse_and(struct parse *p, struct tree_node **out)
{
    TRY(parse_not(p, out));
    while (parse_word(p, "AND")) {
        struct tree_node *right = NULL;
        TRY(parse_next(p));
        TRY(parse_not(p, &right));
        TRY(parse_node(p, TREE_AND, *out, right, out));
    }
    return INLAY_OK;
}

static inlay_status parse_or(struct parse *p, struct tree_node **out)
{
    TRY(parse_and(p, out));
    while (parse_word(p, "OR")) {
        struct tree_node *right = NULL;
        TRY(parse_next(p));
        TRY(parse_and(p, &right));
        TRY(parse_node(p, TREE_OR, *out, right, out));
    }
    return INLAY_OK;
}

inlay_status parse_where(inlay_env *env, struct mem_pool *pool, const inlay_schema *schema,
                         const char *text, struct tree_node **root)
{
    struct parse p = {.env = env, .pool = pool, .schema = schema, .text = text};
    if (strlen(text) > TREE_TEXT_BYTES)
        return err_set(env, INLAY_LIMIT, ERR("the predicate is longer than 1 MiB"));
    TRY(parse_next(&p));
    TRY(parse_or(&p, root));
    if (p.token != PARSE_END)
        return parse_fail(&p, ERR("AND, OR or the end is expected here"));
    return INLAY_OK;
}

#endif
