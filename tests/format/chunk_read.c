/* Facts about column chunks as other writers make them: dictionaries, flags of v2 pages, faults of known
 * writers, and damage. Bytes by hand. */
#include "base/hash.h"
#include "pages.h"

static void needs_snappy(void)
{
    if (!codec_by_id(CODEC_SNAPPY))
        test_skip("codec not in this build");
}

/* ---- v2 pages ---- */

static void v2_levels_stand_before_compressed_values(void)
{
    /* levels 1 1 0 (a packed group), then snappy: 8 bytes, a literal of 4 and a copy of 4 from 4 back */
    static const uint8_t body[] = {0x03, 0x03, 0x08, 0x0C, 1, 0, 0, 0, 0x01, 0x04};
    static const int32_t want[] = {1, 1, INT32_MIN};
    needs_snappy();
    for (int flag = -1; flag <= 1; flag += 2) { /* absent means true */
        struct pages_file f;
        pages_start(&f, INLAY_OPTIONAL);
        f.codec = CODEC_SNAPPY;
        pages_put_v2(&f, body, sizeof body, 10, 3, 1, 2, flag);
        CHECK_INT(pages_values(&f, want, 3), INLAY_END);
    }
}

static void v2_not_compressed_under_a_codec(void)
{
    static const uint8_t body[] = {0x03, 0x03, 7, 0, 0, 0, 8, 0, 0, 0};
    static const int32_t want[] = {7, 8, INT32_MIN};
    struct pages_file f;
    needs_snappy();
    pages_start(&f, INLAY_OPTIONAL);
    f.codec = CODEC_SNAPPY;
    pages_put_v2(&f, body, sizeof body, sizeof body, 3, 1, 2, 0);
    CHECK_INT(pages_values(&f, want, 3), INLAY_END);
}

static void v2_compressed_without_a_codec(void)
{
    static const uint8_t body[] = {7, 0, 0, 0};
    static const int32_t want[] = {7};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    pages_put_v2(&f, body, sizeof body, sizeof body, 1, 0, 0, 1);
    CHECK_INT(pages_values(&f, want, 1), INLAY_END);
}

static void v2_flag_of_old_parquet_cpp_is_not_believed(void)
{
    /* snappy: 8 bytes, a literal of 4 and a copy of 4; 8 bytes long itself, so only the writer's name tells */
    static const uint8_t body[] = {0x08, 0x0C, 1, 0, 0, 0, 0x01, 0x04};
    static const int32_t unpacked[] = {1, 1}, raw[] = {0x00010C08, 0x04010000};
    struct pages_file f;
    needs_snappy();
    for (int old = 0; old < 2; old++) {
        pages_start(&f, INLAY_REQUIRED);
        f.codec = CODEC_SNAPPY;
        f.created_by = old ? "parquet-cpp version 1.5.1-SNAPSHOT" : "parquet-cpp-arrow version 3.0.0";
        pages_put_v2(&f, body, sizeof body, 8, 2, 0, 0, 0);
        CHECK_INT(pages_values(&f, old ? unpacked : raw, 2), INLAY_END);
    }
}

static void v2_empty_values_as_nothing_or_as_a_stream_of_nothing(void)
{
    static const uint8_t body[] = {0x06, 0x00, 0x00}; /* three nulls; snappy: 0 bytes */
    static const int32_t want[] = {INT32_MIN, INT32_MIN, INT32_MIN};
    needs_snappy();
    for (size_t n = 2; n <= 3; n++)
        for (int flag = -1; flag <= 1; flag++) {
            struct pages_file f;
            pages_start(&f, INLAY_OPTIONAL);
            f.codec = CODEC_SNAPPY;
            pages_put_v2(&f, body, n, 2, 3, 3, 2, flag);
            CHECK_INT(pages_values(&f, want, 3), INLAY_END);
        }
}

static void v2_levels_of_a_required_column_are_passed_over(void)
{
    static const uint8_t body[] = {0x02, 0x00, 7, 0, 0, 0};
    static const int32_t want[] = {7};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    pages_put_v2(&f, body, sizeof body, sizeof body, 1, 0, 2, -1);
    CHECK_INT(pages_values(&f, want, 1), INLAY_END);
}

