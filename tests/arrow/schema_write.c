/* Facts about ARROW:schema written: the frame by hand from the Arrow Columnar Format, fields renamed, dropped and
 * brought together; what is not known is left out only when asked for. */
#include "made.h"

/* ---- base64, the other way round ---- */

static size_t wrote_bytes(inlay_bytes text, uint8_t *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    uint32_t v = 0;
    CHECK_INT(text.len % 4, 0);
    for (size_t i = 0; i < text.len; i++) {
        const char *digit = text.data[i] == '=' ? digits : strchr(digits, text.data[i]);
        CHECK(digit != NULL);
        v = v << 6 | (uint32_t)(digit - digits);
        if (i % 4 == 3)
            for (int k = 2; k >= 0; k--)
                out[n++] = (uint8_t)(v >> 8 * k);
    }
    return n - (text.len && text.data[text.len - 1] == '=') - (text.len && text.data[text.len - 2] == '=');
}

static void wrote_release(struct ArrowSchema *s)
{
    s->release = NULL;
}

/* Two columns of a recording: uint64 "a" {unit: ns} and a list of uint64 "b" without metadata. */
static const char wrote_pairs[] = "\1\0\0\0\4\0\0\0unit\2\0\0\0ns";
static struct wrote_fields {
    struct ArrowSchema root, a, b, item, *top[2], *items[1];
} wrote;
static void wrote_make(inlay_arrow_schema **schema)
{
    wrote = (struct wrote_fields){
        .a = {.format = "L", .name = "a", .metadata = wrote_pairs, .release = wrote_release},
        .item = {.format = "L", .name = "item", .flags = ARROW_FLAG_NULLABLE, .release = wrote_release},
        .b = {.format = "+l", .name = "b", .n_children = 1, .children = wrote.items, .release = wrote_release},
        .root = {.format = "+s", .n_children = 2, .children = wrote.top, .release = wrote_release}};
    wrote.items[0] = &wrote.item;
    wrote.top[0] = &wrote.a;
    wrote.top[1] = &wrote.b;
    CHECK_INT(inlay_arrow_schema_import(test_env(), &wrote.root, schema), INLAY_OK);
}

static void wrote_parse(const inlay_memory_sink *memory, inlay_arrow_schema **schema)
{
    CHECK_INT(inlay_arrow_schema_parse(test_env(), (inlay_bytes){memory->data, memory->bytes}, schema), INLAY_OK);
}

static void wrote_check_field(const inlay_arrow_schema *schema, uint32_t i, const char *name, uint8_t type,
                              uint32_t n_metadata)
{
    inlay_arrow_field field = inlay_arrow_schema_field(schema, i);
    CHECK_BYTES(field.name.data, field.name.len, name, strlen(name));
    CHECK_INT(field.type, type);
    CHECK_INT(field.n_metadata, n_metadata);
}
static void wrote_check_pair(inlay_key_value pair, const char *key, const char *value)
{
    CHECK_BYTES(pair.key.data, pair.key.len, key, strlen(key));
    CHECK_BYTES(pair.value.data, pair.value.len, value, strlen(value));
}

/* ---- the frame ---- */

/* FF FF FF FF, the length of what follows, a multiple of 8; then a FlatBuffer whose Message says version V5 (4) and
 * header Schema (1). */
static void wrote_frame(void)
{
    inlay_arrow_schema *schema;
    inlay_memory_sink memory;
    uint8_t m[2000];
    inlay_sink sink = inlay_sink_memory(&memory, test_env());
    wrote_make(&schema);
    CHECK_INT(inlay_arrow_schema_encode(schema, 0, &sink), INLAY_OK);
    CHECK(memory.bytes < 2000);
    size_t n = wrote_bytes((inlay_bytes){memory.data, memory.bytes}, m);
    CHECK_BYTES(m, 4, "\xFF\xFF\xFF\xFF", 4);
    CHECK_INT(m[4] | m[5] << 8 | m[6] << 16 | m[7] << 24, n - 8);
    CHECK_INT(n % 8, 0);
    const uint8_t *f = m + 8, *message = f + (f[0] | f[1] << 8);
    const uint8_t *vtable = message - (message[0] | message[1] << 8);
    CHECK_INT((message - f) % 8, 0);                 /* it has a slot of 8 bytes */
    CHECK_INT(vtable[0], 12);                        /* two lengths and four slots */
    CHECK_INT(message[vtable[4] | vtable[5] << 8], 4); /* version */
    CHECK_INT(message[vtable[6] | vtable[7] << 8], 1); /* header type */
    CHECK_INT((message + (vtable[10] | vtable[11] << 8) - f) % 8, 0); /* body length, aligned */
    inlay_arrow_schema_close(schema);
    inlay_sink_memory_free(&memory);
}

