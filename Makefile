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
LIBS := $(foreach s,$(SWITCHES),$(LIBS_$($(s))_$(s)))

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

# ---- sources, floor by floor ----

list = $(foreach f,$(2),src/$(1)/$(f).c)
LIB_SRC := \
  $(call list,base,mem bytes buf hash io io_posix) \
  $(call list,thrift,compact record) \
  $(call list,codec,snappy zstd gzip lz4 brotli table) \
  $(call list,encoding,plain rle dict delta delta_bytes split alp table) \
  $(call list,format,meta type schema levels stats index footer page chunk_read reader \
                     chunk_write footer_write writer) \
  $(call list,arrow,schema) \
  $(call list,merge,sortkey union feed keyrows distinct plan slice stage body keyvalue merge) \
  $(call list,recording,intern sortspec series run restamp long wide melt)
LIB_SRC := $(wildcard $(LIB_SRC))
CLI_SRC := $(sort $(wildcard src/cli/*.c))
TEST_SRC := $(sort $(wildcard tests/*/*.c))
PUBLIC  := $(sort $(wildcard include/inlay/*.h))

LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ  := $(CLI_SRC:%.c=$(BUILD)/%.o)
TEST_OBJ := $(TEST_SRC:%.c=$(BUILD)/%.o) $(BUILD)/tests/main.o $(BUILD)/tests/suites.o

.PHONY: all
all: $(BUILD)/inlay $(BUILD)/libinlay.a

$(BUILD)/src/cli/%.o: src/cli/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_FLAGS) -D_GNU_SOURCE -Iinclude -Isrc/cli -Isrc -MMD -MP -c $< -o $@
$(BUILD)/src/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_FLAGS) -Iinclude -Isrc -MMD -MP -c $< -o $@
$(BUILD)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_FLAGS) -Iinclude -Isrc -Itests -MMD -MP -c $< -o $@
$(BUILD)/tests/suites.o: $(BUILD)/tests/suites.c
	$(CC) $(ALL_FLAGS) -Iinclude -Itests -c $< -o $@

# The library is one object in which only inlay_* is visible.
$(BUILD)/libinlay.a: $(LIB_OBJ)
	$(LD) -r -o $(BUILD)/libinlay.o $(LIB_OBJ)
	$(OBJCOPY) --localize-hidden $(BUILD)/libinlay.o
	rm -f $@
	$(AR) rcs $@ $(BUILD)/libinlay.o

$(BUILD)/inlay: $(CLI_OBJ) $(BUILD)/libinlay.a
	$(CC) $(ALL_FLAGS) $(STATIC) $(LDFLAGS) -Wl,--gc-sections -o $@ $(CLI_OBJ) $(BUILD)/libinlay.a $(LIBS)

$(BUILD)/tests/suites.c: $(TEST_SRC) scripts/suites.sh
	@mkdir -p $(@D)
	sh scripts/suites.sh $(TEST_SRC) > $@
$(BUILD)/tests/unit: $(TEST_OBJ) $(LIB_OBJ)
	$(CC) $(ALL_FLAGS) $(LDFLAGS) -o $@ $(TEST_OBJ) $(LIB_OBJ) $(LIBS)

.PHONY: unit
unit: $(BUILD)/tests/unit
	CORPUS=$(CORPUS) $(BUILD)/tests/unit $(ONLY)

-include $(wildcard $(BUILD)/src/*/*.d $(BUILD)/tests/*/*.d)
