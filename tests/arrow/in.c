/* Facts about writing Arrow arrays: levels by hand from the Dremel paper and the Arrow Columnar Format, values by hand
 * from LogicalTypes.md, arrays that contradict themselves. */
#include "made.h"

/* ---- fields, arrays and a stream of one batch, all of the test's ---- */

static void in_release_schema(struct ArrowSchema *s)
{
    s->release = NULL;
}
static void in_release_array(struct ArrowArray *a)
{
    a->release = NULL;
}

enum { IN_MOST = 24, IN_NULLABLE = ARROW_FLAG_NULLABLE };

/* Room for the fields and arrays of a test. */
static struct in_world {
    struct ArrowSchema fields[IN_MOST], *field_lists[IN_MOST][4];
    struct ArrowArray arrays[IN_MOST], *array_lists[IN_MOST][4];
    const void *buffers[IN_MOST][4];
    int n_fields, n_arrays;
} in_world;

static void in_begin(void)
{
    memset(&in_world, 0, sizeof in_world);
}

/* A field with up to three children. */
static struct ArrowSchema *in_field(const char *format, const char *name, int64_t flags, struct ArrowSchema *a,
                                    struct ArrowSchema *b, struct ArrowSchema *c)
{
    int k = in_world.n_fields++;
    struct ArrowSchema *children[] = {a, b, c, NULL};
    memcpy(in_world.field_lists[k], children, sizeof children);
    in_world.fields[k] = (struct ArrowSchema){.format = format,
                                              .name = name,
                                              .flags = flags,
                                              .n_children = (a != NULL) + (b != NULL) + (c != NULL),
                                              .children = in_world.field_lists[k],
                                              .release = in_release_schema};
    return &in_world.fields[k];
}
static struct ArrowSchema *in_leaf(const char *format, const char *name, int64_t flags)
{
    return in_field(format, name, flags, NULL, NULL, NULL);
}

/* An array of n slots with three buffers at most, and two children. */
static struct ArrowArray *in_array(int64_t n, int64_t n_buffers, const void *validity, const void *second,
                                   const void *third, struct ArrowArray *a, struct ArrowArray *b)
{
    int k = in_world.n_arrays++;
    const void *buffers[] = {validity, second, third, NULL};
    struct ArrowArray *children[] = {a, b, NULL, NULL};
    memcpy(in_world.buffers[k], buffers, sizeof buffers);
    memcpy(in_world.array_lists[k], children, sizeof children);
    in_world.arrays[k] = (struct ArrowArray){.length = n,
                                             .null_count = validity ? -1 : 0,
                                             .n_buffers = n_buffers,
                                             .n_children = (a != NULL) + (b != NULL),
                                             .buffers = in_world.buffers[k],
                                             .children = in_world.array_lists[k],
                                             .release = in_release_array};
    return &in_world.arrays[k];
}
static struct ArrowArray *in_fixed(int64_t n, const void *validity, const void *values)
{
    return in_array(n, 2, validity, values, NULL, NULL, NULL);
}
/* The same array with its first `skip` slots cut off. */
static struct ArrowArray *in_cut(struct ArrowArray *array, int64_t skip)
{
    array->offset += skip;
    array->length -= skip;
    return array;
}

struct in_stream {
    struct ArrowSchema *fields;
    struct ArrowArray *batches[4];
    int n, next, answer;
};
static int in_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    *out = *((struct in_stream *)stream->private_data)->fields;
    return 0;
}
static int in_get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct in_stream *s = stream->private_data;
    memset(out, 0, sizeof *out);
    if (s->next < s->n)
        *out = *s->batches[s->next++];
    else if (s->answer)
        return s->answer;
    return 0;
}

/* Write batches of a struct; the file is in m->memory. */
static inlay_status in_write(struct made *m, struct in_stream *s, const inlay_arrow_write_options *o)
{
    struct ArrowArrayStream stream = {in_get_schema, in_get_next, NULL, NULL, s};
    *m = (struct made){.env = test_env()};
    m->sink = inlay_sink_memory(&m->memory, m->env);
    return inlay_write_arrow(m->env, &stream, &m->sink, o);
}
/* One column of one batch. */
static inlay_status in_write_column(struct made *m, struct ArrowSchema *field, struct ArrowArray *array)
{
    struct in_stream s = {.fields = in_field("+s", "", 0, field, NULL, NULL), .n = 1};
    s.batches[0] = in_array(array->length, 1, NULL, NULL, NULL, array, NULL);
    return in_write(m, &s, NULL);
}

static void in_open(struct made *m)
{
    m->source = inlay_source_memory(m->memory.data, m->memory.bytes);
    CHECK_INT(inlay_reader_open(m->env, &m->source, NULL, &m->reader), INLAY_OK);
}

