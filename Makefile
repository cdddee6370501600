# supd: the build.
#
#	make			build/supd: one static file (musl)
#	make run		start conf.d/ in the foreground, state under ./run
#	make test		unit tests, black-box tests, manuals
#	make lint		gcc and clang with -Werror, cppcheck, manuals
#	make asan		build/asan/supd, with address and undefined-behaviour checks
#	make test-asan		the test suite on that
#	make test-boot		as the init of a machine, in an emulator
#	make test-page		the web page in a browser
#	make repro		two builds of one commit are the same bytes
#	make bench		how fast and small, beside other supervisors (BENCH=--quick)
#	make aarch64		build/aarch64/supd for that machine, and its unit tests
#	make SYSTEM_LIBS=1	build/system/supd: system compiler and libraries, dynamic
#	make SERVICES=0		build/lite/supd: without gateway, node and store, so no SQLite
#	make CURL=0		build/small/supd: nor libcurl, so supctl has no http://
#	make install		DESTDIR=, PREFIX=/usr/local
#
# Yours: CC, CFLAGS, LDFLAGS, B (build folder), SUPD_CACHE (where built libraries
# are kept), JOBS (tests at a time), TESTS (which of them).  Needed Debian packages
# come from contrib/deps, libraries from contrib/libs; both are run when needed.

VERSION = 0.1.0

B = build
PREFIX = /usr/local
CFLAGS =
LDFLAGS =

.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
MAKEFLAGS += -r

all:

# ---- sources, room by room ------------------------------------------------

SRC_base = \
	src/base/attrs.c \
	src/base/buf.c \
	src/base/err.c \
	src/base/fd.c \
	src/base/log.c \
	src/base/loop.c \
	src/base/secret.c \
	src/base/spare.c \
	src/base/spawn.c \
	src/base/sys.c \
	src/base/utf8.c \

SRC_wire = \
	src/wire/endpoint.c \
	src/wire/guest.c \
	src/wire/idl.c \
	src/wire/json.c \
	src/wire/varlink.c \

SRC_conf = \
	src/conf/account.c \
	src/conf/address.c \
	src/conf/args.c \
	src/conf/check.c \
	src/conf/config.c \
	src/conf/cron.c \
	src/conf/dialect.c \
	src/conf/diff.c \
	src/conf/dotenv.c \
	src/conf/events.c \
	src/conf/expand.c \
	src/conf/faces.c \
	src/conf/hole.c \
	src/conf/include.c \
	src/conf/ini.c \
	src/conf/keys_gateway.c \
	src/conf/keys_guest.c \
	src/conf/keys_instance.c \
	src/conf/keys_program.c \
	src/conf/keys_service.c \
	src/conf/keys_role.c \
	src/conf/keys_supervisord.c \
	src/conf/load.c \
	src/conf/load_depends.c \
	src/conf/load_env.c \
	src/conf/load_fcgi.c \
	src/conf/load_group.c \
	src/conf/load_guest.c \
	src/conf/load_instance.c \
	src/conf/load_listener.c \
	src/conf/load_program.c \
	src/conf/load_role.c \
	src/conf/load_server.c \
	src/conf/load_service.c \
	src/conf/load_state.c \
	src/conf/manual.c \
	src/conf/path.c \
	src/conf/report.c \
	src/conf/search.c \
	src/conf/service_env.c \
	src/conf/service_port.c \
	src/conf/service_process.c \
	src/conf/show.c \
	src/conf/signal.c \
	src/conf/state.c \
	src/conf/suggest.c \
	src/conf/text.c \
	src/conf/types_depends.c \
	src/conf/types_env.c \
	src/conf/types_gateway.c \
	src/conf/types_number.c \
	src/conf/types_pairs.c \
	src/conf/types_ready.c \
	src/conf/types_res.c \
	src/conf/types_schedule.c \
	src/conf/types_socket.c \
	src/conf/types_span.c \
	src/conf/types_steps.c \
	src/conf/types_struct.c \
	src/conf/types_text.c \
	src/conf/types_word.c \
	src/conf/words.c \

SRC_role = \
	src/role/goals.c \
	src/role/role.c \

