// SPDX-License-Identifier: GPL-2.0
// class: progress
// commit: 527d5cd7eece ("KVM: x86/mmu: Zap only obsolete roots if a root shadow page is zapped") introduced the rule
// broke: in a large guest all but the first 32 vCPUs go on with page tables that KVM has given up, and fault forever
// file: virt/kvm/kvm_main.c
// arch: x86_64
// tests: mn_scale_test:scale.crowd.anon.slot_recreate_dontneed
// expect: contract 10

@@
identifier all =~ "^kvm_make_all_cpus_request(_except)?$";
expression vcpu, req, cpus, me;
@@
 all(...)
 {
 <...
- kvm_make_vcpu_request(vcpu, req, cpus, me);
+ if (vcpu->vcpu_idx < 32 || !mn_regress(requests_cut_at_32_vcpus))
+	kvm_make_vcpu_request(vcpu, req, cpus, me);
 ...>
 }
