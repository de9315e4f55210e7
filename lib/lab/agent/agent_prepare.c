// SPDX-License-Identifier: GPL-2.0
/*
 * What a machine that is up is given for the time of a run: how its kernel panics, and the
 * modules that it has not loaded. The restorer knows of each before it is changed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/agent.h"
#include "host/hostfile.h"
#include "host/hoststate.h"

/*
 * A kernel that breaks shall say so, and come back by itself, if somebody has not decided
 * what it is to do.
 */
void agent_set_panics(struct agent *ag, bool console)
{
	static const char *const ones[] = {
		"panic_on_oops", "softlockup_panic", "hardlockup_panic", "unknown_nmi_panic",
	};
	char path[64], now[32];
	struct result r;

	result_init(&r);
	for (size_t i = 0; i < sizeof(ones) / sizeof(ones[0]); i++) {
		snprintf(path, sizeof(path), "/proc/sys/kernel/%s", ones[i]);
		hoststate_write(ag->host, path, "1", &r);
	}
	if (console)
		hoststate_write(ag->host, "/proc/sys/kernel/printk", AGENT_LOGLEVEL, &r);
	if (hostfile_read("/proc/sys/kernel/panic", now, sizeof(now)) >= 0 && !strcmp(now, "0"))
		hoststate_write(ag->host, "/proc/sys/kernel/panic", "10", &r);
	if (r.kind != RESULT_PASS)
		agent_sayf(ag, CHANNEL_NOTE, "%s", r.reason);
}

static bool is_loaded(const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

/* The name by which the kernel knows what is in @path, or is called that. */
static void module_name(const char *path, char *name, size_t size)
{
	const char *slash = strrchr(path, '/');

	snprintf(name, size, "%s", slash ? slash + 1 : path);
	name[strcspn(name, ".")] = '\0';
	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
}

static void unload_at_end(struct agent *ag, const char *path)
{
	struct result r;
	char name[256];

	result_init(&r);
	module_name(path, name, sizeof(name));
	if (!is_loaded(name) && hoststate_unload_at_end(ag->host, name, &r))
		agent_sayf(ag, CHANNEL_NOTE, "module %s will stay loaded: %s", name, r.reason);
}

/* What a command of modprobe prints, line by line, to @fn; its exit code, 127: there is none. */
static int modprobe(struct agent *ag, const char *how, const char *module,
		    void (*fn)(struct agent *ag, const char *line), char *last, size_t size)
{
	char command[512], line[512];
	int status;
	FILE *f;

	snprintf(command, sizeof(command), "exec modprobe %s %s 2>&1", how, module);
	f = popen(command, "re");
	if (!f)
		return 127;
	last[0] = '\0';
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(last, size, "%s", line);
		if (fn)
			fn(ag, line);
	}
	status = pclose(f);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

/* "insmod PATH ..." of modprobe --show-depends */
static void dependency(struct agent *ag, const char *line)
{
	char path[512];

	if (sscanf(line, "insmod %511s", path) == 1)
		unload_at_end(ag, path);
}

static void load_by_name(struct agent *ag, const char *module)
{
	char name[256], last[512] = "";

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(module, " "), module);
	if (is_loaded(name))
		return;
	if (modprobe(ag, "--show-depends", name, dependency, last, sizeof(last)) ||
	    modprobe(ag, "", module, NULL, last, sizeof(last)))
		agent_report_module(ag, name, last[0] ? last : "modprobe cannot load it here");
}

/* Fields that this and the kernel's own loader separate by blanks. */
static void load_file(struct agent *ag, char *module)
{
	char *params = module + strcspn(module, " "), name[256];
	int err;

	if (*params)
		*params++ = '\0';
	module_name(module, name, sizeof(name));
	unload_at_end(ag, name);
	err = agent_load(module, params);
	if (err)
		agent_report_module(ag, name, agent_load_reason(err));
}

void agent_load_words(struct agent *ag, char **modules)
{
	for (; *modules; modules++) {
		if (**modules == '@')
			agent_load_modules(ag, *modules + 1, unload_at_end);
		else if (**modules == '/')
			load_file(ag, *modules);
		else
			load_by_name(ag, *modules);
	}
}