/* What a column holds: levels as text, one digit each, NULL = the reader says that all are the same. */
static void in_check(struct made *m, uint32_t leaf, const char *rep, const char *def, const void *values, size_t bytes)
{
    inlay_column *column;
    inlay_batch b;
    CHECK_INT(inlay_column_open(m->reader, leaf, 0, &column), INLAY_OK);
    CHECK_INT(inlay_column_read(column, 0, &b), INLAY_OK);
    const inlay_node *node = inlay_schema_leaf(inlay_reader_schema(m->reader), leaf);
    CHECK_INT(b.n_levels, strlen(def));
    for (size_t i = 0; i < b.n_levels; i++) {
        CHECK_INT(b.rep ? b.rep[i] : 0, rep[i] - '0');
        CHECK_INT(b.def ? b.def[i] : node->max_def, def[i] - '0');
    }
    if (node->type == INLAY_BYTE_ARRAY) { /* texts, one behind the other, each with a bar */
        char text[200] = "";
        for (size_t i = 0; i < b.n_values; i++) {
            const inlay_bytes *v = (const inlay_bytes *)b.values + i;
            snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s|", (int)v->len, (const char *)v->data);
        }
        CHECK_TEXT(text, values);
    } else if (bytes) {
        CHECK_BYTES(b.values, b.n_values * inlay_node_width(node), values, bytes);
    } else {
        CHECK_INT(b.n_values, 0);
    }
    inlay_column_close(column);
}
#define IN_CHECK(m, leaf, rep, def, want) in_check(m, leaf, rep, def, want, sizeof(want))

static void in_check_node(struct made *m, uint32_t node, const char *path, uint8_t repetition, uint8_t kind)
{
    char text[100];
    const inlay_node *n = inlay_schema_node(inlay_reader_schema(m->reader), node);
    inlay_schema_path(inlay_reader_schema(m->reader), node, text, sizeof text);
    CHECK_TEXT(text, path);
    CHECK_INT(n->repetition, repetition);
    CHECK_INT(n->logical.kind, kind);
}

/* ---- levels ---- */

/* The two documents of the paper, figure 2; levels of figure 3. Lists and their elements are never null, as the
 * paper's repeated fields. */
static struct ArrowSchema *in_dremel_fields(void)
{
    struct ArrowSchema *code = in_leaf("u", "Code", 0), *country = in_leaf("u", "Country", IN_NULLABLE);
    struct ArrowSchema *language = in_field("+s", "item", 0, code, country, NULL);
    struct ArrowSchema *languages = in_field("+l", "Language", 0, language, NULL, NULL);
    struct ArrowSchema *name = in_field("+s", "item", 0, languages, in_leaf("u", "Url", IN_NULLABLE), NULL);
    struct ArrowSchema *backward = in_field("+l", "Backward", 0, in_leaf("l", "item", 0), NULL, NULL);
    struct ArrowSchema *forward = in_field("+l", "Forward", 0, in_leaf("l", "item", 0), NULL, NULL);
    struct ArrowSchema *links = in_field("+s", "Links", IN_NULLABLE, backward, forward, NULL);
    return in_field("+s", "", 0, in_leaf("l", "DocId", 0), links, in_field("+l", "Name", 0, name, NULL, NULL));
}

static void in_dremel(void)
{
    static const int64_t ids[] = {10, 20}, forward[] = {20, 40, 60, 80}, backward[] = {10, 30};
    static const int32_t forward_at[] = {0, 3, 4}, backward_at[] = {0, 0, 2};
    static const int32_t names_at[] = {0, 3, 4}, languages_at[] = {0, 2, 2, 3, 3};
    static const int32_t codes_at[] = {0, 5, 7, 12}, countries_at[] = {0, 2, 2, 4}, urls_at[] = {0, 8, 16, 16, 24};
    static const uint8_t country_valid[] = {5}, url_valid[] = {11};
    struct made m;
    in_begin();
    struct in_stream s = {.fields = in_dremel_fields(), .n = 1};
    struct ArrowArray *language =
        in_array(3, 1, NULL, NULL, NULL, in_array(3, 3, NULL, codes_at, "en-usenen-gb", NULL, NULL),
                 in_array(3, 3, country_valid, countries_at, "usgb", NULL, NULL));
    struct ArrowArray *name = in_array(4, 1, NULL, NULL, NULL,
                                       in_array(4, 2, NULL, languages_at, NULL, language, NULL),
                                       in_array(4, 3, url_valid, urls_at, "http://Ahttp://Bhttp://C", NULL, NULL));
    struct ArrowArray *links = in_array(2, 1, NULL, NULL, NULL,
                                        in_array(2, 2, NULL, backward_at, NULL, in_fixed(2, NULL, backward), NULL),
                                        in_array(2, 2, NULL, forward_at, NULL, in_fixed(4, NULL, forward), NULL));
    s.batches[0] = in_array(2, 1, NULL, NULL, NULL, in_fixed(2, NULL, ids), links);
    s.batches[0]->children[2] = in_array(2, 2, NULL, names_at, NULL, name, NULL);
    s.batches[0]->n_children = 3;
    CHECK_INT(in_write(&m, &s, NULL), INLAY_OK);
    in_open(&m);
    IN_CHECK(&m, 0, "00", "00", ids);
    IN_CHECK(&m, 1, "001", "122", backward);
    IN_CHECK(&m, 2, "0110", "2222", forward);
    IN_CHECK(&m, 3, "02110", "22121", "en-us|en|en-gb|");
    IN_CHECK(&m, 4, "02110", "32131", "us|gb|");
    IN_CHECK(&m, 5, "0110", "2212", "http://A|http://B|http://C|");
    in_check_node(&m, 2, "Links", INLAY_OPTIONAL, 0);
    in_check_node(&m, 3, "Links.Backward", INLAY_REQUIRED, INLAY_LIST);
    in_check_node(&m, 4, "Links.Backward.list", INLAY_REPEATED, 0);
    in_check_node(&m, 5, "Links.Backward.list.element", INLAY_REQUIRED, 0);
    made_end(&m);
}

