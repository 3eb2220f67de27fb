/* Facts about visiting raw metadata: bytes by hand, and every footer of the corpus. */
#include "inlay/visit.h"

#include <stdarg.h>

#include "../test.h"

/* What a visit said, as text: "version=1 schema[1 {name="r" } ] ". */
struct visit_trace {
    char text[1000];
    size_t used;
    unsigned open; /* containers begun and not ended */
};

static bool visit_say(struct visit_trace *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->text + t->used, sizeof t->text - t->used, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < sizeof t->text - t->used)
        t->used += (size_t)n;
    return true;
}

static void visit_name(struct visit_trace *t, const inlay_visited *f)
{
    if (f->name)
        visit_say(t, "%s", f->name);
    else if (f->id >= 0)
        visit_say(t, "%d:%s", (int)f->id, inlay_wire_name((int)f->wire));
    if (f->id >= 0 && f->wire < INLAY_WIRE_LIST)
        visit_say(t, "=");
}

static bool visit_on_begin(void *ctx, const inlay_visited *f, uint32_t n)
{
    struct visit_trace *t = ctx;
    visit_name(t, f);
    t->open++;
    if (f->wire == INLAY_WIRE_STRUCT)
        return visit_say(t, "%s{", f->type);
    return visit_say(t, "%c%u ", f->wire == INLAY_WIRE_MAP ? '(' : '[', (unsigned)n);
}
static bool visit_on_end(void *ctx, const inlay_visited *f)
{
    struct visit_trace *t = ctx;
    t->open--;
    return visit_say(t, "%c ", f->wire == INLAY_WIRE_STRUCT ? '}' : f->wire == INLAY_WIRE_MAP ? ')' : ']');
}
static bool visit_on_boolean(void *ctx, const inlay_visited *f, bool value)
{
    visit_name(ctx, f);
    return visit_say(ctx, "%s ", value ? "true" : "false");
}
static bool visit_on_integer(void *ctx, const inlay_visited *f, int64_t value, const char *label)
{
    visit_name(ctx, f);
    return label ? visit_say(ctx, "%s ", label) : visit_say(ctx, "%lld ", (long long)value);
}
static bool visit_on_real(void *ctx, const inlay_visited *f, double value)
{
    visit_name(ctx, f);
    return visit_say(ctx, "%g ", value);
}
static bool visit_on_binary(void *ctx, const inlay_visited *f, inlay_bytes value)
{
    visit_name(ctx, f);
    return visit_say(ctx, f->text ? "\"%.*s\" " : "<%.*s> ", (int)value.len, (const char *)value.data);
}

static inlay_visitor visit_into(struct visit_trace *t)
{
    return (inlay_visitor){t,
                           visit_on_begin,
                           visit_on_end,
                           visit_on_boolean,
                           visit_on_integer,
                           visit_on_real,
                           visit_on_binary};
}

static struct visit_trace visit_trace;
static size_t visit_used;

static inlay_status visit_bytes(inlay_record record, const void *bytes, size_t n)
{
    visit_trace = (struct visit_trace){0};
    inlay_visitor v = visit_into(&visit_trace);
    return inlay_metadata_visit(test_env(), record, (inlay_bytes){bytes, n}, &v, &visit_used);
}

/* ---- by hand ---- */

