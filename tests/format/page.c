/* Facts about pages as other writers make them: files put together page by page, one column, no codec
 * unless said. */
#include "pages.h"

#include "base/hash.h"

void pages_start(struct pages_file *f, uint8_t repetition)
{
    *f = (struct pages_file){.leaf = {.name = {(const uint8_t *)"x", 1}, .type = INLAY_INT32,
                                     .repetition = repetition},
                             .dictionary_at = -1, .data_at = 4, .chunk_type = -1};
    buf_init(&f->bytes, test_env());
    buf_append(&f->bytes, "PAR1", 4);
}

void pages_put(struct pages_file *f, struct meta_page_header *h, const void *body, size_t n, size_t raw)
{
    h->has |= 1u << META_PG_TYPE | 1u << META_PG_UNCOMPRESSED | 1u << META_PG_COMPRESSED;
    h->compressed_bytes = (int32_t)n;
    h->uncompressed_bytes = (int32_t)raw;
    thrift_write(&f->bytes, &meta_page_header_table, h);
    buf_append(&f->bytes, body, n);
}

void pages_put_v1(struct pages_file *f, const void *body, size_t n, int32_t values, int32_t encoding,
                  int32_t def_encoding)
{
    struct meta_data_page d = {15, values, encoding, def_encoding, ENCODING_RLE, NULL};
    struct meta_page_header h = {.has = 1u << META_PG_DATA, .type = META_PAGE_DATA, .data = &d};
    pages_put(f, &h, body, n, n);
    f->n_values += values;
    f->n_rows += values;
}

void pages_put_v2(struct pages_file *f, const void *body, size_t n, size_t raw, int32_t values, int32_t nulls,
                  int32_t def_bytes, int compressed)
{
    struct meta_data_page_v2 d = {.has = 63, .num_values = values, .num_nulls = nulls, .num_rows = values,
                                  .def_bytes = def_bytes, .is_compressed = compressed == 1};
    struct meta_page_header h = {.has = 1u << META_PG_DATA_V2, .type = META_PAGE_DATA_V2, .data_v2 = &d};
    if (compressed >= 0)
        META_SET(&d, META_V2_COMPRESSED);
    pages_put(f, &h, body, n, raw);
    f->n_values += values;
    f->n_rows += values;
}

void pages_put_dictionary(struct pages_file *f, const void *body, size_t n, int32_t values)
{
    struct meta_dictionary_page d = {3, values, ENCODING_PLAIN, false};
    struct meta_page_header h = {.has = 1u << META_PG_DICTIONARY, .type = META_PAGE_DICTIONARY, .dictionary = &d};
    pages_put(f, &h, body, n, n);
}

/* The footer behind the pages. */
static void pages_footer(struct pages_file *f)
{
    int64_t size = (int64_t)f->bytes.bytes - 4;
    struct meta_column m = {.has = 1u << META_CM_TYPE | 1u << META_CM_CODEC | 1u << META_CM_VALUES |
                                   1u << META_CM_UNCOMPRESSED | 1u << META_CM_COMPRESSED |
                                   1u << META_CM_DATA_PAGE,
                            .type = f->chunk_type < 0 ? (int32_t)f->leaf.type : f->chunk_type,
                            .codec = f->codec, .num_values = f->n_values, .uncompressed_bytes = size,
                            .compressed_bytes = size, .data_page_at = f->data_at,
                            .dictionary_page_at = f->dictionary_at};
    if (f->dictionary_at >= 0)
        META_SET(&m, META_CM_DICTIONARY_PAGE);
    struct meta_chunk chunk = {.has = 1u << META_CC_FILE_OFFSET | 1u << META_CC_META, .meta = &m};
    struct meta_schema_element schema[2] = {
        {.has = 1u << META_SE_NAME | 1u << META_SE_CHILDREN, .name = f->leaf.name, .num_children = 1},
        {.has = 1u << META_SE_NAME | 1u << META_SE_TYPE | 1u << META_SE_REPETITION, .name = f->leaf.name,
         .type = (int32_t)f->leaf.type, .type_length = f->leaf.type_length, .repetition = f->leaf.repetition}};
    if (f->leaf.type_length)
        META_SET(&schema[1], META_SE_TYPE_LENGTH);
    struct buf part, group;
    buf_init(&part, test_env());
    buf_init(&group, test_env());
    thrift_write(&part, &meta_chunk_table, &chunk);
    inlay_bytes span = {part.data, part.bytes};
    struct meta_row_group rg = {.has = 7, .columns = {&span, 1}, .num_rows = f->n_rows};
    thrift_write(&group, &meta_row_group_table, &rg);
    inlay_bytes group_span = {group.data, group.bytes};
    struct meta_file file = {.has = 15, .version = 1, .schema = {schema, 2}, .num_rows = f->n_rows,
                             .row_groups = {&group_span, 1}};
    if (f->created_by) {
        file.created_by = (inlay_bytes){(const uint8_t *)f->created_by, strlen(f->created_by)};
        META_SET(&file, META_FM_CREATED_BY);
    }
    size_t at = f->bytes.bytes;
    thrift_write(&f->bytes, &meta_file_table, &file);
    buf_le32(&f->bytes, (uint32_t)(f->bytes.bytes - at));
    buf_append(&f->bytes, "PAR1", 4);
    buf_free(&part);
    buf_free(&group);
}

