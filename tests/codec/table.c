/* Facts about the codecs behind one table: names, levels, exact sizes, what others wrote. */
#include "codec/codec.h"

#include "../test.h"

enum { CODEC_TELEMETRY = 200, CODEC_MANY = 70000, CODEC_MOST = CODEC_MANY + 1 };

/* pa.compress(b"telemetry " * 20, codec=...) of pyarrow 26 */
static const uint8_t codec_gzip_bytes[] = {0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x2B,
                                           0x49, 0xCD, 0x49, 0xCD, 0x4D, 0x2D, 0x29, 0xAA, 0x54, 0x28, 0x19,
                                           0xD2, 0x2C, 0x00, 0x57, 0xF0, 0x9D, 0x59, 0xC8, 0x00, 0x00, 0x00};
static const uint8_t codec_zstd_bytes[] = {0x28, 0xB5, 0x2F, 0xFD, 0x20, 0xC8, 0x8D, 0x00, 0x00,
                                           0x50, 0x74, 0x65, 0x6C, 0x65, 0x6D, 0x65, 0x74, 0x72,
                                           0x79, 0x20, 0x01, 0x00, 0xBB, 0x52, 0x05, 0x09};
static const uint8_t codec_brotli_bytes[] = {0x1B, 0xC7, 0x00, 0x00, 0x24, 0xE8, 0x72, 0x10, 0x47, 0x04,
                                             0x4B, 0xE5, 0x44, 0x3B, 0x86, 0xCB, 0x35, 0xC6, 0x01};
static const uint8_t codec_lz4_bytes[] = {0xAF, 0x74, 0x65, 0x6C, 0x65, 0x6D, 0x65, 0x74, 0x72, 0x79,
                                          0x20, 0x0A, 0x00, 0xA6, 0x50, 0x65, 0x74, 0x72, 0x79, 0x20};

static bool codec_gives(int id, const uint8_t *src, size_t n, size_t want)
{
    struct codec_context c;
    static uint8_t out[CODEC_MOST];
    if (!codec_by_id(id))
        test_skip("codec not in this build");
    CHECK_INT(codec_open_decompress(&c, test_env(), id), INLAY_OK);
    bool ok = c.codec->decompress(&c, src, n, out, want);
    for (size_t i = 0; ok && i < want; i++)
        ok = out[i] == (uint8_t) "telemetry "[i % 10];
    CHECK(ok || c.what != NULL);
    codec_close(&c);
    return ok;
}

static void codec_reads_exactly(int id, const uint8_t *src, size_t n)
{
    CHECK(codec_gives(id, src, n, CODEC_TELEMETRY));
    CHECK(!codec_gives(id, src, n, CODEC_TELEMETRY - 1));
    CHECK(!codec_gives(id, src, n, CODEC_TELEMETRY + 1));
    for (size_t cut = 1; cut < n; cut++)
        CHECK(!codec_gives(id, src, n - cut, CODEC_TELEMETRY));
}

static void gzip_of_another_implementation(void)
{
    codec_reads_exactly(CODEC_GZIP, codec_gzip_bytes, sizeof codec_gzip_bytes);
}
static void zstd_of_another_implementation(void)
{
    codec_reads_exactly(CODEC_ZSTD, codec_zstd_bytes, sizeof codec_zstd_bytes);
}
static void brotli_of_another_implementation(void)
{
    codec_reads_exactly(CODEC_BROTLI, codec_brotli_bytes, sizeof codec_brotli_bytes);
}
static void lz4_raw_of_another_implementation(void)
{
    codec_reads_exactly(CODEC_LZ4_RAW, codec_lz4_bytes, sizeof codec_lz4_bytes);
}

static size_t codec_twice(uint8_t *dst, const uint8_t *src, size_t n)
{
    memcpy(dst, src, n);
    memcpy(dst + n, src, n);
    return 2 * n;
}

/* zlib.compress(..., 9), and gzip.GzipFile("tele.bin", ...) and gzip.compress(b"") of Python 3.11 */
static const uint8_t codec_zlib_bytes[] = {0x78, 0xDA, 0x2B, 0x49, 0xCD, 0x49, 0xCD, 0x4D, 0x2D, 0x29, 0xAA,
                                           0x54, 0x28, 0x19, 0xD2, 0x2C, 0x00, 0x58, 0xC9, 0x4F, 0x9D};
