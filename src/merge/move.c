/* Which pages move; see move.h. */
#include "merge/move.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE

enum { MOVE_SMALL_DICTIONARY = 8 /* rows of the output a byte of a dictionary, below which it is never too large */ };

inlay_status move_init(struct move *m, inlay_env *env, uint32_t n_inputs)
{
    void *block;
    *m = (struct move){.env = env, .n_inputs = n_inputs};
    buf_init(&m->runs, env);
    buf_init(&m->steps, env);
    TRY(mem_new(env, n_inputs * sizeof *m->coded_rows, &block));
    m->coded_rows = block;
    TRY(mem_new(env, n_inputs * sizeof *m->coded_group, &block));
    m->coded_group = block;
    TRY(mem_new(env, n_inputs * sizeof *m->hosted, &block));
    m->hosted = block;
    TRY(mem_new(env, n_inputs * sizeof *m->at, &block));
    m->at = block;
    return INLAY_OK;
}

void move_free(struct move *m)
{
    if (!m->env)
        return;
    buf_free(&m->runs);
    buf_free(&m->steps);
    mem_free(m->env, m->coded_rows, m->n_inputs * sizeof *m->coded_rows);
    mem_free(m->env, m->coded_group, m->n_inputs * sizeof *m->coded_group);
    mem_free(m->env, m->hosted, m->n_inputs * sizeof *m->hosted);
    mem_free(m->env, m->at, m->n_inputs * sizeof *m->at);
    m->env = NULL;
}

void move_slot_free(struct move_slot *slot)
{
    if (!slot)
        return;
    for (size_t i = 0; i < MOVE_CHUNKS; i++)
        inpages_close(&slot->chunks[i]);
    mem_free(slot->env, slot, sizeof *slot);
}

inlay_status move_pages(struct move_slot **slot, inlay_env *env, inlay_reader *reader, uint32_t leaf, int64_t row,
                        struct inpages **pages)
{
    uint32_t n = inlay_reader_row_groups(reader);
    inlay_row_group group = {0};
    if (!*slot) {
        void *block;
        TRY(mem_new(env, sizeof **slot, &block));
        *slot = block;
        (*slot)->env = env;
    }
    uint32_t g = (*slot)->hint;
    for (; g < n; g++) {
        TRY(inlay_reader_row_group(reader, g, &group));
        if (row < group.first_row) {
            g = UINT32_MAX; /* behind the hint: begin anew */
            continue;
        }
        if (row - group.first_row < group.n_rows)
            break;
    }
    if (g == n)
        return err_set(env, INLAY_CORRUPT, ERR("column ends before the last row"));
    (*slot)->hint = g;
    struct inpages *p = &(*slot)->chunks[g % MOVE_CHUNKS];
    if (p->env && p->row_group != g)
        inpages_close(p);
    *pages = p;
    return p->env ? INLAY_OK : inpages_open(p, env, reader, leaf, row);
}