static void wrote_all(void)
{
    inlay_arrow_schema *schema, *again;
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, test_env());
    wrote_make(&schema);
    CHECK_INT(inlay_arrow_schema_encode(schema, 0, &sink), INLAY_OK);
    wrote_parse(&memory, &again);
    CHECK_INT(inlay_arrow_schema_fields(again), 2);
    CHECK_INT(inlay_arrow_schema_key_values(again), 0);
    wrote_check_field(again, 0, "a", 2, 1);
    wrote_check_pair(inlay_arrow_schema_metadata(again, 0, 0), "unit", "ns");
    wrote_check_field(again, 1, "b", 12, 0);
    inlay_arrow_schema_close(again);
    inlay_arrow_schema_close(schema);
    inlay_sink_memory_free(&memory);
}

/* ---- fields chosen ---- */

/* The second column under another name and with metadata, the first twice, all of another schema's; and metadata of the
 * whole. */
static void wrote_chosen(void)
{
    inlay_arrow_schema *schema, *other, *again;
    inlay_memory_sink memory, made;
    inlay_sink sink = inlay_sink_memory(&memory, test_env()), first = inlay_sink_memory(&made, test_env());
    wrote_make(&schema);
    CHECK_INT(inlay_arrow_schema_encode(schema, 0, &first), INLAY_OK);
    wrote_parse(&made, &other); /* read from text, as a file's */
    inlay_key_value node = {MADE_TEXT("node"), MADE_TEXT("web01"), true};
    inlay_arrow_pick picks[] = {{schema, 1, MADE_TEXT("web01::b"), &node, 1, false},
                                {other, 0, {NULL, 0}, NULL, 0, false},
                                {schema, 0, MADE_TEXT(""), &node, 0, false}};
    CHECK_INT(inlay_arrow_schema_compose(test_env(), picks, 3, &node, 1, 0, &sink), INLAY_OK);
    wrote_parse(&memory, &again);
    CHECK_INT(inlay_arrow_schema_fields(again), 3);
    wrote_check_field(again, 0, "web01::b", 12, 1);
    wrote_check_pair(inlay_arrow_schema_metadata(again, 0, 0), "node", "web01");
    wrote_check_field(again, 1, "a", 2, 1);
    wrote_check_pair(inlay_arrow_schema_metadata(again, 1, 0), "unit", "ns");
    wrote_check_field(again, 2, "", 2, 0);
    CHECK_INT(inlay_arrow_schema_key_values(again), 1);
    wrote_check_pair(inlay_arrow_schema_key_value(again, 0), "node", "web01");
    inlay_arrow_schema_close(again);
    inlay_arrow_schema_close(other);
    inlay_arrow_schema_close(schema);
    inlay_sink_memory_free(&made);
    inlay_sink_memory_free(&memory);
}

static void wrote_no_such_field(void)
{
    inlay_arrow_schema *schema;
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, test_env());
    wrote_make(&schema);
    inlay_arrow_pick pick = {.from = schema, .field = 2};
    CHECK_INT(inlay_arrow_schema_compose(test_env(), &pick, 1, NULL, 0, 0, &sink), INLAY_ARG);
    CHECK_INT(memory.bytes, 0);
    inlay_arrow_schema_close(schema);
    inlay_sink_memory_free(&memory);
}

