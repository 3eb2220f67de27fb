/* Base64: the test vectors of RFC 4648 section 10, and what is not base64. */
#include "base/base64.h"

#include "../test.h"

static const struct {
    const char *data, *text;
} base64_vectors[] = {{"", ""},
                      {"f", "Zg=="},
                      {"fo", "Zm8="},
                      {"foo", "Zm9v"},
                      {"foob", "Zm9vYg=="},
                      {"fooba", "Zm9vYmE="},
                      {"foobar", "Zm9vYmFy"},
                      {"\xFB\xEF\xFF", "++//"}};

static inlay_bytes base64_bytes(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strlen(text)};
}

static void base64_vectors_out(void)
{
    for (size_t i = 0; i < sizeof base64_vectors / sizeof base64_vectors[0]; i++) {
        struct buf text;
        buf_init(&text, test_env());
        base64_encode(&text, base64_bytes(base64_vectors[i].data));
        CHECK_INT(text.status, INLAY_OK);
        CHECK_BYTES(text.data, text.bytes, base64_vectors[i].text, strlen(base64_vectors[i].text));
        buf_free(&text);
    }
}

static void base64_vectors_in(void)
{
    for (size_t i = 0; i < sizeof base64_vectors / sizeof base64_vectors[0]; i++) {
        uint8_t data[16];
        size_t n = SIZE_MAX;
        CHECK(base64_decode(base64_bytes(base64_vectors[i].text), data, &n));
        CHECK_BYTES(data, n, base64_vectors[i].data, strlen(base64_vectors[i].data));
    }
}

static void base64_without_padding(void)
{
    uint8_t data[16];
    size_t n;
    CHECK(base64_decode(base64_bytes("Zm8"), data, &n));
    CHECK_BYTES(data, n, "fo", 2);
}

static void base64_refused(void)
{
    static const char *const bad[] = {"Z", "Zm9vY", "Zm 8", "Zm-8", "Zm_8", "=", "Zg=g", "Z==="};
    uint8_t data[16];
    size_t n;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(!base64_decode(base64_bytes(bad[i]), data, &n));
}

TEST_SUITE(base_base64) = {
    {"base64: the vectors of RFC 4648, written", base64_vectors_out},
    {"base64: the vectors of RFC 4648, read", base64_vectors_in},
    {"base64: padding may be missing", base64_without_padding},
    {"base64: other characters and lengths are refused", base64_refused},
    {0}};
