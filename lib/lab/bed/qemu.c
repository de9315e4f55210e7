// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU as the bed: its command line. What is said to it is in qmp.c.
 *
 * It talks to the lab over three socket pairs that it inherits: no socket files that could
 * be left behind.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/channel.h"
#include "arch/arch.h"
#include "base/process.h"
#include "base/run_dir.h"
#include "base/text.h"
#include "bed/qemu.h"
#include "bed/qmp.h"
#include "bed/session.h"
#include "image/image.h"

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
		.mib = memory ? strtoul(memory, NULL, 10) / LAB_MAX_NODES * LAB_MAX_NODES : RAM_MIB,
	};
}

/* An option of QEMU ends at a comma, but not at two. */
static void add_escaped(struct lab_text *t, const char *path)
{
	for (; *path; path++)
		lab_text_addf(t, "%s%c", *path == ',' ? "," : "", *path);
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
	add_escaped(&t, image);
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

/*
 * The memory of a node. If there is @m, it is in a file: for one that is saved in one of ours, for one
 * that is restored in a copy of that, of which it sees what it has not written to itself.
 */
static void add_memory(struct lab_argv *a, const struct lab_machine *m, int node, unsigned long mib)
{
	struct lab_text t = { NULL };

	if (!m) {
		lab_argv_addf(a, "memory-backend-ram,id=m%d,size=%luM", node, mib);
		return;
	}
	lab_text_addf(&t, "memory-backend-file,id=m%d,size=%luM,share=%s,mem-path=", node, mib,
		      m->incoming ? "off" : "on");
	if (m->incoming)
		add_escaped(&t, m->incoming);
	if (m->incoming)
		lab_text_addf(&t, "/memory%d", node);
	else
		lab_text_addf(&t, "/proc/self/fd/%d", m->memory[node]);
	lab_argv_add(a, t.s);
	lab_text_clear(&t);
}

static void add_nodes(struct lab_argv *a, const struct lab_topology *t,
		      const struct lab_machine_size *size, const struct lab_machine *m)
{
	unsigned int first = t->cpuless ? size->cpus : size->cpus / LAB_MAX_NODES;

	for (int i = 0; i < LAB_MAX_NODES; i++) {
		lab_argv_add(a, "-object");
		add_memory(a, m, i, size->mib / LAB_MAX_NODES);
		lab_argv_add(a, "-numa");
		if (!i || !t->cpuless)
			lab_argv_addf(a, "node,nodeid=%d,cpus=%u-%u,memdev=m%d", i, i ? first : 0,
				      i ? size->cpus - 1 : first - 1, i);
		else
			lab_argv_addf(a, "node,nodeid=%d%s,memdev=m%d", i,
				      t->tiers ? ",initiator=0" : "", i);
	}
}

/*
 * CPUs are sockets of their own: cores of one socket on two nodes make the
 * kernel warn about its topology. @m is NULL if the memory is QEMU's own affair.
 */
static void add_topology(struct lab_argv *a, const struct lab_suite *suite,
			 const struct lab_topology *t, const struct lab_machine_size *size,
			 const struct lab_machine *m)
{
	unsigned long max = size->mib;

	for (size_t i = 0; i < suite->nr_disks; i++)
		max += suite->disks[i].pmem ? (unsigned long)suite->disks[i].size_mib : 0;
	lab_argv_add(a, "-smp");
	lab_argv_addf(a, "%u,sockets=%u,cores=1,threads=1", size->cpus, size->cpus);
	lab_argv_add(a, "-m");
	lab_argv_addf(a, max > size->mib ? "%luM,slots=1,maxmem=%luM" : "%luM", size->mib, max);
	if (t->nodes)
		add_nodes(a, t, size, m);
	if (!t->nodes && m) {
		lab_argv_add_all(a, "-machine", "memory-backend=m0", "-object", NULL);
		add_memory(a, m, 0, size->mib);
	}
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

/* @m is NULL for the arguments that all machines of @plan have. */
static void build_arguments(struct lab_argv *a, const struct lab_plan *plan, const char *out,
			    unsigned int bed, const struct lab_machine *m,
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
	add_topology(a, plan->suite, plan->topology, &plan->size,
		     m && (m->incoming || m->saves) ? m : NULL);
	for (int i = 0; i < LAB_NR_STREAMS; i++) {
		lab_argv_add(a, "-chardev");
		lab_argv_addf(a, "socket,id=%s,fd=%d", names[i], theirs[i]);
	}
	lab_argv_add_all(a, "-serial", "chardev:console", "-mon", "chardev=qmp,mode=control",
			 "-device", "virtio-serial-pci",
			 "-device", "virtserialport,chardev=channel,name=" CHANNEL_PORT, NULL);
	for (size_t i = 0; i < plan->suite->nr_disks; i++) {
		char *image = lab_disk_path(out, bed, i);

		add_disk(a, &plan->suite->disks[i], i, image);
		free(image);
	}
	lab_argv_add_all(a, "-kernel", plan->kernel, "-initrd", plan->image, "-append", NULL);
	if (plan->snapshot)
		lab_argv_add(a, plan->snapshot->parameters);
	else
		lab_argv_add(a, plan->results->parameters);
}

char *lab_qemu_path(const struct lab_arch *arch)
{
	const char *path = getenv("PATH");
	char *rest = lab_strdup(path ? path : ""), *all = rest, *dir, *found = NULL;

	while (!found && (dir = strsep(&rest, ":"))) {
		found = lab_format("%s/qemu-system-%s", dir, arch->machine);
		if (access(found, X_OK)) {
			free(found);
			found = NULL;
		}
	}
	free(all);
	return found;
}

char *lab_qemu_describe(const struct lab_plan *plan)
{
	static const int none[LAB_NR_STREAMS];
	struct lab_argv argv = { NULL };
	struct lab_text t = { NULL };

	build_arguments(&argv, plan, "", 1, NULL, none);
	for (size_t i = 0; i < argv.nr; i++)
		if (!i || (strcmp(argv.words[i - 1], "-kernel") && strcmp(argv.words[i - 1], "-initrd")))
			lab_text_addf(&t, "%s\n", argv.words[i]);
	lab_argv_free(&argv);
	return lab_text_take(&t);
}

/* Descriptors that QEMU inherits: the other ends of streams, and memory. */
#define MAX_KEPT	(LAB_NR_STREAMS + LAB_MAX_NODES)

static int start(struct lab_machine *m, const struct lab_plan *plan, unsigned int bed,
		 const int kept[MAX_KEPT], size_t nr_kept, struct lab_error *e)
{
	char *log = lab_run_file(plan->results->out, "qemu", bed, "log");
	struct lab_argv argv = { NULL };
	const struct lab_process qemu = {
		.argv = &argv, .out = log, .append = true, .keep = kept, .nr_keep = nr_kept,
		.death = SIGKILL, .group = true,
	};
	int ret;

	build_arguments(&argv, plan, plan->results->out, bed, m, kept);
	if (m->incoming)
		lab_argv_add_all(&argv, "-incoming", "defer", NULL);
	ret = lab_process_start(&qemu, e);
	lab_argv_free(&argv);
	free(log);
	if (ret == -ENOENT)
		return lab_fail(e, ret, "qemu-system-%s: not installed; apt-get install %s",
				plan->arch->machine, plan->arch->package);
	return ret;
}

/* Files for the memory of a machine that may be saved: how many, or -errno. */
static int make_memory(struct lab_machine *m, const struct lab_plan *plan, struct lab_error *e)
{
	int nodes = plan->topology->nodes ? LAB_MAX_NODES : 1;
	unsigned long mib = plan->size.mib / (unsigned int)nodes;

	for (int i = 0; i < nodes; i++) {
		m->memory[i] = memfd_create("memory", MFD_CLOEXEC);
		if (m->memory[i] < 0 || ftruncate(m->memory[i], (off_t)mib << 20))
			return lab_fail(e, -errno, "memfd of %lu MiB: %s", mib,
					strerror(errno));
	}
	return nodes;
}

static int qemu_start(struct lab_machine *m, const struct lab_plan *plan, unsigned int bed,
		      struct lab_error *e)
{
	int kept[MAX_KEPT], nr = 0, ret = 0, nodes = 0;

	m->sysrq = !plan->arch->nmi;
	for (; !ret && nr < LAB_NR_STREAMS; nr++)
		ret = lab_machine_stream(m, nr, &kept[nr], e);
	if (!ret && m->saves)
		nodes = make_memory(m, plan, e);
	memcpy(kept + LAB_NR_STREAMS, m->memory, sizeof(m->memory));
	if (!ret)
		ret = nodes < 0 ? nodes :
			start(m, plan, bed, kept, (size_t)(LAB_NR_STREAMS + nodes), e);
	while (nr--)
		if (m->fds[nr] >= 0)
			close(kept[nr]);
	if (ret < 0)
		return ret;
	m->pid = ret;
	return 0;
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
	.control = lab_qmp_control,
	.trace = lab_qmp_trace,
	.save = lab_qmp_save,
	.resume = lab_qmp_resume,
	.ended = ended,
};