static struct ArrowSchema *in_list_of_int(const char *format)
{
    return in_field(format, "l", IN_NULLABLE, in_leaf("i", "item", IN_NULLABLE), NULL, NULL);
}

/* [1, null], null (over two elements), [], [5]; behind a list and an element that are cut off. Levels of
 * LogicalTypes.md's three-level list: 0 null, 1 empty, 2 null element, 3 element. */
static void in_list_behind_offsets(void)
{
    static const int32_t values[] = {99, 98, 1, 0, 7, 7, 5, 97}, offsets[] = {0, 1, 3, 5, 5, 6}, want[] = {1, 5};
    static const uint8_t lists[] = {0x1B}, elements[] = {0xF7};
    struct made m;
    in_begin();
    struct ArrowArray *list = in_array(5, 2, lists, offsets, NULL, in_cut(in_fixed(8, elements, values), 1), NULL);
    CHECK_INT(in_write_column(&m, in_list_of_int("+l"), in_cut(list, 1)), INLAY_OK);
    in_open(&m);
    IN_CHECK(&m, 0, "01000", "32013", want);
    made_end(&m);
}

static void in_large_list(void)
{
    static const int32_t values[] = {1, 2, 3};
    static const int64_t offsets[] = {0, 2, 3};
    struct made m;
    in_begin();
    CHECK_INT(in_write_column(&m, in_list_of_int("+L"),
                              in_array(2, 2, NULL, offsets, NULL, in_fixed(3, NULL, values), NULL)),
              INLAY_OK);
    in_open(&m);
    IN_CHECK(&m, 0, "010", "333", values);
    made_end(&m);
}

/* [1, 2], null, [5, 6] of lists of two: the null one has its two slots. */
static void in_fixed_lists(void)
{
    static const int32_t values[] = {1, 2, 3, 4, 5, 6}, want[] = {1, 2, 5, 6};
    static const uint8_t lists[] = {5};
    struct made m;
    in_begin();
    CHECK_INT(in_write_column(&m, in_list_of_int("+w:2"),
                              in_array(3, 1, lists, NULL, NULL, in_fixed(6, NULL, values), NULL)),
              INLAY_OK);
    in_open(&m);
    IN_CHECK(&m, 0, "01001", "33033", want);
    made_end(&m);
}

static void in_list_views_overlap(void)
{
    static const int32_t values[] = {1, 2, 3}, offsets[] = {1, 0, 3}, sizes[] = {2, 2, 0}, want[] = {2, 3, 1, 2};
    struct made m;
    in_begin();
    CHECK_INT(in_write_column(&m, in_list_of_int("+vl"),
                              in_array(3, 3, NULL, offsets, sizes, in_fixed(3, NULL, values), NULL)),
              INLAY_OK);
    in_open(&m);
    IN_CHECK(&m, 0, "01010", "33331", want);
    made_end(&m);
}

/* {a: 1}, null over a: 2, {a: null}, {a: 4}; the struct cut by one, its child by two. */
static void in_struct_behind_offsets(void)
{
    static const int64_t values[] = {97, 98, 99, 1, 2, 3, 4}, want[] = {1, 4};
    static const uint8_t structs[] = {0x1B}, members[] = {0x5F};
    struct made m;
    in_begin();
    struct ArrowSchema *field = in_field("+s", "s", IN_NULLABLE, in_leaf("l", "a", IN_NULLABLE), NULL, NULL);
    struct ArrowArray *member = in_cut(in_fixed(7, members, values), 2);
    CHECK_INT(in_write_column(&m, field, in_cut(in_array(5, 1, structs, NULL, NULL, member, NULL), 1)), INLAY_OK);
    in_open(&m);
    IN_CHECK(&m, 0, "0000", "2012", want);
    made_end(&m);
}

/* {"a": 1, "b": null}, null, {}: LogicalTypes.md, Maps. */
static void in_map(void)
{
    static const int32_t offsets[] = {0, 2, 2, 2}, keys_at[] = {0, 1, 2}, values[] = {1, 0}, want[] = {1};
    static const uint8_t maps[] = {5}, valid[] = {1};
    struct made m;
    in_begin();
    struct ArrowSchema *entries =
        in_field("+s", "any", 0, in_leaf("u", "k", 0), in_leaf("i", "v", IN_NULLABLE), NULL);
    struct ArrowArray *pairs = in_array(2, 1, NULL, NULL, NULL, in_array(2, 3, NULL, keys_at, "ab", NULL, NULL),
                                        in_fixed(2, valid, values));
    CHECK_INT(in_write_column(&m, in_field("+m", "m", IN_NULLABLE, entries, NULL, NULL),
                              in_array(3, 2, maps, offsets, NULL, pairs, NULL)),
              INLAY_OK);
    in_open(&m);
    IN_CHECK(&m, 0, "0100", "2201", "a|b|");
    IN_CHECK(&m, 1, "0100", "3201", want);
    in_check_node(&m, 1, "m", INLAY_OPTIONAL, INLAY_MAP);
    in_check_node(&m, 2, "m.key_value", INLAY_REPEATED, 0);
    in_check_node(&m, 3, "m.key_value.key", INLAY_REQUIRED, INLAY_STRING);
    in_check_node(&m, 4, "m.key_value.value", INLAY_OPTIONAL, 0);
    made_end(&m);
}

