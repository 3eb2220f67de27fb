/* Facts about the stream: projection, batches, dictionaries, ARROW:schema, ownership, failures. */
#include "made.h"

#include "format/file.h"

/* The table of format/file.h: id, text, x, tags. */
static void stream_table(struct made *m, inlay_env *env, uint64_t rows, uint64_t group,
                         const char *encoding)
{
    inlay_write_options o = {.codec = "snappy", .encoding = encoding, .page_rows = 50};
    *m = (struct made){.env = env};
    m->sink = inlay_sink_memory(&m->memory, env);
    CHECK_INT(file_write(env, &m->sink, &o, rows, group, 64, 5), INLAY_OK);
    m->source = inlay_source_memory(m->memory.data, m->memory.bytes);
    CHECK_INT(inlay_reader_open(env, &m->source, NULL, &m->reader), INLAY_OK);
}
static void stream_open(struct made *m, const inlay_arrow_options *o)
{
    CHECK_INT(inlay_read_arrow(m->env, m->reader, o, &m->stream), INLAY_OK);
    CHECK_INT(m->stream.get_schema(&m->stream, &m->fields), 0);
}

static bool stream_bit(const struct ArrowArray *a, int64_t i)
{
    return !a->buffers[0] || ((const uint8_t *)a->buffers[0])[i / 8] >> i % 8 & 1;
}

/* Row r of the table, at place i of a batch of all columns. */
static void stream_check_row(const struct ArrowArray *batch, int64_t i, int64_t r)
{
    const struct ArrowArray *id = batch->children[0], *text = batch->children[1],
                            *x = batch->children[2], *tags = batch->children[3];
    CHECK_INT(((const int64_t *)id->buffers[1])[i], 3 * r);
    CHECK_INT(stream_bit(text, i), r % 5 != 0);
    const int32_t *o = text->buffers[1];
    char want[24];
    snprintf(want, sizeof want, "text%d", (int)(r % 5));
    if (r % 5)
        CHECK_BYTES((const char *)text->buffers[2] + o[i], (size_t)(o[i + 1] - o[i]), want,
                    strlen(want));
    CHECK_INT(stream_bit(x, i), r % 3 != 0);
    CHECK(((const double *)x->buffers[1])[i] == (r % 3 ? (double)r / 4 : 0));
    o = tags->buffers[1];
    CHECK_INT(stream_bit(tags, i), r % 4 != 0);
    CHECK_INT(o[i + 1] - o[i], r % 4 < 2 ? 0 : r % 4 == 2 ? 1 : 3);
    if (r % 4 == 3) {
        CHECK(!stream_bit(tags->children[0], o[i] + 1));
        CHECK_INT(((const int32_t *)tags->children[0]->buffers[1])[o[i] + 2], r + 1);
    }
}

/* ---- batches ---- */

static void stream_batches(const inlay_arrow_options *o, const char *encoding)
{
    struct made m;
    int64_t row = 0;
    stream_table(&m, test_env(), 1000, 300, encoding);
    stream_open(&m, o);
    for (made_next(&m); m.batch.release; made_next(&m)) {
        CHECK(m.batch.length > 0 && (!o->batch_rows || m.batch.length <= (int64_t)o->batch_rows));
        for (int64_t i = 0; i < m.batch.length; i++)
            stream_check_row(&m.batch, i, row++);
        CHECK(row % 300 == 0 || row == 1000 || o->batch_rows); /* no batch crosses a row group */
    }
    CHECK_INT(row, 1000);
    made_next(&m); /* the end stays */
    CHECK(m.batch.release == NULL);
    made_end(&m);
}

static void batches_of_any_size_hold_the_same_rows(void)
{
    static const size_t sizes[] = {0, 1, 7, 64, 299, 100000};
    for (size_t i = 0; i < MADE_N(sizes); i++) {
        inlay_arrow_options o = {.batch_rows = sizes[i]};
        stream_batches(&o, i % 2 ? "plain" : NULL);
    }
}

static void parked_columns_go_on_where_they_were(void)
{
    inlay_arrow_options o = {.batch_rows = 33, .memory_bytes = 1};
    stream_batches(&o, NULL);
}

