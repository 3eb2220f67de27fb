/* Facts about UTF-8. */
#include "base/text.h"

#include "../test.h"

static void text_edges(void)
{
    static const char *const good[] = {"",
                                       "a",
                                       "\xC2\x80",
                                       "\xE0\xA0\x80",
                                       "\xED\x9F\xBF",
                                       "\xEF\xBF\xBF",
                                       "\xF0\x90\x80\x80",
                                       "\xF4\x8F\xBF\xBF"};
    static const char *const bad[] = {"\x80",
                                      "\xC1\x81",
                                      "\xC2",
                                      "\xE0\x9F\x80",
                                      "\xED\xA0\x80",
                                      "\xF0\x8F\x80\x80",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xE1\x80",
                                      "\xC2\x41"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CHECK(text_is_utf8((const uint8_t *)good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!text_is_utf8((const uint8_t *)bad[i], strlen(bad[i])));
}

static void text_steps_of_eight(void)
{
    uint8_t text[40];
    for (size_t at = 0; at < sizeof text; at++) {
        memset(text, 'a', sizeof text);
        CHECK(text_is_utf8(text, sizeof text));
        text[at] = 0xFF;
        CHECK(!text_is_utf8(text, sizeof text));
        CHECK(text_is_utf8(text, at));
        CHECK_INT(text_utf8_span(text, sizeof text), at);
    }
}

TEST_SUITE(base_text) = {
    {"text: UTF-8 at its edges", text_edges},
    {"text: a bad byte at every place among ASCII", text_steps_of_eight},
    {0}};
