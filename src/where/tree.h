/* A predicate as a tree, and its values bound to columns. */
#ifndef INLAY_WHERE_TREE_H
#define INLAY_WHERE_TREE_H

#include "inlay/where.h"

#include "base/mem.h"

#if INLAY_WHERE

enum { TREE_DEPTH = 64, TREE_NODES = 4096, TREE_TEXT_BYTES = 1 << 20 };

enum tree_op { TREE_AND, TREE_OR, TREE_NOT, TREE_TEST };
enum tree_kind { TREE_COMPARE, TREE_IN, TREE_PREFIX, TREE_IS_NULL, TREE_IS_PRESENT };

/* Results of a comparison, as bits of a mask: what it may be, what is accepted. */
enum { TREE_LESS = 1, TREE_EQUAL = 2, TREE_MORE = 4 };

/* What a predicate may be for a row, as bits; and what it is: one of them. */
enum { TREE_TRUE = 1, TREE_FALSE = 2, TREE_UNKNOWN = 4 };

/* A literal of the text, before it is known what column it is for. */
enum tree_literal_kind { TREE_NUMBER, TREE_TEXT, TREE_BYTES, TREE_BOOLEAN, TREE_NAN, TREE_INFINITY };
struct tree_literal {
    enum tree_literal_kind kind;
    bool negative;     /* NUMBER, INFINITY */
    bool boolean;
    inlay_bytes text;  /* NUMBER: digits, point, exponent; TEXT, BYTES: content */
    uint32_t at;       /* position in the predicate */
};

/* A literal as a value of its column. `beside` != 0: no value equals it; it lies just above (1) or just below
 * (-1) `value`. */
struct tree_value {
    const void *value; /* memory form, 8-byte aligned, in the pool */
    int8_t beside;
};

struct where_column;

struct tree_node {
    enum tree_op op;
    struct tree_node *left, *right; /* AND, OR; NOT: left */
    /* TEST */
    enum tree_kind kind;
    uint8_t mask;          /* COMPARE: results that make it true */
    uint32_t leaf, at;     /* column; position in the predicate */
    uint32_t n_literals;
    struct tree_literal *literals;
    struct tree_value *values; /* [n_literals]; IN: ascending */
    inlay_bytes prefix;
    struct where_column *column;
    uint8_t *truth;        /* [rows of a step] TREE_TRUE ..., once its column is read */
};

/* Text to tree, names resolved to leaves. The pool owns everything. */
INLAY_CHECKED inlay_status parse_where(inlay_env *env, struct mem_pool *pool, const inlay_schema *schema,
                                       const char *text, struct tree_node **root);
/* The column that a name means. ARG: none, or several. */
INLAY_CHECKED inlay_status names_find(inlay_env *env, const inlay_schema *schema, inlay_bytes name,
                                      uint32_t at, uint32_t *leaf);
/* Literals of all tests to values. ARG where one does not fit its column. */
INLAY_CHECKED inlay_status bind_where(inlay_env *env, struct mem_pool *pool, const inlay_schema *schema,
                                      struct tree_node *root);

/* Order of a value and another of the same column, NaN above all and equal to itself, zeros equal: a bit. */
typedef uint8_t compare_values(const inlay_node *leaf, const void *a, const void *b);
compare_values *compare_for(const inlay_node *leaf);
/* Result of comparing a value of the column with a bound literal. */
uint8_t compare_literal(compare_values *compare, const inlay_node *leaf, const void *value,
                        const struct tree_value *literal);

#endif

#endif