static void batches_are_cut_by_bytes(void)
{
    inlay_arrow_options o = {.batch_bytes = 2000};
    struct made m;
    stream_table(&m, test_env(), 1000, 1000, "plain");
    stream_open(&m, &o);
    made_next(&m);
    /* id 8000, text 4 x 1000 and about 8000, x 8000, tags 4 x 1500: some 34,000 bytes */
    CHECK(m.batch.length >= 40 && m.batch.length <= 80);
    made_end(&m);
}

/* Two rows: a short list, and one whose text would take 2^31 bytes. Together they do not fit 32-bit offsets;
 * the first comes alone, the second is an error. */
static void a_batch_too_large_for_its_offsets_is_cut(void)
{
    enum { BYTES = 4 << 20, LONG_LIST = 512 };
    static uint8_t text[BYTES], def[LONG_LIST], rep[LONG_LIST];
    static inlay_bytes v[LONG_LIST];
    static const int64_t ids[] = {5, 6};
    inlay_write_options w = {.codec = "none", .dictionary_bytes = 2 * BYTES};
    struct made m;
    made_begin(&m, test_env());
    made_leaf(&m, 0, "id", INLAY_INT64, MADE_REQ);
    uint32_t list = made_group(&m, 0, "l", MADE_REQ, INLAY_LIST);
    made_leaf(&m, made_group(&m, list, "list", MADE_REP, 0), "element", INLAY_BYTE_ARRAY, MADE_REQ);
    made_writer(&m, &w);
    memset(def, 1, sizeof def);
    memset(rep, 1, sizeof rep);
    rep[0] = 0;
    for (size_t i = 0; i < LONG_LIST; i++)
        v[i] = (inlay_bytes){text, i ? BYTES : 3};
    made_write(&m, 0, NULL, NULL, 2, ids, 2);
    made_write(&m, 1, def, rep, 1, v, 1);
    v[0].len = BYTES;
    made_write(&m, 1, def, rep, LONG_LIST, v, LONG_LIST);
    inlay_arrow_options o = {.batch_bytes = (size_t)1 << 40};
    made_first(&m, &o);
    MADE_ARRAY(&m.batch, 1, 0, 1, 2);
    CHECK_INT(*(const int64_t *)m.batch.children[0]->buffers[1], 5);
    CHECK_INT(m.batch.children[1]->children[0]->length, 1);
    m.batch.release(&m.batch);
    CHECK_INT(m.stream.get_next(&m.stream, &m.batch), 34);
    CHECK(m.batch.release == NULL);
    CHECK_INT(test_env()->error.status, INLAY_LIMIT);
    CHECK_TEXT(test_env()->error.column, "l.list.element");
    made_end(&m);
}

/* ---- projection ---- */

static void stream_names(const struct ArrowSchema *f, char *text, size_t room)
{
    size_t n = strlen(text);
    snprintf(text + n, room - n, "%s", f->name);
    for (int64_t i = 0; i < f->n_children; i++) {
        n = strlen(text);
        snprintf(text + n, room - n, "%s", i ? "," : "(");
        stream_names(f->children[i], text, room);
    }
    n = strlen(text);
    snprintf(text + n, room - n, "%s", f->n_children ? ")" : "");
}

/* s {a, t {b, c}}, m map<k {x, y}, v {p, q}>, z */
static void stream_tree(struct made *m, uint32_t nodes[12])
{
    made_begin(m, test_env());
    uint32_t s = nodes[0] = made_group(m, 0, "s", MADE_OPT, 0);
    nodes[1] = made_leaf(m, s, "a", INLAY_INT32, MADE_OPT);
    uint32_t t = nodes[2] = made_group(m, s, "t", MADE_OPT, 0);
    nodes[3] = made_leaf(m, t, "b", INLAY_INT32, MADE_OPT);
    nodes[4] = made_leaf(m, t, "c", INLAY_INT32, MADE_OPT);
    uint32_t map = nodes[5] = made_group(m, 0, "m", MADE_OPT, INLAY_MAP);
    uint32_t each = made_group(m, map, "key_value", MADE_REP, 0);
    uint32_t k = nodes[6] = made_group(m, each, "k", MADE_REQ, 0);
    nodes[7] = made_leaf(m, k, "x", INLAY_INT32, MADE_OPT);
    made_leaf(m, k, "y", INLAY_INT32, MADE_OPT);
    uint32_t v = made_group(m, each, "v", MADE_OPT, 0);
    nodes[8] = made_leaf(m, v, "p", INLAY_INT32, MADE_OPT);
    made_leaf(m, v, "q", INLAY_INT32, MADE_OPT);
    nodes[9] = made_leaf(m, 0, "z", INLAY_INT32, MADE_OPT);
    made_writer(m, NULL);
    made_read(m);
}