SRC_core = \
	src/core/adopted.c \
	src/core/bind.c \
	src/core/budget.c \
	src/core/cgroup.c \
	src/core/core.c \
	src/core/crash.c \
	src/core/depart.c \
	src/core/describe.c \
	src/core/edge.c \
	src/core/ended.c \
	src/core/environ.c \
	src/core/errand.c \
	src/core/event.c \
	src/core/fence.c \
	src/core/flight.c \
	src/core/fsm.c \
	src/core/given.c \
	src/core/guest.c \
	src/core/health.c \
	src/core/helper.c \
	src/core/hooks.c \
	src/core/instance.c \
	src/core/launch.c \
	src/core/launching.c \
	src/core/life.c \
	src/core/limits.c \
	src/core/listener.c \
	src/core/machine.c \
	src/core/notify.c \
	src/core/oom.c \
	src/core/order.c \
	src/core/outcome.c \
	src/core/owner.c \
	src/core/plan.c \
	src/core/pool.c \
	src/core/proc.c \
	src/core/protocol.c \
	src/core/ready.c \
	src/core/reap.c \
	src/core/resume.c \
	src/core/retry.c \
	src/core/rules.c \
	src/core/scale.c \
	src/core/record.c \
	src/core/secrets.c \
	src/core/remember.c \
	src/core/roles.c \
	src/core/roles_call.c \
	src/core/roles_order.c \
	src/core/services.c \
	src/core/setup.c \
	src/core/signals.c \
	src/core/sockets.c \
	src/core/startup.c \
	src/core/stdin.c \
	src/core/stopping.c \
	src/core/stream.c \
	src/core/survivors.c \
	src/core/tick.c \
	src/core/timetable.c \
	src/core/update.c \
	src/core/values.c \
	src/core/wish.c \

SRC_ctl = \
	src/ctl/access.c \
	src/ctl/avail.c \
	src/ctl/cause.c \
	src/ctl/client.c \
	src/ctl/clock.c \
	src/ctl/ctl.c \
	src/ctl/custom.c \
	src/ctl/environment.c \
	src/ctl/explain.c \
	src/ctl/feed.c \
	src/ctl/handover.c \
	src/ctl/graph.c \
	src/ctl/history.c \
	src/ctl/instance.c \
	src/ctl/inet.c \
	src/ctl/keys.c \
	src/ctl/link.c \
	src/ctl/listen.c \
	src/ctl/methods.c \
	src/ctl/metrics.c \
	src/ctl/operate.c \
	src/ctl/output.c \
	src/ctl/packet.c \
	src/ctl/park.c \
	src/ctl/pools.c \
	src/ctl/reload.c \
	src/ctl/roles.c \
	src/ctl/runs.c \
	src/ctl/select.c \
	src/ctl/service.c \
	src/ctl/status.c \
	src/ctl/subscribe.c \
	src/ctl/wait.c \
	src/ctl/wanted.c \
	src/ctl/web.c \
	src/ctl/why.c \

# The client's part that needs libcurl, and what small/supd has in its place.
SRC_curl = \
	src/client/failure.c \
	src/client/http.c \

SRC_nocurl = \
	src/client/nohttp.c \

SRC_client = \
	src/client/async.c \
	src/client/client.c \
	src/client/reply.c \
	src/client/unix.c \
	$(SRC_curl) \

SRC_log = \
	src/log/ansi.c \
	src/log/capture.c \
	src/log/console.c \
	src/log/corelink.c \
	src/log/debug.c \
	src/log/echo.c \
	src/log/flow.c \
	src/log/hold.c \
	src/log/logfile.c \
	src/log/main.c \
	src/log/match.c \
	src/log/methods.c \
	src/log/move.c \
	src/log/pace.c \
	src/log/reader.c \
	src/log/rescue.c \
	src/log/ring.c \
	src/log/rotate.c \
	src/log/sink.c \
	src/log/syslog.c \
	src/log/talk.c \
	src/log/tally.c \
	src/log/text.c \
	src/log/turn.c \

SRC_http = \
	src/http/access.c \
	src/http/answer.c \
	src/http/call.c \
	src/http/clock.c \
	src/http/conn.c \
	src/http/escape.c \
	src/http/form.c \
	src/http/http.c \
	src/http/origin.c \
	src/http/room.c \