static void wrote_limit(void)
{
    inlay_arrow_schema *schema;
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, test_env());
    wrote_make(&schema);
    for (uint64_t most = 1; most < 150; most += 7) {
        test_env()->limits.footer_bytes = most;
        CHECK_INT(inlay_arrow_schema_encode(schema, 0, &sink), INLAY_LIMIT);
    }
    CHECK_INT(memory.bytes, 0);
    test_env()->limits.footer_bytes = 0;
    inlay_arrow_schema_close(schema);
    inlay_sink_memory_free(&memory);
}

/* ---- what is said once ---- */

static size_t wrote_count(const uint8_t *bytes, size_t n, const char *text, size_t len)
{
    size_t found = 0;
    for (size_t i = 0; i + len <= n; i++)
        found += memcmp(bytes + i, text, len) == 0;
    return found;
}

static void wrote_equal_texts_once(void)
{
    static uint8_t m[16384];
    inlay_arrow_schema *schema, *again;
    inlay_memory_sink memory, second;
    inlay_sink sink = inlay_sink_memory(&memory, test_env()), other = inlay_sink_memory(&second, test_env());
    inlay_arrow_pick picks[100];
    wrote_make(&schema);
    for (size_t i = 0; i < 100; i++)
        picks[i] = (inlay_arrow_pick){.from = schema, .field = 0};
    CHECK_INT(inlay_arrow_schema_compose(test_env(), picks, 100, NULL, 0, 0, &sink), INLAY_OK);
    CHECK(memory.bytes < sizeof m);
    size_t n = wrote_bytes((inlay_bytes){memory.data, memory.bytes}, m);
    CHECK_INT(wrote_count(m, n, "\4\0\0\0unit\0", 9), 1);
    CHECK_INT(wrote_count(m, n, "\2\0\0\0ns\0", 7), 1);
    CHECK(n < 400 + 100 * 64); /* each: offset 4, table 24, its type 12, vectors of no children 4 and of a pair 8, the pair 12 */
    wrote_parse(&memory, &again);
    CHECK_INT(inlay_arrow_schema_fields(again), 100);
    for (uint32_t i = 0; i < 100; i++) {
        wrote_check_field(again, i, "a", 2, 1);
        wrote_check_pair(inlay_arrow_schema_metadata(again, i, 0), "unit", "ns");
    }
    CHECK_INT(inlay_arrow_schema_encode(again, 0, &other), INLAY_OK);
    CHECK_BYTES(second.data, second.bytes, memory.data, memory.bytes); /* as small as it gets */
    inlay_arrow_schema_close(again);
    inlay_arrow_schema_close(schema);
    inlay_sink_memory_free(&second);
    inlay_sink_memory_free(&memory);
}

static void wrote_many_texts(void)
{
    enum { WROTE_TEXTS = 3000 };
    static char names[WROTE_TEXTS][12];
    static inlay_key_value pairs[WROTE_TEXTS];
    inlay_arrow_schema *schema, *again;
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, test_env());
    wrote_make(&schema);
    for (int i = 0; i < WROTE_TEXTS; i++) {
        snprintf(names[i], sizeof names[i], "%d", i);
        inlay_bytes text = {(const uint8_t *)names[i], strlen(names[i])};
        pairs[i] = (inlay_key_value){text, {(const uint8_t *)names[i / 2], strlen(names[i / 2])}, true};
    }
    inlay_arrow_pick pick = {schema, 0, {NULL, 0}, pairs, WROTE_TEXTS, false};
    CHECK_INT(inlay_arrow_schema_compose(test_env(), &pick, 1, NULL, 0, 0, &sink), INLAY_OK);
    wrote_parse(&memory, &again);
    wrote_check_field(again, 0, "a", 2, WROTE_TEXTS);
    for (uint32_t i = 0; i < WROTE_TEXTS; i++)
        wrote_check_pair(inlay_arrow_schema_metadata(again, 0, i), names[i], names[i / 2]);
    inlay_arrow_schema_close(again);
    inlay_arrow_schema_close(schema);
    inlay_sink_memory_free(&memory);
}

