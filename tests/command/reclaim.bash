# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # status, output and stderr: run sets them, and so does answers
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of `reclaim` share beyond recover.bash: logs, calls that wait until everybody can be
# seen, and a terminal on which somebody answers.

# Without --discard it acts only where it can see everybody.
need_sight() {
	need_root
	[[ $(readlink /proc/self/ns/pid) == 'pid:[4026531836]' ]] ||
		skip "needs to be in the first PID namespace"
}

# logged FILE [SIZE] : a process appends to FILE, which is deleted now, as descriptor 9
logged() {
	deleted "$1" "${2:-300000}" w,append,creat
}

# patiently COMMAND… : again, while what other tests have in flight stands in the way
patiently() {
	local begun=$SECONDS
	while "$@" && [[ $output$stderr == *'in flight over a unix socket'* ]]; do
		((SECONDS - begun < PATIENCE)) || skip "something is in flight on this machine"
	done
}

# reclaim ARG… : sets status, output, stderr
reclaim() {
	patiently run --separate-stderr owl reclaim "$@"
}

# reclaim_as USER ARG…
reclaim_as() {
	local uid=$1
	shift
	run --separate-stderr as "$uid" timeout "$PATIENCE" "$(owl_for_all)" reclaim "$@"
}

# asked ARG… : `reclaim ARG…` on a terminal of 100 columns, up to its question
asked() {
	stderr=''
	patiently begin_asking "$@"
	[[ $output == *'[y/N]'* ]] || {
		output=${output//$'\r'/}
		status=none
		echo "did not ask"
		show_answer
	}
}

begin_asking() {
	local line
	need_command script
	printf -v line '%q ' "$PROCOWL" reclaim "$@"
	mkfifo asked.in asked.out 2>/dev/null || true
	(
		close_the_rest
		SHELL=/bin/bash exec script -qefc "stty cols 100 rows 40; exec $line" /dev/null \
			<asked.in >asked.out 2>/dev/null
	) &
	ASKED=$!
	exec {ASKED_IN}>asked.in {ASKED_OUT}<asked.out
	output=''
	while IFS= read -r -d '' -n 1 -t "$PATIENCE" -u "$ASKED_OUT" line; do
		output+=$line
		[[ $output != *'[y/N] ' ]] || return 0
	done
	answers ''
}

# answers BYTES : typed in; then `output` is all that was on the terminal, and `status` its status
answers() {
	local rest=''
	printf '%s' "$1" >&"$ASKED_IN" || true
	IFS= read -r -d '' -t "$PATIENCE" -u "$ASKED_OUT" rest || true
	exec {ASKED_IN}>&- {ASKED_OUT}<&-
	status=0
	wait "$ASKED" || status=$?
	output=${output//$'\r'/}${rest//$'\r'/}
	output=${output%$'\n'}
}

size() {
	stat -Lc %s -- "/proc/${1%%:*}/fd/${1#*:}"
}

# disk PID:FD : bytes on disk
disk() {
	stat -Lc '%b * %B' -- "/proc/${1%%:*}/fd/${1#*:}" | { read -r sum && echo "$((sum))"; }
}

# untouched [BYTES] : descriptor 9 of the actor is as `deleted` made it
untouched() {
	cmp -- "/proc/$ACTOR_PID/fd/9" <(pattern "${1:-300000}")
}

# refused WORDS… : exit status 4, these words, and nothing changed
refused() {
	exits 4
	says_all "$@" 'Nothing was changed'
}

# reclaimed METHOD : the JSON says so
reclaimed() {
	exits 0
	[[ $(field method) == "$1" && $(field error) == null ]] && (($(field freed) > 0)) && return
	echo "expected that it was emptied by $1"
	show_answer
}