static void parts_of_the_schema_can_be_chosen(void)
{
    static const struct {
        unsigned n, which[3];
        const char *names;
    } cases[] = {{1, {9}, "(z)"},
                 {2, {9, 0}, "(s(a,t(b,c)),z)"},
                 {2, {4, 1}, "(s(a,t(c)))"},
                 {1, {8}, "(m(entries(k(x,y),v(p))))"}, /* keys come along */
                 {1, {7}, "(m(k(x,y)))"},               /* keys alone: a list of them */
                 {0, {0}, ""}};
    for (size_t i = 0; i < MADE_N(cases); i++) {
        struct made m;
        uint32_t nodes[12], chosen[3];
        char names[200] = "";
        stream_tree(&m, nodes);
        for (unsigned k = 0; k < 3; k++)
            chosen[k] = nodes[cases[i].which[k]];
        inlay_arrow_options o = {.nodes = chosen, .n_nodes = cases[i].n};
        stream_open(&m, &o);
        stream_names(&m.fields, names, sizeof names);
        CHECK_TEXT(names, cases[i].names);
        made_end(&m);
    }
}

static void rows_are_counted_without_columns(void)
{
    uint32_t none = 0;
    inlay_arrow_options o = {.nodes = &none, .n_nodes = 0};
    struct made m;
    stream_table(&m, test_env(), 70, 30, NULL);
    stream_open(&m, &o);
    static const int64_t rows[] = {30, 30, 10};
    for (size_t i = 0; i < 3; i++) {
        made_next(&m);
        MADE_ARRAY(&m.batch, rows[i], 0, 1, 0);
    }
    made_next(&m);
    CHECK(m.batch.release == NULL);
    made_end(&m);
}

static void a_node_that_is_not_there_is_refused(void)
{
    uint32_t node = 99;
    inlay_arrow_options o = {.nodes = &node, .n_nodes = 1};
    struct made m;
    stream_table(&m, test_env(), 1, 1, NULL);
    CHECK_INT(inlay_read_arrow(test_env(), m.reader, &o, &m.stream), INLAY_ARG);
    CHECK(m.stream.release == NULL);
    made_end(&m);
}

/* Only the chosen members of a struct in a list are read; its shape comes from them. */
static void a_chosen_member_tells_the_list(void)
{
    static const uint8_t def[] = {1, 1, 0}, rep[] = {0, 1, 0};
    static const int32_t a[] = {1, 2}, b[] = {3, 4}, offsets[] = {0, 2, 2};
    struct made m;
    made_begin(&m, test_env());
    uint32_t list = made_group(&m, 0, "l", MADE_REQ, INLAY_LIST);
    uint32_t each = made_group(&m, made_group(&m, list, "list", MADE_REP, 0), "element", MADE_REQ, 0);
    made_leaf(&m, each, "a", INLAY_INT32, MADE_REQ);
    uint32_t chosen = made_leaf(&m, each, "b", INLAY_INT32, MADE_REQ);
    made_write(&m, 0, def, rep, 3, a, 2);
    made_write(&m, 1, def, rep, 3, b, 2);
    inlay_arrow_options o = {.nodes = &chosen, .n_nodes = 1};
    made_first(&m, &o);
    const struct ArrowArray *l = m.batch.children[0];
    MADE_BUFFER(l, 1, offsets);
    MADE_ARRAY(l->children[0], 2, 0, 1, 1);
    MADE_BUFFER(l->children[0]->children[0], 1, b);
    made_end(&m);
}

/* ---- dictionaries ---- */

