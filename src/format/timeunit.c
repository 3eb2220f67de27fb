/* What a column of times counts in: the one rule of all that read recordings.
 *
 * A TIMESTAMP says it. Integers do by the text that is kept beside them (a field's metadata "unit", as recordings have
 * it), and without one by their size: seconds until the year 5138, then milli-, micro-, nanoseconds, each from 1973 on.
 */
#include "inlay/schema.h"

#include <string.h>

static uint64_t timeunit_of_text(inlay_bytes unit)
{
    static const struct {
        const char *text;
        uint64_t ns;
    } units[] = {{"nanoseconds", 1}, {"ns", 1}, {"microseconds", 1000}, {"us", 1000},
                 {"milliseconds", 1000000}, {"ms", 1000000}, {"seconds", 1000000000}, {"s", 1000000000}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (unit.len == strlen(units[i].text) && memcmp(unit.data, units[i].text, unit.len) == 0)
            return units[i].ns;
    return 0;
}

static uint64_t timeunit_of_size(uint64_t time)
{
    uint64_t ns = 1000000000, limit = 100000000000u; /* 10^11 */
    for (; time >= limit && ns > 1; limit *= 1000)
        ns /= 1000;
    return ns;
}

uint64_t inlay_time_unit(const inlay_node *node, inlay_bytes unit, uint64_t time)
{
    static const uint64_t units[] = {[INLAY_MILLIS] = 1000000, [INLAY_MICROS] = 1000, [INLAY_NANOS] = 1};
    if (node->type != INLAY_INT64 || node->max_rep != 0)
        return 0;
    if (node->logical.kind == INLAY_TIMESTAMP)
        return node->logical.unit <= INLAY_NANOS ? units[node->logical.unit] : 0;
    if (node->logical.kind != INLAY_INTEGER && node->logical.kind != INLAY_LOGICAL_NONE)
        return 0;
    uint64_t ns = unit.len ? timeunit_of_text(unit) : 0;
    return ns ? ns : timeunit_of_size(time);
}
