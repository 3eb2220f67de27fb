/* UTF-8 of untrusted bytes; see utf8.h. */
#include "cli/utf8.h"

/* Well-formed byte sequences, Unicode table 3-7: the second byte's range depends on the first. */
struct utf8_lead {
    uint8_t first, last, low, high, bytes;
};
static const struct utf8_lead utf8_leads[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
    {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

static const struct utf8_lead *utf8_find_lead(uint8_t c)
{
    for (size_t i = 0; i < sizeof utf8_leads / sizeof *utf8_leads; i++)
        if (c >= utf8_leads[i].first && c <= utf8_leads[i].last)
            return &utf8_leads[i];
    return NULL;
}

/* How many bytes at p go on as a character that begins with `lead`, including the first. */
static size_t utf8_good_bytes(const struct utf8_lead *lead, const uint8_t *p, size_t n)
{
    size_t i = 1;
    for (; i < lead->bytes && i < n; i++) {
        uint8_t low = i == 1 ? lead->low : 0x80, high = i == 1 ? lead->high : 0xBF;
        if (p[i] < low || p[i] > high)
            break;
    }
    return i;
}

size_t utf8_step(const uint8_t *p, size_t n)
{
    if (p[0] < 0x80)
        return 1;
    const struct utf8_lead *lead = utf8_find_lead(p[0]);
    return lead && utf8_good_bytes(lead, p, n) == lead->bytes ? lead->bytes : 0;
}

size_t utf8_bad_bytes(const uint8_t *p, size_t n)
{
    const struct utf8_lead *lead = utf8_find_lead(p[0]);
    return lead ? utf8_good_bytes(lead, p, n) : 1;
}

static uint32_t utf8_code(const uint8_t *p, size_t step)
{
    static const uint8_t lead_mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code = p[0] & lead_mask[step];
    for (size_t i = 1; i < step; i++)
        code = code << 6 | (p[i] & 0x3F);
    return code;
}

struct utf8_range {
    uint32_t first, last;
};

static bool utf8_within(const struct utf8_range *ranges, size_t n, uint32_t code)
{
    for (size_t i = 0; i < n; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

bool utf8_is_control(const uint8_t *p, size_t step)
{
    static const struct utf8_range controls[] = {
        {0x00, 0x1F}, {0x7F, 0x9F}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069},
    };
    return utf8_within(controls, sizeof controls / sizeof *controls, utf8_code(p, step));
}

/* Close enough for aligned columns: combining marks and joiners take none, East Asian wide
 * characters and emoji take two (Unicode Standard Annex 11, the blocks that are wide as a whole).
 * */
unsigned utf8_columns(const uint8_t *p, size_t step)
{
    static const struct utf8_range none[] = {
        {0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    };
    static const struct utf8_range two[] = {
        {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},
        {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
        {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
    };
    if (step == 1)
        return 1;
    uint32_t code = utf8_code(p, step);
    if (utf8_within(none, sizeof none / sizeof *none, code))
        return 0;
    return utf8_within(two, sizeof two / sizeof *two, code) ? 2 : 1;
}
