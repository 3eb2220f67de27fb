/* Types by name: "int64", "decimal(10,2)", "timestamp(ns,utc)". */
#include "import/import.h"

#if INLAY_WRITE && INLAY_IMPORT

#include <string.h>

static const struct typename_row {
    const char *name;
    uint8_t type, kind, bits;
    bool is_signed;
} typename_rows[] = {
    {"boolean", INLAY_BOOLEAN, INLAY_LOGICAL_NONE, 0, false},
    {"int8", INLAY_INT32, INLAY_INTEGER, 8, true},
    {"int16", INLAY_INT32, INLAY_INTEGER, 16, true},
    {"int32", INLAY_INT32, INLAY_LOGICAL_NONE, 0, false},
    {"int64", INLAY_INT64, INLAY_LOGICAL_NONE, 0, false},
    {"uint8", INLAY_INT32, INLAY_INTEGER, 8, false},
    {"uint16", INLAY_INT32, INLAY_INTEGER, 16, false},
    {"uint32", INLAY_INT32, INLAY_INTEGER, 32, false},
    {"uint64", INLAY_INT64, INLAY_INTEGER, 64, false},
    {"float16", INLAY_FIXED_LEN_BYTE_ARRAY, INLAY_FLOAT16, 0, false},
    {"float", INLAY_FLOAT, INLAY_LOGICAL_NONE, 0, false},
    {"double", INLAY_DOUBLE, INLAY_LOGICAL_NONE, 0, false},
    {"string", INLAY_BYTE_ARRAY, INLAY_STRING, 0, false},
    {"binary", INLAY_BYTE_ARRAY, INLAY_LOGICAL_NONE, 0, false},
    {"json", INLAY_BYTE_ARRAY, INLAY_JSON, 0, false},
    {"enum", INLAY_BYTE_ARRAY, INLAY_ENUM, 0, false},
    {"uuid", INLAY_FIXED_LEN_BYTE_ARRAY, INLAY_UUID, 0, false},
    {"date", INLAY_INT32, INLAY_DATE, 0, false},
    {"time", INLAY_INT64, INLAY_TIME, 0, false},
    {"timestamp", INLAY_INT64, INLAY_TIMESTAMP, 0, false},
    {"decimal", INLAY_INT64, INLAY_DECIMAL, 0, false},
};

/* A number of at most four digits, then `end`. */
static bool typename_number(const char **at, char end, int32_t *out)
{
    int32_t v = 0, n = 0;
    for (; **at >= '0' && **at <= '9' && n < 4; ++*at, n++)
        v = v * 10 + (**at - '0');
    *out = v;
    return n > 0 && *(*at)++ == end;
}

/* The smallest type that holds `precision` digits: FIXED of n bytes holds floor(log10(2^(8n-1) - 1)) of them
 * (LogicalTypes.md, DECIMAL). */
static void typename_decimal(inlay_node *node)
{
    int32_t bytes = 1;
    /* log10(2) = 0.30103 to more digits than 4,000 bytes need */
    while ((int64_t)(8 * bytes - 1) * 3010299956 / 10000000000 < node->logical.precision)
        bytes++;
    if (node->logical.precision > 18) {
        node->type = INLAY_FIXED_LEN_BYTE_ARRAY;
        node->type_length = bytes;
    } else {
        node->type = node->logical.precision > 9 ? INLAY_INT64 : INLAY_INT32;
    }
}

/* What stands in parentheses, the closing one last. */
static bool typename_arguments(const char *at, inlay_node *node)
{
    static const char *const units[] = {[INLAY_MILLIS] = "ms", [INLAY_MICROS] = "us", [INLAY_NANOS] = "ns"};
    inlay_logical *l = &node->logical;
    if (l->kind == INLAY_DECIMAL) {
        bool good = typename_number(&at, ',', &l->precision) && typename_number(&at, ')', &l->scale) && *at == '\0' &&
                    l->precision > 0 && l->precision <= 1000 && l->scale <= l->precision;
        if (good)
            typename_decimal(node);
        return good;
    }
    for (uint8_t unit = INLAY_MILLIS; unit <= INLAY_NANOS; unit++)
        if (strncmp(at, units[unit], 2) == 0)
            l->unit = unit;
    l->utc = l->unit && strcmp(at + 2, ",utc)") == 0;
    if (l->kind == INLAY_TIME && l->unit == INLAY_MILLIS)
        node->type = INLAY_INT32;
    return l->unit && (l->utc || strcmp(at + 2, ")") == 0);
}

bool typename_parse(const char *text, inlay_node *node)
{
    size_t n = strcspn(text, "(");
    for (size_t i = 0; i < sizeof typename_rows / sizeof *typename_rows; i++) {
        const struct typename_row *row = &typename_rows[i];
        if (strlen(row->name) != n || memcmp(row->name, text, n) != 0)
            continue;
        node->type = row->type;
        node->type_length = row->kind == INLAY_UUID ? 16 : row->kind == INLAY_FLOAT16 ? 2 : 0;
        node->logical = (inlay_logical){.kind = row->kind, .bits = row->bits, .is_signed = row->is_signed};
        bool arguments = row->kind == INLAY_TIME || row->kind == INLAY_TIMESTAMP || row->kind == INLAY_DECIMAL;
        return arguments ? text[n] == '(' && typename_arguments(text + n + 1, node) : text[n] == '\0';
    }
    return false;
}

#endif
