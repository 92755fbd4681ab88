#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # run sets status, output, stderr
# Every query and command of docs/cookbook.md is run, on a machine as small as the one there.

load lib

BOOK=$LIB_ROOT/docs/cookbook.md

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	situation_end
}

# Numbers are those of the moment, and columns are as wide as these.
plain() {
	sed -E 's/[0-9]+(\.[0-9]+)?[KMGT]?/N/g; s/ +/ /g; s/^ //; s/ $//'
}

@test "the cookbook's queries and commands give the answers that stand there" {
	need_mounts
	need_command ip flock
	unshare --pid --fork --mount-proc --net --uts true 2>/dev/null || skip "may not make namespaces"
	[[ -d /srv ]] || skip "needs a directory /srv"
	run --separate-stderr timeout "$PATIENCE" unshare --pid --fork --mount-proc --net --uts \
		bash "$LIB_ROOT/tests/command/cookbook.bash" <"$BOOK"
	((status != 77)) || skip "${output#skip: }"
	exits 0
	diff <(plain <"$BOOK") <(plain <<<"$output")
}

@test "each recipe of the cookbook has an answer, and none of them is empty" {
	local questions
	questions=$(grep -c '^### ' "$BOOK")
	((questions >= 15))
	# A query's answer has a line of names and a row at least.
	awk '/^```sql$/ { sql++ } /^```$/ && !open { open = 1; lines = 0; next }
		/^```$/ { open = 0; if (lines < 2) print "empty, before line " NR; next }
		/^```(sql|console)$/ { open = 1; lines = 2; next } open { lines++ }
		END { if (sql < 15) print "only " sql " queries" }' "$BOOK" >empty
	[[ ! -s empty ]] || {
		cat empty
		false
	}
	! grep -q 'exit status' "$BOOK" || return 1
}
