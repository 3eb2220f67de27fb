/* Facts about the codecs behind one table: names, levels, exact sizes, what others wrote. */
#include "codec/codec.h"

#include "../test.h"

enum { CODEC_TELEMETRY = 200 };

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
    uint8_t out[CODEC_TELEMETRY * 2 + 1] = {0};
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
    {"gzip: raw deflate is found by itself", zlib_and_raw_deflate_are_found_by_themselves},
    {"lz4: Hadoop frames, several inner blocks, and a raw block", hadoop_frames_and_their_fallback},
    {"codecs: names and levels are checked", names_and_levels},
    {"codecs: everything written is read back", everything_written_is_read_back},
    {0}};