/* A field that is not nullable may have a bitmap, all ones. */
static void in_required_with_bitmap(void)
{
    static const int32_t values[] = {1, 2, 3};
    static const uint8_t ones[] = {0xFF};
    struct made m;
    in_begin();
    CHECK_INT(in_write_column(&m, in_leaf("i", "c", 0), in_fixed(3, ones, values)), INLAY_OK);
    in_open(&m);
    IN_CHECK(&m, 0, "000", "000", values);
    made_end(&m);
}

/* Bits 3 to 12 of 0x58 0x0B, and of the bitmap 0xF8 0x15: nulls at the 7th and 9th. */
static void in_booleans_behind_an_offset(void)
{
    static const uint8_t bits[] = {0x58, 0x0B}, valid[] = {0xF8, 0x15}, want[] = {1, 1, 0, 1, 0, 1, 0, 0};
    struct made m;
    in_begin();
    struct ArrowArray *array = in_cut(in_fixed(13, valid, bits), 3);
    CHECK_INT(in_write_column(&m, in_leaf("b", "c", IN_NULLABLE), array), INLAY_OK);
    in_open(&m);
    IN_CHECK(&m, 0, "0000000000", "1111110101", want);
    made_end(&m);
}

static void in_nulls(void)
{
    struct made m;
    in_begin();
    CHECK_INT(in_write_column(&m, in_leaf("n", "c", IN_NULLABLE), in_array(3, 0, NULL, NULL, NULL, NULL, NULL)),
              INLAY_OK);
    in_open(&m);
    in_check(&m, 0, "000", "000", NULL, 0);
    in_check_node(&m, 1, "c", INLAY_OPTIONAL, INLAY_NULL);
    made_end(&m);
}

/* ---- dictionaries and runs ---- */

/* "a" twice, a null entry, "b"; codes 0 1 2 3 null 3, of 8 bits. */
static void in_dictionary_repeats(void)
{
    static const int8_t codes[] = {0, 1, 2, 3, 99, 3};
    static const int32_t offsets[] = {0, 1, 2, 2, 3};
    static const uint8_t valid[] = {0x2F}, entries[] = {0x0B};
    struct made m;
    inlay_chunk chunk;
    in_begin();
    struct ArrowSchema *field = in_leaf("c", "c", IN_NULLABLE);
    struct ArrowArray *array = in_fixed(6, valid, codes);
    field->dictionary = in_leaf("u", "", IN_NULLABLE);
    array->dictionary = in_array(4, 3, entries, offsets, "aab", NULL, NULL);
    CHECK_INT(in_write_column(&m, field, array), INLAY_OK);
    in_open(&m);
    IN_CHECK(&m, 0, "000000", "110101", "a|a|b|b|");
    CHECK_INT(inlay_reader_chunk(m.reader, 0, 0, &chunk), INLAY_OK);
    CHECK(chunk.encodings >> 8 & 1); /* RLE_DICTIONARY */
    made_end(&m);
}

static void in_dictionary_changes(void)
{
    static const uint16_t codes[] = {0, 1, 0, 1};
    static const int32_t offsets[] = {0, 1, 2};
    static const char *const texts[] = {"ab", "ba", "bc"}; /* the same in another order; one more */
    struct made m;
    in_begin();
    struct ArrowSchema *field = in_leaf("S", "c", 0);
    field->dictionary = in_leaf("u", "", 0);
    struct in_stream s = {.fields = in_field("+s", "", 0, field, NULL, NULL), .n = 3};
    for (int i = 0; i < 3; i++) {
        struct ArrowArray *array = in_fixed(4, NULL, codes);
        array->dictionary = in_array(2, 3, NULL, offsets, texts[i], NULL, NULL);
        s.batches[i] = in_array(4, 1, NULL, NULL, NULL, array, NULL);
    }
    CHECK_INT(in_write(&m, &s, NULL), INLAY_OK);
    in_open(&m);
    IN_CHECK(&m, 0, "000000000000", "000000000000", "a|b|a|b|b|a|b|a|b|c|b|c|");
    made_end(&m);
}

/* Runs a a null null null b, without the first and the last. */
static void in_runs_cut(void)
{
    static const int16_t ends[] = {2, 5, 6};
    static const int32_t offsets[] = {0, 1, 1, 2};
    static const uint8_t valid[] = {5};
    struct made m;
    in_begin();
    struct ArrowSchema *field = in_field("+r", "c", IN_NULLABLE, in_leaf("s", "run_ends", 0),
                                         in_leaf("u", "values", IN_NULLABLE), NULL);
    struct ArrowArray *array = in_array(4, 0, NULL, NULL, NULL, in_fixed(3, NULL, ends),
                                        in_array(3, 3, valid, offsets, "ab", NULL, NULL));
    array->offset = 1;
    CHECK_INT(in_write_column(&m, field, array), INLAY_OK);
    in_open(&m);
    IN_CHECK(&m, 0, "0000", "1000", "a|");
    made_end(&m);
}

/* ---- values ---- */

/* One required column of n values of a format; the physical type and its bytes. */
static void in_values(const char *format, int64_t n, const void *raw, uint8_t type, uint8_t kind, const void *want,
                      size_t bytes)
{
    struct made m;
    char levels[10] = "000000000";
    in_begin();
    CHECK_INT(in_write_column(&m, in_leaf(format, "c", 0), in_fixed(n, NULL, raw)), INLAY_OK);
    in_open(&m);
    CHECK_INT(inlay_schema_leaf(inlay_reader_schema(m.reader), 0)->type, type);
    CHECK_INT(inlay_schema_leaf(inlay_reader_schema(m.reader), 0)->logical.kind, kind);
    levels[n] = 0;
    in_check(&m, 0, levels, levels, want, bytes);
    made_end(&m);
}
#define IN_VALUES(format, raw, type, kind, want) \
    in_values(format, sizeof(raw) / sizeof *(raw), raw, type, kind, want, sizeof(want))