static void v2_level_lengths_beyond_the_page_are_refused(void)
{
    static const int32_t lengths[][2] = {{0, 7},  {7, 0},  {4, 3},           {INT32_MAX, INT32_MAX},
                                         {-1, 2}, {2, -1}, {INT32_MAX, 0x7},  {0, INT32_MAX}};
    static const uint8_t body[] = {0x02, 0x01, 7, 0, 0, 0};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct meta_data_page_v2 d = {.has = 63, .num_values = 1, .num_rows = 1, .rep_bytes = lengths[i][0],
                                      .def_bytes = lengths[i][1]};
        struct meta_page_header h = {.has = 1u << META_PG_DATA_V2, .type = META_PAGE_DATA_V2, .data_v2 = &d};
        struct pages_file f;
        pages_start(&f, INLAY_OPTIONAL);
        pages_put(&f, &h, body, sizeof body, sizeof body);
        f.n_values = f.n_rows = 1;
        CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
    }
}

/* ---- v1 pages ---- */

static void empty_pages_between_others(void)
{
    static const uint8_t snappy[] = {0x04, 0x0C, 7, 0, 0, 0};
    static const int32_t want[] = {7, 7};
    struct meta_data_page d = {15, 1, ENCODING_PLAIN, ENCODING_RLE, ENCODING_RLE, NULL};
    struct meta_page_header h = {.has = 1u << META_PG_DATA, .type = META_PAGE_DATA, .data = &d};
    struct pages_file f;
    needs_snappy();
    pages_start(&f, INLAY_REQUIRED);
    f.codec = CODEC_SNAPPY;
    pages_put(&f, &h, snappy, sizeof snappy, 4);
    pages_put_v1(&f, NULL, 0, 0, ENCODING_PLAIN, ENCODING_RLE); /* no bytes: the codec is not asked */
    pages_put(&f, &h, snappy, sizeof snappy, 4);
    f.n_values = f.n_rows = 2;
    CHECK_INT(pages_values(&f, want, 2), INLAY_END);
}