void pages_open(struct pages_file *f)
{
    pages_footer(f);
    inlay_source source = inlay_source_memory(f->bytes.data, f->bytes.bytes);
    if (f->no_view)
        source.view = NULL;
    CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &f->reader), INLAY_OK);
    CHECK_INT(inlay_column_open(f->reader, 0, 0, &f->column), INLAY_OK);
}

void pages_close(struct pages_file *f)
{
    inlay_column_close(f->column);
    inlay_reader_close(f->reader);
    buf_free(&f->bytes);
}

inlay_status pages_values(struct pages_file *f, const int32_t *want, size_t n)
{
    inlay_batch b;
    inlay_status status;
    size_t row = 0;
    pages_open(f);
    while ((status = inlay_column_read(f->column, 0, &b)) == INLAY_OK) {
        const int32_t *v = b.values;
        for (size_t i = 0; i < b.n_levels; i++, row++) {
            bool present = !b.def || b.def[i] == 1;
            CHECK(row < n);
            CHECK_INT(present ? *v++ : INT32_MIN, want[row]);
        }
    }
    if (status == INLAY_END)
        CHECK_INT(row, n);
    pages_close(f);
    return status;
}

inlay_status pages_strings(struct pages_file *f, const char *const *want, size_t n, size_t step)
{
    inlay_batch b;
    inlay_status status;
    size_t row = 0;
    pages_open(f);
    while ((status = inlay_column_read(f->column, step, &b)) == INLAY_OK) {
        const inlay_bytes *v = b.values;
        for (size_t i = 0; i < b.n_values; i++, row++) {
            CHECK(row < n);
            CHECK_BYTES(v[i].data, v[i].len, want[row], strlen(want[row]));
        }
    }
    if (status == INLAY_END)
        CHECK_INT(row, n);
    pages_close(f);
    return status;
}

static void legacy_levels_are_read_msb_first(void)
{
    /* levels 1 0 1 1 in MSB order: 1011 0000; three values */
    static const uint8_t body[] = {0xB0, 7, 0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0};
    static const int32_t want[] = {7, INT32_MIN, 8, 9};
    struct pages_file f;
    pages_start(&f, INLAY_OPTIONAL);
    pages_put_v1(&f, body, sizeof body, 4, ENCODING_PLAIN, ENCODING_BIT_PACKED);
    CHECK_INT(pages_values(&f, want, 4), INLAY_END);
}

static void levels_by_hand_in_v1_and_v2(void)
{
    /* run of two ones, then (packed) 0 1: levels 1 1 0 1 */
    static const uint8_t v1[] = {4, 0, 0, 0, 0x04, 0x01, 0x03, 0x02, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0};
    static const uint8_t v2[] = {0x04, 0x01, 0x03, 0x02, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0};
    static const int32_t want[] = {5, 6, INT32_MIN, 7, 5, 6, INT32_MIN, 7};
    struct pages_file f;
    pages_start(&f, INLAY_OPTIONAL);
    pages_put_v1(&f, v1, sizeof v1, 4, ENCODING_PLAIN, ENCODING_RLE);
    pages_put_v2(&f, v2, sizeof v2, sizeof v2, 4, 1, 4, -1);
    CHECK_INT(pages_values(&f, want, 8), INLAY_END);
}