static void in_small_integers(void)
{
    static const int8_t i8[] = {-128, 127};
    static const uint8_t u8[] = {0, 255};
    static const int16_t i16[] = {-32768, 32767};
    static const uint16_t u16[] = {0, 65535};
    static const int32_t want8[] = {-128, 127}, wantu8[] = {0, 255}, want16[] = {-32768, 32767}, wantu16[] = {0, 65535};
    IN_VALUES("c", i8, INLAY_INT32, INLAY_INTEGER, want8);
    IN_VALUES("C", u8, INLAY_INT32, INLAY_INTEGER, wantu8);
    IN_VALUES("s", i16, INLAY_INT32, INLAY_INTEGER, want16);
    IN_VALUES("S", u16, INLAY_INT32, INLAY_INTEGER, wantu16);
}

static void in_times(void)
{
    static const int32_t seconds[] = {0, 86399}, millis[] = {0, 86399000}, days[] = {1, -1};
    static const int64_t stamps[] = {-2, 5}, stamps_ms[] = {-2000, 5000}, dates[] = {86400000, -86400000};
    IN_VALUES("tts", seconds, INLAY_INT32, INLAY_TIME, millis);
    IN_VALUES("tss:", stamps, INLAY_INT64, INLAY_TIMESTAMP, stamps_ms);
    IN_VALUES("tdm", dates, INLAY_INT32, INLAY_DATE, days);
    IN_VALUES("tDn", stamps, INLAY_INT64, INLAY_LOGICAL_NONE, stamps);
}

/* LogicalTypes.md, DECIMAL: INT32 to 9 digits, INT64 to 18, big-endian two's complement beyond: 19 digits need 9
 * bytes. -2 and 10^9 as little-endian 128 bits. */
static void in_decimals(void)
{
    static const uint8_t raw[2][16] = {
        {0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
        {0x00, 0xCA, 0x9A, 0x3B}};
    static const int32_t want9[] = {-2};
    static const int64_t want18[] = {-2, 1000000000};
    static const uint8_t want19[2][9] = {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE},
                                         {0, 0, 0, 0, 0, 0x3B, 0x9A, 0xCA, 0}};
    in_values("d:9,2", 1, raw, INLAY_INT32, INLAY_DECIMAL, want9, sizeof want9);
    in_values("d:18,0", 2, raw, INLAY_INT64, INLAY_DECIMAL, want18, sizeof want18);
    in_values("d:19,19", 2, raw, INLAY_FIXED_LEN_BYTE_ARRAY, INLAY_DECIMAL, want19, sizeof want19);
}

/* Short texts stand in the view, long ones in the buffer that it names. A null view says anything. */
static void in_views_of_text(void)
{
    static const char long_text[] = "..thirteen text";
    static const int64_t lengths[] = {sizeof long_text - 1};
    static const uint8_t valid[] = {5};
    static uint8_t views[3][16] = {{3, 0, 0, 0, 'a', 'b', 'c'},
                                   {0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0},
                                   {13, 0, 0, 0, 't', 'h', 'i', 'r', 0, 0, 0, 0, 2, 0, 0, 0}};
    struct made m;
    in_begin();
    struct ArrowArray *array = in_array(3, 4, valid, views, long_text, NULL, NULL);
    array->buffers[3] = lengths;
    CHECK_INT(in_write_column(&m, in_leaf("vu", "c", IN_NULLABLE), array), INLAY_OK);
    in_open(&m);
    IN_CHECK(&m, 0, "000", "101", "abc|thirteen text|");
    made_end(&m);
    views[2][12] = 3; /* one byte beyond the buffer */
    in_begin();
    array = in_array(3, 4, valid, views, long_text, NULL, NULL);
    array->buffers[3] = lengths;
    CHECK_INT(in_write_column(&m, in_leaf("vu", "c", IN_NULLABLE), array), INLAY_ARG);
    made_end(&m);
    views[2][12] = 2;
}

/* ---- what is refused ---- */

static void in_refuse(struct ArrowSchema *field, struct ArrowArray *array, inlay_status status, const char *column)
{
    struct made m;
    CHECK_INT(in_write_column(&m, field, array), status);
    CHECK_INT(test_env()->error.status, status);
    CHECK_TEXT(test_env()->error.column, column);
    made_end(&m);
}

static void in_nulls_that_may_not_be(void)
{
    static const int32_t values[] = {1, 2}, offsets[] = {0, 2};
    static const uint8_t valid[] = {1};
    in_begin();
    in_refuse(in_leaf("i", "c", 0), in_fixed(2, valid, values), INLAY_ARG, "c");
    in_begin();
    in_refuse(in_field("+l", "l", 0, in_leaf("i", "item", 0), NULL, NULL),
              in_array(1, 2, NULL, offsets, NULL, in_fixed(2, valid, values), NULL), INLAY_ARG, "l.list.element");
    in_begin();
    in_refuse(in_field("+s", "s", 0, in_leaf("i", "a", IN_NULLABLE), NULL, NULL),
              in_array(2, 1, valid, NULL, NULL, in_fixed(2, NULL, values), NULL), INLAY_ARG, "s.a");
}

