/* Copy a table under another footer; see restamp.h. */
#include "recording/restamp.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

enum { RESTAMP_MOST_SORTING = 256 };

static inlay_status restamp_batches(inlay_column *column, inlay_writer *writer, uint32_t leaf,
                                    int64_t rows)
{
    bool has_dictionary = false;
    while (rows > 0) {
        inlay_batch batch;
        inlay_status status = inlay_column_read(column, (size_t)rows, &batch);
        if (status != INLAY_OK)
            return status;
        if (batch.codes && !has_dictionary) {
            inlay_dictionary dictionary = inlay_column_dictionary(column);
            TRY(inlay_writer_dictionary(writer, leaf, dictionary.values, dictionary.n_values));
            has_dictionary = true;
        }
        TRY(inlay_writer_write(writer, leaf, &batch));
        rows -= (int64_t)batch.n_rows;
    }
    return inlay_writer_end_column(writer, leaf);
}

static inlay_status restamp_column(inlay_reader *from, inlay_writer *writer, uint32_t leaf,
                                   const inlay_row_group *group)
{
    inlay_column *column;
    TRY(inlay_column_open(from, leaf, INLAY_COLUMN_CODES, &column));
    inlay_status status = inlay_column_seek(column, group->first_row);
    if (status == INLAY_OK)
        status = restamp_batches(column, writer, leaf, group->n_rows);
    inlay_column_close(column);
    return status;
}

static inlay_status restamp_sorting(inlay_reader *from, inlay_writer *writer)
{
    inlay_sorting sorting[RESTAMP_MOST_SORTING];
    inlay_row_group group;
    if (inlay_reader_row_groups(from) == 0)
        return INLAY_OK;
    TRY(inlay_reader_row_group(from, 0, &group));
    uint32_t n = group.n_sorting < RESTAMP_MOST_SORTING ? group.n_sorting : RESTAMP_MOST_SORTING;
    for (uint32_t i = 0; i < n; i++)
        TRY(inlay_reader_sorting(from, 0, i, &sorting[i]));
    return inlay_writer_sorting(writer, sorting, n);
}

static inlay_status restamp_rows(inlay_reader *from, inlay_writer *writer)
{
    uint32_t n_groups = inlay_reader_row_groups(from);
    uint32_t n_leaves = inlay_schema_leaves(inlay_reader_schema(from));
    for (uint32_t g = 0; g < n_groups; g++) {
        inlay_row_group group;
        TRY(inlay_reader_row_group(from, g, &group));
        for (uint32_t leaf = 0; leaf < n_leaves; leaf++)
            TRY(restamp_column(from, writer, leaf, &group));
        TRY(inlay_writer_end_row_group(writer));
    }
    return INLAY_OK;
}

inlay_status restamp(inlay_env *env, inlay_reader *from, const inlay_sink *sink,
                     const inlay_write_options *write, const inlay_key_value *key_values,
                     size_t n_key_values)
{
    inlay_writer *writer;
    inlay_write_options options = *write;
    options.flags |= INLAY_WRITE_IN_ORDER | INLAY_WRITE_TRUSTED_ORDER | INLAY_WRITE_AS_IS | INLAY_WRITE_INT96;
    options.columns = NULL;
    options.n_columns = 0;
    TRY(inlay_writer_open(env, sink, inlay_reader_schema(from), &options, &writer));
    inlay_status status = restamp_sorting(from, writer);
    for (size_t i = 0; i < n_key_values && status == INLAY_OK; i++)
        status = inlay_writer_key_value(writer, key_values[i].key,
                                        key_values[i].has_value ? &key_values[i].value : NULL);
    if (status == INLAY_OK)
        status = restamp_rows(from, writer);
    if (status == INLAY_OK)
        status = inlay_writer_finish(writer);
    inlay_writer_close(writer);
    return status;
}

#endif