static void dictionaries_keep_codes(void)
{
    static const inlay_bytes v[] = {MADE_INIT("bb"), MADE_INIT("a"), MADE_INIT("bb"), MADE_INIT("bb")};
    static const uint8_t def[] = {1, 0, 1, 1, 1}, bits[] = {0x1D};
    static const int32_t codes[] = {0, 0, 1, 0, 0}, offsets[] = {0, 2, 3};
    inlay_arrow_options o = {.dictionary = INLAY_ARROW_DICTIONARY_ALL};
    struct made m;
    made_begin(&m, test_env());
    made_node(&m, 0, "s", INLAY_BYTE_ARRAY, MADE_OPT, (inlay_logical){.kind = INLAY_STRING}, 0);
    made_write(&m, 0, def, NULL, 5, v, 4);
    made_first(&m, &o);
    const struct ArrowArray *a = m.batch.children[0];
    MADE_ARRAY(a, 5, 1, 2, 0);
    MADE_BUFFER(a, 0, bits);
    MADE_BUFFER(a, 1, codes);
    MADE_ARRAY(a->dictionary, 2, 0, 3, 0);
    MADE_BUFFER(a->dictionary, 1, offsets);
    CHECK_BYTES(a->dictionary->buffers[2], 3, "bba", 3);
    CHECK_TEXT(m.fields.children[0]->format, "i");
    CHECK_TEXT(m.fields.children[0]->dictionary->format, "u");
    made_end(&m);
}

/* The dictionary takes two short texts; the third page is plain. */
static void plain_pages_become_entries(void)
{
    static const inlay_bytes v[] = {MADE_INIT("a"), MADE_INIT("b"), MADE_INIT("a"),
                                    MADE_INIT("cc"), MADE_INIT("a")};
    inlay_write_options w = {.dictionary_bytes = 10, .page_rows = 3};
    inlay_arrow_options o = {.dictionary = INLAY_ARROW_DICTIONARY_ALL};
    struct made m;
    made_begin(&m, test_env());
    made_leaf(&m, 0, "s", INLAY_BYTE_ARRAY, MADE_REQ);
    made_writer(&m, &w);
    made_write(&m, 0, NULL, NULL, 5, v, 5);
    made_first(&m, &o);
    const struct ArrowArray *a = m.batch.children[0], *d = a->dictionary;
    const int32_t *codes = a->buffers[1], *offsets = d->buffers[1];
    MADE_ARRAY(a, 5, 0, 2, 0);
    for (int i = 0; i < 5; i++) {
        CHECK(codes[i] >= 0 && codes[i] < d->length);
        const char *text = (const char *)d->buffers[2] + offsets[codes[i]];
        CHECK_BYTES(text, (size_t)(offsets[codes[i] + 1] - offsets[codes[i]]), v[i].data, v[i].len);
    }
    CHECK_INT(codes[0], codes[2]); /* from the dictionary page */
    CHECK_INT(codes[3], 2);        /* behind it */
    CHECK_INT(d->length, 4);
    made_end(&m);
}

/* ---- ARROW:schema ---- */

/* pyarrow 26: t large_string {k: v}; d dictionary<int32, string, ordered>; z timestamp[us, Europe/Berlin];
 * u duration[ns]; n decimal256(9, 2); l large_list<element: large_binary {in: side}>; s struct<a:
 * duration[s], b: int64>; m map<string, duration[ms], keys sorted>; e and f fixed_size_binary[2] and
 * [3] with extensions x.two and x.three. */