static void empty_value_section_needs_no_codec(void)
{
    static const uint8_t all_null[] = {0x06, 0x00}; /* three zeros */
    static const int32_t want[] = {INT32_MIN, INT32_MIN, INT32_MIN};
    struct pages_file f;
    if (!codec_by_id(CODEC_SNAPPY))
        test_skip("codec not in this build");
    pages_start(&f, INLAY_OPTIONAL);
    f.codec = CODEC_SNAPPY;
    pages_put_v2(&f, all_null, 2, 2, 3, 3, 2, 1);
    CHECK_INT(pages_values(&f, want, 3), INLAY_END);
}

static void false_but_compressed_is_compressed(void)
{
    /* snappy: 12 bytes, a literal of 4 and a copy of 8 from 4 back (ARROW-10353) */
    static const uint8_t body[] = {0x0C, 0x0C, 1, 0, 0, 0, 0x11, 0x04};
    static const int32_t want[] = {1, 1, 1};
    struct pages_file f;
    if (!codec_by_id(CODEC_SNAPPY))
        test_skip("codec not in this build");
    pages_start(&f, INLAY_REQUIRED);
    f.codec = CODEC_SNAPPY;
    pages_put_v2(&f, body, sizeof body, 12, 3, 0, 0, 0);
    CHECK_INT(pages_values(&f, want, 3), INLAY_END);
}

static const uint8_t page_dictionary[] = {10, 0, 0, 0, 20, 0, 0, 0};

static void unannounced_dictionary_is_found(void)
{
    static const uint8_t codes[] = {1, 0x02, 0x01, 0x04, 0x00}; /* width 1: one 1, two 0 */
    static const int32_t want[] = {20, 10, 10};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    pages_put_dictionary(&f, page_dictionary, sizeof page_dictionary, 2);
    pages_put_v1(&f, codes, sizeof codes, 3, ENCODING_PLAIN_DICTIONARY, ENCODING_RLE);
    CHECK_INT(pages_values(&f, want, 3), INLAY_END);
}

static void pages_may_fall_back_to_plain(void)
{
    static const uint8_t codes[] = {1, 0x02, 0x01}, plain[] = {30, 0, 0, 0};
    static const int32_t want[] = {20, 30};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    pages_put_dictionary(&f, page_dictionary, sizeof page_dictionary, 2);
    pages_put_v1(&f, codes, sizeof codes, 1, ENCODING_RLE_DICTIONARY, ENCODING_RLE);
    pages_put_v1(&f, plain, sizeof plain, 1, ENCODING_PLAIN, ENCODING_RLE);
    CHECK_INT(pages_values(&f, want, 2), INLAY_END);
}

static void null_page_of_codes_may_be_empty(void)
{
    static const uint8_t body[] = {2, 0, 0, 0, 0x04, 0x00}; /* two nulls, no code section at all */
    static const int32_t want[] = {INT32_MIN, INT32_MIN};
    struct pages_file f;
    pages_start(&f, INLAY_OPTIONAL);
    pages_put_dictionary(&f, page_dictionary, sizeof page_dictionary, 2);
    pages_put_v1(&f, body, sizeof body, 2, ENCODING_RLE_DICTIONARY, ENCODING_RLE);
    CHECK_INT(pages_values(&f, want, 2), INLAY_END);
}

static void unknown_page_types_are_passed_over(void)
{
    static const uint8_t plain[] = {30, 0, 0, 0};
    static const int32_t want[] = {30};
    struct meta_page_header index = {.type = META_PAGE_INDEX}, future = {.type = 77};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    pages_put(&f, &index, "abc", 3, 3);
    pages_put(&f, &future, "de", 2, 2);
    pages_put_v1(&f, plain, sizeof plain, 1, ENCODING_PLAIN, ENCODING_RLE);
    CHECK_INT(pages_values(&f, want, 1), INLAY_END);
}

static void checksum_zero_is_a_checksum(void)
{
    static const uint8_t plain[] = {30, 0, 0, 0};
    struct meta_data_page d = {15, 1, ENCODING_PLAIN, ENCODING_RLE, ENCODING_RLE, NULL};
    struct meta_page_header h = {.has = 1u << META_PG_DATA | 1u << META_PG_CRC, .type = META_PAGE_DATA,
                                 .data = &d, .crc = 0};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    pages_put(&f, &h, plain, sizeof plain, sizeof plain);
    f.n_values = f.n_rows = 1;
    CHECK(hash_crc32(0, plain, sizeof plain) != 0);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
}

