/* A sorted run of samples as a Parquet file; see run.h. */
#include "recording/run.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

enum { RUN_PIECE = 1024 }; /* samples gathered at a time */

struct run_stretch {
    uint32_t series;
    uint32_t first_row; /* the stretch ends where the next one begins */
};
struct run_label { /* a label of a stretch */
    uint32_t stretch;
    uint32_t value; /* text number */
};

struct run_column {
    inlay_bytes name;
    const struct run_kind *kind;
    uint32_t key;            /* labels: their key's number */
    bool sorted, descending; /* a column of the sort schema */
};

struct run {
    inlay_env *env;
    const struct series_table *series;
    const struct run_rows *rows;
    struct run_stretch *stretches; /* [n_stretches + 1]; the last one is the end */
    struct run_label *labels;      /* [n_labels], by key, then by stretch */
    uint32_t *first_label; /* [n_keys + 2]; key k has first_label[k] to first_label[k + 1] */
    struct run_column *columns;
    uint32_t *place; /* [2 * n_columns] numbers to sort columns with */
    uint32_t n_stretches, n_keys, n_labels, n_columns;
    size_t stretches_capacity, columns_capacity;
    inlay_writer *writer;
    /* the column at hand, where it has a dictionary: */
    uint32_t *codes;   /* [n_stretches] */
    uint32_t *numbers; /* [n_stretches] by code */
    uint32_t *code_of; /* [n_numbers] by number */
    struct buf values; /* by code */
    size_t n_numbers;
    uint32_t n_codes;
};

union run_value {
    int32_t i32;
    inlay_bytes bytes;
};

/* ---- columns that are constant in a stretch: a dictionary, then codes ---- */

#define RUN_NULL UINT32_MAX

struct run_codes {
    inlay_writer *writer;
    uint32_t leaf;
    size_t n, n_values; /* levels and codes not yet written */
    uint32_t codes[RUN_PIECE];
    uint8_t def[RUN_PIECE];
};

static inlay_status run_flush(struct run_codes *c)
{
    inlay_batch batch = {.n_levels = c->n,
                         .n_values = c->n_values,
                         .def = c->n_values < c->n ? c->def : NULL,
                         .codes = c->codes};
    c->n = c->n_values = 0;
    return batch.n_levels ? inlay_writer_write(c->writer, c->leaf, &batch) : INLAY_OK;
}

static inlay_status run_put(struct run_codes *c, size_t rows, uint32_t code)
{
    while (rows) {
        if (c->n == RUN_PIECE)
            TRY(run_flush(c));
        size_t room = RUN_PIECE - c->n, n = rows < room ? rows : room;
        memset(c->def + c->n, code != RUN_NULL, n);
        for (size_t i = 0; i < n && code != RUN_NULL; i++)
            c->codes[c->n_values++] = code;
        c->n += n;
        rows -= n;
    }
    return INLAY_OK;
}

/* Values by number: what a series gives to a column, and what such a number stands for. */
typedef uint32_t run_number(const struct run *run, const struct series_entry *e);
typedef void run_value_of(const struct run *run, const struct series_entry *e, uint32_t number,
                          union run_value *v);

static uint32_t run_name(const struct run *run, const struct series_entry *e)
{
    (void)run;
    return e->name;
}
static uint32_t run_rank(const struct run *run, const struct series_entry *e)
{
    (void)run;
    return e->rank;
}
static uint32_t run_type(const struct run *run, const struct series_entry *e)
{
    (void)run;
    return e->metric_type;
}
static void run_text_value(const struct run *run, const struct series_entry *e, uint32_t number,
                           union run_value *v)
{
    (void)e;
    v->bytes = run->series->texts.texts[number];
}
static void run_key_value(const struct run *run, const struct series_entry *e, uint32_t number,
                          union run_value *v)
{
    (void)run;
    (void)number;
    v->bytes = (inlay_bytes){e->key, e->key_bytes};
}
static void run_type_value(const struct run *run, const struct series_entry *e, uint32_t number,
                           union run_value *v)
{
    (void)run;
    (void)e;
    v->i32 = (int32_t)number;
}

struct run_kind {
    const char *name;
    uint8_t type, repetition;
    inlay_logical logical;
    inlay_status (*write)(struct run *run, const struct run_column *column, uint32_t leaf);
    run_number *number; /* NULL: of the label at hand */
    run_value_of *value;
    size_t width; /* of the part of run_value that is used */
};

