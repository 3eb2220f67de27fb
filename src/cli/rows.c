/* Rows out of columns; see rows.h. */
#include "cli/rows.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROWS_BATCH = 4096,          /* rows a batch of a narrow file */
    ROWS_CACHE = 64 << 20,      /* all caches of a file */
    ROWS_CACHE_CODES = 1 << 16, /* a larger dictionary is not cached */
    ROWS_CACHE_TEXT = 4 << 20,  /* of one column */
    ROWS_CACHE_PIECE = 1 << 10  /* a longer text is not cached */
};

/* Failures. */

static void rows_fail(struct rows *r, const struct rows_leaf *leaf, const char *what)
{
    inlay_error *e = &r->env->error;
    if (r->failed)
        return;
    r->failed = true;
    *e = (inlay_error){.status = INLAY_CORRUPT,
                       .what = what,
                       .at = -1,
                       .input = -1,
                       .row_group = (int32_t)inlay_column_row_group(leaf->column),
                       .row = -1,
                       .page = -1};
    inlay_schema_path(r->schema, inlay_schema_leaf_node(r->schema, leaf->number), e->column,
                      sizeof e->column);
}

static inlay_status rows_memory(struct rows *r)
{
    r->failed = true;
    r->env->error = (inlay_error){.status = INLAY_NOMEM,
                                  .what = "out of memory",
                                  .at = -1,
                                  .input = -1,
                                  .row_group = -1,
                                  .row = -1,
                                  .page = -1};
    return INLAY_NOMEM;
}

/* Texts of dictionary entries. */

/* Another dictionary: forget the texts, and the table of pieces if it is too small. */
static void rows_cache_renew(struct rows *r, struct rows_leaf *leaf, uint64_t serial)
{
    struct rows_cache *c = &leaf->cache;
    c->serial = serial;
    c->used = 0;
    if (c->n_pieces < leaf->n_dictionary) {
        r->cache_left += c->n_pieces * sizeof *c->pieces;
        free(c->pieces);
        c->pieces = NULL;
        c->n_pieces = 0;
    }
    if (c->pieces)
        memset(c->pieces, 0, c->n_pieces * sizeof *c->pieces);
}

static bool rows_cache_grow(struct rows *r, struct rows_leaf *leaf, size_t len)
{
    struct rows_cache *c = &leaf->cache;
    if (!c->pieces) {
        size_t bytes = leaf->n_dictionary * sizeof *c->pieces;
        if (leaf->n_dictionary > ROWS_CACHE_CODES || bytes > r->cache_left)
            return false;
        c->pieces = calloc(leaf->n_dictionary, sizeof *c->pieces);
        if (!c->pieces)
            return false;
        c->n_pieces = leaf->n_dictionary;
        r->cache_left -= bytes;
    }
    if (c->capacity - c->used >= len)
        return true;
    size_t more = c->capacity + len + 4096;
    if (c->capacity + more > ROWS_CACHE_TEXT || more > r->cache_left)
        return false;
    char *text = realloc(c->text, c->capacity + more);
    if (!text)
        return false;
    r->cache_left -= more;
    c->text = text;
    c->capacity += more;
    return true;
}

/* Levels. */

/* Take the next batch; false at the end and after a failure, and there are no more levels then. */
static bool rows_refill(struct rows *r, struct rows_leaf *leaf)
{
    inlay_batch batch = {0};
    leaf->level = leaf->n_levels = 0;
    while (!leaf->ended && !r->failed) {
        inlay_status status = inlay_column_read(leaf->column, r->batch_rows, &batch);
        if (status == INLAY_END || (status != INLAY_OK && leaf->next_row >= r->fence))
            leaf->ended = true;
        else if (status != INLAY_OK)
            r->failed = true;
        else if (batch.n_levels > 0)
            break;
    }
    if (leaf->ended || r->failed)
        return false;
    leaf->next_row += (int64_t)batch.n_rows;
    leaf->def = batch.def;
    leaf->rep = batch.rep;
    leaf->values = batch.values;
    leaf->codes = batch.codes;
    leaf->n_levels = batch.n_levels;
    leaf->value = 0;
    leaf->n_values = batch.n_values;
    if (batch.codes) {
        inlay_dictionary dictionary = inlay_column_dictionary(leaf->column);
        leaf->dictionary = dictionary.values;
        leaf->n_dictionary = dictionary.n_values;
        if (leaf->cache.serial != dictionary.serial)
            rows_cache_renew(r, leaf, dictionary.serial);
    }
    return true;
}