static void in_counts_that_cannot_be(void)
{
    static const int32_t values[] = {1, 2};
    static const int64_t bad[] = {-1, INT64_MAX};
    for (size_t i = 0; i < 2; i++)
        for (int which = 0; which < 2; which++) {
            in_begin();
            struct ArrowArray *array = in_fixed(2, NULL, values);
            *(which ? &array->offset : &array->length) = bad[i];
            struct in_stream s = {.fields = in_field("+s", "", 0, in_leaf("i", "c", 0), NULL, NULL), .n = 1};
            s.batches[0] = in_array(2, 1, NULL, NULL, NULL, array, NULL);
            struct made m;
            CHECK_INT(in_write(&m, &s, NULL), INLAY_ARG);
            made_end(&m);
        }
    in_begin(); /* a column shorter than its batch */
    struct in_stream s = {.fields = in_field("+s", "", 0, in_leaf("i", "c", 0), NULL, NULL), .n = 1};
    s.batches[0] = in_array(3, 1, NULL, NULL, NULL, in_fixed(2, NULL, values), NULL);
    struct made m;
    CHECK_INT(in_write(&m, &s, NULL), INLAY_ARG);
    made_end(&m);
    in_begin(); /* no values */
    in_refuse(in_leaf("i", "c", 0), in_fixed(2, NULL, NULL), INLAY_ARG, "c");
    in_begin(); /* a buffer too many */
    in_refuse(in_leaf("i", "c", 0), in_array(2, 3, NULL, values, values, NULL, NULL), INLAY_ARG, "c");
}

static void in_offsets_that_cannot_be(void)
{
    static const int32_t values[] = {1, 2}, bad[][3] = {{0, 2, 1}, {-1, 0, 1}, {0, 1, 3}};
    static const int32_t texts[][3] = {{0, 2, 1}, {-1, 0, 1}};
    for (size_t i = 0; i < 3; i++) {
        in_begin();
        in_refuse(in_list_of_int("+l"), in_array(2, 2, NULL, bad[i], NULL, in_fixed(2, NULL, values), NULL), INLAY_ARG,
                  "l.list.element");
    }
    for (size_t i = 0; i < 2; i++) {
        in_begin();
        in_refuse(in_leaf("u", "c", 0), in_array(2, 3, NULL, texts[i], "ab", NULL, NULL), INLAY_ARG, "c");
    }
    in_begin(); /* lists of three in a child of five */
    in_refuse(in_list_of_int("+w:3"), in_array(2, 1, NULL, NULL, NULL, in_fixed(5, NULL, values), NULL), INLAY_ARG,
              "l.list.element");
}

static void in_codes_and_runs_that_cannot_be(void)
{
    static const int8_t codes[][2] = {{0, 2}, {-1, 0}};
    static const int32_t offsets[] = {0, 1, 2}, ends[][2] = {{1, 1}, {2, 1}, {0, 2}};
    for (size_t i = 0; i < 2; i++) {
        in_begin();
        struct ArrowSchema *field = in_leaf("c", "c", 0);
        struct ArrowArray *array = in_fixed(2, NULL, codes[i]);
        field->dictionary = in_leaf("u", "", 0);
        array->dictionary = in_array(2, 3, NULL, offsets, "ab", NULL, NULL);
        in_refuse(field, array, INLAY_ARG, "c");
    }
    for (size_t i = 0; i < 3; i++) {
        in_begin();
        struct ArrowSchema *field =
            in_field("+r", "c", 0, in_leaf("i", "run_ends", 0), in_leaf("i", "values", 0), NULL);
        struct ArrowArray *array = in_array(3, 0, NULL, NULL, NULL, in_fixed(2, NULL, ends[i]),
                                            in_fixed(2, NULL, offsets));
        in_refuse(field, array, INLAY_ARG, "c");
    }
}

static void in_values_that_do_not_fit(void)
{
    static const int64_t seconds[] = {INT64_MAX / 1000 + 1}, date[] = {1};
    static const int32_t hundred[4] = {100}, times[] = {INT32_MAX / 1000 + 1};
    in_begin();
    in_refuse(in_leaf("tss:", "c", 0), in_fixed(1, NULL, seconds), INLAY_ARG, "c");
    in_begin();
    in_refuse(in_leaf("tts", "c", 0), in_fixed(1, NULL, times), INLAY_ARG, "c");
    in_begin();
    in_refuse(in_leaf("tdm", "c", 0), in_fixed(1, NULL, date), INLAY_ARG, "c");
    in_begin();
    in_refuse(in_leaf("d:2,0", "c", 0), in_fixed(1, NULL, hundred), INLAY_ARG, "c");
    in_begin(); /* 99 still does */
    static const int32_t most[4] = {99};
    struct made m;
    CHECK_INT(in_write_column(&m, in_leaf("d:2,0", "c", 0), in_fixed(1, NULL, most)), INLAY_OK);
    made_end(&m);
}

static void in_types_that_parquet_lacks(void)
{
    static const char *const formats[] = {"tiM", "tiD", "tin", "+s", "w:0", "d:5,-2", "d:5,6", "d:77,0", "?", "tsx:", ""};
    static const int32_t values[] = {1};
    for (size_t i = 0; i < MADE_N(formats); i++) {
        in_begin();
        in_refuse(in_leaf(formats[i], "c", 0), in_fixed(1, NULL, values), INLAY_UNSUPPORTED, "c");
    }
    in_begin();
    in_refuse(in_field("+ud:0", "c", 0, in_leaf("i", "a", 0), NULL, NULL), in_fixed(1, NULL, values),
              INLAY_UNSUPPORTED, "c");
    in_begin(); /* a list without its element */
    in_refuse(in_leaf("+l", "c", 0), in_fixed(1, NULL, values), INLAY_ARG, "c");
}

