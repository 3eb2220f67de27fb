# inlay: build, test, show.
#
#   make            build/inlay (static command line) and build/libinlay.a
#   make demo       record this machine, merge, show what happened
#   make test       every test that needs nothing but this tree (and $CORPUS, if it is there)
#   make help       all targets
#
# Source lists are explicit and in floor order: the same order makes the amalgamation.

BUILD   ?= build
CORPUS  ?= ../shared
PREFIX  ?= /usr/local
CC      ?= cc
AR      ?= ar
LD      ?= ld
OBJCOPY ?= objcopy
VERSION := $(shell sed -n 's/^.define INLAY_VERSION "\(.*\)"/\1/p' include/inlay/config.h)

# ---- what is built in: make BROTLI=0 leaves a codec and its library out ----

SNAPPY ?= 1
ZSTD   ?= 1
GZIP   ?= 1
LZ4    ?= 1
BROTLI ?= 1
SWITCHES := SNAPPY ZSTD GZIP LZ4 BROTLI
DEFINES  := $(foreach s,$(SWITCHES),-DINLAY_$(s)=$($(s)))
LIBS_1_ZSTD   := -lzstd
LIBS_1_GZIP   := -ldeflate
LIBS_1_LZ4    := -llz4
LIBS_1_BROTLI := -lbrotlienc -lbrotlidec -lbrotlicommon -lm
LIBS := $(foreach s,$(SWITCHES),$(LIBS_$($(s))_$(s))) $(if $(filter 0,$(THREADS) $(POSIX)),,-pthread)

# ---- flags: no contraction of floating point, ALP and statistics depend on it ----

WARN   := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla
ifeq ($(WERROR),1)
WARN   += -Werror
endif
CFLAGS ?= -O2 -g
BASE_FLAGS := -std=c11 $(WARN) -ffp-contract=off -fvisibility=hidden -ffunction-sections -fdata-sections
ifeq ($(SAN),1)
override BUILD := $(BUILD)/san
CFLAGS := -O1 -g -fno-omit-frame-pointer
BASE_FLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all
STATIC :=
else
STATIC := -static
endif
ALL_FLAGS = $(BASE_FLAGS) $(CFLAGS) $(DEFINES)

# One short line a file; V=1 shows the commands.
ifeq ($(V),1)
say = @:
Q   :=
else
say = @printf '  %-4s %s\n'
Q   := @
endif

# ---- sources, floor by floor ----

# Switches that leave whole floors out: make WRITE=0, make POSIX=0 MALLOC=0 ERROR_TEXT=0 lib ...
FEATURES := WRITE MERGE RECORDING VERIFY WHERE EVENTS IMPORT POSIX THREADS MALLOC ERROR_TEXT SIMD
DEFINES  += $(foreach s,$(FEATURES),$(if $($(s)),-DINLAY_$(s)=$($(s))))

list = $(foreach f,$(2),src/$(1)/$(f).c)
LIB_SRC := \
  $(call list,base,mem bytes text buf hash json json_write base64 serieskey shortest number moment real sort io io_posix amend_posix thread) \
  $(call list,thrift,compact record) \
  $(call list,codec,snappy zstd gzip lz4 brotli table) \
  $(call list,encoding,plain rle dict dict_build delta delta_bytes split alp alp_write table) \
  $(call list,format,meta names visit writer_id type timeunit schema schema_meta schema_modern schema_parse levels stats index footer page chunk_read \
                     chunk_seek reader trust inspect index_read bloom bloom_build order fit choose \
                     chunk_write chunk_take chunk_page chunk_raw chunk_meta chunk_memory writer writer_rows writer_footer writer_memory copy edit chain) \
  $(call list,arrow,flat schema type metadata plan convert array assemble stream entry flat_build schema_write \
                    in_type in_plan in_take in_dictionary in_walk in) \
  $(call list,verify,rule tally claims values chunk sorting verify) \
  $(call list,where,parse names compare bind prune column where) \
  $(call list,events,timetext event inline payload settle emit) \
  $(call list,merge,sortkey sorttext cell seriesrow window rowkeys zonemap zonemap_print describe widen union feed rank lane inpages move keyrows distinct plan plan_build equal slice \
                    layout stage reduce body_memory body_feeds body_runs body_lanes body_rows body_moves body crew keyvalue outline outkeys permute resort merge) \
  $(call list,recording,intern sortspec series run restamp long wide melt sources jsontext field doc combine_load combine_grid \
                    combine_schema combine_meta combine_rows combine choice keep) \
  $(call list,import,input csv decimal value nameindex typename infer sample sample_json shred import open)