static void wrote_without_memory(void)
{
    inlay_env env = {0};
    inlay_arrow_schema *schema;
    inlay_status status = INLAY_NOMEM;
    wrote_make(&schema);
    inlay_arrow_pick picks[] = {{.from = schema, .field = 0}, {.from = schema, .field = 1}};
    for (uint64_t limit = 16; limit < 16000; limit += 61) {
        inlay_memory_sink memory;
        inlay_sink sink = inlay_sink_memory(&memory, test_env());
        env.limits.memory_bytes = limit;
        status = inlay_arrow_schema_compose(&env, picks, 2, NULL, 0, 0, &sink);
        CHECK(status == INLAY_OK || status == INLAY_NOMEM);
        CHECK_INT(memory.bytes > 0, status == INLAY_OK);
        CHECK_INT(env.used_bytes, 0);
        inlay_sink_memory_free(&memory);
    }
    CHECK_INT(status, INLAY_OK);
    inlay_arrow_schema_close(schema);
}

static void wrote_recordings(void)
{
    static const char *const names[] = {"demo", "c16", "vllm", "AB_base", "mr2-report", "simple_capture"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[100];
        inlay_file *file = NULL;
        inlay_source source;
        inlay_reader *reader = NULL;
        inlay_arrow_schema *schema = NULL;
        inlay_memory_sink memory;
        inlay_sink sink = inlay_sink_memory(&memory, test_env());
        snprintf(path, sizeof path, "data/recordings/%s.parquet", names[i]);
        CHECK_INT(inlay_file_open(test_env(), test_corpus(path), false, &file, &source), INLAY_OK);
        CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
        CHECK_INT(inlay_arrow_schema_open(test_env(), reader, &schema), INLAY_OK);
        CHECK_INT(inlay_arrow_schema_encode(schema, 0, &sink), INLAY_OK);
        size_t old = inlay_reader_find_key(reader, "ARROW:schema")->value.len;
        if (memory.bytes > old)
            test_fail(__FILE__, __LINE__, "%s: %zu bytes, was %zu", names[i], memory.bytes, old);
        inlay_sink_memory_free(&memory);
        inlay_arrow_schema_close(schema);
        inlay_reader_close(reader);
        inlay_file_close(file);
    }
}

/* ---- what is not known ---- */

/* Schema{fields: [Field "x"]}: the field's vtable has an eighth slot, a type that is `type`. */
static void wrote_future(uint8_t type, bool eighth, inlay_arrow_schema **schema)
{
    uint8_t m[] = {/* 00 */ 0xFF, 0xFF, 0xFF, 0xFF, 0x5C, 0, 0, 0,
                   /* 00 */ 0x10, 0, 0, 0,                                 /* root: the table at 10 */
                   /* 04 */ 10, 0, 12, 0, 0, 0, 4, 0, 8, 0, 0, 0,          /* vtable: -, type, header; pad */
                   /* 10 */ 0x0C, 0, 0, 0, 1, 0, 0, 0, 0x0C, 0, 0, 0,      /* Message: Schema, at 24 */
                   /* 1c */ 8, 0, 8, 0, 0, 0, 4, 0,                        /* vtable: -, fields */
                   /* 24 */ 8, 0, 0, 0, 4, 0, 0, 0,                        /* Schema: fields at 2c */
                   /* 2c */ 1, 0, 0, 0, 0x18, 0, 0, 0,                     /* [Field]: one, at 48 */
                   /* 34 */ 20, 0, 12, 0, 4, 0, 0, 0, 9, 0, 0, 0,          /* vtable: name, -, type, - */
                   /* 40 */ 0, 0, 0, 0, 0, 0, 8, 0,                        /* -, -, -, the eighth */
                   /* 48 */ 0x14, 0, 0, 0, 0x08, 0, 0, 0, 1, 0, 0, 0,      /* Field: name at 54; types at 50, 51 */
                   /* 54 */ 1, 0, 0, 0, 'x', 0, 0, 0};
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[200];
    size_t n = 0;
    m[8 + 0x51] = type;
    m[8 + 0x46] = eighth ? 8 : 0;
    for (size_t i = 0; i < sizeof m; i += 3) {
        uint32_t v = (uint32_t)m[i] << 16 | (i + 1 < sizeof m ? (uint32_t)m[i + 1] << 8 : 0) |
                     (i + 2 < sizeof m ? m[i + 2] : 0);
        for (int k = 18; k >= 0; k -= 6)
            text[n++] = digits[v >> k & 63];
    }
    for (size_t pad = (3 - sizeof m % 3) % 3, i = 1; i <= pad; i++)
        text[n - i] = '=';
    CHECK_INT(inlay_arrow_schema_parse(test_env(), (inlay_bytes){(const uint8_t *)text, n}, schema), INLAY_OK);
}