/* ---- streams ---- */

static void in_stream_answers(void)
{
    struct made m;
    in_begin();
    struct in_stream s = {.fields = in_field("+s", "", 0, in_leaf("i", "c", 0), NULL, NULL), .answer = 5};
    CHECK_INT(in_write(&m, &s, NULL), INLAY_IO);
    CHECK_INT(m.env->error.os_error, 5);
    made_end(&m);
    s.answer = 12; /* ENOMEM */
    s.next = 0;
    CHECK_INT(in_write(&m, &s, NULL), INLAY_NOMEM);
    made_end(&m);
}

static void in_no_batches(void)
{
    struct made m;
    in_begin();
    struct in_stream s = {.fields = in_field("+s", "", 0, in_leaf("i", "c", 0), NULL, NULL)};
    CHECK_INT(in_write(&m, &s, NULL), INLAY_OK);
    in_open(&m);
    CHECK_INT(inlay_reader_rows(m.reader), 0);
    CHECK_INT(inlay_schema_leaves(inlay_reader_schema(m.reader)), 1);
    made_end(&m);
}

static void in_row_groups(void)
{
    static const int32_t values[10] = {0};
    struct made m;
    inlay_row_group group;
    in_begin();
    struct in_stream s = {.fields = in_field("+s", "", 0, in_leaf("i", "c", 0), NULL, NULL), .n = 2};
    for (int i = 0; i < 2; i++)
        s.batches[i] = in_array(10, 1, NULL, NULL, NULL, in_fixed(10, NULL, values), NULL);
    inlay_write_options w = {.row_group_rows = 8};
    inlay_arrow_write_options o = {.write = &w};
    CHECK_INT(in_write(&m, &s, &o), INLAY_OK);
    in_open(&m);
    CHECK_INT(inlay_reader_row_groups(m.reader), 3);
    CHECK_INT(inlay_reader_row_group(m.reader, 1, &group), INLAY_OK);
    CHECK_INT(group.n_rows, 8); /* two of the first batch, six of the second */
    made_end(&m);
}

static void in_columns_in_order(void)
{
    static const int32_t values[10] = {0};
    struct made m;
    in_begin();
    struct in_stream s = {.fields = in_field("+s", "", 0, in_leaf("i", "a", 0), in_leaf("i", "b", 0), NULL), .n = 2};
    for (int i = 0; i < 2; i++)
        s.batches[i] = in_array(10, 1, NULL, NULL, NULL, in_fixed(10, NULL, values), in_fixed(10, NULL, values));
    inlay_write_options w = {.flags = INLAY_WRITE_IN_ORDER};
    inlay_arrow_write_options o = {.write = &w};
    CHECK_INT(in_write(&m, &s, &o), INLAY_OK);
    in_open(&m);
    CHECK_INT(inlay_reader_row_groups(m.reader), 2);
    made_end(&m);
}

/* Whatever allocation fails: NOMEM, and all memory is given back (test_env checks). */
static void in_without_memory(void)
{
    static const int32_t offsets[] = {0, 1, 2}, lists[] = {0, 1, 2};
    static const int8_t codes[] = {0, 1};
    inlay_status status = INLAY_NOMEM;
    uint64_t most = 0;
    for (int fails = 0; status == INLAY_NOMEM; fails++) {
        struct made m;
        in_begin();
        struct ArrowSchema *field = in_leaf("c", "item", 0);
        struct ArrowArray *array = in_fixed(2, NULL, codes);
        field->dictionary = in_leaf("u", "", 0);
        array->dictionary = in_array(2, 3, NULL, offsets, "ab", NULL, NULL);
        test_env()->limits.memory_bytes = most + 1;
        status = in_write_column(&m, in_field("+l", "l", 0, field, NULL, NULL),
                                 in_array(2, 2, NULL, lists, NULL, array, NULL));
        /* a memory sink says that there is no room for more */
        status = status == INLAY_IO && m.env->error.os_error == 28 ? INLAY_NOMEM : status;
        most = most < 20000 ? most + 101 : most + most / 8;
        made_end(&m);
        CHECK(fails < 2000);
    }
    CHECK_INT(status, INLAY_OK);
    test_env()->limits.memory_bytes = 0;
}

/* ---- field ids, key-values ---- */

/* Metadata in the form of ArrowSchema: a number, then lengths and texts. */
static const char *in_metadata(const char *key, const char *value)
{
    static char texts[4][200];
    static int next;
    char *at = texts[next++ % 4], *start = at;
    int32_t n[] = {1, (int32_t)strlen(key), (int32_t)strlen(value)};
    memcpy(at, n, 8);
    memcpy(at + 8, key, (size_t)n[1]);
    memcpy(at + 8 + n[1], n + 2, 4);
    memcpy(at + 12 + n[1], value, (size_t)n[2]);
    return start;
}

