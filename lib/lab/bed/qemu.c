// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU as the bed: its command line, and the little of its machine protocol that the lab
 * needs, one JSON object a line.
 *
 * It talks to the lab over three socket pairs that it inherits: no socket files that could
 * be left behind.
 */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/channel.h"
#include "arch/arch.h"
#include "base/process.h"
#include "base/run_dir.h"
#include "base/text.h"
#include "bed/qemu.h"
#include "bed/session.h"
#include "image/image.h"

#define NODES		2
#define RAM_MIB		3072

static const struct lab_topology topologies[] = {
	{ .name = "numa2", .nodes = true },
	{ .name = "uma" },
	{ .name = "cpuless", .nodes = true, .cpuless = true },
	{ .name = "tiered", .nodes = true, .cpuless = true, .tiers = true },
};

const struct lab_topology *lab_topology_find(const struct lab_arch *arch, const char *name,
					     struct lab_error *e)
{
	struct lab_text have = { NULL };

	if (!name)
		name = arch->topology;
	for (size_t i = 0; i < sizeof(topologies) / sizeof(topologies[0]); i++) {
		if (!strcmp(topologies[i].name, name))
			return &topologies[i];
		lab_text_addf(&have, " %s", topologies[i].name);
	}
	lab_fail(e, 0, "%s: no topology of that name; there are:%s", name, have.s);
	lab_text_clear(&have);
	return NULL;
}

struct lab_machine_size lab_machine_size(const char *cpus, const char *memory)
{
	return (struct lab_machine_size){
		.cpus = cpus ? (unsigned int)strtoul(cpus, NULL, 10) : LAB_LEAST_CPUS,
		.mib = memory ? strtoul(memory, NULL, 10) / NODES * NODES : RAM_MIB,
	};
}

/* Nothing outlives the VM: flushing to this machine's disk, or memory, would be in vain. */
static void add_disk(struct lab_argv *a, const struct lab_suite_disk *disk, size_t n,
		     const char *image)
{
	struct lab_text t = { NULL };

	if (disk->pmem)
		lab_text_addf(&t, "memory-backend-file,share=off,id=pmem%zu,size=%lldM,mem-path=",
			      n, (long long)disk->size_mib);
	else
		lab_text_addf(&t, "if=virtio,format=raw,cache=unsafe,file=");
	/* An option of QEMU ends at a comma, but not at two. */
	for (; *image; image++)
		lab_text_addf(&t, "%s%c", *image == ',' ? "," : "", *image);
	lab_argv_add_all(a, disk->pmem ? "-object" : "-drive", t.s, NULL);
	lab_text_clear(&t);
	if (disk->pmem) {
		lab_argv_add(a, "-device");
		lab_argv_addf(a, "virtio-pmem-pci,memdev=pmem%zu", n);
	}
}

/*
 * What the firmware (ACPI HMAT) says of its memory: the second node's is the slower one. The kernel
 * makes it a memory tier of its own, since v6.10.
 */
static void add_tiers(struct lab_argv *a)
{
	static const char *const said[] = {
		"target=0,data-type=access-latency,latency=100",
		"target=1,data-type=access-latency,latency=400",
		"target=0,data-type=access-bandwidth,bandwidth=40G",
		"target=1,data-type=access-bandwidth,bandwidth=10G",
	};

	lab_argv_add_all(a, "-machine", "hmat=on", NULL);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		lab_argv_add(a, "-numa");
		lab_argv_addf(a, "hmat-lb,initiator=0,hierarchy=memory,%s", said[i]);
	}
}

static void add_nodes(struct lab_argv *a, const struct lab_topology *t,
		      const struct lab_machine_size *size)
{
	unsigned int first = t->cpuless ? size->cpus : size->cpus / NODES;

	for (unsigned int i = 0; i < NODES; i++) {
		lab_argv_add(a, "-object");
		lab_argv_addf(a, "memory-backend-ram,id=m%u,size=%luM", i, size->mib / NODES);
		lab_argv_add(a, "-numa");
		if (!i || !t->cpuless)
			lab_argv_addf(a, "node,nodeid=%u,cpus=%u-%u,memdev=m%u", i, i ? first : 0,
				      i ? size->cpus - 1 : first - 1, i);
		else
			lab_argv_addf(a, "node,nodeid=%u%s,memdev=m%u", i,
				      t->tiers ? ",initiator=0" : "", i);
	}
}

/*
 * CPUs are sockets of their own: cores of one socket on two nodes make the
 * kernel warn about its topology.
 */
