/* Time windows; see window.h. */
#include "merge/window.h"

#include "base/mem.h"

#if INLAY_WRITE && INLAY_MERGE

enum { WINDOW_HOUR = 3600 };

const char *window_bad_duration(int64_t secs)
{
    if (secs <= 0)
        return ERR("window_duration_secs must be positive");
    if (WINDOW_HOUR % secs != 0)
        return ERR("window_duration_secs must evenly divide 3600 (one hour)");
    return NULL;
}

/* From the border at or below `time`, 0 .. secs - 1. */
static int64_t window_into(int64_t time, uint32_t secs)
{
    int64_t rest = time % (int64_t)secs; /* of the sign of time */
    return rest < 0 ? rest + (int64_t)secs : rest;
}

bool window_start_of(int64_t time, uint32_t secs, int64_t *start)
{
    int64_t into = window_into(time, secs);
    if (time < INT64_MIN + into)
        return false;
    *start = time - into;
    return true;
}

const char *window_bad(int64_t start, int64_t secs)
{
    const char *bad = window_bad_duration(secs);
    if (bad)
        return bad;
    return window_into(start, (uint32_t)secs) ? ERR("window_start is not a multiple of window_duration_secs")
                                              : NULL;
}

#endif
