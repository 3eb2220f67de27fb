/* Order, equal ids, and the merge of two lists; see inlay/events.h.
 *
 * Normalising is the merge of a list with nothing: events are grouped by id, in each group one stays. Which one:
 * among events that were there, and among new ones, the earliest, and of those the first; between the two, what
 * on_conflict says. (Rezolus lets the earliest of all stay, and then says that it kept what was there.)
 */
#include "events/event.h"

#if INLAY_EVENTS

#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"

struct settle {
    const inlay_event *items;
    size_t n_had; /* the first ones; the others are new */
};

static int settle_compare_ids(const void *ctx, size_t a, size_t b)
{
    const struct settle *s = ctx;
    int c = event_compare(s->items[a].id, s->items[b].id);
    if (c)
        return c;
    if ((a < s->n_had) != (b < s->n_had))
        return a < s->n_had ? -1 : 1;
    if (s->items[a].timestamp_ns != s->items[b].timestamp_ns)
        return s->items[a].timestamp_ns < s->items[b].timestamp_ns ? -1 : 1;
    return a < b ? -1 : 1;
}

static int settle_compare_times(const void *ctx, size_t a, size_t b)
{
    const struct settle *s = ctx;
    if (s->items[a].timestamp_ns != s->items[b].timestamp_ns)
        return s->items[a].timestamp_ns < s->items[b].timestamp_ns ? -1 : 1;
    int c = event_compare(s->items[a].id, s->items[b].id);
    return c ? c : a < b ? -1 : 1;
}

/* ---- groups of equal ids ---- */

struct settle_job {
    struct settle s;
    inlay_env *env;
    inlay_event_merge_options options;
    inlay_event_merge_counts counts;
    bool *gone; /* by position */
};

/* A new event met another one that differs: which of them stays is decided. */
static void settle_met(struct settle_job *j, size_t stays, size_t goes)
{
    if (j->options.met)
        j->options.met(j->options.ctx, &j->s.items[stays], &j->s.items[goes]);
}

/* Positions of one id, those that were there first, each kind by time. */
static inlay_status settle_group(struct settle_job *j, const size_t *group, size_t n)
{
    const inlay_event *items = j->s.items;
    size_t fresh = 0; /* in the group, of the first new one */
    while (fresh < n && group[fresh] < j->s.n_had)
        fresh++;
    bool replace = fresh > 0 && fresh < n && j->options.on_conflict == INLAY_EVENT_REPLACE &&
                   !event_same(&items[group[0]], &items[group[fresh]]);
    size_t winner = group[replace ? fresh : 0];
    for (size_t i = 0; i < n; i++) {
        size_t at = group[i];
        bool same = event_same(&items[at], &items[winner]);
        if (at == winner) {
            j->counts.added += fresh == 0;
            j->counts.replaced += replace;
            continue;
        }
        j->gone[at] = true;
        if (at >= j->s.n_had) {
            j->counts.same += same;
            j->counts.kept += !same;
        }
        if (!same && at >= j->s.n_had && j->options.on_conflict == INLAY_EVENT_ERROR)
            return event_fail(j->env, ERR("an event with this id is there already, and differs"), 0,
                              (int64_t)(at - j->s.n_had), items[at].id);
        if (!same && (at >= j->s.n_had || replace))
            settle_met(j, winner, at);
    }
    return INLAY_OK;
}

static inlay_status settle_groups(struct settle_job *j, const size_t *order, size_t n)
{
    for (size_t at = 0, end; at < n; at = end) {
        inlay_bytes id = j->s.items[order[at]].id;
        end = at + 1;
        while (end < n && id.len && event_compare(id, j->s.items[order[end]].id) == 0)
            end++;
        TRY(settle_group(j, order + at, end - at));
    }
    return INLAY_OK;
}

/* What stays, by time, into `out`. */
static inlay_status settle_sort(const struct settle_job *j, size_t n, inlay_event *out, size_t *n_out)
{
    size_t *order = NULL;
    TRY(event_order(j->env, n, settle_compare_times, &j->s, &order));
    *n_out = 0;
    for (size_t i = 0; i < n; i++)
        if (!j->gone[order[i]])
            out[(*n_out)++] = j->s.items[order[i]];
    mem_free(j->env, order, n * sizeof *order);
    return INLAY_OK;
}