static void wrote_unknown_part(void)
{
    static const struct {
        uint8_t type;
        bool eighth;
        inlay_status kept, dropped; /* the answers without and with INLAY_ARROW_DROP_UNKNOWN */
    } cases[] = {{5, false, INLAY_OK, INLAY_OK},
                 {5, true, INLAY_UNSUPPORTED, INLAY_OK},
                 {27, false, INLAY_UNSUPPORTED, INLAY_UNSUPPORTED},
                 {14, false, INLAY_UNSUPPORTED, INLAY_UNSUPPORTED}};
    for (size_t i = 0; i < MADE_N(cases); i++) {
        inlay_arrow_schema *schema;
        inlay_memory_sink memory;
        inlay_sink sink = inlay_sink_memory(&memory, test_env());
        wrote_future(cases[i].type, cases[i].eighth, &schema);
        CHECK_INT(inlay_arrow_schema_encode(schema, 0, &sink), cases[i].kept);
        if (cases[i].kept != INLAY_OK)
            CHECK_TEXT(test_env()->error.column, "x");
        CHECK_INT(inlay_arrow_schema_encode(schema, INLAY_ARROW_DROP_UNKNOWN, &sink), cases[i].dropped);
        inlay_arrow_schema_close(schema);
        inlay_sink_memory_free(&memory);
    }
}

/* ---- what import refuses ---- */

static void wrote_import_refuses(void)
{
    inlay_arrow_schema *schema;
    wrote_make(&schema);
    inlay_arrow_schema_close(schema);
    wrote.b.n_children = 0; /* a list of nothing */
    CHECK_INT(inlay_arrow_schema_import(test_env(), &wrote.root, &schema), INLAY_ARG);
    CHECK_TEXT(test_env()->error.column, "b");
    CHECK(schema == NULL);
    wrote.b.n_children = -1;
    CHECK_INT(inlay_arrow_schema_import(test_env(), &wrote.root, &schema), INLAY_ARG);
    CHECK_INT(inlay_arrow_schema_import(test_env(), &wrote.a, &schema), INLAY_ARG); /* no struct */
    wrote.b.n_children = 1;
    wrote.root.release = NULL;
    CHECK_INT(inlay_arrow_schema_import(test_env(), &wrote.root, &schema), INLAY_ARG);
    wrote.root.release = wrote_release;
    wrote.item = wrote.b; /* a list whose element is itself: deeper than any limit */
    wrote.items[0] = &wrote.item;
    CHECK_INT(inlay_arrow_schema_import(test_env(), &wrote.root, &schema), INLAY_LIMIT);
}

TEST_SUITE(arrow_schema_write) = {
    {"arrow schema: the frame, version and alignment", wrote_frame},
    {"arrow schema: all fields come back", wrote_all},
    {"arrow schema: fields chosen from two, renamed, with other metadata", wrote_chosen},
    {"arrow schema: no such field", wrote_no_such_field},
    {"arrow schema: not larger than the limit", wrote_limit},
    {"arrow schema: equal texts and vtables are written once; what is read from that is written so again", wrote_equal_texts_once},
    {"arrow schema: thousands of texts, half of them equal to others", wrote_many_texts},
    {"arrow schema: memory that ends anywhere is given back", wrote_without_memory},
    {"arrow schema: of recordings, written again, it does not grow", wrote_recordings},
    {"arrow schema: parts that are not known are dropped only when asked for", wrote_unknown_part},
    {"arrow schema: an ArrowSchema that contradicts itself", wrote_import_refuses},
    {0},
};