static void footer_by_hand_is_told_in_full(void)
{
    static const uint8_t bytes[] = {
        0x15, 0x02,                               /* 1: i32 1 */
        0x19, 0x2C,                               /* 2: list of two structs */
        0x48, 0x01, 'r', 0x15, 0x02, 0x00,        /*    4: "r", 5: 1, stop */
        0x15, 0x04, 0x25, 0x02, 0x18, 0x01, 'v',  /*    1: INT64, 3: OPTIONAL, 4: "v" */
        0x25, 0x12,                               /*    6: TIMESTAMP_MILLIS */
        0x4C, 0x8C, 0x11, 0x1C, 0x1C, 0x00, 0x00, /*    10: {8: {1: true, 2: {1: {} */
        0x00, 0x00, 0x00,                         /*    } } } */
        0x16, 0x0A,                               /* 3: i64 5 */
        0x19, 0x0C,                               /* 4: empty list of structs */
        0x28, 0x01, 'w',                          /* 6: "w" */
        0x19, 0x1C, 0x2C, 0x00, 0x00,             /* 7: one struct {2: {}} */
        0x00};
    CHECK_INT(visit_bytes(INLAY_RECORD_FOOTER, bytes, sizeof bytes), INLAY_OK);
    CHECK_INT(visit_used, sizeof bytes);
    CHECK_TEXT(visit_trace.text,
               "version=1 schema[2 SchemaElement{name=\"r\" num_children=1 } "
               "SchemaElement{type=INT64 repetition_type=OPTIONAL name=\"v\" "
               "converted_type=TIMESTAMP_MILLIS logicalTypeLogicalType{TIMESTAMPTimestampType{"
               "isAdjustedToUTC=true unitTimeUnit{MILLISMilliSeconds{} } } } } ] num_rows=5 "
               "row_groups[0 ] created_by=\"w\" column_orders[1 "
               "ColumnOrder{IEEE_754_TOTAL_ORDERIEEE754TotalOrder{} } ] ");
}

static void page_header_shows_enum_labels_and_statistics(void)
{
    static const uint8_t bytes[] = {
        0x15, 0x06, 0x15, 0x14, 0x15, 0x10, 0x15, 0x01, /* 1: V2, 2: 10, 3: 8, 4: crc -1 */
        0x4C,                                           /* 8: */
        0x15, 0x08, 0x15, 0x00, 0x15, 0x08, 0x15, 0x10, /*    4 values, 0 nulls, 4 rows, RLE_DICTIONARY */
        0x15, 0x00, 0x15, 0x00, 0x12,                   /*    0, 0, 7: false */
        0x1C, 0x58, 0x01, 'z', 0x18, 0x01, 'a', 0x00,   /*    8: {5: "z", 6: "a"} */
        0x00, 0x00};
    CHECK_INT(visit_bytes(INLAY_RECORD_PAGE_HEADER, bytes, sizeof bytes), INLAY_OK);
    CHECK_TEXT(visit_trace.text,
               "type=DATA_PAGE_V2 uncompressed_page_size=10 compressed_page_size=8 crc=-1 "
               "data_page_header_v2DataPageHeaderV2{num_values=4 num_nulls=0 num_rows=4 "
               "encoding=RLE_DICTIONARY definition_levels_byte_length=0 "
               "repetition_levels_byte_length=0 is_compressed=false statisticsStatistics{"
               "max_value=<z> min_value=<a> } } ");
}

static void page_index_and_bloom_header_have_names(void)
{
    static const uint8_t column[] = {0x19, 0x21, 0x01, 0x02,      /* 1: true, false */
                                     0x19, 0x28, 0x00, 0x01, 'a', /* 2: "", "a" */
                                     0x19, 0x28, 0x00, 0x01, 'b', /* 3: "", "b" */
                                     0x15, 0x02,                  /* 4: ASCENDING */
                                     0x19, 0x26, 0x0A, 0x00, 0x00};
    CHECK_INT(visit_bytes(INLAY_RECORD_COLUMN_INDEX, column, sizeof column), INLAY_OK);
    CHECK_TEXT(visit_trace.text, "null_pages[2 true false ] min_values[2 <> <a> ] max_values[2 <> <b> ] "
                                 "boundary_order=ASCENDING null_counts[2 5 0 ] ");
    static const uint8_t offset[] = {0x19, 0x1C, 0x16, 0x08, 0x15, 0x0A, 0x16, 0x00, 0x00, 0x00};
    CHECK_INT(visit_bytes(INLAY_RECORD_OFFSET_INDEX, offset, sizeof offset), INLAY_OK);
    CHECK_TEXT(visit_trace.text,
               "page_locations[1 PageLocation{offset=4 compressed_page_size=5 first_row_index=0 } ] ");
    static const uint8_t bloom[] = {0x15, 0x40, 0x1C, 0x1C, 0x00, 0x00, 0x1C, 0x1C, 0x00, 0x00,
                                    0x1C, 0x1C, 0x00, 0x00, 0x00, 0xFF, 0xFF};
    CHECK_INT(visit_bytes(INLAY_RECORD_BLOOM_HEADER, bloom, sizeof bloom), INLAY_OK);
    CHECK_INT(visit_used, sizeof bloom - 2); /* the bitset follows */
    CHECK_TEXT(visit_trace.text, "numBytes=32 algorithmBloomFilterAlgorithm{BLOCKSplitBlockAlgorithm{} } "
                                 "hashBloomFilterHash{XXHASHXxHash{} } "
                                 "compressionBloomFilterCompression{UNCOMPRESSEDUncompressed{} } ");
}

