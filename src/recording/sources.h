/* What stands in per_source_metadata beside nodes and instances; see inlay/annotate.h. */
#ifndef INLAY_RECORDING_SOURCES_H
#define INLAY_RECORDING_SOURCES_H

#include "inlay/annotate.h"

#if INLAY_RECORDING

/* Is a source's member of this name (without escapes) one of the source itself, and no node or instance? */
bool sources_beside(inlay_bytes name);

#endif
#endif