/* The code of a value; values get codes as they come. code_of is a sparse set: an entry holds only
 * where numbers[] points back, so that nothing has to be cleared between columns. */
static inlay_status run_code(struct run *run, const struct run_kind *kind,
                             const struct series_entry *e, uint32_t number, uint32_t *code)
{
    union run_value value;
    *code = run->code_of[number];
    if (*code < run->n_codes && run->numbers[*code] == number)
        return INLAY_OK;
    kind->value(run, e, number, &value);
    buf_append(&run->values, &value, kind->width);
    TRY(run->values.status);
    *code = run->n_codes++;
    run->code_of[number] = *code;
    run->numbers[*code] = number;
    return INLAY_OK;
}

/* codes[i] for n stretches or labels, and the dictionary, given to the writer. */
static inlay_status run_encode(struct run *run, const struct run_column *column, uint32_t leaf,
                               uint32_t n)
{
    const struct run_kind *kind = column->kind;
    const struct series_entry *entries = run->series->entries;
    run->n_codes = 0;
    buf_clear(&run->values);
    for (uint32_t i = 0; i < n; i++) {
        const struct series_entry *e = &entries[run->stretches[i].series];
        uint32_t number = kind->number ? kind->number(run, e)
                                       : run->labels[run->first_label[column->key] + i].value;
        TRY(run_code(run, kind, e, number, &run->codes[i]));
    }
    return inlay_writer_dictionary(run->writer, leaf, run->values.data, run->n_codes);
}

static inlay_status run_write_codes(struct run *run, const struct run_column *column, uint32_t leaf)
{
    struct run_codes out = {.writer = run->writer, .leaf = leaf};
    TRY(run_encode(run, column, leaf, run->n_stretches));
    for (uint32_t i = 0; i < run->n_stretches; i++) {
        const struct run_stretch *s = &run->stretches[i];
        TRY(run_put(&out, s[1].first_row - s->first_row, run->codes[i]));
    }
    return run_flush(&out);
}

static inlay_status run_write_label(struct run *run, const struct run_column *column, uint32_t leaf)
{
    struct run_codes out = {.writer = run->writer, .leaf = leaf};
    uint32_t row = 0, rows = run->stretches[run->n_stretches].first_row;
    uint32_t first = run->first_label[column->key], n = run->first_label[column->key + 1] - first;
    TRY(run_encode(run, column, leaf, n));
    for (uint32_t i = 0; i < n; i++) {
        const struct run_stretch *s = &run->stretches[run->labels[first + i].stretch];
        TRY(run_put(&out, s->first_row - row, RUN_NULL));
        TRY(run_put(&out, s[1].first_row - s->first_row, run->codes[i]));
        row = s[1].first_row;
    }
    TRY(run_put(&out, rows - row, RUN_NULL));
    return run_flush(&out);
}

/* timeseries_id is a hash: two series may share it, which a dictionary must not. */
static inlay_status run_write_ids(struct run *run, const struct run_column *column, uint32_t leaf)
{
    (void)column;
    for (uint32_t i = 0; i < run->n_stretches; i++) {
        const struct run_stretch *s = &run->stretches[i];
        int64_t id = run->series->entries[s->series].timeseries_id;
        TRY(inlay_writer_repeat(run->writer, leaf, s[1].first_row - s->first_row, &id));
    }
    return INLAY_OK;
}

/* ---- columns of the samples ---- */

static inlay_status run_write_times(struct run *run, const struct run_column *column, uint32_t leaf)
{
    const struct run_rows *r = run->rows;
    uint64_t piece[RUN_PIECE];
    (void)column;
    for (size_t at = 0; at < r->n;) {
        size_t n = r->n - at < RUN_PIECE ? r->n - at : RUN_PIECE;
        for (size_t i = 0; i < n; i++)
            piece[i] = r->samples[r->order[at + i]].timestamp_secs;
        inlay_batch batch = {.n_levels = n, .n_values = n, .values = piece};
        TRY(inlay_writer_write(run->writer, leaf, &batch));
        at += n;
    }
    return INLAY_OK;
}

static inlay_status run_write_values(struct run *run, const struct run_column *column,
                                     uint32_t leaf)
{
    const struct run_rows *r = run->rows;
    double piece[RUN_PIECE];
    (void)column;
    for (size_t at = 0; at < r->n;) {
        size_t n = r->n - at < RUN_PIECE ? r->n - at : RUN_PIECE;
        for (size_t i = 0; i < n; i++)
            piece[i] = r->samples[r->order[at + i]].value;
        inlay_batch batch = {.n_levels = n, .n_values = n, .values = piece};
        TRY(inlay_writer_write(run->writer, leaf, &batch));
        at += n;
    }
    return INLAY_OK;
}