static void unknown_fields_come_by_number_and_type(void)
{
    static const uint8_t bytes[] = {
        0x05, 0x80, 0x01, 0x06,                         /* 64: i32 3 */
        0x1B, 0x01, 0x85, 0x01, 'k', 0x02,              /* 65: map {"k": 1} */
        0x1D, '@',  'b',  'c',  'd',  'e',  'f',  'g', 'h', /* 66: uuid */
        'i',  'j',  'k',  'l',  'm',  'n',  'o',  'p',
        0x1A, 0x13, 0xFF,                               /* 67: set of i8 {-1} */
        0x1C, 0x12, 0x00,                               /* 68: {1: false} */
        0x17, 0,    0,    0,    0,    0,    0,    0xF8, 0x3F, /* 69: 1.5 */
        0x08, 0xFE, 0xFF, 0x03, 0x02, 'x',  'y',        /* 32767: "xy" */
        0x00};
    CHECK_INT(visit_bytes(INLAY_RECORD_OFFSET_INDEX, bytes, sizeof bytes), INLAY_OK);
    CHECK_TEXT(visit_trace.text, "64:i32=3 65:map(1 <k> 1 ) 66:uuid<@bcdefghijklmnop> 67:set[1 -1 ] "
                                 "68:struct{1:bool=false } 69:double=1.5 32767:binary=<xy> ");
}

static void known_number_of_another_type_has_no_name(void)
{
    static const uint8_t bytes[] = {0x18, 0x01, 'q',               /* 1 (a list) as binary */
                                    0x19, 0x18, 0x01, 'p', 0x00};  /* 2 (i64s) as list of binary */
    CHECK_INT(visit_bytes(INLAY_RECORD_OFFSET_INDEX, bytes, sizeof bytes), INLAY_OK);
    CHECK_TEXT(visit_trace.text, "1:binary=<q> unencoded_byte_array_data_bytes[1 <p> ] ");
}

static void enum_value_beyond_the_table_is_a_number(void)
{
    static const uint8_t bytes[] = {0x15, 0x80, 0x01, 0x00}; /* page type 64 */
    CHECK_INT(visit_bytes(INLAY_RECORD_PAGE_HEADER, bytes, sizeof bytes), INLAY_OK);
    CHECK_TEXT(visit_trace.text, "type=64 ");
}

static bool visit_two(void *ctx, const inlay_visited *f, int64_t value, const char *label)
{
    (void)f, (void)value, (void)label;
    return ++*(unsigned *)ctx < 2;
}

static void visitor_ends_the_visit(void)
{
    static const uint8_t bytes[] = {0x15, 0x00, 0x15, 0x02, 0x15, 0x04, 0x00};
    unsigned calls = 0;
    inlay_visitor v = {.ctx = &calls, .integer = visit_two};
    inlay_bytes raw = {bytes, sizeof bytes};
    CHECK_INT(inlay_metadata_visit(test_env(), INLAY_RECORD_PAGE_HEADER, raw, &v, NULL), INLAY_END);
    CHECK_INT(calls, 2);
}

static void visitor_without_functions_only_checks(void)
{
    static const uint8_t bytes[] = {0x15, 0x00, 0x4C, 0x19, 0x21, 0x01, 0x02, 0x00, 0x00};
    static const inlay_visitor nobody = {0};
    inlay_bytes raw = {bytes, sizeof bytes};
    CHECK_INT(inlay_metadata_visit(test_env(), INLAY_RECORD_PAGE_HEADER, raw, &nobody, NULL), INLAY_OK);
    raw.len--;
    CHECK_INT(inlay_metadata_visit(test_env(), INLAY_RECORD_PAGE_HEADER, raw, &nobody, NULL),
              INLAY_CORRUPT);
    CHECK_INT(inlay_metadata_visit(test_env(), (inlay_record)9, raw, &nobody, NULL), INLAY_ARG);
}