/* Is there a level to look at? Fails where the column ends before its rows do. */
static bool rows_has_level(struct rows *r, struct rows_leaf *leaf)
{
    if (leaf->level < leaf->n_levels || rows_refill(r, leaf))
        return true;
    rows_fail(r, leaf, "the column has fewer rows than the file");
    return false;
}

static unsigned rows_def(const struct rows_leaf *leaf)
{
    return leaf->def ? leaf->def[leaf->level] : leaf->max_def;
}

/* Repetition level of the next entry; 0 behind the last one. */
static unsigned rows_rep(struct rows *r, struct rows_leaf *leaf)
{
    if (leaf->level == leaf->n_levels && !rows_refill(r, leaf))
        return 0;
    return leaf->rep ? leaf->rep[leaf->level] : 0;
}

/* Values. */

static void rows_coded(struct rows *r, struct rows_leaf *leaf, uint32_t code, struct out *o)
{
    struct rows_cache *c = &leaf->cache;
    if (code < c->n_pieces && c->pieces[code].len > 0) {
        size_t len = c->pieces[code].len;
        memcpy(out_room(o, len), c->text + c->pieces[code].at, len);
        o->used += len;
        return;
    }
    if (code >= leaf->n_dictionary) {
        rows_fail(r, leaf, "a dictionary code beyond the dictionary");
        return;
    }
    uint64_t flushed = o->flushed;
    size_t from = o->used;
    leaf->put(o, &leaf->type, leaf->dictionary + code * leaf->width);
    if (o->flushed != flushed || o->used <= from || o->used - from > ROWS_CACHE_PIECE)
        return;
    size_t len = o->used - from;
    if (rows_cache_grow(r, leaf, len) && code < c->n_pieces) {
        memcpy(c->text + c->used, o->data + from, len);
        c->pieces[code] = (struct rows_piece){(uint32_t)c->used, (uint32_t)len};
        c->used += len;
    }
}

static void rows_put(struct rows *r, struct rows_leaf *leaf, struct out *o)
{
    size_t i = leaf->value++;
    if (i >= leaf->n_values)
        rows_fail(r, leaf, "the page has fewer values than its levels say");
    else if (leaf->codes)
        rows_coded(r, leaf, leaf->codes[i], o);
    else
        leaf->put(o, &leaf->type, leaf->values + i * leaf->width);
}

static void rows_null(struct out *o)
{
    out_bytes(o, "null", 4);
}

/* Fields. */

/* Pass over one level of every column of a field that is null or an empty list there. */
static void rows_pass(struct rows *r, const struct rows_field *f, unsigned def)
{
    for (uint32_t i = f->leaf; i < f->leaf_end; i++) {
        struct rows_leaf *leaf = &r->leaves[i];
        if (!rows_has_level(r, leaf))
            return;
        if (rows_def(leaf) != def) {
            rows_fail(r, leaf, "the columns of a group disagree about where it is null");
            return;
        }
        leaf->level++;
    }
}

static void rows_print(struct rows *r, const struct rows_field *f, struct out *o);

static void rows_struct(struct rows *r, const struct rows_field *f, struct out *o)
{
    const struct rows_field *member = f + 1, *end = r->fields + f->end;
    bool first = true;
    out_char(o, '{');
    while (member < end && !r->failed) {
        out_bytes(o, r->keys.data + member->key_at + first, member->key_bytes - first);
        first = false;
        rows_print(r, member, o);
        member = r->fields + member->end;
    }
    out_char(o, '}');
}

