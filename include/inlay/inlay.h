/* All of inlay. */
#ifndef INLAY_INLAY_H
#define INLAY_INLAY_H

#include "inlay/amend.h"
#include "inlay/annotate.h"
#include "inlay/arrow.h"
#include "inlay/copy.h"
#include "inlay/edit.h"
#include "inlay/events.h"
#include "inlay/import.h"
#include "inlay/inspect.h"
#include "inlay/merge.h"
#include "inlay/reader.h"
#include "inlay/recording.h"
#include "inlay/schema.h"
#include "inlay/visit.h"
#include "inlay/verify.h"
#include "inlay/where.h"
#include "inlay/writer.h"

#endif