/* ---- hostile ---- */

static void counts_beyond_the_bytes_are_corrupt(void)
{
    static const uint8_t list[] = {0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00};
    CHECK_INT(visit_bytes(INLAY_RECORD_FOOTER, list, sizeof list), INLAY_CORRUPT);
    static const uint8_t map[] = {0x1B, 0x7F, 0x88, 0x00, 0x00};
    CHECK_INT(visit_bytes(INLAY_RECORD_FOOTER, map, sizeof map), INLAY_CORRUPT);
    static const uint8_t text[] = {0x68, 0x7F, 'a', 0x00};
    CHECK_INT(visit_bytes(INLAY_RECORD_FOOTER, text, sizeof text), INLAY_CORRUPT);
    static const uint8_t uuid[] = {0x1D, 0x00, 0x00};
    CHECK_INT(visit_bytes(INLAY_RECORD_FOOTER, uuid, sizeof uuid), INLAY_CORRUPT);
    static const uint8_t wire[] = {0x1E, 0x00, 0x00};
    CHECK_INT(visit_bytes(INLAY_RECORD_FOOTER, wire, sizeof wire), INLAY_CORRUPT);
    CHECK_INT(visit_bytes(INLAY_RECORD_FOOTER, "", 0), INLAY_CORRUPT);
}

static void nesting_is_bounded_in_structs_lists_and_maps(void)
{
    static uint8_t bytes[100000];
    memset(bytes, 0x1C, sizeof bytes); /* {1: {1: {1: ... */
    CHECK_INT(visit_bytes(INLAY_RECORD_FOOTER, bytes, sizeof bytes), INLAY_LIMIT);
    CHECK_INT(visit_trace.open, 31); /* the record itself is the first of 32 */
    memset(bytes, 0x19, sizeof bytes); /* lists of one list */
    CHECK_INT(visit_bytes(INLAY_RECORD_FOOTER, bytes, sizeof bytes), INLAY_LIMIT);
    for (size_t i = 1; i + 1 < sizeof bytes; i += 2) {
        bytes[i] = 0x01; /* maps of one map ... */
        bytes[i + 1] = 0xBB;
    }
    bytes[0] = 0x1B;
    CHECK_INT(visit_bytes(INLAY_RECORD_FOOTER, bytes, sizeof bytes), INLAY_LIMIT);
}

static void counts_obey_the_limits(void)
{
    static uint8_t bytes[64];
    inlay_env env = {.limits = {.thrift_elements = 20, .thrift_bytes = 10}};
    static const inlay_visitor nobody = {0};
    inlay_bytes raw = {bytes, sizeof bytes};
    bytes[0] = 0x19; /* 1: a list of 21 i8 */
    bytes[1] = 0xF3;
    bytes[2] = 21;
    CHECK_INT(inlay_metadata_visit(&env, INLAY_RECORD_FOOTER, raw, &nobody, NULL), INLAY_LIMIT);
    bytes[2] = 20;
    CHECK_INT(inlay_metadata_visit(&env, INLAY_RECORD_FOOTER, raw, &nobody, NULL), INLAY_OK);
    bytes[0] = 0x1B; /* 1: a map of 21 pairs of i8 */
    bytes[1] = 21;
    bytes[2] = 0x33;
    CHECK_INT(inlay_metadata_visit(&env, INLAY_RECORD_FOOTER, raw, &nobody, NULL), INLAY_LIMIT);
    bytes[0] = 0x18; /* 1: 11 bytes */
    bytes[1] = 11;
    CHECK_INT(inlay_metadata_visit(&env, INLAY_RECORD_FOOTER, raw, &nobody, NULL), INLAY_LIMIT);
}

/* Every byte string of a footer that ends early is corrupt, and says so without reading on. */
static void footer_cut_anywhere_is_corrupt(void)
{
    static const uint8_t bytes[] = {0x15, 0x02, 0x19, 0x1C, 0x48, 0x01, 'r', 0x15, 0x00, 0x00,
                                    0x16, 0x00, 0x19, 0x0C, 0x19, 0x1C, 0x18, 0x01, 'k',  0x18,
                                    0x01, 'v',  0x00, 0x28, 0x01, 'w',  0x00};
    CHECK_INT(visit_bytes(INLAY_RECORD_FOOTER, bytes, sizeof bytes), INLAY_OK);
    for (size_t n = 0; n < sizeof bytes; n++) {
        uint8_t copy[sizeof bytes];
        memcpy(copy, bytes, n);
        CHECK_INT(visit_bytes(INLAY_RECORD_FOOTER, copy, n), INLAY_CORRUPT);
    }
}