/* Types: quickwit-parquet-engine/src/schema/fields.rs. Labels are nullable, the rest never is. */
/* clang-format off */
static const struct run_kind
    run_metric_name = {
        "metric_name", INLAY_BYTE_ARRAY, INLAY_REQUIRED, {.kind = INLAY_STRING},
        run_write_codes, run_name, run_text_value, sizeof(inlay_bytes)},
    run_timeseries_id = {
        "timeseries_id", INLAY_INT64, INLAY_REQUIRED, {.kind = INLAY_LOGICAL_NONE},
        run_write_ids, NULL, NULL, 0},
    run_timestamp_secs = {
        "timestamp_secs", INLAY_INT64, INLAY_REQUIRED, {.kind = INLAY_INTEGER, .bits = 64},
        run_write_times, NULL, NULL, 0},
    run_sorted_series = {
        "sorted_series", INLAY_BYTE_ARRAY, INLAY_REQUIRED, {.kind = INLAY_LOGICAL_NONE},
        run_write_codes, run_rank, run_key_value, sizeof(inlay_bytes)},
    run_metric_type = {
        "metric_type", INLAY_INT32, INLAY_REQUIRED, {.kind = INLAY_INTEGER, .bits = 8},
        run_write_codes, run_type, run_type_value, sizeof(int32_t)},
    run_the_value = {
        "value", INLAY_DOUBLE, INLAY_REQUIRED, {.kind = INLAY_LOGICAL_NONE},
        run_write_values, NULL, NULL, 0},
    run_a_label = {
        NULL, INLAY_BYTE_ARRAY, INLAY_OPTIONAL, {.kind = INLAY_STRING},
        run_write_label, NULL, run_text_value, sizeof(inlay_bytes)};
/* clang-format on */

/* ---- stretches and their labels ---- */

static inlay_status run_find_stretches(struct run *run)
{
    const struct run_rows *r = run->rows;
    for (size_t row = 0; row <= r->n; row++) {
        uint32_t series = row < r->n ? r->samples[r->order[row]].series : 0;
        if (row > 0 && row < r->n && series == run->stretches[run->n_stretches - 1].series)
            continue;
        void *block = run->stretches;
        TRY(mem_grow(run->env, &block, &run->stretches_capacity, (size_t)run->n_stretches + 1,
                     sizeof *run->stretches));
        run->stretches = block;
        run->stretches[run->n_stretches++] = (struct run_stretch){series, (uint32_t)row};
    }
    run->n_stretches--; /* the last one is the end */
    return INLAY_OK;
}

/* Labels by key: a counting sort over the stretches. */
static inlay_status run_find_labels(struct run *run)
{
    const struct series_table *t = run->series;
    void *block;
    uint64_t n = 0;
    run->n_keys = t->key_texts.n;
    TRY(mem_new(run->env, ((size_t)run->n_keys + 2) * sizeof *run->first_label, &block));
    run->first_label = block;
    uint32_t *count = run->first_label + 2;
    for (uint32_t i = 0; i < run->n_stretches; i++) {
        const struct series_entry *e = &t->entries[run->stretches[i].series];
        for (uint32_t k = 0; k < e->n_labels; k++)
            count[t->labels[e->first_label + k].key]++;
        n += e->n_labels;
    }
    if (n > UINT32_MAX || n > SIZE_MAX / sizeof *run->labels)
        return err_set(run->env, INLAY_LIMIT, ERR("too many labels in one run"));
    for (uint32_t k = 2; k <= run->n_keys; k++)
        run->first_label[k] += run->first_label[k - 1];
    /* first_label[k + 1] is now where key k begins; filling moves it to where key k ends */
    TRY(mem_new(run->env, (size_t)n * sizeof *run->labels, &block));
    run->labels = block;
    run->n_labels = (uint32_t)n;
    for (uint32_t i = 0; i < run->n_stretches; i++) {
        const struct series_entry *e = &t->entries[run->stretches[i].series];
        for (uint32_t k = 0; k < e->n_labels; k++) {
            struct series_label label = t->labels[e->first_label + k];
            run->labels[run->first_label[label.key + 1]++] = (struct run_label){i, label.value};
        }
    }
    return INLAY_OK;
}

static bool run_has_label(const struct run *run, uint32_t key)
{
    return run->first_label[key + 1] > run->first_label[key];
}