static void add_topology(struct lab_argv *a, const struct lab_suite *suite,
			 const struct lab_topology *t, const struct lab_machine_size *size)
{
	unsigned long max = size->mib;

	for (size_t i = 0; i < suite->nr_disks; i++)
		max += suite->disks[i].pmem ? (unsigned long)suite->disks[i].size_mib : 0;
	lab_argv_add(a, "-smp");
	lab_argv_addf(a, "%u,sockets=%u,cores=1,threads=1", size->cpus, size->cpus);
	lab_argv_add(a, "-m");
	lab_argv_addf(a, max > size->mib ? "%luM,slots=1,maxmem=%luM" : "%luM", size->mib, max);
	if (t->nodes)
		add_nodes(a, t, size);
	if (t->tiers)
		add_tiers(a);
}

/* Does this machine let its virtual machines have their own? */
static bool is_nested(const struct lab_arch *arch)
{
	bool nested = false;

	for (size_t i = 0; i < sizeof(arch->nests) / sizeof(arch->nests[0]); i++) {
		FILE *f = arch->nests[i] ? fopen(arch->nests[i], "re") : NULL;
		char is = 'N';

		if (f) {
			nested |= fscanf(f, "%c", &is) == 1 && strchr("Y1", is);
			fclose(f);
		}
	}
	return nested;
}

int lab_accel_check(const struct lab_arch *arch, const char *accel, struct lab_error *e)
{
	if (!strcmp(accel, LAB_ACCEL_TCG))
		return 0;
	if (strcmp(accel, LAB_ACCEL_KVM))
		return lab_fail(e, -EINVAL, "--accel %s: give " LAB_ACCEL_TCG " or " LAB_ACCEL_KVM,
				accel);
	if (arch != lab_arch_here())
		return lab_fail(e, -EINVAL, "--accel kvm: CPUs of this machine are not of %s",
				arch->name);
	if (access("/dev/kvm", R_OK | W_OK))
		return lab_fail(e, -EINVAL, "--accel kvm: /dev/kvm: %s", strerror(errno));
	return is_nested(arch) ? 0 :
		lab_fail(e, -EINVAL, "--accel kvm: this machine's KVM does not nest: set its parameter nested=1");
}

static void build_arguments(struct lab_argv *a, const struct lab_plan *plan, unsigned int bed,
			    const int theirs[LAB_NR_STREAMS])
{
	static const char *const names[] = { "console", "channel", "qmp" };

	bool emulated = strcmp(plan->accel, LAB_ACCEL_KVM);

	lab_argv_addf(a, "qemu-system-%s", plan->arch->machine);
	lab_argv_add_all(a, "-nodefaults", "-no-user-config", "-machine", plan->arch->platform,
			 "-accel", emulated ? plan->arch->emulation : LAB_ACCEL_KVM,
			 "-cpu", emulated ? plan->suite->cpu : "host", "-display", "none",
			 "-no-reboot", NULL);
	if (emulated && plan->arch->icount)
		lab_argv_add_all(a, "-icount", plan->arch->icount, NULL);
	add_topology(a, plan->suite, plan->topology, &plan->size);
	for (int i = 0; i < LAB_NR_STREAMS; i++) {
		lab_argv_add(a, "-chardev");
		lab_argv_addf(a, "socket,id=%s,fd=%d", names[i], theirs[i]);
	}
	lab_argv_add_all(a, "-serial", "chardev:console", "-mon", "chardev=qmp,mode=control",
			 "-device", "virtio-serial-pci",
			 "-device", "virtserialport,chardev=channel,name=" CHANNEL_PORT, NULL);
	for (size_t i = 0; i < plan->suite->nr_disks; i++) {
		char *image = lab_disk_path(plan->results->out, bed, i);

		add_disk(a, &plan->suite->disks[i], i, image);
		free(image);
	}
	lab_argv_add_all(a, "-kernel", plan->kernel, "-initrd", plan->image,
			 "-append", plan->results->parameters, NULL);
}

static int start(const struct lab_plan *plan, unsigned int bed, const int theirs[LAB_NR_STREAMS],
		 struct lab_error *e)
{
	char *log = lab_run_file(plan->results->out, "qemu", bed, "log");
	struct lab_argv argv = { NULL };
	const struct lab_process qemu = {
		.argv = &argv, .out = log, .append = true, .keep = theirs, .nr_keep = LAB_NR_STREAMS,
		.death = SIGKILL, .group = true,
	};
	int ret;

	build_arguments(&argv, plan, bed, theirs);
	ret = lab_process_start(&qemu, e);
	lab_argv_free(&argv);
	free(log);
	if (ret == -ENOENT)
		return lab_fail(e, ret, "qemu-system-%s: not installed; apt-get install %s",
				plan->arch->machine, plan->arch->package);
	return ret;
}

