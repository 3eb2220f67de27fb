/* The footer keys of Quickwit's metric files that concern a merge; see keyvalue.h. */
#include "merge/keyvalue.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "merge/sortkey.h"
#include "merge/window.h"

#if INLAY_WRITE && INLAY_MERGE

/* A decimal number between low and high, with an optional sign. */
static bool keyvalue_number(inlay_bytes text, int64_t low, int64_t high, int64_t *number)
{
    bool negative = text.len && text.data[0] == '-';
    size_t i = negative || (text.len && text.data[0] == '+') ? 1 : 0;
    uint64_t most = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, v = 0;
    if (i == text.len)
        return false;
    for (; i < text.len; i++) {
        uint64_t digit = (uint64_t)text.data[i] - '0';
        if (digit > 9 || v > (most - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *number = negative ? (int64_t)(0 - v) : (int64_t)v;
    return *number >= low && *number <= high;
}

/* The first value of a key; false where it is absent. */
static bool keyvalue_find(const inlay_reader *reader, const char *key, inlay_bytes *value)
{
    const inlay_key_value *kv = inlay_reader_find_key(reader, key);
    if (!kv || !kv->has_value)
        return false;
    *value = kv->value;
    return true;
}

static bool keyvalue_find_u32(const inlay_reader *reader, const char *key, uint32_t *number)
{
    inlay_bytes text;
    int64_t v = 0;
    if (keyvalue_find(reader, key, &text) && !keyvalue_number(text, 0, UINT32_MAX, &v))
        return false;
    *number = (uint32_t)v;
    return true;
}

inlay_status keyvalue_read(struct keyvalue_set *set, inlay_env *env, const inlay_reader *reader)
{
    inlay_bytes text;
    *set = (struct keyvalue_set){0};
    set->has_sort = keyvalue_find(reader, "qh.sort_fields", &set->sort);
    set->has_window = keyvalue_find(reader, "qh.window_start", &text);
    if (set->has_window && !keyvalue_number(text, INT64_MIN, INT64_MAX, &set->window_start))
        return err_set(env, INLAY_CORRUPT, ERR("parsing qh.window_start"));
    if (!keyvalue_find_u32(reader, "qh.window_duration_secs", &set->window_secs))
        return err_set(env, INLAY_CORRUPT, ERR("parsing qh.window_duration_secs"));
    if (!keyvalue_find_u32(reader, "qh.num_merge_ops", &set->merge_ops))
        return err_set(env, INLAY_CORRUPT, ERR("parsing qh.num_merge_ops"));
    if (!keyvalue_find_u32(reader, "qh.rg_partition_prefix_len", &set->prefix_len))
        return err_set(env, INLAY_CORRUPT, ERR("parsing qh.rg_partition_prefix_len"));
    return INLAY_OK;
}

const char *keyvalue_mismatch(const struct keyvalue_set *a, const struct keyvalue_set *b)
{
    if (a->has_window != b->has_window || a->window_start != b->window_start)
        return ERR("window_start mismatch");
    if (a->window_secs != b->window_secs)
        return ERR("window_duration_secs mismatch");
    if (a->prefix_len != b->prefix_len)
        return ERR("rg_partition_prefix_len mismatch");
    return NULL;
}

const char *keyvalue_bad_window(const struct keyvalue_set *set)
{
    if (set->window_secs == 0)
        return NULL;
    return set->has_window ? window_bad(set->window_start, set->window_secs)
                           : window_bad_duration(set->window_secs);
}

static inlay_status keyvalue_put(inlay_writer *writer, const char *key, inlay_bytes value)
{
    inlay_bytes name = {(const uint8_t *)key, strlen(key)};
    return inlay_writer_key_value(writer, name, &value);
}

static inlay_status keyvalue_put_number(inlay_writer *writer, const char *key, int64_t number)
{
    uint8_t text[20]; /* "-9223372036854775808" */
    size_t at = sizeof text;
    uint64_t v = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        text[--at] = (uint8_t)('0' + v % 10);
        v /= 10;
    } while (v);
    if (number < 0)
        text[--at] = '-';
    return keyvalue_put(writer, key, (inlay_bytes){text + at, sizeof text - at});
}

inlay_status keyvalue_write(const struct keyvalue_set *set, inlay_writer *writer)
{
    if (set->has_sort)
        TRY(keyvalue_put(writer, "qh.sort_fields", set->sort));
    if (set->has_window)
        TRY(keyvalue_put_number(writer, "qh.window_start", set->window_start));
    if (set->window_secs)
        TRY(keyvalue_put_number(writer, "qh.window_duration_secs", set->window_secs));
    if (set->merge_ops)
        TRY(keyvalue_put_number(writer, "qh.num_merge_ops", set->merge_ops));
    if (set->prefix_len)
        TRY(keyvalue_put_number(writer, "qh.rg_partition_prefix_len", set->prefix_len));
    return INLAY_OK;
}

/* ---- keys of others ---- */

struct keyvalue_seen {
    inlay_env *env;
    inlay_bytes *keys; /* views into the footers */
    uint32_t *slots;   /* key + 1 by hash; 0 = free; at least twice as many as keys */
    size_t n, capacity, n_slots;
};

static bool keyvalue_made(inlay_bytes key)
{
    static const char *const made[] = {"qh.sort_fields",
                                       "qh.window_start",
                                       "qh.window_duration_secs",
                                       "qh.num_merge_ops",
                                       "qh.rg_partition_prefix_len",
                                       "qh.row_keys",
                                       "qh.row_keys_json",
                                       "qh.zonemap_regexes",
                                       "ARROW:schema"};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
        if (sortkey_bytes_are(key, made[i]))
            return true;
    return false;
}

/* Slot of the key, or the free one where it belongs. */
static size_t keyvalue_slot(const struct keyvalue_seen *seen, inlay_bytes key)
{
    size_t at = (size_t)hash_xxh64(key.data, key.len, 0) & (seen->n_slots - 1);
    while (seen->slots[at] && !sortkey_bytes_equal(seen->keys[seen->slots[at] - 1], key))
        at = (at + 1) & (seen->n_slots - 1);
    return at;
}

static inlay_status keyvalue_widen(struct keyvalue_seen *seen)
{
    void *block;
    size_t n_slots = seen->n_slots ? 2 * seen->n_slots : 64;
    if (seen->n < seen->n_slots / 2)
        return INLAY_OK;
    if (n_slots > UINT32_MAX)
        return err_set(seen->env, INLAY_LIMIT, ERR("too many footer keys"));
    TRY(mem_new(seen->env, n_slots * sizeof *seen->slots, &block));
    mem_free(seen->env, seen->slots, seen->n_slots * sizeof *seen->slots);
    seen->slots = block;
    seen->n_slots = n_slots;
    for (size_t i = 0; i < seen->n; i++)
        seen->slots[keyvalue_slot(seen, seen->keys[i])] = (uint32_t)(i + 1);
    return INLAY_OK;
}

/* Note a key; *is_new where it was not met before. */
static inlay_status keyvalue_see(struct keyvalue_seen *seen, inlay_bytes key, bool *is_new)
{
    TRY(keyvalue_widen(seen));
    size_t slot = keyvalue_slot(seen, key);
    *is_new = seen->slots[slot] == 0;
    if (!*is_new)
        return INLAY_OK;
    void *block = seen->keys;
    TRY(mem_grow(seen->env, &block, &seen->capacity, seen->n + 1, sizeof *seen->keys));
    seen->keys = block;
    seen->keys[seen->n++] = key;
    seen->slots[slot] = (uint32_t)seen->n;
    return INLAY_OK;
}

static inlay_status keyvalue_keep_of(struct keyvalue_seen *seen, const inlay_reader *input,
                                     inlay_writer *writer)
{
    for (uint32_t i = 0; i < inlay_reader_key_values(input); i++) {
        const inlay_key_value *kv = inlay_reader_key_value(input, i);
        bool is_new;
        if (keyvalue_made(kv->key))
            continue;
        TRY(keyvalue_see(seen, kv->key, &is_new));
        if (is_new)
            TRY(inlay_writer_key_value(writer, kv->key, kv->has_value ? &kv->value : NULL));
    }
    return INLAY_OK;
}

inlay_status keyvalue_keep(inlay_env *env, inlay_reader *const *inputs, size_t n_inputs,
                           inlay_writer *writer)
{
    struct keyvalue_seen seen = {.env = env};
    inlay_status status = INLAY_OK;
    for (size_t i = 0; status == INLAY_OK && i < n_inputs; i++)
        status = keyvalue_keep_of(&seen, inputs[i], writer);
    mem_free(env, seen.slots, seen.n_slots * sizeof *seen.slots);
    mem_free(env, seen.keys, seen.capacity * sizeof *seen.keys);
    return status;
}

#endif