/* ---- schema: sort columns, sorted_series, the others by name (storage/writer.rs there) ---- */

static void run_add_column(struct run *run, const struct run_kind *kind, inlay_bytes name,
                           uint32_t key)
{
    if (kind->name)
        name = (inlay_bytes){(const uint8_t *)kind->name, strlen(kind->name)};
    run->columns[run->n_columns++] = (struct run_column){.name = name, .kind = kind, .key = key};
}

static int run_compare_columns(const void *ctx, uint32_t a, uint32_t b)
{
    const struct run_column *columns = ctx;
    return sortspec_compare(columns[a].name, columns[b].name);
}

/* All columns in the order of their names; place[] has their numbers. */
static inlay_status run_name_columns(struct run *run)
{
    static const struct run_kind *const fixed[] = {&run_metric_name,    &run_metric_type,
                                                   &run_sorted_series,  &run_timeseries_id,
                                                   &run_timestamp_secs, &run_the_value};
    enum { N_FIXED = sizeof fixed / sizeof fixed[0] };
    void *block = NULL;
    run->columns_capacity = (size_t)run->n_keys + N_FIXED;
    TRY(mem_new(run->env, run->columns_capacity * sizeof *run->columns, &block));
    run->columns = block;
    TRY(mem_new(run->env, run->columns_capacity * 2 * sizeof *run->place, &block));
    run->place = block;
    for (size_t i = 0; i < N_FIXED; i++)
        run_add_column(run, fixed[i], (inlay_bytes){NULL, 0}, 0);
    for (uint32_t key = 0; key < run->n_keys; key++)
        if (run_has_label(run, key))
            run_add_column(run, &run_a_label, run->series->key_texts.texts[key], key);
    for (uint32_t i = 0; i < run->n_columns; i++)
        run->place[i] = i;
    sort_numbers(run->place, run->place + run->n_columns, run->n_columns, run_compare_columns,
                run->columns);
    return INLAY_OK;
}