/* The entries of a list of plain values: no call a value but the printing. */
static void rows_list_values(struct rows *r, const struct rows_field *f, struct out *o)
{
    const struct rows_field *element = f + 1;
    struct rows_leaf *leaf = &r->leaves[f->leaf];
    for (;;) {
        unsigned def = rows_def(leaf);
        if (def < f->entry_def) {
            rows_fail(r, leaf, "a list goes on with an entry that does not exist");
            return;
        }
        leaf->level++;
        if (def < element->def)
            rows_null(o);
        else
            rows_put(r, leaf, o);
        unsigned rep = rows_rep(r, leaf);
        if (rep < f->rep || r->failed)
            return;
        out_char(o, ',');
    }
}

/* After an entry: do all columns of the list say the same about the next one? */
static bool rows_goes_on(struct rows *r, const struct rows_field *f)
{
    unsigned rep = rows_rep(r, &r->leaves[f->leaf]);
    for (uint32_t i = f->leaf + 1; i < f->leaf_end && !r->failed; i++)
        if (rows_rep(r, &r->leaves[i]) != rep)
            rows_fail(r, &r->leaves[i], "the columns of a list disagree about its length");
    if (rep > f->rep)
        rows_fail(r, &r->leaves[f->leaf], "a repetition level without the list that it continues");
    return rep >= f->rep && !r->failed;
}

static void rows_list(struct rows *r, const struct rows_field *f, struct out *o)
{
    out_char(o, '[');
    if (f[1].kind == ROWS_VALUE) {
        rows_list_values(r, f, o);
    } else {
        rows_print(r, f + 1, o);
        while (rows_goes_on(r, f)) {
            out_char(o, ',');
            rows_print(r, f + 1, o);
        }
    }
    out_char(o, ']');
}

/* One field at the level where its columns stand. Depth: the schema's, limits.schema_depth. */
static void rows_print(struct rows *r, const struct rows_field *f, struct out *o)
{
    if (f->kind == ROWS_NOTHING) {
        rows_null(o);
        return;
    }
    struct rows_leaf *leaf = &r->leaves[f->leaf];
    if (r->failed || !rows_has_level(r, leaf))
        return;
    unsigned def = rows_def(leaf);
    if (def < f->parent_def) {
        rows_fail(r, leaf, "the columns of a group disagree about where it is null");
    } else if (def < f->def) {
        rows_null(o);
        rows_pass(r, f, def);
    } else if (f->kind == ROWS_STRUCT) {
        rows_struct(r, f, o);
    } else if (f->kind == ROWS_LIST && def < f->entry_def) {
        out_bytes(o, "[]", 2);
        rows_pass(r, f, def);
    } else if (f->kind == ROWS_LIST) {
        rows_list(r, f, o);
    } else {
        leaf->level++;
        rows_put(r, leaf, o);
    }
}

/* A row begins: no column may still be inside the last one. */
static bool rows_begins(struct rows *r, const struct rows_field *f)
{
    for (uint32_t i = f->leaf; i < f->leaf_end; i++) {
        if (r->leaves[i].node->max_rep > 0 && rows_rep(r, &r->leaves[i]) != 0)
            rows_fail(r, &r->leaves[i], "a row goes on where the next one should begin");
    }
    return !r->failed;
}

/* Level and value of a column without nesting; false = null or failed. */
static inline bool rows_flat(struct rows *r, struct rows_leaf *leaf, struct out *o)
{
    if (leaf->level == leaf->n_levels && !rows_has_level(r, leaf))
        return false;
    size_t level = leaf->level++;
    if (leaf->def && leaf->def[level] < leaf->max_def)
        return false;
    rows_put(r, leaf, o);
    return true;
}

bool rows_json(struct rows *r, struct out *o)
{
    const struct rows_field *f = r->fields, *end = r->fields + r->n_fields;
    bool first = true;
    out_char(o, '{');
    while (f < end) {
        out_bytes(o, r->keys.data + f->key_at + first, f->key_bytes - first);
        first = false;
        if (f->kind != ROWS_FLAT) {
            if (!rows_begins(r, f))
                return false;
            rows_print(r, f, o);
            f = r->fields + f->end;
        } else {
            if (!rows_flat(r, &r->leaves[f->leaf], o))
                rows_null(o);
            f++;
        }
        if (r->failed)
            return false;
    }
    out_char(o, '}');
    return true;
}

