/* Every command of the tool; main.c lists them in the order of the help. */
#ifndef INLAY_CLI_COMMANDS_H
#define INLAY_CLI_COMMANDS_H

#include "cli/command.h"

extern const struct command command_info, command_schema, command_meta, command_pages, command_cat,
    command_head, command_tail, command_verify, command_melt, command_record, command_merge,
    command_concat, command_rewrite, command_events, command_import, command_annotate, command_scrub,
    command_doctor, command_metadata, command_combine, command_filter, command_report;

#endif