static const uint8_t codec_named_bytes[] = {0x1F, 0x8B, 0x08, 0x08, 0x00, 0x00, 0x00, 0x00, 0x02, 0xFF, 0x74,
                                            0x65, 0x6C, 0x65, 0x2E, 0x62, 0x69, 0x6E, 0x00, 0x2B, 0x49, 0xCD,
                                            0x49, 0xCD, 0x4D, 0x2D, 0x29, 0xAA, 0x54, 0x28, 0x19, 0xD2, 0x2C,
                                            0x00, 0x57, 0xF0, 0x9D, 0x59, 0xC8, 0x00, 0x00, 0x00};
static const uint8_t codec_empty_bytes[] = {0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                                            0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
/* zstd -19 --check and zstd --no-check of zstd 1.5.4, from a pipe: frames without a content size */
static const uint8_t codec_piped_bytes[] = {0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x68, 0x8D, 0x00, 0x00, 0x50,
                                            0x74, 0x65, 0x6C, 0x65, 0x6D, 0x65, 0x74, 0x72, 0x79, 0x20,
                                            0x01, 0x00, 0xBB, 0x52, 0x05, 0x09, 0x6F, 0x64, 0x80, 0xCA};
static const uint8_t codec_unsized_bytes[] = {0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58, 0x8D, 0x00, 0x00,
                                              0x50, 0x74, 0x65, 0x6C, 0x65, 0x6D, 0x65, 0x74, 0x72,
                                              0x79, 0x20, 0x01, 0x00, 0xBB, 0x52, 0x05, 0x09};
static const uint8_t codec_skippable[] = {0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3}; /* zstd's and LZ4's */

static size_t codec_join(uint8_t *dst, size_t at, const uint8_t *src, size_t n)
{
    memcpy(dst + at, src, n);
    return at + n;
}

static void gzip_members_of_any_kind_in_a_page(void)
{
    uint8_t page[200];
    size_t n = codec_join(page, 0, codec_empty_bytes, sizeof codec_empty_bytes);
    n = codec_join(page, n, codec_named_bytes, sizeof codec_named_bytes);
    n = codec_join(page, n, codec_empty_bytes, sizeof codec_empty_bytes);
    n = codec_join(page, n, codec_gzip_bytes, sizeof codec_gzip_bytes);
    CHECK(codec_gives(CODEC_GZIP, page, n, 2 * CODEC_TELEMETRY));
    CHECK(!codec_gives(CODEC_GZIP, page, n, CODEC_TELEMETRY));
    CHECK(!codec_gives(CODEC_GZIP, page, n - 1, 2 * CODEC_TELEMETRY));
    page[n - 8] ^= 1; /* the member's own checksum */
    CHECK(!codec_gives(CODEC_GZIP, page, n, 2 * CODEC_TELEMETRY));
}

static void zstd_frames_without_content_size(void)
{
    uint8_t page[200];
    codec_reads_exactly(CODEC_ZSTD, codec_piped_bytes, sizeof codec_piped_bytes);
    codec_reads_exactly(CODEC_ZSTD, codec_unsized_bytes, sizeof codec_unsized_bytes);
    size_t n = codec_join(page, 0, codec_unsized_bytes, sizeof codec_unsized_bytes);
    n = codec_join(page, n, codec_skippable, sizeof codec_skippable);
    n = codec_join(page, n, codec_piped_bytes, sizeof codec_piped_bytes);
    CHECK(codec_gives(CODEC_ZSTD, page, n, 2 * CODEC_TELEMETRY));
}

/* lz4 -9 -B4 of lz4 1.9.4 over 70,000 bytes, blocks of 64 KiB: before and behind 256 bytes of 0xFF. Linked: the
 * second block begins with a match into the first. Independent: with checksums of blocks and content. */
static const uint8_t codec_frame_head[] = {0x04, 0x22, 0x4D, 0x18, 0x40, 0x40, 0xC0, 0x14, 0x01, 0x00, 0x00, 0xAF,
                                           0x74, 0x65, 0x6C, 0x65, 0x6D, 0x65, 0x74, 0x72, 0x79, 0x20, 0x0A, 0x00};
static const uint8_t codec_linked_tail[] = {
    0xDE, 0x50, 0x65, 0x6C, 0x65, 0x6D, 0x65, 0x1B, 0x00, 0x00, 0x00, 0x0F, 0x0A, 0x00, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x69,
    0x50, 0x65, 0x74, 0x72, 0x79, 0x20, 0x00, 0x00, 0x00, 0x00};
static const uint8_t codec_independent_tail[] = {
    0xDE, 0x50, 0x65, 0x6C, 0x65, 0x6D, 0x65, 0x70, 0x08, 0x9D, 0x4E, 0x25, 0x00, 0x00, 0x00, 0xAF,
    0x74, 0x72, 0x79, 0x20, 0x74, 0x65, 0x6C, 0x65, 0x6D, 0x65, 0x0A, 0x00, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x5F, 0x50, 0x65,
    0x74, 0x72, 0x79, 0x20, 0xA0, 0xC3, 0x17, 0x3B, 0x00, 0x00, 0x00, 0x00, 0xE8, 0xBF, 0x7B, 0x44};
/* lz4 over ten bytes: a stored block */
static const uint8_t codec_stored[] = {0x04, 0x22, 0x4D, 0x18, 0x64, 0x40, 0xA7, 0x0A, 0x00, 0x00,
                                       0x80, 0x74, 0x65, 0x6C, 0x65, 0x6D, 0x65, 0x74, 0x72, 0x79,
                                       0x20, 0x00, 0x00, 0x00, 0x00, 0x92, 0xCF, 0xB7, 0xA5};

static size_t codec_frame(uint8_t *dst, const uint8_t *tail, size_t n)
{
    size_t at = codec_join(dst, 0, codec_frame_head, sizeof codec_frame_head);
    memset(dst + at, 0xFF, 256);
    return codec_join(dst, at + 256, tail, n);
}

static void lz4_frames_of_the_command_line(void)
{
    uint8_t page[500];
    size_t n = codec_frame(page, codec_linked_tail, sizeof codec_linked_tail);
    CHECK(codec_gives(CODEC_LZ4_HADOOP, page, n, CODEC_MANY));
    CHECK(!codec_gives(CODEC_LZ4_HADOOP, page, n, CODEC_MANY - 1));
    CHECK(!codec_gives(CODEC_LZ4_HADOOP, page, n, CODEC_MANY + 1));
    for (size_t cut = 1; cut < n; cut++)
        CHECK(!codec_gives(CODEC_LZ4_HADOOP, page, n - cut, CODEC_MANY));
    page[4] |= 0x20; /* said to be independent, its second block is damaged */
    CHECK(!codec_gives(CODEC_LZ4_HADOOP, page, n, CODEC_MANY));
    n = codec_frame(page, codec_independent_tail, sizeof codec_independent_tail);
    memcpy(page + 4, (const uint8_t[]){0x74, 0x40, 0xBD}, 3);
    CHECK(codec_gives(CODEC_LZ4_HADOOP, page, n, CODEC_MANY));
    memmove(page + 15, page + 7, n - 7); /* the same with a content size, which stands behind the flags */
    memcpy(page + 4, (const uint8_t[]){0x7C, 0x40, 0x70, 0x11, 0x01, 0, 0, 0, 0, 0, 0xBD}, 11);
    CHECK(codec_gives(CODEC_LZ4_HADOOP, page, n + 8, CODEC_MANY));
    CHECK(codec_gives(CODEC_LZ4_HADOOP, codec_stored, sizeof codec_stored, 10));
    n = codec_join(page, 0, codec_stored, sizeof codec_stored); /* several frames */
    n = codec_join(page, n, codec_skippable, sizeof codec_skippable);
    n = codec_join(page, n, codec_stored, sizeof codec_stored);
    CHECK(codec_gives(CODEC_LZ4_HADOOP, page, n, 20));
}

static void several_members_and_frames(void)
{
    uint8_t twice[200];
    size_t n = codec_twice(twice, codec_gzip_bytes, sizeof codec_gzip_bytes);
    CHECK(codec_gives(CODEC_GZIP, twice, n, 2 * CODEC_TELEMETRY));
    n = codec_twice(twice, codec_zstd_bytes, sizeof codec_zstd_bytes);
    CHECK(codec_gives(CODEC_ZSTD, twice, n, 2 * CODEC_TELEMETRY));
}

static void zlib_and_raw_deflate_are_found_by_themselves(void)
{
    /* the deflate stream of the gzip bytes: behind the 10-byte header, before the 8-byte trailer */
    size_t n = sizeof codec_gzip_bytes - 18;
    CHECK(codec_gives(CODEC_GZIP, codec_gzip_bytes + 10, n, CODEC_TELEMETRY));
    codec_reads_exactly(CODEC_GZIP, codec_zlib_bytes, sizeof codec_zlib_bytes);
}

static void hadoop_frames_and_their_fallback(void)
{
    uint8_t frame[64] = {0, 0, 0, CODEC_TELEMETRY, 0, 0, 0, sizeof codec_lz4_bytes};
    memcpy(frame + 8, codec_lz4_bytes, sizeof codec_lz4_bytes);
    CHECK(codec_gives(CODEC_LZ4_HADOOP, frame, 8 + sizeof codec_lz4_bytes, CODEC_TELEMETRY));
    CHECK(codec_gives(CODEC_LZ4_HADOOP, codec_lz4_bytes, sizeof codec_lz4_bytes, CODEC_TELEMETRY));
    /* two inner blocks in one frame of 400 (apache/arrow issue 43745) */
    uint8_t two[100] = {0, 0, 0x01, 0x90, 0, 0, 0, sizeof codec_lz4_bytes};
    size_t n = 8;
    memcpy(two + n, codec_lz4_bytes, sizeof codec_lz4_bytes);
    n += sizeof codec_lz4_bytes;
    memcpy(two + n, frame + 4, 4 + sizeof codec_lz4_bytes);
    n += 4 + sizeof codec_lz4_bytes;
    CHECK(codec_gives(CODEC_LZ4_HADOOP, two, n, 2 * CODEC_TELEMETRY));
}

static void names_and_levels(void)
{
    const struct codec *codec = NULL;
    const char *what = NULL;
    int level = 0;
    CHECK_INT(codec_parse("none", &codec, &level, &what), INLAY_OK);
    CHECK_INT(codec->id, CODEC_NONE);
    CHECK_INT(codec_parse("lzo", &codec, &level, &what), INLAY_UNSUPPORTED);
    CHECK_INT(codec_parse("snapy", &codec, &level, &what), INLAY_ARG);
    CHECK_INT(codec_parse("none:3", &codec, &level, &what), INLAY_ARG);
    if (!codec_by_id(CODEC_ZSTD))
        test_skip("codec not in this build");
    CHECK_INT(codec_parse("zstd", &codec, &level, &what), INLAY_OK);
    CHECK_INT(level, 3);
    CHECK_INT(codec_parse("zstd:9", &codec, &level, &what), INLAY_OK);
    CHECK_INT(level, 9);
    CHECK_INT(codec_parse("zstd:99", &codec, &level, &what), INLAY_ARG);
    CHECK_INT(codec_parse("zstd:", &codec, &level, &what), INLAY_ARG);
    CHECK_INT(codec_parse("zstd:-1", &codec, &level, &what), INLAY_ARG);
}

static void everything_written_is_read_back(void)
{
    static uint8_t src[50000], packed[70000], back[50000];
    static const char *const names[] = {"none", "snappy", "gzip:1", "zstd:1", "zstd:3", "lz4_raw", "brotli:1"};
    for (size_t i = 0; i < sizeof src; i++)
        src[i] = (uint8_t)(i % 50 ? (i / 10) & 0xFF : test_random());
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        const struct codec *codec = NULL;
        const char *what = NULL;
        int level = 0;
        struct codec_context in, out;
        if (codec_parse(names[k], &codec, &level, &what) == INLAY_UNSUPPORTED)
            continue;
        CHECK_INT(codec_open_compress(&out, test_env(), codec, level), INLAY_OK);
        CHECK_INT(codec_open_decompress(&in, test_env(), codec->id), INLAY_OK);
        for (size_t n = 1; n <= sizeof src; n = n * 3 + 1) {
            CHECK(codec->bound(n) <= sizeof packed);
            size_t used = codec->compress(&out, src, n, packed, codec->bound(n));
            CHECK(used > 0 && codec->decompress(&in, packed, used, back, n));
            CHECK(memcmp(src, back, n) == 0);
        }
        codec_close(&in);
        codec_close(&out);
    }
}

TEST_SUITE(codec_table) = {
    {"gzip: reads what another implementation wrote, exactly", gzip_of_another_implementation},
    {"zstd: reads what another implementation wrote, exactly", zstd_of_another_implementation},
    {"brotli: reads what another implementation wrote, exactly", brotli_of_another_implementation},
    {"lz4_raw: reads what another implementation wrote, exactly", lz4_raw_of_another_implementation},
    {"gzip, zstd: several members or frames in a page", several_members_and_frames},
    {"gzip: members with names and empty ones, each checked", gzip_members_of_any_kind_in_a_page},
    {"zstd: frames without a content size, and ones to skip", zstd_frames_without_content_size},
    {"gzip: zlib and raw deflate are found by themselves", zlib_and_raw_deflate_are_found_by_themselves},
    {"lz4: LZ4 frames, linked and independent blocks, stored ones, checksums", lz4_frames_of_the_command_line},
    {"lz4: Hadoop frames, several inner blocks, and a raw block", hadoop_frames_and_their_fallback},
    {"codecs: names and levels are checked", names_and_levels},
    {"codecs: everything written is read back", everything_written_is_read_back},
    {0}};