bool rows_cell(struct rows *r, const struct rows_field *f, struct out *o)
{
    if (f->kind == ROWS_FLAT)
        return rows_flat(r, &r->leaves[f->leaf], o);
    if (f->kind == ROWS_NOTHING || !rows_begins(r, f) || !rows_has_level(r, &r->leaves[f->leaf]))
        return false;
    unsigned def = rows_def(&r->leaves[f->leaf]);
    if (def < f->def) {
        rows_pass(r, f, def);
        return false;
    }
    rows_print(r, f, o);
    return !r->failed;
}

/* Projection. */

bool rows_select(const inlay_schema *schema, const char *name, size_t len, bool *wanted)
{
    char *path = malloc(len + 1); /* inlay_schema_find wants an end */
    if (!path)
        return false;
    memcpy(path, name, len);
    path[len] = '\0';
    uint32_t found = 0;
    bool any = false;
    while ((found = inlay_schema_find(schema, path, found)) != 0) {
        uint32_t end = inlay_schema_node(schema, found)->end;
        any = true;
        for (uint32_t node = found; node < end; node++) {
            int32_t leaf = inlay_schema_node(schema, node)->leaf;
            if (leaf >= 0)
                wanted[leaf] = true;
        }
    }
    free(path);
    return any;
}

/* Compilation. Fields are counted by nodes: a node gives at most two (a repeated group that is an
 * element, and the list around it), a map's repeated group one. */

struct rows_build {
    struct rows *r;
    const bool *wanted;
    uint32_t *leaf_of; /* projected number of a leaf; only where wanted */
};

static bool rows_wants(const struct rows_build *b, uint32_t node)
{
    uint32_t end = inlay_schema_node(b->r->schema, node)->end;
    bool groups_only = true;
    for (uint32_t i = node; i < end; i++) {
        int32_t leaf = inlay_schema_node(b->r->schema, i)->leaf;
        if (leaf >= 0) {
            groups_only = false;
            if (!b->wanted || b->wanted[leaf])
                return true;
        }
    }
    return groups_only && !b->wanted; /* a group without columns shows only in whole rows */
}

static struct rows_field *rows_new_field(struct rows_build *b, uint32_t node, const char *key)
{
    struct rows *r = b->r;
    const inlay_node *n = inlay_schema_node(r->schema, node);
    struct rows_field *f = &r->fields[r->n_fields++];
    *f = (struct rows_field){.node = node, .key_at = r->keys.used, .end = r->n_fields};
    out_char(&r->keys, ',');
    if (key)
        print_json_text(&r->keys, key);
    else
        print_json(&r->keys, n->name);
    out_char(&r->keys, ':');
    f->key_bytes = r->keys.used - f->key_at;
    f->leaf = r->n_leaves; /* leaves are projected in the same depth-first order, see rows_leaves */
    return f;
}

/* The projected leaves of nodes [node, end). */
static void rows_span(const struct rows_build *b, struct rows_field *f, uint32_t node)
{
    uint32_t end = inlay_schema_node(b->r->schema, node)->end, first = UINT32_MAX, after = 0;
    for (uint32_t i = node; i < end; i++) {
        int32_t leaf = inlay_schema_node(b->r->schema, i)->leaf;
        if (leaf < 0 || (b->wanted && !b->wanted[leaf]))
            continue;
        if (first == UINT32_MAX)
            first = b->leaf_of[leaf];
        after = b->leaf_of[leaf] + 1;
    }
    f->leaf = first == UINT32_MAX ? 0 : first;
    f->leaf_end = first == UINT32_MAX ? 0 : after;
    if (f->leaf_end == 0)
        f->kind = ROWS_NOTHING;
}

static void rows_compile(struct rows_build *b, uint32_t node, bool element_of, uint8_t parent_def,
                         const char *key);

static void rows_compile_children(struct rows_build *b, uint32_t node, uint8_t def)
{
    const inlay_node *n = inlay_schema_node(b->r->schema, node);
    for (uint32_t i = 0; i < n->n_children; i++) {
        uint32_t child = inlay_schema_child(b->r->schema, node, i);
        if (rows_wants(b, child))
            rows_compile(b, child, false, def, NULL);
    }
}