SRC_serve = \
	src/serve/batch.c \
	src/serve/db.c \
	src/serve/guest.c \
	src/serve/link.c \
	src/serve/varlink.c \

SRC_store = \
	src/store/change.c \
	src/store/main.c \
	src/store/methods.c \
	src/store/path.c \
	src/store/stream.c \
	src/store/tree.c \
	src/store/values.c \
	src/store/watch.c \

SRC_node = \
	src/node/ask.c \
	src/node/child.c \
	src/node/conf.c \
	src/node/fill.c \
	src/node/hook.c \
	src/node/main.c \
	src/node/methods.c \
	src/node/monitor.c \
	src/node/op.c \
	src/node/place.c \
	src/node/port.c \
	src/node/replay.c \
	src/node/row.c \
	src/node/steps.c \
	src/node/steps_bind.c \

SRC_web = \
	src/web/action.c \
	src/web/embed.c \
	src/web/events.c \
	src/web/health.c \
	src/web/html.c \
	src/web/main.c \
	src/web/metrics.c \
	src/web/metrics_text.c \
	src/web/names.c \
	src/web/page.c \
	src/web/routes.c \
	src/web/rpc.c \
	src/web/rpc_ask.c \
	src/web/rpc_info.c \
	src/web/rpc_map.c \
	src/web/rpc_methods.c \
	src/web/rpc_system.c \
	src/web/status.c \
	src/web/tail.c \
	src/web/usage.c \
	src/web/varlink.c \
	src/web/weblink.c \
	src/web/xmlrpc_read.c \
	src/web/xmlrpc_scalar.c \
	src/web/xmlrpc_value.c \
	src/web/xmlrpc_write.c \

SRC_gateway = \
	src/gateway/ask.c \
	src/gateway/broker.c \
	src/gateway/catalog.c \
	src/gateway/choose.c \
	src/gateway/controller.c \
	src/gateway/decide.c \
	src/gateway/demand.c \
	src/gateway/face.c \
	src/gateway/fetch.c \
	src/gateway/main.c \
	src/gateway/nodes.c \
	src/gateway/offer.c \
	src/gateway/orphans.c \
	src/gateway/osb.c \
	src/gateway/osb_answer.c \
	src/gateway/resume.c \
	src/gateway/row.c \
	src/gateway/rows.c \
	src/gateway/schema.c \
	src/gateway/service.c \
	src/gateway/v1.c \
	src/gateway/v1_answer.c \
	src/gateway/work.c \

SRC_cli = \
	src/cli/call.c \
	src/cli/command.c \
	src/cli/complete.c \
	src/cli/custom.c \
	src/cli/deploy.c \
	src/cli/env.c \
	src/cli/events.c \
	src/cli/fg.c \
	src/cli/graph.c \
	src/cli/graph_data.c \
	src/cli/graph_svg.c \
	src/cli/instance.c \
	src/cli/import.c \
	src/cli/import_services.c \
	src/cli/kato.c \
	src/cli/kato_complete.c \
	src/cli/kato_config.c \
	src/cli/kato_info.c \
	src/cli/kato_inspect.c \
	src/cli/kato_log.c \
	src/cli/kato_process.c \
	src/cli/kato_report.c \
	src/cli/kato_role.c \
	src/cli/kato_say.c \
	src/cli/kato_status.c \
	src/cli/kato_service.c \
	src/cli/logs.c \
	src/cli/metrics.c \
	src/cli/options.c \
	src/cli/pidproxy.c \
	src/cli/plot.c \
	src/cli/probe.c \
	src/cli/reconf.c \
	src/cli/runs.c \
	src/cli/say.c \
	src/cli/server.c \
	src/cli/session.c \
	src/cli/shell.c \
	src/cli/startstop.c \
	src/cli/svg.c \
	src/cli/status.c \
	src/cli/supctl.c \
	src/cli/tgz.c \
	src/cli/why.c \
	src/cli/yaml.c \

# What lite/supd and small/supd have not.
SERVICES = \
	$(SRC_serve) \
	$(SRC_store) \
	$(SRC_node) \
	$(SRC_gateway) \

# Guests that are not always there, and clients.
LATE = \
	$(SRC_http) \
	$(SRC_web) \
	$(SERVICES) \
	$(SRC_cli) \