/* Settle items[0..n) of the list into a fresh array that takes their place. */
static inlay_status settle_run(inlay_events *events, struct settle_job *j)
{
    inlay_env *env = events->env;
    size_t n = events->n, kept = 0, *order = NULL;
    void *gone = NULL, *fresh = NULL;
    if (n > SIZE_MAX / sizeof *events->items)
        return err_set(env, INLAY_NOMEM, ERR("out of memory"));
    inlay_status status = mem_new(env, n, &gone);
    if (status == INLAY_OK)
        status = event_order(env, n, settle_compare_ids, &j->s, &order);
    if (status == INLAY_OK)
        status = mem_new(env, n * sizeof *events->items, &fresh);
    j->gone = gone;
    if (status == INLAY_OK)
        status = settle_groups(j, order, n);
    if (status == INLAY_OK)
        status = settle_sort(j, n, fresh, &kept);
    if (status == INLAY_OK) {
        mem_free(env, events->items, events->capacity * sizeof *events->items);
        events->items = fresh;
        events->capacity = n;
        events->n = kept;
        fresh = NULL;
    }
    mem_free(env, fresh, n * sizeof *events->items);
    mem_free(env, order, n * sizeof *order);
    mem_free(env, gone, n);
    return status;
}

inlay_status inlay_events_normalise(inlay_events *events, size_t *dropped)
{
    struct settle_job j = {.s = {events->items, events->n}, .env = events->env};
    size_t before = events->n;
    TRY(settle_run(events, &j));
    if (dropped)
        *dropped = before - events->n;
    return INLAY_OK;
}

inlay_status inlay_events_merge(inlay_events *events, const inlay_events *other,
                                const inlay_event_merge_options *options, inlay_event_merge_counts *counts)
{
    struct settle_job j = {.env = events->env};
    size_t had = events->n;
    inlay_bytes further = events->further;
    inlay_status status = INLAY_OK;
    if (options)
        j.options = *options;
    for (size_t i = 0; i < other->n && status == INLAY_OK; i++) {
        inlay_event event;
        status = event_copy(events, &other->items[i], &event);
        if (status == INLAY_OK)
            status = event_push(events, &event);
    }
    if (status == INLAY_OK && !further.len && other->further.len)
        status = event_keep(events, other->further, &events->further);
    j.s = (struct settle){events->items, had};
    if (status == INLAY_OK)
        status = settle_run(events, &j);
    if (status != INLAY_OK) {
        events->n = had;
        events->further = further;
        return status;
    }
    if (counts)
        *counts = j.counts;
    return INLAY_OK;
}

/* ---- ids ---- */

static void settle_feed(struct buf *b, inlay_bytes text)
{
    uint8_t head[9] = {text.data != NULL};
    store_le64(head + 1, text.len);
    buf_append(b, head, sizeof head);
    buf_append(b, text.data, text.len);
}

/* XXH64 with seed 0 over: timestamp; description, source, node, instance, each as a byte 0 or 1 (is it there), its
 * length and its bytes. Numbers are 8 bytes, the lowest first. */
static inlay_status settle_id(inlay_events *events, struct buf *b, inlay_event *event)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t head[8], id[16];
    buf_clear(b);
    store_le64(head, event->timestamp_ns);
    buf_append(b, head, sizeof head);
    settle_feed(b, event->description);
    settle_feed(b, event->source);
    settle_feed(b, event->node);
    settle_feed(b, event->instance);
    if (b->status != INLAY_OK)
        return b->status;
    uint64_t hash = hash_xxh64(b->data, b->bytes, 0);
    for (int i = 0; i < 16; i++)
        id[i] = (uint8_t)digits[hash >> (60 - 4 * i) & 15];
    return event_keep(events, (inlay_bytes){id, sizeof id}, &event->id);
}

inlay_status inlay_events_auto_id(inlay_events *events)
{
    struct buf b;
    inlay_status status = INLAY_OK;
    buf_init(&b, events->env);
    for (size_t i = 0; i < events->n && status == INLAY_OK; i++)
        if (!events->items[i].id.len)
            status = settle_id(events, &b, &events->items[i]);
    buf_free(&b);
    return status;
}

#endif