/* The entry of a map: a struct of key and value, whatever the file calls them. */
static void rows_compile_entry(struct rows_build *b, const inlay_shape *shape)
{
    uint8_t def = inlay_schema_node(b->r->schema, shape->repeated)->max_def;
    uint32_t self = b->r->n_fields;
    struct rows_field *f = rows_new_field(b, shape->repeated, NULL);
    f->kind = ROWS_STRUCT;
    f->def = f->parent_def = def;
    rows_span(b, f, shape->repeated);
    if (rows_wants(b, shape->key))
        rows_compile(b, shape->key, false, def, "key");
    if (shape->value == 0) {
        struct rows_field *value = rows_new_field(b, shape->repeated, "value");
        value->kind = ROWS_NOTHING;
    } else if (rows_wants(b, shape->value)) {
        rows_compile(b, shape->value, false, def, "value");
    }
    b->r->fields[self].end = b->r->n_fields;
}

static void rows_compile(struct rows_build *b, uint32_t node, bool element_of, uint8_t parent_def,
                         const char *key)
{
    static const uint8_t kinds[] = {[INLAY_SHAPE_VALUE] = ROWS_VALUE,
                                    [INLAY_SHAPE_STRUCT] = ROWS_STRUCT,
                                    [INLAY_SHAPE_LIST] = ROWS_LIST,
                                    [INLAY_SHAPE_MAP] = ROWS_LIST};
    const inlay_schema *schema = b->r->schema;
    const inlay_node *n = inlay_schema_node(schema, node);
    inlay_shape shape = inlay_schema_shape(schema, node, element_of);
    uint32_t self = b->r->n_fields;
    struct rows_field *f = rows_new_field(b, node, key);
    f->kind = kinds[shape.kind];
    f->parent_def = parent_def;
    f->def = n->max_def;
    if (shape.kind == INLAY_SHAPE_LIST || shape.kind == INLAY_SHAPE_MAP) {
        const inlay_node *repeated = inlay_schema_node(schema, shape.repeated);
        f->entry_def = repeated->max_def;
        f->rep = repeated->max_rep;
        if (shape.repeated == node) /* repetition without a list around it: never null by itself */
            f->def = (uint8_t)(n->max_def - 1);
    }
    rows_span(b, f, node);
    if (f->kind == ROWS_NOTHING)
        return;
    if (shape.kind == INLAY_SHAPE_STRUCT)
        rows_compile_children(b, node, n->max_def);
    else if (shape.kind == INLAY_SHAPE_LIST)
        rows_compile(b, shape.element, shape.element == shape.repeated, f->entry_def, NULL);
    else if (shape.kind == INLAY_SHAPE_MAP)
        rows_compile_entry(b, &shape);
    b->r->fields[self].end = b->r->n_fields;
}

/* Opening. */

static inlay_status rows_open_leaves(struct rows_build *b, enum print_flavour flavour)
{
    struct rows *r = b->r;
    uint32_t n = inlay_schema_leaves(r->schema);
    for (uint32_t i = 0; i < n; i++) {
        if (b->wanted && !b->wanted[i])
            continue;
        struct rows_leaf *leaf = &r->leaves[r->n_leaves];
        leaf->number = i;
        leaf->node = inlay_schema_leaf(r->schema, i);
        leaf->max_def = leaf->node->max_def;
        leaf->width = inlay_node_width(leaf->node);
        leaf->type = print_type_of(leaf->node);
        bool flat = leaf->node->parent == 0 && leaf->node->max_rep == 0;
        leaf->put = leaf->type.put[flat ? flavour : PRINT_JSON];
        b->leaf_of[i] = r->n_leaves++;
        inlay_status status = inlay_column_open(r->reader, i, INLAY_COLUMN_CODES, &leaf->column);
        if (status != INLAY_OK)
            return status;
    }
    return INLAY_OK;
}