/* The first page that begins at or behind a row. */
static size_t move_first_page(const struct inpages *p, int64_t row)
{
    size_t low = 0, high = inpages_count(p);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (inpages_at(p, mid)->first_row < row)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool move_fits(const struct move *m, const struct move_column *c, uint32_t input, const struct inpages *p,
                      const struct inpages_page *page)
{
    if (!page->may_move || p->codec != c->codec)
        return false;
    if (!page->coded)
        return m->mode != MOVE_CODES;
    return m->mode == MOVE_CODES && m->hosted[input] && m->coded_group[input] == p->row_group;
}

/* ---- counting ---- */

static void move_count(struct move *m, const struct move_column *c, uint32_t input, const struct inpages *p,
                       int64_t from, int64_t to, uint64_t *plain_rows)
{
    for (size_t i = move_first_page(p, from); i < inpages_count(p); i++) {
        const struct inpages_page *page = inpages_at(p, i);
        if (page->page.n_levels > to - page->first_row)
            break;
        if (!page->may_move || p->codec != c->codec)
            continue;
        if (!page->coded && c->no_plain)
            continue;
        if (!page->coded)
            *plain_rows += (uint64_t)page->page.n_levels;
        else if (m->coded_rows[input] == 0 || m->coded_group[input] == p->row_group) {
            m->coded_rows[input] += (uint64_t)page->page.n_levels;
            m->coded_group[input] = p->row_group;
        }
    }
}

/* Every stretch that is long enough, chunk by chunk of its input. */
static inlay_status move_look(struct move *m, const struct move_column *c, uint64_t *plain_rows)
{
    memset(m->coded_rows, 0, m->n_inputs * sizeof *m->coded_rows);
    memset(m->at, 0, m->n_inputs * sizeof *m->at);
    for (size_t i = 0; i < c->n_runs; i++) {
        uint32_t input = c->runs[i].input;
        int64_t from = (int64_t)(c->taken[input] + m->at[input]), to = from + (int64_t)lane_run_rows(c->runs[i]);
        m->at[input] += lane_run_rows(c->runs[i]);
        while (c->leaves[input] >= 0 && to - from >= MOVE_LEAST_ROWS && !lane_dropped(c->runs[i])) {
            struct inpages *p = NULL;
            inlay_status status = move_pages(&c->slots[input * c->stride], m->env, c->inputs[input],
                                             (uint32_t)c->leaves[input], from, &p);
            if (status != INLAY_OK) {
                m->env->error.input = (int32_t)input;
                return status;
            }
            move_count(m, c, input, p, from, to < p->end_row ? to : p->end_row, plain_rows);
            from = p->end_row;
        }
    }
    return INLAY_OK;
}

/* The chunk that most coded pages of an input lie in. */
static inlay_status move_coded_chunk(const struct move *m, const struct move_column *c, uint32_t input, struct inpages **p)
{
    inlay_row_group group;
    TRY(inlay_reader_row_group(c->inputs[input], m->coded_group[input], &group));
    inlay_status status = move_pages(&c->slots[input * c->stride], m->env, c->inputs[input], (uint32_t)c->leaves[input],
                                     group.first_row, p);
    if (status != INLAY_OK)
        m->env->error.input = (int32_t)input;
    return status;
}

static inlay_status move_dictionary(const struct move *m, uint32_t input, struct inpages *p, inlay_bytes *body)
{
    inlay_status status = inpages_dictionary(p, body);
    if (status != INLAY_OK)
        m->env->error.input = (int32_t)input;
    return status;
}

/* Which inputs have the host's dictionary, as it stands in the file? *rows gets the coded ones of all of them. */
static inlay_status move_hosted(struct move *m, const struct move_column *c, struct inpages *host, uint64_t *rows)
{
    const inlay_page *h = &host->dictionary;
    inlay_bytes ours = {NULL, 0}, body;
    memset(m->hosted, 0, m->n_inputs * sizeof *m->hosted);
    m->hosted[m->host] = true;
    *rows = m->coded_rows[m->host];
    for (uint32_t i = 0; i < m->n_inputs; i++) {
        struct inpages *p = NULL;
        if (i == m->host || m->coded_rows[i] == 0)
            continue;
        TRY(move_coded_chunk(m, c, i, &p));
        const inlay_page *d = &p->dictionary;
        if (!p->has_dictionary || d->packed_bytes != h->packed_bytes || d->raw_bytes != h->raw_bytes ||
            d->n_levels != h->n_levels)
            continue;
        if (!ours.data)
            TRY(move_dictionary(m, m->host, host, &ours));
        TRY(move_dictionary(m, i, p, &body));
        m->hosted[i] = body.len == ours.len && memcmp(body.data, ours.data, body.len) == 0;
        *rows += m->hosted[i] ? m->coded_rows[i] : 0;
    }
    return INLAY_OK;
}

/* Codes or plain? */
static inlay_status move_decide(struct move *m, const struct move_column *c, uint64_t plain_rows)
{
    uint64_t rows = 0, coded = 0;
    for (size_t i = 0; i < c->n_runs; i++)
        rows += lane_dropped(c->runs[i]) ? 0 : c->runs[i].rows;
    m->mode = plain_rows ? MOVE_PLAIN : MOVE_NOTHING;
    m->host = 0;
    for (uint32_t i = 1; i < m->n_inputs; i++)
        if (m->coded_rows[i] > m->coded_rows[m->host])
            m->host = i;
    if (!c->codes || m->coded_rows[m->host] == 0)
        return INLAY_OK;
    struct inpages *p = NULL;
    TRY(move_coded_chunk(m, c, m->host, &p));
    if (!p->has_dictionary)
        return INLAY_OK;
    TRY(move_hosted(m, c, p, &coded));
    uint64_t moved = 0; /* bytes of codes */
    for (size_t i = 0; i < inpages_count(p); i++)
        moved += inpages_at(p, i)->coded ? inpages_at(p, i)->raw.raw_bytes : 0;
    moved = moved * coded / (uint64_t)(p->end_row - p->first_row);
    uint64_t most = moved > rows / MOVE_SMALL_DICTIONARY ? moved : rows / MOVE_SMALL_DICTIONARY;
    if (coded <= plain_rows || (uint64_t)p->dictionary.raw_bytes > most)
        return INLAY_OK;
    m->mode = MOVE_CODES;
    m->host_group = p->row_group;
    m->host_first_row = p->first_row;
    return INLAY_OK;
}

/* ---- cutting ---- */

static void move_put_run(struct move *m, uint32_t input, int64_t rows)
{
    struct lane_run run = {input, (uint32_t)rows};
    if (rows)
        buf_append(&m->runs, &run, sizeof run);
}

/* Rows [from, to) of one chunk: moved pages out, the rest into runs. */
static void move_cut_chunk(struct move *m, const struct move_column *c, uint32_t input, const struct inpages *p,
                           int64_t from, int64_t to)
{
    for (size_t i = move_first_page(p, from); i < inpages_count(p); i++) {
        const struct inpages_page *page = inpages_at(p, i);
        if (page->page.n_levels > to - page->first_row)
            break;
        if (!move_fits(m, c, input, p, page))
            continue;
        move_put_run(m, input, page->first_row - from);
        from = page->first_row + page->page.n_levels;
        struct move_step step = {m->runs.bytes / sizeof(struct lane_run), input, (uint32_t)i,
                                 (uint32_t)page->page.n_levels, page->first_row};
        buf_append(&m->steps, &step, sizeof step);
    }
    move_put_run(m, input, to - from);
}

/* Is that the chunk with the host's dictionary, and has nothing else? */
static bool move_kin(const struct move *m, uint32_t input, const struct inpages *p)
{
    return m->mode == MOVE_CODES && m->hosted[input] && m->coded_group[input] == p->row_group && p->all_coded;
}

/* Rows [from, to) of an input, chunk by chunk; what is left of them is too short to look for pages. */
static inlay_status move_cut_run(struct move *m, const struct move_column *c, uint32_t input, int64_t from, int64_t to)
{
    bool kin = c->leaves[input] >= 0 && m->mode == MOVE_CODES && m->hosted[input];
    while (c->leaves[input] >= 0 && (to - from >= MOVE_LEAST_ROWS || (kin && from < to))) {
        struct inpages *p = NULL;
        TRY(move_pages(&c->slots[input * c->stride], m->env, c->inputs[input], (uint32_t)c->leaves[input], from, &p));
        int64_t end = to < p->end_row ? to : p->end_row;
        move_cut_chunk(m, c, input, p, from, end);
        kin = kin && move_kin(m, input, p);
        from = end;
    }
    move_put_run(m, input, to - from);
    m->kin = m->kin && kin;
    TRY(m->runs.status);
    return m->steps.status;
}

static inlay_status move_cut(struct move *m, const struct move_column *c)
{
    memset(m->at, 0, m->n_inputs * sizeof *m->at);
    m->kin = m->mode == MOVE_CODES;
    for (size_t i = 0; i < c->n_runs; i++) {
        uint32_t input = c->runs[i].input;
        int64_t from = (int64_t)(c->taken[input] + m->at[input]), to = from + (int64_t)lane_run_rows(c->runs[i]);
        m->at[input] += lane_run_rows(c->runs[i]);
        if (lane_dropped(c->runs[i]))
            buf_append(&m->runs, &c->runs[i], sizeof c->runs[i]);
        else
            TRY(move_cut_run(m, c, input, from, to));
    }
    return m->runs.status;
}

inlay_status move_plan(struct move *m, const struct move_column *c)
{
    uint64_t plain_rows = 0;
    m->mode = MOVE_NOTHING;
    m->kin = false;
    buf_clear(&m->runs);
    buf_clear(&m->steps);
    TRY(move_look(m, c, &plain_rows));
    TRY(move_decide(m, c, plain_rows));
    if (m->mode == MOVE_NOTHING)
        return INLAY_OK;
    TRY(move_cut(m, c));
    if (m->steps.bytes == 0)
        m->mode = MOVE_NOTHING;
    m->kin = m->kin && m->mode == MOVE_CODES;
    return INLAY_OK;
}

#endif