static const char stream_hints[] =
    "/////+AEAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAoAAABYBAAA7AMAAJADAABQAwAA"
    "FAMAAJQCAAAQAgAAUAEAAKgAAAAEAAAA4vv//wAAAQ8UAAAAjAAAAAgAAAAQAAAAAAAAAAEAAABmAAAAAgAAADwAAAAEAAAA"
    "1Pv//xAAAAAEAAAAAQAAAE0AAAAYAAAAQVJST1c6ZXh0ZW5zaW9uOm1ldGFkYXRhAAAAAAj8//8UAAAABAAAAAcAAAB4LnRo"
    "cmVlABQAAABBUlJPVzpleHRlbnNpb246bmFtZQAAAABi////AwAAAIL8//8AAAEPFAAAAJAAAAAIAAAAEAAAAAAAAAABAAAA"
    "ZQAAAAIAAAA8AAAABAAAAHT8//8QAAAABAAAAAEAAABNAAAAGAAAAEFSUk9XOmV4dGVuc2lvbjptZXRhZGF0YQAAAACo/P//"
    "FAAAAAQAAAAFAAAAeC50d28AAAAUAAAAQVJST1c6ZXh0ZW5zaW9uOm5hbWUAAAYACAAEAAYAAAACAAAA5P3//wAAAREUAAAA"
    "HAAAAAQAAAABAAAAGAAAAAEAAABtAAYACAAHAAYAAAAAAAABqP///wAAAA0YAAAAIAAAAAQAAAACAAAAUAAAABQAAAAHAAAA"
    "ZW50cmllcwAg/f//RP7//wAAARIQAAAAGAAAAAQAAAAAAAAABQAAAHZhbHVlAAAASP3//xAAFAAIAAAABwAMAAAAEAAQAAAA"
    "AAAABRAAAAAUAAAABAAAAAAAAAADAAAAa2V5AHz9//+g/v//AAABDRgAAAAcAAAABAAAAAIAAABAAAAAEAAAAAEAAABzAAAA"
    "qP3//8z+//8AAAECEAAAABQAAAAEAAAAAAAAAAEAAABiAAAATP7//wAAAAFAAAAA+P7//wAAARIQAAAAFAAAAAQAAAAAAAAA"
    "AQAAAGEAAAAm////AAAAACD///8AAAEVFAAAABgAAAAEAAAAAQAAABAAAAABAAAAbAAAACT+//+K/v//AAABExQAAABEAAAA"
    "CAAAABQAAAAAAAAABwAAAGVsZW1lbnQAAQAAAAQAAAB8/v//FAAAAAQAAAAEAAAAc2lkZQAAAAACAAAAaW4AAHj+//+c////"
    "AAABBxAAAAAcAAAABAAAAAAAAAABAAAAbgAKABAABAAIAAwACgAAAAkAAAACAAAAAAEAANT///8AAAESEAAAABgAAAAEAAAA"
    "AAAAAAEAAAB1AAYACAAGAAYAAAAAAAMAEAAUAAgABgAHAAwAAAAQABAAAAAAAAEKEAAAABwAAAAEAAAAAAAAAAEAAAB6AAAA"
    "CAAMAAYACAAIAAAAAAACAAQAAAANAAAARXVyb3BlL0JlcmxpbgAAABAAGAAIAAYABwAMABAAFAAQAAAAAAABBRQAAABEAAAA"
    "HAAAAAQAAAAAAAAAAQAAAGQACgAMAAAACAAHAAoAAAAAAAABDAAAAAgADAAIAAcACAAAAAAAAAEgAAAABAAGAAQAAAAAABIA"
    "GAAIAAYABwAMAAAAEAAUABIAAAAAAAEUFAAAAEgAAAAIAAAAEAAAAAAAAAABAAAAdAAAAAEAAAAMAAAACAAMAAQACAAIAAAA"
    "EAAAAAQAAAABAAAAdgAAAAEAAABrAAAABAAEAAQAAAA=";

/* The columns as Parquet has them; f is 4 bytes wide, so that its extension does not hold. */
static void stream_hinted(struct made *m)
{
    inlay_logical text = {.kind = INLAY_STRING};
    made_begin(m, test_env());
    made_node(m, 0, "t", INLAY_BYTE_ARRAY, MADE_OPT, text, 0);
    made_node(m, 0, "d", INLAY_BYTE_ARRAY, MADE_OPT, text, 0);
    made_node(m, 0, "z", INLAY_INT64, MADE_OPT,
              (inlay_logical){.kind = INLAY_TIMESTAMP, .unit = INLAY_MICROS, .utc = true}, 0);
    made_leaf(m, 0, "u", INLAY_INT64, MADE_OPT);
    made_node(m, 0, "n", INLAY_INT32, MADE_OPT,
              (inlay_logical){.kind = INLAY_DECIMAL, .precision = 9, .scale = 2}, 0);
    uint32_t list = made_group(m, 0, "l", MADE_OPT, INLAY_LIST);
    made_leaf(m, made_group(m, list, "list", MADE_REP, 0), "element", INLAY_BYTE_ARRAY, MADE_OPT);
    uint32_t s = made_group(m, 0, "s", MADE_OPT, 0);
    made_leaf(m, s, "a", INLAY_INT64, MADE_OPT);
    made_leaf(m, s, "b", INLAY_INT64, MADE_OPT);
    uint32_t each = made_group(m, made_group(m, 0, "m", MADE_OPT, INLAY_MAP), "key_value", MADE_REP, 0);
    made_node(m, each, "key", INLAY_BYTE_ARRAY, MADE_REQ, text, 0);
    made_leaf(m, each, "value", INLAY_INT64, MADE_OPT);
    made_node(m, 0, "e", INLAY_FIXED_LEN_BYTE_ARRAY, MADE_OPT, (inlay_logical){0}, 2);
    made_node(m, 0, "f", INLAY_FIXED_LEN_BYTE_ARRAY, MADE_OPT, (inlay_logical){0}, 4);
    made_writer(m, NULL);
}

