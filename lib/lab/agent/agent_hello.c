// SPDX-License-Identifier: GPL-2.0
/*
 * The first word to the lab: which kernel this is, and on what it runs, as the machine
 * itself has it.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "agent/agent.h"

/* The GNU build id of the kernel, in hexadecimal; "" if it has none. */
static void read_build_id(char *id, size_t size)
{
	static const char name[] = "GNU";
	char notes[4096];
	int fd = open("/sys/kernel/notes", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, notes, sizeof(notes));
	size_t at = 0;
	Elf64_Nhdr nh;

	id[0] = '\0';
	if (fd >= 0)
		close(fd);
	while (len > 0 && at + sizeof(nh) <= (size_t)len) {
		size_t desc;

		memcpy(&nh, notes + at, sizeof(nh));
		desc = at + sizeof(nh) + (nh.n_namesz + 3) / 4 * 4;
		at = desc + (nh.n_descsz + 3) / 4 * 4;
		if (at > (size_t)len)
			return;
		if (nh.n_type != NT_GNU_BUILD_ID || nh.n_namesz != sizeof(name) ||
		    memcmp(notes + desc - 4, name, sizeof(name)))
			continue;
		for (size_t i = 0; i < nh.n_descsz && 2 * i + 3 <= size; i++)
			snprintf(id + 2 * i, 3, "%02x", (unsigned char)notes[desc + i]);
		return;
	}
}

static void read_cpu_model(char *model, size_t size)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[256], value[128];

	model[0] = '\0';
	while (f && !model[0] && fgets(line, sizeof(line), f))
		if (sscanf(line, "model name : %127[^\n]", value) == 1)
			snprintf(model, size, "%s", value);
	if (f)
		fclose(f);
}

void agent_hello(struct agent *ag)
{
	char id[64], model[128];
	struct utsname u;

	uname(&u);
	read_build_id(id, sizeof(id));
	read_cpu_model(model, sizeof(model));
	agent_sayf(ag, CHANNEL_HELLO, "%s%c%s%c%s%c%s", u.release, CHANNEL_FIELD, u.machine,
		  CHANNEL_FIELD, id, CHANNEL_FIELD, model);
}