LIB_SRC := $(wildcard $(LIB_SRC))
CLI_SRC := $(sort $(wildcard src/cli/*.c))
TEST_SRC := $(sort $(wildcard tests/*/*.c))
PUBLIC  := $(sort $(wildcard include/inlay/*.h))

LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ  := $(CLI_SRC:%.c=$(BUILD)/%.o)
TEST_OBJ := $(TEST_SRC:%.c=$(BUILD)/%.o) $(BUILD)/tests/main.o $(BUILD)/tests/suites.o

.PHONY: all lib
all: $(BUILD)/inlay $(BUILD)/libinlay.a $(BUILD)/inlay.pc
lib: $(BUILD)/libinlay.a

# What the compiler needs, once: installed if we may, else the line to run is printed and nothing built.
DEPS := $(BUILD)/.deps
$(DEPS): scripts/deps.sh
	@sh scripts/deps.sh $(foreach s,$(SWITCHES),$(if $(filter 1,$($(s))),$(s)))
	@mkdir -p $(@D) && touch $@

$(BUILD)/src/cli/%.o: src/cli/%.c | $(DEPS)
	@mkdir -p $(@D)
	$(say) cc $<
	$(Q)$(CC) $(ALL_FLAGS) -D_GNU_SOURCE -Iinclude -Isrc/cli -Isrc -MMD -MP -c $< -o $@
$(BUILD)/src/%.o: src/%.c | $(DEPS)
	@mkdir -p $(@D)
	$(say) cc $<
	$(Q)$(CC) $(ALL_FLAGS) -Iinclude -Isrc -MMD -MP -c $< -o $@
$(BUILD)/tests/%.o: tests/%.c | $(DEPS)
	@mkdir -p $(@D)
	$(say) cc $<
	$(Q)$(CC) $(ALL_FLAGS) -Iinclude -Isrc -Itests -MMD -MP -c $< -o $@
$(BUILD)/tests/suites.o: $(BUILD)/tests/suites.c
	$(Q)$(CC) $(ALL_FLAGS) -Iinclude -Itests -c $< -o $@

# The library is one object in which only inlay_* is visible.
$(BUILD)/libinlay.a: $(LIB_OBJ)
	$(say) ar $@
	$(Q)$(LD) -r -o $(BUILD)/libinlay.o $(LIB_OBJ)
	$(Q)$(OBJCOPY) --localize-hidden $(BUILD)/libinlay.o
	@rm -f $@
	$(Q)$(AR) rcs $@ $(BUILD)/libinlay.o

$(BUILD)/inlay: $(CLI_OBJ) $(BUILD)/libinlay.a
	$(say) ld $@
	$(Q)$(CC) $(ALL_FLAGS) $(STATIC) $(LDFLAGS) -Wl,--gc-sections -o $@ $(CLI_OBJ) $(BUILD)/libinlay.a $(LIBS)

$(BUILD)/tests/suites.c: $(TEST_SRC) scripts/suites.sh
	@mkdir -p $(@D)
	@sh scripts/suites.sh $(TEST_SRC) > $@
$(BUILD)/tests/unit: $(TEST_OBJ) $(LIB_OBJ)
	$(say) ld $@
	$(Q)$(CC) $(ALL_FLAGS) $(LDFLAGS) -o $@ $(TEST_OBJ) $(LIB_OBJ) $(LIBS)

# ---- tests: this line and what it calls need nothing but a compiler and a shell ----

.PHONY: test unit cli-test check-exports amalgamation-test
test: all $(BUILD)/tests/unit
	@CORPUS=$(CORPUS) BUILD=$(BUILD) MAKE="$(MAKE)" SAN=$(SAN) sh scripts/test.sh
unit: $(BUILD)/tests/unit
	CORPUS=$(CORPUS) $(BUILD)/tests/unit $(ONLY)
cli-test: all
	CORPUS=$(CORPUS) INLAY=$(BUILD)/inlay sh tests/cli/run.sh

# Only inlay_* may be visible in the archive.
check-exports: $(BUILD)/libinlay.a
	@nm -g --defined-only $< | awk 'NF == 3 && $$3 !~ /^inlay_/ {print "exported: " $$3; bad = 1} END {exit bad}'

# ---- one inlay.c and one inlay.h, in the order of the lists above ----

.PHONY: amalgamation
amalgamation: $(BUILD)/inlay.c $(BUILD)/inlay.h
$(BUILD)/inlay.h: $(PUBLIC) scripts/amalgamate.sh
	@mkdir -p $(@D)
	@sh scripts/amalgamate.sh header include/inlay/inlay.h > $@
$(BUILD)/inlay.c: $(LIB_SRC) $(wildcard src/*/*.h) scripts/amalgamate.sh
	@mkdir -p $(@D)
	@sh scripts/amalgamate.sh source $(LIB_SRC) > $@
amalgamation-test: $(BUILD)/inlay.c $(BUILD)/inlay.h
	@for cc in $(if $(filter 1,$(SAN)),$(CC),gcc clang); do \
	  command -v $$cc > /dev/null || { echo "  skipped  amalgamation with $$cc: not installed"; continue; }; \
	  $$cc -std=c11 -O1 $(WARN) -Werror -ffp-contract=off $(DEFINES) -I$(BUILD) -o $(BUILD)/amalgamation-$$cc \
	    tests/amalgamation.c $(BUILD)/inlay.c $(LIBS) && $(BUILD)/amalgamation-$$cc || exit 1; done

# ---- rules of the house ----

.PHONY: layers configs
layers:
	@sh scripts/layers.sh
configs:
	@MAKE="$(MAKE)" sh scripts/configs.sh

# ---- other implementations judge ours (python packages from pip, in a virtual environment) ----

.PHONY: interop judges bench
judges:
	@BUILD=$(BUILD) sh scripts/judges.sh
interop: all $(BUILD)/write_case $(BUILD)/merge_reduce
	@CORPUS=$(CORPUS) BUILD=$(BUILD) sh scripts/interop.sh
$(BUILD)/write_case $(BUILD)/merge_reduce: $(BUILD)/%: tests/interop/c/%.c $(BUILD)/libinlay.a
	$(say) ld $@
	$(Q)$(CC) $(ALL_FLAGS) -Iinclude $(LDFLAGS) -o $@ $< $(BUILD)/libinlay.a $(LIBS)
$(BUILD)/bench/%: bench/%.c $(BUILD)/libinlay.a
	@mkdir -p $(@D)
	$(say) ld $@
	$(Q)$(CC) $(ALL_FLAGS) -Iinclude $(LDFLAGS) -o $@ $< $(BUILD)/libinlay.a $(LIBS)
bench: all $(BUILD)/bench/arrow $(BUILD)/bench/write
	@CORPUS=$(CORPUS) BUILD=$(BUILD) sh scripts/bench.sh

# ---- fuzzing: libFuzzer targets, and the same targets as plain programs over files ----

FUZZ_SRC := $(sort $(wildcard fuzz/fuzz_*.c))
FUZZ_FLAGS := -std=c11 -O1 -g $(WARN) -ffp-contract=off $(DEFINES) -Iinclude -Isrc -MMD -MP \
  -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_LIB := $(LIB_SRC:%.c=$(BUILD)/fuzz/obj/%.o)
.SECONDARY: $(FUZZ_LIB)
$(BUILD)/fuzz/obj/%.o: %.c | $(DEPS)
	@mkdir -p $(@D)
	$(say) fuzz $<
	$(Q)clang $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c $< -o $@
$(BUILD)/fuzz/%: fuzz/%.c fuzz/input.h $(FUZZ_LIB)
	$(say) ld $@
	$(Q)clang $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $< $(FUZZ_LIB) $(LIBS)
$(BUILD)/replay/%: fuzz/%.c fuzz/input.h fuzz/replay.c $(LIB_OBJ)
	@mkdir -p $(@D)
	$(say) ld $@
	$(Q)$(CC) $(ALL_FLAGS) -Iinclude -Isrc -o $@ $< fuzz/replay.c $(LIB_OBJ) $(LIBS)
$(BUILD)/replay/seeds: fuzz/seeds.c $(LIB_OBJ)
	@mkdir -p $(@D)
	$(say) ld $@
	$(Q)$(CC) $(ALL_FLAGS) -Iinclude -Isrc -o $@ $< $(LIB_OBJ) $(LIBS)
.PHONY: fuzz fuzz-seeds fuzz-replay fuzz-smoke fuzz-plant
fuzz: $(FUZZ_SRC:fuzz/%.c=$(BUILD)/fuzz/%)
fuzz-seeds: $(BUILD)/replay/seeds
	@rm -rf $(BUILD)/seeds
	@$< $(BUILD)/seeds $(wildcard $(CORPUS)/corpus/parquet-testing/data $(CORPUS)/corpus/parquet-testing/bad_data)
fuzz-replay: fuzz-seeds $(FUZZ_SRC:fuzz/%.c=$(BUILD)/replay/%)
	@CORPUS=$(CORPUS) BUILD=$(BUILD) sh scripts/fuzz-replay.sh $(FUZZ_SRC)
fuzz-smoke: fuzz-seeds fuzz
	@CORPUS=$(CORPUS) BUILD=$(BUILD) sh scripts/fuzz-smoke.sh
fuzz-plant:
	@BUILD=$(BUILD) MAKE="$(MAKE)" sh scripts/fuzz-plant.sh

# ---- the main job, on this machine ----

.PHONY: demo
demo: all
	@BUILD=$(BUILD) sh scripts/demo.sh

# ---- delivery ----

# The prefix is known only when installing, so the file that is installed is made there and then.
PC = sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@LIBS@|$(LIBS)|' inlay.pc.in
$(BUILD)/inlay.pc: inlay.pc.in Makefile
	@mkdir -p $(@D)
	@$(PC) > $@

.PHONY: install uninstall size clean help format
MAN := $(wildcard man/*.1)
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include/inlay \
	  $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -s -m 755 $(BUILD)/inlay $(DESTDIR)$(PREFIX)/bin/inlay
	install -m 644 $(BUILD)/libinlay.a $(DESTDIR)$(PREFIX)/lib/libinlay.a
	$(PC) > $(DESTDIR)$(PREFIX)/lib/pkgconfig/inlay.pc
	install -m 644 $(PUBLIC) $(DESTDIR)$(PREFIX)/include/inlay
	install -m 644 $(MAN) $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 completions/inlay.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/inlay
	install -m 644 completions/inlay.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_inlay
	install -m 644 completions/inlay.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/inlay.fish
uninstall:
	cd $(DESTDIR)$(PREFIX) && rm -rf bin/inlay lib/libinlay.a lib/pkgconfig/inlay.pc include/inlay \
	  $(MAN:man/%=share/man/man1/%) share/bash-completion/completions/inlay \
	  share/zsh/site-functions/_inlay share/fish/vendor_completions.d/inlay.fish
size: all
	@cp $(BUILD)/inlay $(BUILD)/inlay.stripped && strip $(BUILD)/inlay.stripped
	@printf 'stripped static command line: %s bytes\n' $$(wc -c < $(BUILD)/inlay.stripped)
	@size $(BUILD)/libinlay.a | awk 'NR == 2 {print "library text: " $$1 " bytes"}'
clean:
	rm -rf $(BUILD)
format:
	clang-format -i $(LIB_SRC) $(CLI_SRC) $(TEST_SRC)
help:
	@sed -n 's/^#   \(make .*\)/  \1/p' Makefile
	@echo '  make unit ONLY=rle    some unit tests'
	@echo '  make layers           floors: nothing includes upward or sideways'
	@echo '  make configs          every build switch that matters'
	@echo '  make amalgamation     build/inlay.c and build/inlay.h'
	@echo '  make interop          pyarrow, DuckDB, arrow-rs, parquet-java judge us (pip, cargo, mvn at test time)'
	@echo '  make fuzz-replay      fuzz targets over the seeds and the corpus'
	@echo '  make fuzz-smoke       two minutes of libFuzzer'
	@echo '  make fuzz-plant       faults planted in a copy of the tree, and how long it takes to find them'
	@echo '  make size             stripped sizes'
	@echo '  make install PREFIX=  command, library, headers, man page, completions'

-include $(wildcard $(BUILD)/src/*/*.d $(BUILD)/tests/*.d $(BUILD)/tests/*/*.d $(BUILD)/fuzz/obj/src/*/*.d)