static void stream_formats(const struct ArrowSchema *f, char *text, size_t room)
{
    for (int64_t i = 0; i < f->n_children; i++) {
        size_t n = strlen(text);
        snprintf(text + n, room - n, "%s%s ", f->children[i]->dictionary ? "i/" : "",
                 f->children[i]->dictionary ? f->children[i]->dictionary->format
                                            : f->children[i]->format);
        stream_formats(f->children[i], text, room);
    }
}

static void the_arrow_schema_restores_types(void)
{
    inlay_bytes value = {(const uint8_t *)stream_hints, sizeof stream_hints - 1};
    struct made m;
    char formats[200] = "";
    stream_hinted(&m);
    CHECK_INT(inlay_writer_key_value(m.writer, MADE_TEXT("ARROW:schema"), &value), INLAY_OK);
    made_stream(&m, NULL);
    stream_formats(&m.fields, formats, sizeof formats);
    CHECK_TEXT(formats, "U i/u tsu:Europe/Berlin tDn d:9,2,256 +L Z +s tDs l +m +s u tDm w:2 w:4 ");
    struct ArrowSchema **c = m.fields.children;
    CHECK(m.fields.metadata == NULL);
    static const char pair[] = {1, 0, 0, 0, 1, 0, 0, 0, 'k', 1, 0, 0, 0, 'v'};
    CHECK_BYTES(c[0]->metadata, sizeof pair, pair, sizeof pair);
    CHECK_BYTES(c[5]->children[0]->metadata + 8, 10, "in\4\0\0\0side", 10);
    CHECK_BYTES(c[8]->metadata + 8, 20, "ARROW:extension:name", 20);
    CHECK(c[9]->metadata == NULL); /* of another width than the extension's */
    CHECK_INT(c[1]->flags, ARROW_FLAG_NULLABLE | ARROW_FLAG_DICTIONARY_ORDERED);
    CHECK_INT(c[7]->flags, ARROW_FLAG_NULLABLE | ARROW_FLAG_MAP_KEYS_SORTED);
    made_end(&m);
}

static void the_arrow_schema_can_be_ignored(void)
{
    inlay_bytes value = {(const uint8_t *)stream_hints, sizeof stream_hints - 1};
    inlay_arrow_options o = {.ignore_schema = true};
    struct made m;
    char formats[200] = "";
    stream_hinted(&m);
    CHECK_INT(inlay_writer_key_value(m.writer, MADE_TEXT("ARROW:schema"), &value), INLAY_OK);
    made_stream(&m, &o);
    stream_formats(&m.fields, formats, sizeof formats);
    CHECK_TEXT(formats, "u u tsu:UTC l d:9,2 +l z +s l l +m +s u l w:2 w:4 ");
    made_end(&m);
}

/* One character of the text changed at a time: each is used or not used, and the columns are all there. */
static void a_bent_arrow_schema_leaves_the_columns(void)
{
    static const char digits[] = "A/gwB";
    struct made m;
    stream_hinted(&m);
    made_read(&m);
    for (size_t at = 0; at < sizeof stream_hints - 1; at++) {
        char bent[sizeof stream_hints];
        memcpy(bent, stream_hints, sizeof bent);
        bent[at] = digits[at % (sizeof digits - 1)];
        inlay_memory_sink memory;
        inlay_sink sink = inlay_sink_memory(&memory, test_env());
        inlay_writer *w = NULL;
        inlay_bytes value = {(const uint8_t *)bent, sizeof bent - 1};
        CHECK_INT(inlay_writer_open(test_env(), &sink, m.schema, NULL, &w), INLAY_OK);
        CHECK_INT(inlay_writer_key_value(w, MADE_TEXT("ARROW:schema"), &value), INLAY_OK);
        CHECK_INT(inlay_writer_finish(w), INLAY_OK);
        inlay_writer_close(w);
        inlay_source source = inlay_source_memory(memory.data, memory.bytes);
        inlay_reader *reader = NULL;
        CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
        CHECK_INT(inlay_read_arrow(test_env(), reader, NULL, &m.stream), INLAY_OK);
        CHECK_INT(m.stream.get_schema(&m.stream, &m.fields), 0);
        CHECK_INT(m.fields.n_children, 10);
        CHECK_TEXT(m.fields.children[9]->name, "f");
        m.fields.release(&m.fields);
        m.stream.release(&m.stream);
        inlay_reader_close(reader);
        inlay_sink_memory_free(&memory);
    }
    made_end(&m);
}