static void random_bytes_end_in_order(void)
{
    uint8_t bytes[200];
    for (int i = 0; i < 20000; i++) {
        size_t n = (size_t)test_random_below(sizeof bytes);
        for (size_t k = 0; k < n; k++)
            bytes[k] = (uint8_t)test_random();
        inlay_record record = (inlay_record)test_random_below(5);
        inlay_status status = visit_bytes(record, bytes, n);
        CHECK(status == INLAY_OK || status == INLAY_CORRUPT || status == INLAY_LIMIT);
        if (status == INLAY_OK)
            CHECK_INT(visit_trace.open, 0);
    }
}

/* ---- real footers ---- */

static bool visit_unknown(void *ctx, const inlay_visited *f, uint32_t n)
{
    (void)n;
    if (f->id >= 0 && !f->name)
        ++*(unsigned *)ctx;
    return true;
}

static unsigned visit_file(const char *name)
{
    char path[200];
    inlay_file *file = NULL;
    inlay_source source;
    inlay_reader *reader = NULL;
    unsigned unknown = 0;
    size_t used = 0;
    snprintf(path, sizeof path, "corpus/parquet-testing/data/%s", name);
    CHECK_INT(inlay_file_open(test_env(), test_corpus(path), false, &file, &source), INLAY_OK);
    CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
    inlay_bytes footer = inlay_reader_footer(reader);
    inlay_visitor v = {.ctx = &unknown, .begin = visit_unknown};
    CHECK_INT(footer.len, inlay_reader_footer_bytes(reader));
    CHECK_INT(inlay_metadata_visit(test_env(), INLAY_RECORD_FOOTER, footer, &v, &used), INLAY_OK);
    CHECK_INT(used, footer.len);
    inlay_reader_close(reader);
    inlay_file_close(file);
    return unknown;
}

static void real_footers_have_only_known_containers(void)
{
    CHECK_INT(visit_file("alltypes_plain.parquet"), 0);
    CHECK_INT(visit_file("data_index_bloom_encoding_with_length.parquet"), 0);
    CHECK_INT(visit_file("column_chunk_key_value_metadata.parquet"), 0);
}

static void private_fields_of_real_files_are_seen(void)
{
    CHECK_INT(visit_file("unknown-logical-type.parquet"), 1);     /* a member of LogicalType */
    CHECK(visit_file("dict-page-offset-zero.parquet") > 0);       /* a list under field 15 */
}

TEST_SUITE(format_visit) = {
    {"visit: a footer by hand, every field named", footer_by_hand_is_told_in_full},
    {"visit: a page header with enum labels and statistics", page_header_shows_enum_labels_and_statistics},
    {"visit: page index and bloom filter header", page_index_and_bloom_header_have_names},
    {"visit: unknown fields by number and type, the extension too", unknown_fields_come_by_number_and_type},
    {"visit: a known number of another type has no name", known_number_of_another_type_has_no_name},
    {"visit: an enum value that parquet.thrift does not have", enum_value_beyond_the_table_is_a_number},
    {"visit: the visitor may end it", visitor_ends_the_visit},
    {"visit: no functions, only the form is checked", visitor_without_functions_only_checks},
    {"visit: counts beyond the bytes left", counts_beyond_the_bytes_are_corrupt},
    {"visit: nesting of structs, lists and maps is bounded", nesting_is_bounded_in_structs_lists_and_maps},
    {"visit: counts obey limits.thrift_elements and thrift_bytes", counts_obey_the_limits},
    {"visit: a footer cut anywhere is corrupt", footer_cut_anywhere_is_corrupt},
    {"visit: random bytes", random_bytes_end_in_order},
    {"visit: real footers", real_footers_have_only_known_containers},
    {"visit: private fields of real files", private_fields_of_real_files_are_seen},
    {0}};