static inlay_status rows_build_all(struct rows *r, const bool *wanted, uint32_t *leaf_of,
                                   enum print_flavour flavour)
{
    struct rows_build b = {r, wanted, leaf_of};
    inlay_status status = rows_open_leaves(&b, flavour);
    if (status != INLAY_OK)
        return status;
    rows_compile_children(&b, 0, 0);
    if (r->keys.os_error != 0)
        return rows_memory(r);
    for (uint32_t i = 0; i < r->n_fields; i = r->fields[i].end)
        if (r->fields[i].kind == ROWS_VALUE)
            r->fields[i].kind = ROWS_FLAT;
    /* A wide file has many columns open: a batch of each should not take more than a narrow one's.
     * */
    r->batch_rows = ROWS_BATCH;
    while (r->batch_rows > 256 && r->batch_rows * r->n_leaves > ROWS_BATCH * 64)
        r->batch_rows /= 2;
    r->cache_left = ROWS_CACHE;
    uint64_t limit = r->env->limits.memory_bytes;
    if (limit && r->cache_left > limit / 8)
        r->cache_left = (size_t)(limit / 8);
    return INLAY_OK;
}

inlay_status rows_open(struct rows *r, inlay_env *env, inlay_reader *reader, const bool *wanted,
                       enum print_flavour flavour)
{
    *r = (struct rows){.env = env, .reader = reader, .schema = inlay_reader_schema(reader),
                       .fence = INT64_MAX};
    r->keys.fd = -1;
    size_t n_nodes = inlay_schema_nodes(r->schema), n_leaves = inlay_schema_leaves(r->schema);
    uint32_t *leaf_of = calloc(n_leaves + 1, sizeof *leaf_of);
    r->fields = calloc(2 * n_nodes + 1, sizeof *r->fields);
    r->leaves = calloc(n_leaves + 1, sizeof *r->leaves);
    inlay_status status = INLAY_NOMEM;
    if (leaf_of && r->fields && r->leaves && out_open(&r->keys, -1))
        status = rows_build_all(r, wanted, leaf_of, flavour);
    else
        rows_memory(r);
    free(leaf_of);
    if (status != INLAY_OK)
        rows_close(r);
    return status;
}

void rows_close(struct rows *r)
{
    for (uint32_t i = 0; i < r->n_leaves; i++) {
        inlay_column_close(r->leaves[i].column);
        free(r->leaves[i].cache.pieces);
        free(r->leaves[i].cache.text);
    }
    free(r->leaves);
    free(r->fields);
    out_close(&r->keys);
    *r = (struct rows){.env = r->env};
}

inlay_status rows_seek(struct rows *r, int64_t row)
{
    r->failed = false;
    for (uint32_t i = 0; i < r->n_leaves; i++) {
        struct rows_leaf *leaf = &r->leaves[i];
        leaf->level = leaf->n_levels = 0;
        leaf->ended = false;
        leaf->next_row = row;
        inlay_status status = inlay_column_seek(leaf->column, row);
        if (status != INLAY_OK && status != INLAY_END)
            return status;
    }
    return INLAY_OK;
}

/* Pass over up to n rows within the batch, which stands before a row; those that are left are returned. A row that
 * may go on in the next batch is left, too. */
static int64_t rows_pass_batch(struct rows_leaf *leaf, int64_t n)
{
    size_t level = leaf->level;
    while (n > 0 && level < leaf->n_levels) {
        size_t from = level;
        if (!leaf->rep) {
            level += n < (int64_t)(leaf->n_levels - level) ? (size_t)n : leaf->n_levels - level;
            n -= (int64_t)(level - from);
        } else {
            do {
                level++;
            } while (level < leaf->n_levels && leaf->rep[level] != 0);
            if (level == leaf->n_levels)
                break;
            n--;
        }
        for (size_t i = from; i < level; i++)
            leaf->value += !leaf->def || leaf->def[i] == leaf->max_def;
        leaf->level = level;
    }
    return n;
}

inlay_status rows_forward(struct rows *r, int64_t at, int64_t row)
{
    for (uint32_t i = 0; i < r->n_leaves; i++) {
        struct rows_leaf *leaf = &r->leaves[i];
        if (rows_pass_batch(leaf, row - at) == 0)
            continue;
        leaf->level = leaf->n_levels = 0;
        leaf->ended = false;
        leaf->next_row = row;
        inlay_status status = inlay_column_seek(leaf->column, row);
        if (status != INLAY_OK && status != INLAY_END)
            return status;
    }
    return INLAY_OK;
}