static void refused_pages(void)
{
    static const uint8_t plain[] = {30, 0, 0, 0}, wide[] = {33, 0x02}, beyond[] = {2, 0x02, 0x02};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED); /* a second dictionary */
    pages_put_dictionary(&f, page_dictionary, sizeof page_dictionary, 2);
    pages_put_dictionary(&f, page_dictionary, sizeof page_dictionary, 2);
    pages_put_v1(&f, plain, sizeof plain, 1, ENCODING_PLAIN, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
    pages_start(&f, INLAY_REQUIRED); /* a dictionary that counts more than it holds */
    pages_put_dictionary(&f, page_dictionary, sizeof page_dictionary, 3);
    pages_put_v1(&f, plain, sizeof plain, 1, ENCODING_PLAIN, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
    pages_start(&f, INLAY_REQUIRED); /* a negative count: parquet-testing ARROW-RS-GH-6229-DICTHEADER */
    pages_put_dictionary(&f, page_dictionary, sizeof page_dictionary, -1);
    pages_put_v1(&f, plain, sizeof plain, 1, ENCODING_PLAIN, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
    pages_start(&f, INLAY_REQUIRED); /* codes of 33 bits */
    pages_put_dictionary(&f, page_dictionary, sizeof page_dictionary, 2);
    pages_put_v1(&f, wide, sizeof wide, 1, ENCODING_RLE_DICTIONARY, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
    pages_start(&f, INLAY_REQUIRED); /* code 2 of 2 entries */
    pages_put_dictionary(&f, page_dictionary, sizeof page_dictionary, 2);
    pages_put_v1(&f, beyond, sizeof beyond, 1, ENCODING_RLE_DICTIONARY, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
    pages_start(&f, INLAY_REQUIRED); /* codes without a dictionary */
    pages_put_v1(&f, beyond, sizeof beyond, 1, ENCODING_RLE_DICTIONARY, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
    pages_start(&f, INLAY_REQUIRED); /* fewer values than the chunk says */
    pages_put_v1(&f, plain, sizeof plain, 1, ENCODING_PLAIN, ENCODING_RLE);
    f.n_values = f.n_rows = 2;
    static const int32_t one[] = {30};
    CHECK_INT(pages_values(&f, one, 1), INLAY_CORRUPT);
    pages_start(&f, INLAY_REQUIRED); /* a body shorter than its values */
    pages_put_v1(&f, plain, sizeof plain, 2, ENCODING_PLAIN, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
}

static void rows_beyond_the_first_level_are_refused(void)
{
    /* a repeated column whose first repetition level is 1: parquet-testing ARROW-GH-45185 */
    static const uint8_t body[] = {2, 0, 0, 0, 0x02, 0x01, 2, 0, 0, 0, 0x02, 0x01, 5, 0, 0, 0};
    struct pages_file f;
    pages_start(&f, INLAY_REPEATED);
    pages_put_v1(&f, body, sizeof body, 1, ENCODING_PLAIN, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
}

TEST_SUITE(format_page) = {
    {"page: legacy BIT_PACKED levels are read MSB first", legacy_levels_are_read_msb_first},
    {"page: levels by hand in v1 and v2", levels_by_hand_in_v1_and_v2},
    {"page: an empty value section needs no codec", empty_value_section_needs_no_codec},
    {"page: v2 \"not compressed\" with two sizes is compressed", false_but_compressed_is_compressed},
    {"page: a dictionary that the footer does not announce is found", unannounced_dictionary_is_found},
    {"page: later pages may fall back to plain", pages_may_fall_back_to_plain},
    {"page: codes of a page of nulls may be missing", null_page_of_codes_may_be_empty},
    {"page: index pages and unknown types are passed over", unknown_page_types_are_passed_over},
    {"page: a checksum of 0 is a checksum", checksum_zero_is_a_checksum},
    {"page: broken dictionaries, codes and counts are refused", refused_pages},
    {"page: a first repetition level of 1 is refused", rows_beyond_the_first_level_are_refused},
    {0}};
