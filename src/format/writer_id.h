/* Who wrote a file: created_by taken apart, so that faults of known writers can be allowed for.
 *
 *   created_by = application ["version" [x.y.z[suffix]]] ["(build" hash ")"]       parquet.thrift FileMetaData
 *
 * Parsed loosely: what cannot be read is left empty, nothing is refused.
 */
#ifndef INLAY_FORMAT_WRITER_ID_H
#define INLAY_FORMAT_WRITER_ID_H

#include "inlay/base.h"

struct writer_id {
    inlay_bytes application; /* "parquet-mr"; empty when created_by is absent */
    inlay_bytes version;     /* "1.5.0-cdh5.5.0"; empty when not given */
    inlay_bytes suffix;      /* what follows x.y.z in it: "-cdh5.5.0", "rc3", "-SNAPSHOT" */
    inlay_bytes build;       /* "6cf94d29b2b7115df4de2c06e2ab4326d721eb55" */
    bool has_numbers;        /* the version begins with x.y.z, or x.y with z = 0 */
    uint32_t major, minor, patch;
};

/* Views into created_by. */
struct writer_id writer_id_parse(inlay_bytes created_by);
/* Is this `application`, whatever the case of its letters? */
bool writer_id_is(const struct writer_id *id, const char *application);
/* Is this `application` in a version before major.minor.patch? A version that cannot be read counts as
 * before every version, and x.y.z with a suffix as before x.y.z (release candidates, snapshots, and vendors'
 * builds such as 1.8.0-cdh5 alike; look at `suffix` where a vendor's build is known to be whole). */
bool writer_id_before(const struct writer_id *id, const char *application, uint32_t major,
                      uint32_t minor, uint32_t patch);

#endif