static struct run_column *run_find_column(const struct run *run, inlay_bytes name)
{
    uint32_t low = 0, high = run->n_columns;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        int order = sortspec_compare(run->columns[run->place[mid]].name, name);
        if (order == 0)
            return &run->columns[run->place[mid]];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static inlay_status run_add_leaf(struct run *run, inlay_schema *schema,
                                 const struct run_column *column, uint32_t *leaf_order,
                                 uint32_t *leaf)
{
    inlay_node spec = {.name = column->name,
                       .type = column->kind->type,
                       .repetition = column->kind->repetition,
                       .logical = column->kind->logical};
    uint32_t node;
    leaf_order[(*leaf)++] = (uint32_t)(column - run->columns);
    return inlay_schema_add(schema, 0, &spec, &node);
}

/* Add the columns to the schema. leaf_order[leaf] is the column's number; the first *n_sorting
 * leaves are the sort columns. */
static inlay_status run_make_schema(struct run *run, inlay_schema *schema, uint32_t *leaf_order,
                                    uint32_t *n_sorting)
{
    static const char *const last[] = {"timeseries_id", "timestamp_secs", "sorted_series"};
    const struct sortspec *spec = run->series->spec;
    uint32_t leaf = 0;
    for (uint32_t i = 0; i < spec->n_columns + 3; i++) {
        bool is_last = i >= spec->n_columns;
        const char *text = is_last ? last[i - spec->n_columns] : NULL;
        inlay_bytes name =
            text ? (inlay_bytes){(const uint8_t *)text, strlen(text)} : spec->columns[i].name;
        struct run_column *column = run_find_column(run, name);
        if (!column)
            continue; /* a label that no series of this run has */
        column->sorted = true;
        column->descending =
            is_last ? column->kind == &run_timestamp_secs : spec->columns[i].descending;
        TRY(run_add_leaf(run, schema, column, leaf_order, &leaf));
    }
    *n_sorting = leaf - 1; /* sorted_series is not a column of the sort schema */
    for (uint32_t i = 0; i < run->n_columns; i++)
        if (!run->columns[run->place[i]].sorted)
            TRY(run_add_leaf(run, schema, &run->columns[run->place[i]], leaf_order, &leaf));
    return INLAY_OK;
}

/* ---- the file ---- */

/* Room for dictionaries: a column has at most one entry a stretch, and no label has more labels. */
static inlay_status run_make_room(struct run *run)
{
    const struct series_table *t = run->series;
    void *block;
    size_t n = t->texts.n > t->n_ranks ? t->texts.n : t->n_ranks;
    n = n > UINT8_MAX ? n : UINT8_MAX + 1; /* metric types */
    TRY(mem_new(run->env, n * sizeof *run->code_of, &block));
    run->code_of = block;
    run->n_numbers = n;
    TRY(mem_new(run->env, run->n_stretches * sizeof *run->codes, &block));
    run->codes = block;
    TRY(mem_new(run->env, run->n_stretches * sizeof *run->numbers, &block));
    run->numbers = block;
    return INLAY_OK;
}

static inlay_status run_describe(struct run *run, const struct run_file *file,
                                 const uint32_t *leaf_order, uint32_t n_sorting)
{
    static const char key[] = "qh.sort_fields";
    inlay_sorting sorting[SORTSPEC_MOST_COLUMNS + 2];
    for (uint32_t i = 0; i < n_sorting; i++)
        sorting[i] =
            (inlay_sorting){.leaf = i, .descending = run->columns[leaf_order[i]].descending};
    TRY(inlay_writer_sorting(run->writer, sorting, n_sorting));
    inlay_bytes sort = {(const uint8_t *)file->sort, strlen(file->sort)};
    TRY(inlay_writer_key_value(run->writer, (inlay_bytes){(const uint8_t *)key, sizeof key - 1},
                               &sort));
    for (size_t i = 0; i < file->n_key_values; i++) {
        const inlay_key_value *kv = &file->key_values[i];
        TRY(inlay_writer_key_value(run->writer, kv->key, kv->has_value ? &kv->value : NULL));
    }
    return INLAY_OK;
}

static inlay_status run_write_columns(struct run *run, const uint32_t *leaf_order)
{
    for (uint32_t leaf = 0; leaf < run->n_columns && run->rows->n; leaf++) {
        const struct run_column *column = &run->columns[leaf_order[leaf]];
        TRY(column->kind->write(run, column, leaf));
        TRY(inlay_writer_end_column(run->writer, leaf));
    }
    return inlay_writer_finish(run->writer);
}

static inlay_status run_write_file(struct run *run, const struct run_file *file,
                                   const inlay_sink *sink, inlay_schema *schema)
{
    inlay_write_options options = {.codec = NULL};
    uint32_t *leaf_order = run->place + run->columns_capacity, n_sorting = 0;
    if (file->write)
        options = *file->write;
    options.flags |= INLAY_WRITE_IN_ORDER | INLAY_WRITE_TRUSTED_ORDER;
    options.columns = NULL;
    options.n_columns = 0;
    TRY(run_make_schema(run, schema, leaf_order, &n_sorting));
    TRY(inlay_writer_open(run->env, sink, schema, &options, &run->writer));
    TRY(run_describe(run, file, leaf_order, n_sorting));
    return run_write_columns(run, leaf_order);
}

static void run_close(struct run *run)
{
    inlay_writer_close(run->writer);
    buf_free(&run->values);
    mem_free(run->env, run->codes, run->n_stretches * sizeof *run->codes);
    mem_free(run->env, run->numbers, run->n_stretches * sizeof *run->numbers);
    mem_free(run->env, run->code_of, run->n_numbers * sizeof *run->code_of);
    mem_free(run->env, run->stretches, run->stretches_capacity * sizeof *run->stretches);
    mem_free(run->env, run->first_label, ((size_t)run->n_keys + 2) * sizeof *run->first_label);
    mem_free(run->env, run->labels, run->n_labels * sizeof *run->labels);
    mem_free(run->env, run->columns, run->columns_capacity * sizeof *run->columns);
    mem_free(run->env, run->place, run->columns_capacity * 2 * sizeof *run->place);
}

inlay_status run_write(const struct series_table *series, const struct run_rows *rows,
                       const struct run_file *file, const inlay_sink *sink)
{
    struct run run = {.env = series->env, .series = series, .rows = rows};
    inlay_schema *schema = NULL;
    buf_init(&run.values, run.env);
    inlay_status status = run_find_stretches(&run);
    if (status == INLAY_OK)
        status = run_find_labels(&run);
    if (status == INLAY_OK)
        status = run_make_room(&run);
    if (status == INLAY_OK)
        status = run_name_columns(&run);
    if (status == INLAY_OK)
        status = inlay_schema_new(run.env, &schema);
    if (status == INLAY_OK)
        status = run_write_file(&run, file, sink, schema);
    inlay_schema_close(schema);
    run_close(&run);
    return status;
}

#endif
