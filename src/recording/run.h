/* A sorted run of samples as a whole Parquet file in the long layout.
 *
 * Samples of one series that follow each other are a stretch; every column but time and value is
 * constant in a stretch, and mostly written as dictionary codes, which a merge can go by. Memory:
 * 16 bytes a stretch, 8 a label of a stretch, 4 a text or series, one dictionary, and what the
 * writer holds.
 */
#ifndef INLAY_RECORDING_RUN_H
#define INLAY_RECORDING_RUN_H

#include "recording/series.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

struct run_sample {
    uint64_t timestamp_secs;
    double value;
    uint32_t series;
};

/* Row i of the run is samples[order[i]]; rows are sorted by (rank of the series, time descending).
 * n fits uint32_t. */
struct run_rows {
    const struct run_sample *samples;
    const uint32_t *order;
    size_t n;
};

struct run_file {
    const char *sort; /* text of the series' sort schema */
    const inlay_write_options *write;
    const inlay_key_value *key_values;
    size_t n_key_values;
};

/* Label columns are those that a series of the run has. */
INLAY_CHECKED inlay_status run_write(const struct series_table *series, const struct run_rows *rows,
                                     const struct run_file *file, const inlay_sink *sink);

#endif
#endif
