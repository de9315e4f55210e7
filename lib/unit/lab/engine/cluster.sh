# shellcheck shell=sh disable=SC2154 # work is of the script that reads this
# SPDX-License-Identifier: GPL-2.0
#
# A cluster of Slurm by oneself: a controller and two nodes of one job each, on the loopback device.
# cluster starts it, with all that it has in $work, and stop_all stops what was started.

PATH=$PATH:/usr/sbin
daemons=

# What jobs there are first, then nodes, the controller, and last what they know each other by.
stop_all()
{
	squeue --noheader --format=%A 2>/dev/null | sort -u | xargs -r scancel 2>/dev/null
	[ ! -e "$work/ctld" ] || sleep 2
	for pid in $daemons; do
		kill "$pid" 2>/dev/null && wait "$pid"
	done
}

# start NAME COMMAND...: a daemon, until the end
start()
{
	daemon=$1
	shift
	"$@" >"$work/$daemon.log" 2>&1 &
	eval "$daemon=$!"
	daemons="$! $daemons"
}

configure()
{
	port=$((20000 + $$ % 20000))
	mkdir -m 755 "$work/ctld" "$work/d"
	chmod 755 "$work"
	export SLURM_CONF="$work/slurm.conf"
	cat >"$SLURM_CONF" <<END
ClusterName=check
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$work/munge/socket,cred_expire=6
StateSaveLocation=$work/ctld
SlurmdSpoolDir=$work/d/%n
SlurmctldPidFile=$work/ctld.pid
SlurmdPidFile=$work/%n.pid
SlurmdLogFile=$work/%n.out
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SlurmdTimeout=6
MessageTimeout=3
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SchedulerParameters=batch_sched_delay=0,sched_interval=2
NodeName=n[1-2] NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + 2))] CPUs=1
PartitionName=all Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP
END
}

start_munge()
{
	mkdir -m 755 "$work/munge"
	dd if=/dev/urandom of="$work/munge/key" bs=128 count=1 2>/dev/null
	chmod 600 "$work/munge/key"
	start munged munged --foreground --force --key-file="$work/munge/key" \
		--socket="$work/munge/socket" --pid-file="$work/munge/pid" \
		--seed-file="$work/munge/seed" --log-file="$work/munge/log"
}

cluster()
{
	configure
	start_munge
	start slurmctld slurmctld -D
	start n1 slurmd -D -N n1
	start n2 slurmd -D -N n2
	for _ in $(seq 60); do
		[ "$(sinfo --noheader --Node --states=idle 2>/dev/null | wc -l)" = 2 ] && return
		sleep 0.5
	done
	tail -n 5 "$work"/*.log
	return 1
}