/* ---- ownership ---- */

static void arrays_outlive_stream_and_reader(void)
{
    struct made m;
    struct ArrowArray second, tags;
    stream_table(&m, test_env(), 600, 300, NULL);
    stream_open(&m, NULL);
    made_next(&m);
    CHECK_INT(m.stream.get_next(&m.stream, &second), 0);
    m.stream.release(&m.stream);
    CHECK(m.stream.release == NULL);
    inlay_reader_close(m.reader);
    m.reader = NULL;
    tags = *m.batch.children[3]; /* moved out, as the interface allows */
    m.batch.children[3]->release = NULL;
    m.batch.release(&m.batch);
    CHECK(m.batch.release == NULL);
    CHECK_INT(tags.length, 300);
    CHECK_INT(((const int32_t *)tags.children[0]->buffers[1])[0], 2);
    tags.release(&tags);
    for (int64_t i = 0; i < 300; i++)
        stream_check_row(&second, i, 300 + i);
    second.release(&second);
    made_end(&m);
}

static void members_of_a_schema_can_be_moved(void)
{
    struct made m;
    stream_table(&m, test_env(), 1, 1, NULL);
    stream_open(&m, NULL);
    struct ArrowSchema tags = *m.fields.children[3];
    m.fields.children[3]->release = NULL;
    m.fields.release(&m.fields);
    m.stream.release(&m.stream);
    CHECK_TEXT(tags.name, "tags");
    CHECK_TEXT(tags.children[0]->name, "element");
    tags.release(&tags);
    made_end(&m);
}

static void released_buffers_are_used_again(void)
{
    struct made m;
    inlay_arrow_options o = {.batch_rows = 100};
    stream_table(&m, test_env(), 5000, 5000, "plain");
    stream_open(&m, &o);
    made_next(&m);
    made_next(&m);
    const void *ids = m.batch.children[0]->buffers[1];
    uint64_t used = test_env()->used_bytes;
    made_next(&m);
    CHECK(m.batch.children[0]->buffers[1] == ids);
    made_next(&m);
    CHECK(test_env()->used_bytes <= used + 4096);
    made_end(&m);
}

/* ---- failures ---- */

static void a_damaged_page_ends_the_stream_behind_good_rows(void)
{
    struct made m;
    inlay_chunk chunk;
    stream_table(&m, test_env(), 600, 300, NULL);
    CHECK_INT(inlay_reader_chunk(m.reader, 1, FILE_X, &chunk), INLAY_OK);
    m.memory.data[chunk.start_at + chunk.compressed_bytes - 2] ^= 0xFF;
    stream_open(&m, NULL);
    made_next(&m);
    CHECK_INT(m.batch.length, 300);
    CHECK(m.stream.get_last_error(&m.stream) == NULL);
    m.batch.release(&m.batch);
    for (int again = 0; again < 2; again++) {
        CHECK_INT(m.stream.get_next(&m.stream, &m.batch), 22);
        CHECK(m.batch.release == NULL);
        const char *text = m.stream.get_last_error(&m.stream);
        CHECK(strstr(text, "checksum") && strstr(text, ", column x, row group 1, page "));
    }
    made_end(&m);
}

/* list<struct<a, b>> where b's column has one element more. */
static void lists_of_different_lengths_are_corrupt(void)
{
    static const uint8_t def[] = {1, 1, 1}, rep[] = {0, 1, 1};
    static const int32_t v[] = {1, 2, 3};
    struct made m;
    made_begin(&m, test_env());
    uint32_t list = made_group(&m, 0, "l", MADE_REQ, INLAY_LIST);
    uint32_t each = made_group(&m, made_group(&m, list, "list", MADE_REP, 0), "element", MADE_REQ, 0);
    made_leaf(&m, each, "a", INLAY_INT32, MADE_REQ);
    made_leaf(&m, each, "b", INLAY_INT32, MADE_REQ);
    made_write(&m, 0, def, rep, 2, v, 2);
    made_write(&m, 1, def, rep, 3, v, 3);
    made_stream(&m, NULL);
    CHECK_INT(m.stream.get_next(&m.stream, &m.batch), 22);
    CHECK_TEXT(m.stream.get_last_error(&m.stream),
               "corrupt: columns of one list differ in its length, column l.list.element.b, row group 0");
    made_end(&m);
}