static void empty_runs_of_levels_are_passed_over(void)
{
    /* a run of no zeros, a packed run of no groups, a run of three ones */
    static const uint8_t body[] = {5, 0, 0, 0, 0x00, 0x00, 0x01, 0x06, 0x01, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0};
    static const uint8_t endless[] = {6, 0, 0, 0, 0x00, 0x01, 0x00, 0x01, 0x01, 0x01, 5, 0, 0, 0};
    static const int32_t want[] = {5, 6, 7};
    struct pages_file f;
    pages_start(&f, INLAY_OPTIONAL);
    pages_put_v1(&f, body, sizeof body, 3, ENCODING_PLAIN, ENCODING_RLE);
    CHECK_INT(pages_values(&f, want, 3), INLAY_END);
    pages_start(&f, INLAY_OPTIONAL);
    pages_put_v1(&f, endless, sizeof endless, 1, ENCODING_PLAIN, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
}

static void levels_that_do_not_fit_their_page_are_refused(void)
{
    static const uint8_t few[] = {2, 0, 0, 0, 0x04, 0x01, 5, 0, 0, 0, 6, 0, 0, 0}; /* two of four */
    static const uint8_t wrap[] = {0xFE, 0xFF, 0xFF, 0xFF, 0x04, 0x01, 5, 0, 0, 0, 6, 0, 0, 0};
    static const uint8_t beyond[] = {11, 0, 0, 0, 0x04, 0x01, 5, 0, 0, 0, 6, 0, 0, 0};
    static const uint8_t no_length[] = {2, 0, 0};
    static const struct {
        const uint8_t *body;
        size_t n;
        int32_t values;
    } bad[] = {{few, sizeof few, 4}, {wrap, sizeof wrap, 2}, {beyond, sizeof beyond, 2}, {no_length, 3, 1}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) { /* few: parquet-testing ARROW-GH-41321 */
        struct pages_file f;
        pages_start(&f, INLAY_OPTIONAL);
        pages_put_v1(&f, bad[i].body, bad[i].n, bad[i].values, ENCODING_PLAIN, ENCODING_RLE);
        CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
    }
}

static void negative_and_excessive_counts_are_refused(void)
{
    static const uint8_t plain[] = {30, 0, 0, 0};
    static const int32_t counts[] = {-1, INT32_MIN, 2, INT32_MAX};
    for (int v2 = 0; v2 < 2; v2++)
        for (size_t i = 0; i < 4; i++) {
            struct pages_file f;
            pages_start(&f, INLAY_REQUIRED);
            if (v2)
                pages_put_v2(&f, plain, 4, 4, counts[i], 0, 0, -1);
            else
                pages_put_v1(&f, plain, 4, counts[i], ENCODING_PLAIN, ENCODING_RLE);
            f.n_values = f.n_rows = 1;
            CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
            CHECK(test_env()->peak_bytes < 1u << 20);
        }
}

static void chunk_of_another_type_than_the_schemas_is_refused(void)
{
    static const uint8_t plain[] = {30, 0, 0, 0};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    f.chunk_type = INLAY_INT64;
    pages_put_v1(&f, plain, 4, 1, ENCODING_PLAIN, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
}

static void bytes_behind_the_values_are_tolerated(void)
{
    static const uint8_t plain[] = {30, 0, 0, 0, 1, 2, 3};
    static const int32_t want[] = {30};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    pages_put_v1(&f, plain, sizeof plain, 1, ENCODING_PLAIN, ENCODING_RLE);
    CHECK_INT(pages_values(&f, want, 1), INLAY_END);
}

static void delta_count_and_page_count(void)
{
    /* 1, 2 ... as many as the page says; the stream's own count is 5, 1 and 2^56 */
    static const uint8_t more[] = {0x80, 0x01, 0x04, 0x05, 0x02, 0x02, 0, 0, 0, 0};
    static const uint8_t fewer[] = {0x80, 0x01, 0x04, 0x01, 0x02};
    static const uint8_t huge[] = {0x80, 0x01, 0x04, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01,
                                   0x02, 0x02, 0, 0, 0, 0};
    static const int32_t want[] = {1, 2, 3};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    pages_put_v1(&f, more, sizeof more, 3, ENCODING_DELTA_BINARY_PACKED, ENCODING_RLE);
    CHECK_INT(pages_values(&f, want, 3), INLAY_END);
    pages_start(&f, INLAY_REQUIRED);
    pages_put_v1(&f, fewer, sizeof fewer, 3, ENCODING_DELTA_BINARY_PACKED, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
    test_env()->peak_bytes = 0;
    pages_start(&f, INLAY_REQUIRED);
    pages_put_v1(&f, huge, sizeof huge, 3, ENCODING_DELTA_BINARY_PACKED, ENCODING_RLE);
    CHECK_INT(pages_values(&f, want, 3), INLAY_END);
    CHECK(test_env()->peak_bytes < 1u << 20);
}

static void run_length_booleans_in_v1_and_v2(void)
{
    /* u32 length, then five times true and three times false */
    static const uint8_t body[] = {4, 0, 0, 0, 0x0A, 0x01, 0x06, 0x00};
    static const uint8_t want[] = {1, 1, 1, 1, 1, 0, 0, 0};
    for (int v2 = 0; v2 < 2; v2++) {
        struct pages_file f;
        inlay_batch b;
        pages_start(&f, INLAY_REQUIRED);
        f.leaf.type = INLAY_BOOLEAN;
        struct meta_data_page d = {15, 8, ENCODING_RLE, ENCODING_RLE, ENCODING_RLE, NULL};
        struct meta_data_page_v2 d2 = {.has = 63, .num_values = 8, .num_rows = 8, .encoding = ENCODING_RLE};
        struct meta_page_header h = {.has = 1u << (v2 ? META_PG_DATA_V2 : META_PG_DATA),
                                     .type = v2 ? META_PAGE_DATA_V2 : META_PAGE_DATA, .data = v2 ? NULL : &d,
                                     .data_v2 = v2 ? &d2 : NULL};
        pages_put(&f, &h, body, sizeof body, sizeof body);
        f.n_values = f.n_rows = 8;
        pages_open(&f);
        CHECK_INT(inlay_column_read(f.column, 0, &b), INLAY_OK);
        CHECK_BYTES(b.values, b.n_values, want, 8);
        pages_close(&f);
    }
}

/* ---- dictionaries ---- */

static const uint8_t chunk_entries[] = {10, 0, 0, 0, 20, 0, 0, 0};

static void dictionary_is_found_whatever_the_footer_says(void)
{
    static const uint8_t codes[] = {1, 0x02, 0x01, 0x04, 0x00};
    static const int32_t want[] = {20, 10, 10};
    static const int64_t announced[] = {-1, 0, 4, 1000, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof announced / sizeof announced[0]; i++)
        for (int shifted = 0; shifted < 2; shifted++) {
            struct pages_file f;
            pages_start(&f, INLAY_REQUIRED);
            f.dictionary_at = announced[i];
            pages_put_dictionary(&f, chunk_entries, sizeof chunk_entries, 2);
            if (shifted && announced[i] == 4) /* the one that is right: data_page_offset is too */
                f.data_at = (int64_t)f.bytes.bytes;
            pages_put_v1(&f, codes, sizeof codes, 3, ENCODING_RLE_DICTIONARY, ENCODING_RLE);
            CHECK_INT(pages_values(&f, want, 3), INLAY_END);
        }
}

static void codes_of_width_zero_are_the_first_entry(void)
{
    static const uint8_t no_header[] = {0}, header[] = {0, 0x06};
    static const int32_t want[] = {10, 10, 10};
    for (int32_t entries = 1; entries <= 2; entries++) { /* two: parquet-testing ARROW-GH-43605 */
        struct pages_file f;
        pages_start(&f, INLAY_REQUIRED);
        pages_put_dictionary(&f, chunk_entries, 4 * (size_t)entries, entries);
        pages_put_v1(&f, no_header, sizeof no_header, 3, ENCODING_RLE_DICTIONARY, ENCODING_RLE);
        CHECK_INT(pages_values(&f, want, 3), INLAY_END);
        pages_start(&f, INLAY_REQUIRED);
        pages_put_dictionary(&f, chunk_entries, 4 * (size_t)entries, entries);
        pages_put_v1(&f, header, sizeof header, 3, ENCODING_PLAIN_DICTIONARY, ENCODING_RLE);
        CHECK_INT(pages_values(&f, want, 3), INLAY_END);
    }
}

static void codes_of_any_legal_width_and_no_other(void)
{
    /* one run of two: width, header, value in whole bytes */
    for (uint32_t width = 1; width <= 255; width++) {
        static const int32_t want[] = {20, 20};
        uint8_t body[40] = {(uint8_t)width, 0x04, 1};
        struct pages_file f;
        pages_start(&f, INLAY_REQUIRED);
        pages_put_dictionary(&f, chunk_entries, sizeof chunk_entries, 2);
        pages_put_v1(&f, body, 2 + (width + 7) / 8, 2, ENCODING_RLE_DICTIONARY, ENCODING_RLE);
        CHECK_INT(pages_values(&f, want, width <= 32 ? 2 : 0), width <= 32 ? INLAY_END : INLAY_CORRUPT);
    }
}

static void page_of_nulls_may_have_the_width_alone(void)
{
    static const uint8_t body[] = {2, 0, 0, 0, 0x04, 0x00, 0x01};
    static const int32_t want[] = {INT32_MIN, INT32_MIN};
    struct pages_file f;
    pages_start(&f, INLAY_OPTIONAL);
    pages_put_dictionary(&f, chunk_entries, sizeof chunk_entries, 2);
    pages_put_v1(&f, body, sizeof body, 2, ENCODING_RLE_DICTIONARY, ENCODING_RLE);
    CHECK_INT(pages_values(&f, want, 2), INLAY_END);
}

static void values_without_their_width_are_refused(void)
{
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    pages_put_dictionary(&f, chunk_entries, sizeof chunk_entries, 2);
    pages_put_v1(&f, NULL, 0, 2, ENCODING_RLE_DICTIONARY, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
}

static void later_dictionaries_are_refused_by_name(void)
{
    static const uint8_t codes[] = {1, 0x02, 0x01};
    static const int32_t want[] = {20};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    pages_put_dictionary(&f, chunk_entries, sizeof chunk_entries, 2);
    pages_put_v1(&f, codes, sizeof codes, 1, ENCODING_RLE_DICTIONARY, ENCODING_RLE);
    pages_put_dictionary(&f, chunk_entries, sizeof chunk_entries, 2);
    pages_put_v1(&f, codes, sizeof codes, 1, ENCODING_RLE_DICTIONARY, ENCODING_RLE);
    CHECK_INT(pages_values(&f, want, 1), INLAY_CORRUPT);
    CHECK(strstr(test_env()->error.what, "second dictionary") != NULL);
    CHECK_INT(test_env()->error.page, 1);
}

/* ---- checksums ---- */

static void checksum_that_is_zero_holds(void)
{
    static const uint8_t plain[] = {0x9D, 0x0A, 0xD9, 0x6D}; /* zlib.crc32() == 0 */
    static const int32_t want[] = {0x6DD90A9D};
    struct meta_data_page d = {15, 1, ENCODING_PLAIN, ENCODING_RLE, ENCODING_RLE, NULL};
    struct meta_page_header h = {.has = 1u << META_PG_DATA | 1u << META_PG_CRC, .type = META_PAGE_DATA,
                                 .data = &d, .crc = 0};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    pages_put(&f, &h, plain, sizeof plain, sizeof plain);
    f.n_values = f.n_rows = 1;
    CHECK_INT(pages_values(&f, want, 1), INLAY_END);
}

static void checksum_covers_levels_and_dictionaries(void)
{
    static const uint8_t body[] = {0x02, 0x01, 7, 0, 0, 0}, codes[] = {1, 0x02, 0x01};
    static const int32_t want[] = {7};
    for (int wrong = 0; wrong < 2; wrong++) {
        struct meta_data_page_v2 d = {.has = 63, .num_values = 1, .num_rows = 1, .def_bytes = 2};
        struct meta_page_header h = {.has = 1u << META_PG_DATA_V2 | 1u << META_PG_CRC,
                                     .type = META_PAGE_DATA_V2, .data_v2 = &d,
                                     .crc = (int32_t)hash_crc32(0, body, sizeof body) + wrong};
        struct pages_file f;
        pages_start(&f, INLAY_OPTIONAL);
        pages_put(&f, &h, body, sizeof body, sizeof body);
        f.n_values = f.n_rows = 1;
        CHECK_INT(pages_values(&f, want, wrong ? 0 : 1), wrong ? INLAY_CORRUPT : INLAY_END);
    }
    struct meta_dictionary_page m = {3, 2, ENCODING_PLAIN, false};
    struct meta_page_header h = {.has = 1u << META_PG_DICTIONARY | 1u << META_PG_CRC, .type = META_PAGE_DICTIONARY,
                                 .dictionary = &m, .crc = 1};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    pages_put(&f, &h, chunk_entries, sizeof chunk_entries, sizeof chunk_entries);
    pages_put_v1(&f, codes, sizeof codes, 1, ENCODING_RLE_DICTIONARY, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_CORRUPT);
}

/* ---- delta strings that build on the page before (PARQUET-246) ---- */

/* apple apply | applying apricot | apricots: prefix lengths, suffix lengths, suffixes; a page each */
static const uint8_t chunk_delta_1[] = {0x80, 0x01, 0x04, 0x02, 0x00, 0x08, 0, 0, 0, 0, 0x80, 0x01, 0x04, 0x02,
                                        0x0A, 0x07, 0, 0, 0, 0, 'a', 'p', 'p', 'l', 'e', 'y'};
static const uint8_t chunk_delta_2[] = {0x80, 0x01, 0x04, 0x02, 0x0A, 0x05, 0, 0, 0, 0, 0x80, 0x01, 0x04, 0x02,
                                        0x06, 0x04, 0, 0, 0, 0, 'i', 'n', 'g', 'r', 'i', 'c', 'o', 't'};
static const uint8_t chunk_delta_3[] = {0x80, 0x01, 0x04, 0x01, 0x0E, 0x80, 0x01, 0x04, 0x01, 0x02, 's'};
static const char *const chunk_delta_want[] = {"apple", "apply", "applying", "apricot", "apricots"};

static void delta_file(struct pages_file *f, const char *created_by)
{
    pages_start(f, INLAY_REQUIRED);
    f->leaf.type = INLAY_BYTE_ARRAY;
    f->created_by = created_by;
    pages_put_v1(f, chunk_delta_1, sizeof chunk_delta_1, 2, ENCODING_DELTA_BYTE_ARRAY, ENCODING_RLE);
    pages_put_v1(f, chunk_delta_2, sizeof chunk_delta_2, 2, ENCODING_DELTA_BYTE_ARRAY, ENCODING_RLE);
    pages_put_v1(f, chunk_delta_3, sizeof chunk_delta_3, 1, ENCODING_DELTA_BYTE_ARRAY, ENCODING_RLE);
}

static void old_delta_strings_build_on_the_page_before(void)
{
    static const char *const old[] = {"parquet-mr version 1.7.0 (build abc)", "parquet-mr",
                                      "parquet-mr version 1.8.0-SNAPSHOT"};
    struct pages_file f;
    for (size_t i = 0; i < 3; i++)
        for (int no_view = 0; no_view < 2; no_view++)
            for (size_t step = 0; step < 3; step++) {
                delta_file(&f, old[i]);
                f.no_view = no_view;
                CHECK_INT(pages_strings(&f, chunk_delta_want, 5, step), INLAY_END);
            }
    delta_file(&f, "parquet-mr version 1.8.0 (build abc)");
    CHECK_INT(pages_strings(&f, chunk_delta_want, 2, 0), INLAY_CORRUPT);
    delta_file(&f, NULL);
    CHECK_INT(pages_strings(&f, chunk_delta_want, 2, 0), INLAY_CORRUPT);
}

static void seeking_reads_old_delta_strings_in_order(void)
{
    for (int no_view = 0; no_view < 2; no_view++) {
        struct pages_file f;
        delta_file(&f, "parquet-mr version 1.7.0 (build abc)");
        f.no_view = no_view;
        pages_open(&f);
        for (int from = 0; from < 5; from++)
            for (int to = 0; to < 5; to++) {
                inlay_batch b;
                CHECK_INT(inlay_column_seek(f.column, from), INLAY_OK);
                if (from & 1)
                    inlay_column_park(f.column);
                CHECK_INT(inlay_column_seek(f.column, to), INLAY_OK);
                CHECK_INT(inlay_column_read(f.column, 1, &b), INLAY_OK);
                const inlay_bytes *v = b.values;
                CHECK_BYTES(v[0].data, v[0].len, chunk_delta_want[to], strlen(chunk_delta_want[to]));
            }
        pages_close(&f);
    }
}

static void trimming_keeps_what_old_delta_strings_build_on(void)
{
    for (int no_view = 0; no_view < 2; no_view++) {
        struct pages_file f;
        inlay_batch b;
        delta_file(&f, "parquet-mr version 1.7.0 (build abc)");
        f.no_view = no_view;
        pages_open(&f);
        for (int i = 0; i < 5; i++) {
            CHECK_INT(inlay_column_read(f.column, 1, &b), INLAY_OK);
            const inlay_bytes *v = b.values;
            CHECK_BYTES(v[0].data, v[0].len, chunk_delta_want[i], strlen(chunk_delta_want[i]));
            inlay_column_trim(f.column);
        }
        CHECK_INT(inlay_column_read(f.column, 1, &b), INLAY_END);
        pages_close(&f);
    }
}

static void other_pages_between_old_delta_strings(void)
{
    static const uint8_t plain[] = {3, 0, 0, 0, 'f', 'i', 'g'};
    static const char *const want[] = {"apple", "apply", "fig", "applying", "apricot"};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    f.leaf.type = INLAY_BYTE_ARRAY;
    f.created_by = "parquet-mr version 1.7.0";
    pages_put_v1(&f, chunk_delta_1, sizeof chunk_delta_1, 2, ENCODING_DELTA_BYTE_ARRAY, ENCODING_RLE);
    pages_put_v1(&f, plain, sizeof plain, 1, ENCODING_PLAIN, ENCODING_RLE);
    pages_put_v1(&f, NULL, 0, 0, ENCODING_DELTA_BYTE_ARRAY, ENCODING_RLE);
    pages_put_v1(&f, chunk_delta_2, sizeof chunk_delta_2, 2, ENCODING_DELTA_BYTE_ARRAY, ENCODING_RLE);
    CHECK_INT(pages_strings(&f, want, 5, 0), INLAY_END);
}

static void old_delta_values_of_fixed_length(void)
{
    /* abc abd | abe: prefixes 0 2 and 2 */
    static const uint8_t one[] = {0x80, 0x01, 0x04, 0x02, 0x00, 0x04, 0, 0, 0, 0, 0x80, 0x01, 0x04, 0x02,
                                  0x06, 0x03, 0, 0, 0, 0, 'a', 'b', 'c', 'd'};
    static const uint8_t two[] = {0x80, 0x01, 0x04, 0x01, 0x04, 0x80, 0x01, 0x04, 0x01, 0x02, 'e'};
    struct pages_file f;
    inlay_batch b;
    pages_start(&f, INLAY_REQUIRED);
    f.leaf.type = INLAY_FIXED_LEN_BYTE_ARRAY;
    f.leaf.type_length = 3;
    f.created_by = "parquet-mr version 1.6.0";
    pages_put_v1(&f, one, sizeof one, 2, ENCODING_DELTA_BYTE_ARRAY, ENCODING_RLE);
    pages_put_v1(&f, two, sizeof two, 1, ENCODING_DELTA_BYTE_ARRAY, ENCODING_RLE);
    pages_open(&f);
    CHECK_INT(inlay_column_read(f.column, 0, &b), INLAY_OK);
    CHECK_BYTES(b.values, 3 * b.n_values, "abcabd", 6);
    CHECK_INT(inlay_column_read(f.column, 0, &b), INLAY_OK);
    CHECK_BYTES(b.values, 3 * b.n_values, "abe", 3);
    CHECK_INT(inlay_column_seek(f.column, 2), INLAY_OK);
    CHECK_INT(inlay_column_read(f.column, 0, &b), INLAY_OK);
    CHECK_BYTES(b.values, 3 * b.n_values, "abe", 3);
    pages_close(&f);
}

/* ---- codecs ---- */

static void lzo_is_named(void)
{
    static const uint8_t plain[] = {30, 0, 0, 0};
    struct pages_file f;
    pages_start(&f, INLAY_REQUIRED);
    f.codec = CODEC_LZO;
    pages_put_v1(&f, plain, sizeof plain, 1, ENCODING_PLAIN, ENCODING_RLE);
    CHECK_INT(pages_values(&f, NULL, 0), INLAY_UNSUPPORTED);
    CHECK(strstr(test_env()->error.what, "LZO") != NULL);
}

TEST_SUITE(format_chunk_read) = {
    {"v2 page: levels stand uncompressed before compressed values", v2_levels_stand_before_compressed_values},
    {"v2 page: not compressed although the chunk has a codec", v2_not_compressed_under_a_codec},
    {"v2 page: \"compressed\" by no codec", v2_compressed_without_a_codec},
    {"v2 page: parquet-cpp before 2.0 compressed whatever the flag says (ARROW-10353)",
     v2_flag_of_old_parquet_cpp_is_not_believed},
    {"v2 page: no values as no bytes, or as a stream of none",
     v2_empty_values_as_nothing_or_as_a_stream_of_nothing},
    {"v2 page: levels of a required column are passed over", v2_levels_of_a_required_column_are_passed_over},
    {"v2 page: level lengths that overflow or leave the page are refused",
     v2_level_lengths_beyond_the_page_are_refused},
    {"v1 page: empty pages between others", empty_pages_between_others},
    {"v1 page: empty runs of levels are passed over, and end", empty_runs_of_levels_are_passed_over},
    {"v1 page: levels too few, too long or wrapping are refused", levels_that_do_not_fit_their_page_are_refused},
    {"page: negative counts, and more than the chunk's, are refused before memory is taken",
     negative_and_excessive_counts_are_refused},
    {"page: bytes behind the values are tolerated", bytes_behind_the_values_are_tolerated},
    {"page: a delta stream's own count does not matter where it is enough", delta_count_and_page_count},
    {"page: run-length booleans have a length in v1 and v2", run_length_booleans_in_v1_and_v2},
    {"chunk: a type other than the schema's is refused", chunk_of_another_type_than_the_schemas_is_refused},
    {"dictionary: found whatever the footer says about it", dictionary_is_found_whatever_the_footer_says},
    {"dictionary: codes of width 0 are the first entry, with or without a run header",
     codes_of_width_zero_are_the_first_entry},
    {"dictionary: codes of 1 to 32 bits, no more", codes_of_any_legal_width_and_no_other},
    {"dictionary: a page of nulls may have the width alone", page_of_nulls_may_have_the_width_alone},
    {"dictionary: codes without their width are refused", values_without_their_width_are_refused},
    {"dictionary: a second one is refused by name", later_dictionaries_are_refused_by_name},
    {"checksum: one that is zero holds", checksum_that_is_zero_holds},
    {"checksum: covers levels of v2, and dictionaries", checksum_covers_levels_and_dictionaries},
    {"delta strings: before parquet-mr 1.8 a page builds on the one before (PARQUET-246)",
     old_delta_strings_build_on_the_page_before},
    {"delta strings: seeking reads such pages in order", seeking_reads_old_delta_strings_in_order},
    {"delta strings: trimming keeps what such pages build on", trimming_keeps_what_old_delta_strings_build_on},
    {"delta strings: other pages may stand between", other_pages_between_old_delta_strings},
    {"delta strings: of fixed length likewise", old_delta_values_of_fixed_length},
    {"codec: LZO is unsupported by name", lzo_is_named},
    {0}};
