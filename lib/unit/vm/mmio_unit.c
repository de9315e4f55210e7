// SPDX-License-Identifier: GPL-2.0
/*
 * Accesses to guest memory that leave as MMIO: legal while a gap is open or the slot is
 * read-only, and so are the parts of them that come after that.
 */
#include <linux/kvm.h>

#include <kselftest_harness.h>

#include "vm/vm_internal.h"

#define GPA	0x40000000ULL

FIXTURE(mmio) {
	struct vm vm;
	struct area area;
	struct vcpu vcpu;
	struct kvm_run run;
	char memory[2 * PAGE_BYTES];
};

FIXTURE_SETUP(mmio)
{
	self->area = (struct area) { .hva = self->memory, .size = sizeof(self->memory) };
	self->vm = (struct vm) { .area = &self->area, .area_gpa = GPA };
	self->vcpu = (struct vcpu) { .vm = &self->vm, .run = &self->run };
	memset(self->memory, 7, sizeof(self->memory));
}

FIXTURE_TEARDOWN(mmio)
{
}

static bool leaves(struct vcpu *vcpu, uint64_t offset, bool is_write, struct epochs began)
{
	const struct mmio_part last = vcpu->part;

	vcpu->part = (struct mmio_part) { 0 };
	vcpu->run->mmio.phys_addr = GPA + offset;
	vcpu->run->mmio.len = 4;
	vcpu->run->mmio.is_write = is_write;
	memset(vcpu->run->mmio.data, 1, sizeof(vcpu->run->mmio.data));
	return vcpu_handle_mmio(vcpu, &last, &began);
}

TEST_F(mmio, without_a_gap_memory_is_missing)
{
	EXPECT_FALSE(leaves(&self->vcpu, 0, false, (struct epochs) { 0, 0 }));
	EXPECT_NE(NULL, strstr(self->vcpu.error, "MMIO at 0x40000000, where memory should be"));
}

TEST_F(mmio, of_a_gap_that_was_open_it_is_carried_out)
{
	self->vm.gap = 2;
	EXPECT_TRUE(leaves(&self->vcpu, 8, false, (struct epochs) { 0, 0 }));
	EXPECT_EQ(7, self->run.mmio.data[3]);
	EXPECT_TRUE(leaves(&self->vcpu, 16, true, (struct epochs) { 0, 0 }));
	EXPECT_EQ(1, self->memory[19]);
	EXPECT_EQ(7, self->memory[20]);
	EXPECT_EQ(1, self->vcpu.emulated_mmio);
}

/* The second KVM_RUN begins when the gap is closed. */
TEST_F(mmio, the_part_in_the_next_page_comes_later)
{
	self->vm.gap = 2;
	EXPECT_TRUE(leaves(&self->vcpu, PAGE_BYTES - 4, false, (struct epochs) { 1, 0 }));
	EXPECT_TRUE(leaves(&self->vcpu, PAGE_BYTES, false, (struct epochs) { 2, 0 }));
	EXPECT_FALSE(leaves(&self->vcpu, 0, false, (struct epochs) { 2, 0 }));
}

TEST_F(mmio, the_part_of_a_write_to_what_was_read_only_too)
{
	self->vm.readonly = 2;
	EXPECT_TRUE(leaves(&self->vcpu, PAGE_BYTES - 4, true, (struct epochs) { 0, 1 }));
	EXPECT_TRUE(leaves(&self->vcpu, PAGE_BYTES, true, (struct epochs) { 0, 2 }));
	EXPECT_EQ(1, self->memory[PAGE_BYTES + 3]);
}

TEST_F(mmio, what_does_not_go_on_is_no_part)
{
	self->vm.gap = 2;
	EXPECT_TRUE(leaves(&self->vcpu, PAGE_BYTES - 4, false, (struct epochs) { 1, 0 }));
	EXPECT_FALSE(leaves(&self->vcpu, PAGE_BYTES, true, (struct epochs) { 2, 0 }));
}

TEST_HARNESS_MAIN