# Everything that is not main().
SRC = $(SRC_base) $(SRC_wire) $(SRC_conf) $(SRC_role) $(SRC_core) $(SRC_ctl) \
	$(SRC_client) $(SRC_log) $(LATE)

# What neither core nor logger runs is linked last, behind the libraries that they
# use: pages are mapped 16 at a time, and nobody's memory should hold the line editor.
COLD = $(SRC_client) $(SRC_nocurl) $(LATE) \
	src/conf/check.c src/conf/manual.c src/conf/show.c src/conf/suggest.c

UNIT = $(sort $(wildcard t/unit/*.c))

# The simulator: its own loop.c in place of ours, found before the archive.
SIM = \
	t/sim/cgroup.c \
	t/sim/client.c \
	t/sim/config.c \
	t/sim/depends.c \
	t/sim/graph.c \
	t/sim/disk.c \
	t/sim/ear.c \
	t/sim/file.c \
	t/sim/helper.c \
	t/sim/image.c \
	t/sim/kernel.c \
	t/sim/logger.c \
	t/sim/loop.c \
	t/sim/memory.c \
	t/sim/process.c \
	t/sim/program.c \
	t/sim/roles.c \
	t/sim/sim.c \
	t/sim/store.c \
	t/sim/table.c \
	t/sim/teller.c \
	t/sim/web.c \

SIM_RUN = t/sim/check.c t/sim/history.c

# What it runs, as one object whose variables can be reset (t/sim/subject.ld); it brings
# a loop and children of its own.
SUBJECT = $(filter-out src/base/loop.c src/base/spawn.c, $(SRC_base) $(SRC_wire) \
	$(SRC_conf) $(SRC_role) $(SRC_core) $(SRC_ctl) $(SRC_client) $(SRC_log))
SIMS = t/sim/run t/sim/logsim t/sim/model t/sim/nomem
FUZZ = ini expand varlink control xmlrpc
FUZZ_WEB = http		# on the real loop
LINKS = supctl supervisord supervisorctl pidproxy kato

MAN = supd.8 supd-gateway.8 supd-node.8 supctl.1 kato.1 supd.conf.5
SCRIPTS = contrib/deps contrib/kernel contrib/libs contrib/playwright .ci/run

# ---- flags ----------------------------------------------------------------

WARN = -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wundef -Wvla \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wpointer-arith -Wwrite-strings -Wformat=2 -Wimplicit-fallthrough \
	-Wno-format-truncation

OURS = -std=c11 -D_GNU_SOURCE -DSUPD_VERSION='"$(VERSION)"' -Isrc \
	-ffile-prefix-map=$(CURDIR)=. -fno-strict-aliasing $(WARN)

# Memory of the core in the simulator; the sanitizers keep theirs.
WRAP = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free

# Static libraries, users before the used.
LIBS = -lmicrohttpd -lexpat -lsqlite3 -ledit -ltinfo -lcurl -lmbedtls -lev -linih -lyyjson -lbsd -lmd

# Compilers by purpose.  CC, when somebody names one, is the system's.
MUSL_CC = musl-gcc
HOST_CC = gcc
CLANG = clang
ifneq ($(origin CC),default)
HOST_CC = $(CC)
endif

# ---- flavours -------------------------------------------------------------
#
# One flavour: objects of its own in folder x; CC_x, FLAGS_x, LD_x, LIBS_x say
# how, GET_x brings the libraries, FINISH_x makes x/supd from x/supd.debug.
# $(1)/libs is a link into the cache and $(1)/libs.ok its witness: older than
# the lock or the script, or without the folder, and the cache is asked again.

MUSL = $(B)
ASAN = $(B)/asan
A64 = $(B)/aarch64
SYSTEM = $(B)/system
LINT = $(B)/lint-gcc $(B)/lint-clang
FUZZED = $(B)/fuzz

# -isystem: warnings are for our own code, not for the libraries' headers.
CC_$(B) = $(MUSL_CC)
# -fno-merge-constants: the linker would keep "" as the end of any longer string, so
# that core and logger had the constants of the line editor and of TLS in memory.
FLAGS_$(B) = -Os -g -fno-pie -ffunction-sections -fdata-sections -fno-merge-constants \
	-fno-asynchronous-unwind-tables -isystem $(B)/libs/include
LD_$(B) = -static -no-pie -Wl,--gc-sections -Wl,--build-id=none -Wl,-O1 \
	-Wl,-z,noseparate-code -Wl,-z,relro -L$(B)/libs/lib
LIBS_$(B) = $(LIBS)
EARLY_$(B) = -lev -linih -lyyjson -lbsd -lmd -lc
GET_$(B) = contrib/deps build && CC="$(MUSL_CC)" contrib/libs musl $(B)/libs
FINISH_$(B) = strip -o $@ $<
WRAP_$(B) = $(WRAP)
SUBJECT_$(B) = t/sim/subject.o

# The compiler command comes with the libraries; it finds its musl by itself.
CROSS = aarch64-linux-gnu-
CC_$(B)/aarch64 = $(A64)/libs/bin/musl-gcc
AR_$(B)/aarch64 = $(CROSS)ar
FLAGS_$(B)/aarch64 = $(subst $(B)/libs,$(A64)/libs,$(FLAGS_$(B)))
LD_$(B)/aarch64 = $(subst $(B)/libs,$(A64)/libs,$(LD_$(B)))
LIBS_$(B)/aarch64 = $(LIBS)
GET_$(B)/aarch64 = contrib/deps cross && contrib/libs aarch64 $(A64)/libs
FINISH_$(B)/aarch64 = $(CROSS)strip -o $@ $<
WRAP_$(B)/aarch64 = $(WRAP)
SUBJECT_$(B)/aarch64 = t/sim/subject.o

CC_$(B)/asan = $(HOST_CC)
FLAGS_$(B)/asan = -O1 -g -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-isystem $(B)/asan/libs/include
LD_$(B)/asan = -fsanitize=address,undefined -L$(B)/asan/libs/lib
LIBS_$(B)/asan = $(LIBS)
GET_$(B)/asan = contrib/deps build && CC="$(HOST_CC)" contrib/libs asan $(B)/asan/libs
FINISH_$(B)/asan = ln -f $< $@

# Where Debian ships no .pc file (libev) the name has to do, and where it has no
# package (yyjson in Debian 12) or too old a one, our own copy.
PC = libbsd inih libedit expat libcurl sqlite3
CC_$(B)/system = $(HOST_CC)
FLAGS_$(B)/system = -O2 -g $$(pkg-config --cflags $(PC)) \
	-isystem $(B)/system/libs/include
LD_$(B)/system = -Wl,--as-needed -L$(B)/system/libs/lib
LIBS_$(B)/system = $$(pkg-config --libs $(PC)) -lev -lyyjson -lmicrohttpd
GET_$(B)/system = contrib/deps system && CC="$(HOST_CC)" contrib/libs system \
	$(B)/system/libs $$(pkg-config --exists yyjson || echo yyjson) \
	$$(pkg-config --exists 'libmicrohttpd >= 1.0' || echo libmicrohttpd)
FINISH_$(B)/system = ln -f $< $@

CC_$(B)/lint-gcc = $(MUSL_CC)
FLAGS_$(B)/lint-gcc = -Werror -O2 -isystem $(B)/libs/include

CC_$(B)/lint-clang = $(CLANG)
FLAGS_$(B)/lint-clang = -Werror -O1 -Wno-unknown-warning-option -isystem $(B)/libs/include

CC_$(B)/fuzz = $(CLANG)
FLAGS_$(B)/fuzz = -O1 -g -fno-omit-frame-pointer -Wno-unknown-warning-option \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
	-isystem $(B)/asan/libs/include
LD_$(B)/fuzz = -fsanitize=fuzzer,address,undefined -L$(B)/asan/libs/lib

COMPILE = $(CC_$(1)) $(OURS) $(FLAGS_$(1)) $(CPPFLAGS) $(CFLAGS) -MMD -MP
LINK_SUPD = $(CC_$(1)) $(LD_$(1)) $(LDFLAGS) -o $@ $(filter-out $(COLD:%.c=$(1)/%.o),$^) \
	$(EARLY_$(1)) $(filter $(COLD:%.c=$(1)/%.o),$^) $(LIBS_$(1))

define libraries
$(1)/libs.ok: contrib/libs contrib/deps.lock \
    $(if $(wildcard $(1)/libs/include/.),,force)
	$$(GET_$(1))
	@touch $$@
endef

define objects
$(1)/%.o: %.c Makefile $(2)
	@mkdir -p $$(@D)
	@echo '  CC      $$@'
	@$$(call COMPILE,$(1)) -c -o $$@ $$<

-include $$(wildcard $(patsubst %.c,$(1)/%.d,supd.c $(SRC) $(SRC_nocurl) $(UNIT) $(SIM) $(SIM_RUN) $(SIMS:%=%.c)))
endef

define flavour
$(call libraries,$(1))
$(call objects,$(1),$(1)/libs.ok)

# The assembler reads these, unseen by -MMD.
$(1)/src/wire/idl.o: $(wildcard src/wire/*.varlink)
$(1)/src/web/embed.o: $(wildcard src/web/page.*)

$(1)/libsupd.a: $(SRC:%.c=$(1)/%.o)
	@rm -f $$@
	@echo '  AR      $$@'
	@$(or $(AR_$(1)),ar) rcsD $$@ $$^

$(1)/supd.debug: $(1)/supd.o $(SRC:%.c=$(1)/%.o)
	@echo '  LINK    $$@'
	@$$(call LINK_SUPD,$(1))

# Of the same objects, but not all of them.
$(1)/lite/supd.debug: $(patsubst %.c,$(1)/%.o,supd.c $(filter-out $(SERVICES),$(SRC)))
$(1)/small/supd.debug: $(patsubst %.c,$(1)/%.o,supd.c \
    $(filter-out $(SERVICES) $(SRC_curl),$(SRC)) $(SRC_nocurl))
$(1)/lite/supd.debug $(1)/small/supd.debug:
	@mkdir -p $$(@D)
	@echo '  LINK    $$@'
	@$$(call LINK_SUPD,$(1))

$(1)/supd $(1)/lite/supd $(1)/small/supd: %: %.debug
	@$$(FINISH_$(1))

$(foreach d,$(1) $(1)/lite $(1)/small,$(LINKS:%=$(d)/%)): %: $(1)/supd
	@mkdir -p $$(@D)
	@ln -sf supd $$@

$(1)/t/%: $(1)/t/unit/%.o $(1)/libsupd.a
	@mkdir -p $$(@D)
	@echo '  LINK    $$@'
	@$$(CC_$(1)) $$(LD_$(1)) $$(LDFLAGS) -o $$@ $$^ $$(LIBS_$(1))

$(1)/t/sim/subject.o: t/sim/subject.ld $(SUBJECT:%.c=$(1)/%.o)
	@$$(CC_$(1)) -r -nostdlib -no-pie -Wl,-T,$$< -o $$@ $$(filter %.o,$$^)

$(1)/t/sim/run $(1)/t/sim/nomem: $(SIM_RUN:%.c=$(1)/%.o)
$(1)/t/sim/run $(1)/t/sim/logsim $(1)/t/sim/nomem: $(1)/t/sim/%: $(1)/t/sim/%.o \
    $(SIM:%.c=$(1)/%.o) $(SUBJECT_$(1):%=$(1)/%) $(1)/libsupd.a
	@echo '  LINK    $$@'
	@$$(CC_$(1)) $$(LD_$(1)) $$(LDFLAGS) $$(WRAP_$(1)) -o $$@ $$(filter %.o,$$^) \
	    $$(filter %.a,$$^) $$(LIBS_$(1))

$(1)/t/sim/model: $(1)/t/sim/model.o $(1)/libsupd.a
	@echo '  LINK    $$@'
	@$$(CC_$(1)) $$(LD_$(1)) $$(LDFLAGS) -o $$@ $$^ $$(LIBS_$(1))

$(1)/unit: $(UNIT:t/unit/%.c=$(1)/t/%) $(SIMS:%=$(1)/%) $(1)/lite/all \
    $(1)/small/all
$(1)/all $(1)/lite/all $(1)/small/all: %/all: %/supd $(LINKS:%=\%/%)
.PHONY: $(1)/unit $(1)/all $(1)/lite/all $(1)/small/all
endef

$(foreach f,$(MUSL) $(ASAN) $(A64) $(SYSTEM),$(eval $(call flavour,$(f))))
$(foreach f,$(LINT),$(eval $(call objects,$(f),$(B)/libs.ok)))
$(eval $(call objects,$(FUZZED),$(ASAN)/libs.ok))

$(FUZZED)/src/wire/idl.o: $(wildcard src/wire/*.varlink)
$(FUZZED)/src/web/embed.o: $(wildcard src/web/page.*)
$(FUZZED)/libsupd.a: $(SRC:%.c=$(FUZZED)/%.o)
	@rm -f $@
	@ar rcsD $@ $^

$(FUZZ:%=$(FUZZED)/%): $(FUZZED)/%: $(FUZZED)/t/fuzz/%.o $(SIM:%.c=$(FUZZED)/%.o) \
    $(SIM_RUN:%.c=$(FUZZED)/%.o) \
    $(FUZZED)/libsupd.a
	@echo '  LINK    $@'
	@$(CC_$(FUZZED)) $(LD_$(FUZZED)) -o $@ $^ $(LIBS)

$(FUZZ_WEB:%=$(FUZZED)/%): $(FUZZED)/%: $(FUZZED)/t/fuzz/%.o $(FUZZED)/libsupd.a
	@echo '  LINK    $@'
	@$(CC_$(FUZZED)) $(LD_$(FUZZED)) -o $@ $^ $(LIBS)

# ---- what people type -----------------------------------------------------

# O: folder of the flavour, S: where its supd is.
ifdef SYSTEM_LIBS
O = $(SYSTEM)
else
O = $(MUSL)
endif
ifeq ($(CURL),0)
S = $(O)/small
else ifeq ($(SERVICES),0)
S = $(O)/lite
else
S = $(O)
endif

all: $(S)/all $(MAN:%=$(O)/man/%)
asan: $(ASAN)/all

# The units and a few simulated histories on an emulated processor.
A64_RUN = $$(command -v qemu-aarch64-static || echo qemu-aarch64)
aarch64: $(A64)/all $(A64)/unit
	@EMULATED=1 prove -j$(JOBS) --timer --exec "timeout 300 $(A64_RUN)" \
	    $(UNIT:t/unit/%.c=$(A64)/t/%)
	@$(A64_RUN) $(A64)/t/sim/run --seeds 1 50
	@$(A64_RUN) $(A64)/t/sim/logsim --seeds 1 50

$(O)/man/%: src/man/%
	@mkdir -p $(@D)
	@cp $< $@

# The binary puts its keys into the page.
$(O)/man/supd.conf.5: src/man/supd.conf.5.in $(S)/supd
	@mkdir -p $(@D)
	@$(S)/supd manual $< >$@

RUN_CONF = conf.d/demo.conf
run: all
	@mkdir -p run
	@echo '$(RUN_CONF), with its state under ./run; ^C stops it.  In another terminal:'
	@echo '	$(S)/supctl -c $(RUN_CONF) status'
	@echo '	$(S)/supctl -c $(RUN_CONF) why crashes'
	@echo '	$(S)/supctl -c $(RUN_CONF) tail -f chatty'
	@echo '	$(S)/kato -c $(RUN_CONF) service create redis mine'
	@echo '	$(S)/supctl -c $(RUN_CONF) help'
	@$(S)/supd -n -c $(RUN_CONF)

# BUILD tells the tests which binary they drive.  The first failure should explain
# the rest: build and rooms, then the units, then what is made of them.
JOBS = 3
TESTS = $(sort $(wildcard t/*.t))
define suite
BUILD=$(1) SUPD_BIN=$(2) prove -j$(JOBS) --timer $(filter t/0%,$(TESTS)) \
    $(UNIT:t/unit/%.c=$(1)/t/%) $(filter-out t/0%,$(TESTS))
endef

test: deps-test all $(O)/unit lint-man
	@$(call suite,$(O),$(S)/supd)

test-asan: deps-test asan $(ASAN)/unit
	@$(call suite,$(ASAN),$(ASAN)/supd)

# The last commit twice, in two folders, at two hours of the day, under two file modes:
# the same bytes, debugging information included.
repro:
	@rm -rf $(B)/repro
	@for d in a another/place; do \
	    mkdir -p $(B)/repro/$$d && git archive HEAD | tar -xf - -C $(B)/repro/$$d && \
	    env -u MAKEFLAGS -u MAKELEVEL TZ=X-$${#d} sh -c "[ $$d = a ] || umask 077; \
	    exec $(MAKE) -s -j2 -C $(B)/repro/$$d" >$(B)/repro/log 2>&1 || \
	    { tail -n 20 $(B)/repro/log; exit 1; }; \
	done
	@cd $(B)/repro && for f in supd supd.debug man/supd.conf.5; do \
	    cmp a/build/$$f another/place/build/$$f || exit 1; done
	@cd $(B)/repro && sha256sum a/build/supd another/place/build/supd
	@rm -rf $(B)/repro

# A machine in an emulator; `make test` leaves it out where these are not installed.
test-boot: all
	@contrib/deps boot
	@contrib/kernel $(B)/boot/vmlinuz
	@BUILD=$(O) KERNEL=$(B)/boot/vmlinuz prove --timer t/650-boot.t

# The page in a browser; `make test` leaves it out where there is none.
test-page: all
	@contrib/deps page
	@contrib/playwright >/dev/null
	@BUILD=$(O) prove --timer t/499-browser.t

# Peers that are not installed are left out of the table.
BENCH =
bench: all
	@t/bench/run --supd=$(S)/supd $(BENCH)

# Each target for so long; findings and corpora stay in build/fuzz.
SECONDS = 60
fuzz: deps-test $(FUZZ:%=$(FUZZED)/%) $(FUZZ_WEB:%=$(FUZZED)/%)
	@t/fuzz/run $(FUZZED) $(SECONDS)

lint: deps-test lint-cc lint-cppcheck lint-man lint-sh
lint-cc: $(foreach f,$(LINT),$(patsubst %.c,$(f)/%.o,supd.c $(SRC) $(SRC_nocurl) \
    $(UNIT) $(SIM) $(SIM_RUN) $(SIMS:%=%.c) \
    $(FUZZ:%=t/fuzz/%.c) $(FUZZ_WEB:%=t/fuzz/%.c)))

lint-cppcheck: $(B)/libs.ok
	cppcheck -q --std=c11 --language=c --platform=unix64 -j2 \
	    --enable=warning,performance,portability --inline-suppr \
	    --error-exitcode=1 -D__linux__ -D_GNU_SOURCE -Isrc -I$(B)/libs/include \
	    --suppress='*:$(B)/libs/*' supd.c $(SRC) $(SRC_nocurl)

lint-man: deps-test $(MAN:%=$(O)/man/%)
	mandoc -Tlint -Wwarning $(MAN:%=$(O)/man/%)

lint-sh:
	shellcheck $(SCRIPTS)

deps-test:
	@contrib/deps test

INSTALL = install
DEST = $(DESTDIR)$(PREFIX)
install: all
	$(INSTALL) -d $(DEST)/bin $(DEST)/share/supd/conf.d
	$(INSTALL) -m 755 $(S)/supd $(DEST)/bin/supd
	for l in $(LINKS); do ln -sf supd $(DEST)/bin/$$l; done
	for m in $(MAN); do \
	    $(INSTALL) -D -m 644 $(O)/man/$$m $(DEST)/share/man/man$${m##*.}/$$m; done
	for c in $(wildcard conf.d/examples/*); do \
	    m=644; [ ! -x $$c ] || m=755; \
	    $(INSTALL) -m $$m $$c $(DEST)/share/supd/conf.d || exit 1; done
	for c in supctl kato; do \
	    $(INSTALL) -D -m 644 contrib/completions/$$c.bash \
		$(DEST)/share/bash-completion/completions/$$c && \
	    $(INSTALL) -D -m 644 contrib/completions/_$$c \
		$(DEST)/share/zsh/site-functions/_$$c && \
	    $(INSTALL) -D -m 644 contrib/completions/$$c.fish \
		$(DEST)/share/fish/vendor_completions.d/$$c.fish || exit 1; done

clean:
	rm -rf $(B) run

force:
.PHONY: fuzz all asan aarch64 run test test-asan test-boot test-page bench lint lint-cc lint-cppcheck lint-man lint-sh \
	deps-test install repro clean force