static void in_field_ids(void)
{
    static const struct {
        const char *text;
        bool has;
        int32_t id;
    } cases[] = {{"7", true, 7},   {"-3", true, -3}, {"2147483647", true, INT32_MAX}, {"2147483648", false, 0},
                 {"", false, 0},   {"-", false, 0},  {"7x", false, 0},                {"99999999999", false, 0}};
    for (size_t i = 0; i < MADE_N(cases); i++) {
        inlay_schema *schema;
        in_begin();
        struct ArrowSchema *field = in_leaf("i", "c", 0);
        field->metadata = in_metadata("PARQUET:field_id", cases[i].text);
        CHECK_INT(inlay_schema_from_arrow(test_env(), in_field("+s", "", 0, field, NULL, NULL), &schema), INLAY_OK);
        CHECK_INT(inlay_schema_leaf(schema, 0)->has_field_id, cases[i].has);
        CHECK_INT(inlay_schema_leaf(schema, 0)->field_id, cases[i].id);
        inlay_schema_close(schema);
    }
}

static void in_extensions(void)
{
    static const struct {
        const char *format, *name;
        uint8_t kind;
    } cases[] = {{"w:16", "arrow.uuid", INLAY_UUID}, {"w:15", "arrow.uuid", INLAY_LOGICAL_NONE},
                 {"u", "arrow.json", INLAY_JSON},    {"vu", "arrow.json", INLAY_JSON},
                 {"z", "arrow.json", INLAY_LOGICAL_NONE}, {"u", "other", INLAY_STRING}};
    for (size_t i = 0; i < MADE_N(cases); i++) {
        inlay_schema *schema;
        in_begin();
        struct ArrowSchema *field = in_leaf(cases[i].format, "c", 0);
        field->metadata = in_metadata("ARROW:extension:name", cases[i].name);
        CHECK_INT(inlay_schema_from_arrow(test_env(), in_field("+s", "", 0, field, NULL, NULL), &schema), INLAY_OK);
        CHECK_INT(inlay_schema_leaf(schema, 0)->logical.kind, cases[i].kind);
        inlay_schema_close(schema);
    }
}

static void in_key_values(void)
{
    struct made m;
    in_begin();
    struct in_stream s = {.fields = in_field("+s", "", 0, in_leaf("i", "c", 0), NULL, NULL)};
    s.fields->metadata = in_metadata("source", "rezolus");
    inlay_key_value more = {MADE_TEXT("node"), MADE_TEXT("web01"), true};
    inlay_arrow_write_options o = {.key_values = &more, .n_key_values = 1};
    CHECK_INT(in_write(&m, &s, &o), INLAY_OK);
    in_open(&m);
    CHECK_INT(inlay_reader_key_values(m.reader), 3);
    static const char *const keys[] = {"source", "node", "ARROW:schema"};
    for (uint32_t i = 0; i < 3; i++) {
        inlay_bytes key = inlay_reader_key_value(m.reader, i)->key;
        CHECK_BYTES(key.data, key.len, keys[i], strlen(keys[i]));
    }
    made_end(&m);
    s.next = 0;
    o.no_schema = true;
    CHECK_INT(in_write(&m, &s, &o), INLAY_OK);
    in_open(&m);
    CHECK_INT(inlay_reader_key_values(m.reader), 2);
    made_end(&m);
}

TEST_SUITE(arrow_in) = {
    {"arrow in: the documents of the Dremel paper", in_dremel},
    {"arrow in: lists behind offsets, a null one over elements", in_list_behind_offsets},
    {"arrow in: large lists", in_large_list},
    {"arrow in: lists of one size, one of them null", in_fixed_lists},
    {"arrow in: list views that overlap", in_list_views_overlap},
    {"arrow in: structs behind offsets, a null one over a member", in_struct_behind_offsets},
    {"arrow in: maps", in_map},
    {"arrow in: a required field with a bitmap of ones", in_required_with_bitmap},
    {"arrow in: booleans behind an offset", in_booleans_behind_an_offset},
    {"arrow in: a column of nulls", in_nulls},
    {"arrow in: a dictionary with an entry twice and a null one stays codes", in_dictionary_repeats},
    {"arrow in: dictionaries that change", in_dictionary_changes},
    {"arrow in: runs that begin and end outside", in_runs_cut},
    {"arrow in: integers of 8 and 16 bits", in_small_integers},
    {"arrow in: seconds, days in milliseconds, durations", in_times},
    {"arrow in: decimals in the smallest type", in_decimals},
    {"arrow in: views of text, a null one that says anything, one that leaves its buffer", in_views_of_text},
    {"arrow in: nulls in fields that are not nullable", in_nulls_that_may_not_be},
    {"arrow in: lengths, offsets and buffers that cannot be", in_counts_that_cannot_be},
    {"arrow in: offsets that decrease or leave the child", in_offsets_that_cannot_be},
    {"arrow in: codes beyond the dictionary, runs that do not end", in_codes_and_runs_that_cannot_be},
    {"arrow in: values that do not fit", in_values_that_do_not_fit},
    {"arrow in: types that Parquet lacks", in_types_that_parquet_lacks},
    {"arrow in: what the stream answers", in_stream_answers},
    {"arrow in: a stream without batches is a file without rows", in_no_batches},
    {"arrow in: row groups by rows, across batches", in_row_groups},
    {"arrow in: columns in order, a row group a batch", in_columns_in_order},
    {"arrow in: without memory at any point", in_without_memory},
    {"arrow in: field ids", in_field_ids},
    {"arrow in: extensions uuid and json", in_extensions},
    {"arrow in: key-values", in_key_values},
    {0},
};