static int qemu_start(struct lab_machine *m, const struct lab_plan *plan, unsigned int bed,
		      struct lab_error *e)
{
	int theirs[LAB_NR_STREAMS], nr = 0, ret = 0;

	m->sysrq = !plan->arch->nmi;
	for (; !ret && nr < LAB_NR_STREAMS; nr++)
		ret = lab_machine_stream(m, nr, &theirs[nr], e);
	if (!ret)
		ret = start(plan, bed, theirs, e);
	while (nr--)
		if (m->fds[nr] >= 0)
			close(theirs[nr]);
	if (ret < 0)
		return ret;
	m->pid = ret;
	return 0;
}

/*
 * Send a command over QMP, with @arguments, an object, or "". Returns 0 or -errno; the reply comes
 * later.
 */
static int command(struct lab_machine *m, const char *name, const char *arguments)
{
	char text[128];
	int n = snprintf(text, sizeof(text), "{ \"execute\": \"%s\"%s%s }\n", name,
			 arguments[0] ? ", \"arguments\": " : "", arguments);

	/* Far below the socket's buffer: it goes out whole or not at all. */
	return send(m->fds[LAB_CONTROL], text, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -errno;
}

static void message(struct lab_machine *m, json_t *of)
{
	const char *event, *reason = "unknown", *refused = "unknown error";
	int major = 0, minor = 0, micro = 0;

	if (!json_unpack(of, "{s:{s:{s:{s?i,s?i,s?i}}}}", "QMP", "version", "qemu",
			 "major", &major, "minor", &minor, "micro", &micro)) {
		snprintf(m->version, sizeof(m->version), "%d.%d.%d", major, minor, micro);
		command(m, "qmp_capabilities", "");
	} else if (m->breaks && json_object_get(of, "return")) {
		/* The kernel has seen the break: what comes now is for SysRq. */
		if (write(m->fds[LAB_CONSOLE], "c", 1) != 1)
			snprintf(m->refused, sizeof(m->refused), "console: %s", strerror(errno));
		m->breaks = false;
	} else if (!json_unpack(of, "{s:{s?s}}", "error", "desc", &refused)) {
		snprintf(m->refused, sizeof(m->refused), "%s", refused);
	} else if (!json_unpack(of, "{s:s,s?{s?s}}", "event", &event, "data", "reason", &reason) &&
		   !strcmp(event, "SHUTDOWN")) {
		snprintf(m->end, sizeof(m->end), "%s", reason);
	}
}

static void control(struct lab_machine *m)
{
	char *nl;

	while ((nl = memchr(m->buf, '\n', m->fill))) {
		size_t len = (size_t)(nl - m->buf) + 1;
		json_t *one = json_loadb(m->buf, len, 0, NULL);

		message(m, one);
		json_decref(one);
		m->fill -= len;
		memmove(m->buf, m->buf + len, m->fill);
	}
}

/*
 * An unknown NMI panics the kernel, with what its CPUs do. Where there is none the same is done by
 * SysRq, as long as any CPU takes interrupts: "c" behind a break on the console.
 */
static int trace(struct lab_machine *m, struct lab_error *e)
{
	const char *name = m->sysrq ? "chardev-send-break" : "inject-nmi";
	int ret = command(m, name, m->sysrq ? "{ \"id\": \"console\" }" : "");

	m->breaks = m->sysrq;
	return ret ? lab_fail(e, ret, "%s: %s", name, strerror(-ret)) : 0;
}

static enum lab_machine_end ended(const struct lab_machine *m, int *code)
{
	if (!m->version[0])
		return LAB_MACHINE_NOT_STARTED;
	if (*code)
		return LAB_MACHINE_EXITED;
	if (!strcmp(m->end, "guest-reset"))
		return LAB_MACHINE_RESET;
	/* Some machines that are powered off end QEMU before it can say so. */
	if (!m->end[0] || !strcmp(m->end, "guest-shutdown"))
		return LAB_MACHINE_POWER_OFF;
	if (strcmp(m->end, "host-signal"))
		return LAB_MACHINE_EXITED;
	*code = SIGTERM;
	return LAB_MACHINE_SIGNALLED;
}

const struct lab_bed_kind lab_bed_qemu = {
	.name = "qemu",
	.process = "QEMU",
	/* Measured: 4 to 11 s. A debugging kernel takes several times as long. */
	.boot_seconds = 180,
	.start = qemu_start,
	.control = control,
	.trace = trace,
	.ended = ended,
};