struct stream_short_memory {
    inlay_allocator below;
    uint64_t left;
};
static void *stream_failing_resize(void *ctx, void *old, size_t old_bytes, size_t new_bytes)
{
    struct stream_short_memory *s = ctx;
    if (new_bytes > old_bytes && s->left-- == 0) {
        s->left = 0;
        return NULL;
    }
    return s->below.resize(s->below.ctx, old, old_bytes, new_bytes);
}

static int stream_drain(inlay_env *env, const inlay_source *source, const inlay_arrow_options *o)
{
    inlay_reader *reader = NULL;
    struct ArrowArrayStream stream = {0};
    struct ArrowSchema fields = {0};
    struct ArrowArray batch = {0};
    int status = inlay_reader_open(env, source, NULL, &reader) == INLAY_OK &&
                         inlay_read_arrow(env, reader, o, &stream) == INLAY_OK
                     ? stream.get_schema(&stream, &fields)
                     : 12;
    do {
        if (batch.release)
            batch.release(&batch);
        if (status == 0)
            status = stream.get_next(&stream, &batch);
    } while (batch.release);
    if (fields.release)
        fields.release(&fields);
    if (stream.release)
        stream.release(&stream);
    inlay_reader_close(reader);
    return status;
}

static void a_failed_allocation_anywhere_leaks_nothing_here(void)
{
    static _Alignas(16) uint8_t space[8 << 20];
    static const inlay_arrow_options options[] = {
        {0}, {.batch_rows = 40, .dictionary = INLAY_ARROW_DICTIONARY_ALL}, {.batch_rows = 30, .memory_bytes = 1}};
    struct made m;
    stream_table(&m, test_env(), 150, 80, NULL);
    for (size_t k = 0; k < MADE_N(options); k++) {
        int status = 12;
        unsigned n = 0;
        for (; status == 12 && n < 5000; n++) {
            inlay_arena arena;
            struct stream_short_memory s = {inlay_arena_allocator(&arena, space, sizeof space), n};
            inlay_env env = {.allocator = {stream_failing_resize, &s}};
            status = stream_drain(&env, &m.source, &options[k]);
            CHECK(status == 0 || (status == 12 && env.error.status == INLAY_NOMEM));
            CHECK_INT(env.used_bytes, 0);
        }
        CHECK_INT(status, 0);
        CHECK(n > 50);
    }
    made_end(&m);
}

TEST_SUITE(arrow_stream) = {
    {"arrow stream: batches of any size hold the same rows", batches_of_any_size_hold_the_same_rows},
    {"arrow stream: parked columns go on where they were", parked_columns_go_on_where_they_were},
    {"arrow stream: batches are cut by bytes", batches_are_cut_by_bytes},
    {"arrow stream: a batch too large for 32-bit offsets is cut, a row is an error",
     a_batch_too_large_for_its_offsets_is_cut},
    {"arrow stream: parts of the schema can be chosen", parts_of_the_schema_can_be_chosen},
    {"arrow stream: rows are counted without columns", rows_are_counted_without_columns},
    {"arrow stream: a node that is not there is refused", a_node_that_is_not_there_is_refused},
    {"arrow stream: a chosen member tells its list", a_chosen_member_tells_the_list},
    {"arrow stream: dictionaries keep their codes", dictionaries_keep_codes},
    {"arrow stream: plain pages become dictionary entries", plain_pages_become_entries},
    {"arrow stream: ARROW:schema restores types and metadata", the_arrow_schema_restores_types},
    {"arrow stream: ARROW:schema can be ignored", the_arrow_schema_can_be_ignored},
    {"arrow stream: a bent ARROW:schema leaves the columns", a_bent_arrow_schema_leaves_the_columns},
    {"arrow stream: arrays outlive stream and reader", arrays_outlive_stream_and_reader},
    {"arrow stream: members of a schema can be moved out", members_of_a_schema_can_be_moved},
    {"arrow stream: released buffers are used again", released_buffers_are_used_again},
    {"arrow stream: a damaged page ends the stream behind good rows",
     a_damaged_page_ends_the_stream_behind_good_rows},
    {"arrow stream: lists of different lengths are corrupt", lists_of_different_lengths_are_corrupt},
    {"arrow stream: a failed allocation anywhere leaks nothing",
     a_failed_allocation_anywhere_leaks_nothing_here},
    {0}};
