#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# Ask in SQL: the rows are those of the commands, a query looks at no more than it names, and
# nothing but reading is let through. And --filter, the same expressions over a listing.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	situation_end
}

# sql [OPTION…] QUERY : as JSON, into $output.
sql() {
	run --separate-stderr owl sql --json "$@"
	[[ -z $output ]] || well_formed
}

# explained TABLE FIELD… : these fields of the rows of --explain about that table
explained() {
	jq -r --arg table "$1" "[.[] | select(.table == \$table) | .$2] | map(tostring) | join(\",\")" \
		<<<"$output"
}

# refused QUERY : it only reads
refused() {
	run --separate-stderr owl sql "$1"
	exits 2
	[[ -z $output && $stderr == *"only reads"* ]] || show_answer
}

# only_this_is_opened : in ./trace, of all directories of processes
only_this_is_opened() {
	! grep openat trace | grep -E '"[0-9]+(/fd)?"' | grep -vE "\"$ACTOR_PID(/|\")"
}

### The rows

@test "files are the same rows as the command's, column by column" {
	actor_start open a creat,rw unlink a pipe eventfd 3 unix-pair comm 'a)b'
	local columns
	columns=$(owl files --list-columns | awk '{ print $1 }' | paste -sd ,)
	run owl files --jsonl --columns "$columns" "$ACTOR_PID"
	local theirs=$output
	run owl sql --jsonl "SELECT $columns FROM files WHERE pid = $ACTOR_PID"
	# Who is at the other end of 0 and 1 is whoever runs this.
	diff <(jq -cS 'select(.fd == null or .fd > 1)' <<<"$theirs") \
		<(jq -cS 'select(.fd == null or .fd > 1)' <<<"$output")
}

@test "deleted files are the same rows as the command's, the quiet ones when asked for" {
	actor_start open a creat,w write 0 5000 unlink a memfd m
	sql "SELECT handle, size, class, path FROM deleted WHERE target = '$ACTOR_PID'"
	exits 0
	answer 'map([.handle, .size, .class, .path]) == [["\($p):3", 5000, "gone", $a]]' \
		--arg p "$ACTOR_PID" --arg a "$SCRATCH/a"
	sql "SELECT class FROM deleted WHERE target = '$ACTOR_PID' AND quiet = 1"
	answer 'map(.class) | sort == ["gone", "memory"]'
	sql "SELECT class FROM deleted WHERE target = '$ACTOR_PID' AND class = 'memory'"
	answer 'map(.class) == ["memory"]'
	# Wherever the class is named: what SQLite makes of the condition is not what decides.
	local condition
	for condition in "(class = 'memory' OR size < 0)" "upper(class) = upper('memory')" \
		"NOT class <> 'memory'" "quiet = 1 AND class LIKE 'm%'"; do
		sql "SELECT class FROM deleted WHERE target = '$ACTOR_PID' AND $condition"
		answer 'map(.class) == ["memory"]'
	done
	sql "SELECT class FROM deleted WHERE target = '$ACTOR_PID' AND quiet = 0 AND class <> 'memory'"
	answer 'map(.class) == ["gone"]'
}

@test "what is not known is NULL, and never 0" {
	actor_start pipe
	sql "SELECT count(*) AS rows, count(size) AS sizes, count(pos) AS positions FROM files
		WHERE pid = $ACTOR_PID AND kind = 'pipe'"
	answer '.[0] | .rows > 0 and .sizes == 0 and .positions == 0'
}

@test "names are what they are: bytes that are no UTF-8 and escapes come through every format" {
	local name=$'x\xff\e[31m\n\'"y'
	actor_start open "$name" creat,w
	sql "SELECT path FROM files WHERE pid = $ACTOR_PID AND path LIKE '%/x%'"
	answer '(.[0].path_base64 | @base64d | length) > 0 and (.[0].path | contains("\\xff"))'
	[[ $(jq -r '.[0].path_base64' <<<"$output" | base64 -d) == "$SCRATCH/$name" ]] || show_answer
	run owl sql "SELECT path FROM files WHERE pid = $ACTOR_PID AND path LIKE '%/x%'"
	[[ $output == *'x\xff\x1b[31m\x0a'* ]] || show_answer
}

@test "lists are JSON, and can be taken apart" {
	actor_start pipe
	sql "SELECT f.handle, j.value AS peer FROM files f, json_each(f.peers) j
		WHERE f.pid = $ACTOR_PID AND f.kind = 'pipe' ORDER BY f.handle"
	answer 'length == 2 and .[0].peer == .[1].handle and .[1].peer == .[0].handle'
	sql "SELECT handle, peers FROM files WHERE pid = $ACTOR_PID AND kind = 'pipe' ORDER BY handle"
	answer 'length == 2 and .[0].peers == [.[1].handle]'
	sql "SELECT peers FROM files WHERE 0 UNION ALL VALUES ('x'), ('[1]'), ('[\"a\"]')"
	answer 'map(.peers) == ["x", "[1]", ["a"]]'
}

@test "numbers are numbers, and two columns of one name are two keys" {
	sql "SELECT 1 AS a, 2.5 AS a, -3 AS b, NULL AS c, 'x' AS \"q\"\"k\""
	answer '.[0] == {"a": 1, "a_2": 2.5, "b": -3, "c": null, "q\"k": "x"}'
	# A name that is no UTF-8 takes a key more: NAME_base64.
	sql "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS x, 5 AS x_base64, 6 AS y_base64, 7 AS y"
	answer '.[0] == {"a": 1, "a_2": 2, "a_2_2": 3, "x": 4, "x_base64_2": 5, "y_base64": 6, "y_2": 7}'
	local long
	printf -v long '%600s' ''
	sql "SELECT 1 AS \"${long}a\", 2 AS \"${long}b\""
	answer '.[0] | length == 2'
}

@test "text has the sizes of columns in units, and bytes when asked for" {
	actor_start open a creat,w write 0 3145728
	run owl sql "SELECT size FROM files WHERE pid = $ACTOR_PID AND path = '$SCRATCH/a'"
	[[ ${lines[1]} == *3.0M ]] || show_answer
	run owl sql --bytes "SELECT size FROM files WHERE pid = $ACTOR_PID AND path = '$SCRATCH/a'"
	[[ ${lines[1]} == *3145728 ]] || show_answer
}

@test "the query may come on standard input, and the rows are limited" {
	run --separate-stderr owl sql --raw --no-header --limit 2 \
		<<<"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n;"
	exits 0
	[[ $output == $'1\n2' ]] || show_answer
}

# goes_not_on : in ./trace, to all processes there are; who begun last need not be the last by number
goes_not_on() {
	local opened there=(/proc/[0-9]*)
	opened=$(grep -oE 'openat\([0-9]+, "[0-9]+' trace | sed 's/.*"//' | sort -u | wc -l)
	((opened > 0 && opened * 4 < ${#there[@]} * 3))
}

@test "a look ends with the rows that are wanted" {
	need_command strace
	local forks=() i
	for ((i = 0; i < 60; i++)); do
		forks+=(fork end)
	done
	actor_start open a creat,w "${forks[@]}"
	local query
	for query in "SELECT * FROM files LIMIT 1" "SELECT EXISTS (SELECT path FROM files)" \
		"SELECT pid FROM limits LIMIT 3"; do
		owl_traced sql -r -n --source procfs "$query" >answer
		[[ -s answer ]]
		goes_not_on || show_answer
	done
	owl_traced files -r -n --source procfs -o path --limit 1 >answer
	goes_not_on
}

@test "no row is an answer: exit 1, and no line of names but in text that is read by programs" {
	sql "SELECT handle FROM files WHERE pid = $$ AND kind = 'no such kind'"
	exits 1
	[[ $output == '[]' ]] || show_answer
}

### No more than it names

@test "a process that is named is the only one that is looked at" {
	need_command strace
	actor_start open a creat,w
	sql --explain "SELECT path FROM files WHERE pid = $ACTOR_PID AND fd > 2"
	[[ $(explained files pushed) == "pid = $ACTOR_PID" ]] || show_answer
	owl_traced sql "SELECT count(path) FROM files WHERE pid = $ACTOR_PID"
	only_this_is_opened
}

@test "several processes, a handle and a target go down too" {
	actor_start open a creat,w fork end
	sql --explain "SELECT pid FROM files WHERE pid IN ($ACTOR_PID, ${ACTOR_CHILDREN[0]})"
	local both="$ACTOR_PID, ${ACTOR_CHILDREN[0]}" turned="${ACTOR_CHILDREN[0]}, $ACTOR_PID"
	[[ $(explained files pushed) == "pid IN ($both)" ||
		$(explained files pushed) == "pid IN ($turned)" ]] || show_answer
	[[ $(explained files scans) == 1 ]] || show_answer
	sql --explain "SELECT pid FROM files WHERE pid = $ACTOR_PID OR pid = ${ACTOR_CHILDREN[0]}"
	[[ $(explained files scans) == 1 && $(explained files pushed) == "pid IN "* ]] || show_answer
	sql "SELECT path FROM files WHERE handle = '$ACTOR_PID:3'"
	answer 'map(.path) == [$a]' --arg a "$SCRATCH/a"
	sql "SELECT DISTINCT pid FROM files('$SCRATCH/a') ORDER BY pid"
	answer 'map(.pid) == ([$ARGS.positional[] | tonumber] | sort)' \
		--args "$ACTOR_PID" "${ACTOR_CHILDREN[0]}"
}

# only_narrow CONDITION PUSHED : that went down, and the rows are those of looking at all of the processes
only_narrow() {
	local columns="handle, kind, class, path, detail, peers, inode, fd, use" source
	local these="pid IN ($ACTOR_PID, ${ACTOR_CHILDREN[0]}) ORDER BY handle"
	sql --explain "SELECT handle FROM files WHERE $1 AND +$these"
	[[ $(explained files pushed) == "$2" ]] || show_answer
	owl sql -r "SELECT $columns FROM files WHERE $1 AND $these" >whole
	[[ $(wc -l <whole) -gt 1 ]]
	for source in "${sources[@]}"; do
		diff <(owl sql -r --source "$source" \
			"SELECT $columns FROM files WHERE $1 AND +$these" 2>/dev/null) whole
	done
	diff <(owl files -r -n -o handle,kind,name -Q "$1 AND +${these% ORDER*}" 2>/dev/null | sort) \
		<(owl sql -r -n "SELECT handle, kind, name FROM files WHERE $1 AND $these" | sort)
}

@test "what narrows the look at all processes loses no row of it" {
	actor_start open a creat,rw write 0 5000 map 0 rw unlink a open b creat,rw link b c unlink b \
		memfd m pipe eventfd 3 unix-pair tcp-listen 127.0.0.1 0 epoll epoll-add 9 4 \
		open d creat,rw fork end
	local inode sources=(procfs)
	inode=$(stat -c %i d)
	! owl files --source bpf "$ACTOR_PID" &>/dev/null || sources+=(bpf)
	only_narrow "fd = 3" "fd = 3"
	only_narrow "fd = 12" "fd = 12"
	only_narrow "use = 'cwd'" "use = cwd"
	only_narrow "class = 'gone'" "class = gone"
	only_narrow "class IN ('linked', 'memory')" "class IN (linked, memory)"
	only_narrow "kind = 'pipe'" "kind = pipe"
	only_narrow "kind IN ('unix', 'tcp')" "kind IN (tcp, unix)"
	only_narrow "kind = 'regular'" "kind = regular"
	only_narrow "kind = 'epoll'" "kind = epoll"
	only_narrow "inode = $inode" "inode = $inode"
}

@test "what no process can have is no row, and no error" {
	sql "SELECT 1 FROM files WHERE pid = -5 OR pid = NULL"
	exits 1
	sql "SELECT 1 FROM files WHERE pid = 'x'"
	exits 1
	sql "SELECT 1 FROM files WHERE handle = 'none'"
	exits 1
	sql "SELECT 1 FROM files WHERE pid = 4194305"
	exits 1
}

@test "only the columns that are used are read" {
	sql --explain "SELECT count(*) FROM files WHERE pid = $$"
	[[ $(explained files columns) == pid ]] || show_answer
	sql --explain "SELECT kind FROM files WHERE target = '$$' ORDER BY size"
	[[ $(explained files columns) == kind,size ]] || show_answer
}

@test "a join looks at all processes once" {
	actor_start pipe fork end
	sql --explain "SELECT a.handle, b.handle FROM files a JOIN files b ON a.pid = b.pid
		WHERE a.kind = 'pipe' AND b.use = 'cwd'"
	[[ $(explained files scans) == 1 ]] || show_answer
	sql "SELECT count(*) AS same FROM files a JOIN files b ON a.handle = b.handle
		WHERE a.pid = $ACTOR_PID"
	answer '.[0].same > 0'
}

@test "a question that is asked for many processes is asked for all at once" {
	actor_start open a creat,w fork end fork end fork end fork end fork end fork end
	sql "SELECT count(DISTINCT f.pid) AS pids FROM json_each('[$(IFS=,
		echo "$ACTOR_PID,${ACTOR_CHILDREN[*]}")]') j JOIN files f ON f.pid = j.value"
	answer '.[0].pids == 7'
}

@test "a table of which no column is used has its rows all the same" {
	sql "SELECT (SELECT count(*) FROM load a, load b) AS pairs,
		(SELECT count(*) FROM mounts) = (SELECT count(*) FROM mounts) AS same,
		EXISTS (SELECT 1 FROM load) AS there"
	answer '.[0] == {"pairs": 1, "same": 1, "there": 1}'
}

@test "terms with OR between them lose no row, and double none" {
	actor_start open a creat,w fork end
	sql "SELECT handle FROM files WHERE handle = '$ACTOR_PID:3' OR pid = ${ACTOR_CHILDREN[0]}"
	local rows
	rows=$(owl files -r -n -o handle "${ACTOR_CHILDREN[0]}" | wc -l)
	answer 'length == $n and (map(.handle) | unique | length) == $n' --argjson n $((rows + 1))
}

@test "what an outer join has not matched comes once" {
	actor_start open a creat,w pipe fork end
	local these="p.pid IN ($ACTOR_PID, ${ACTOR_CHILDREN[0]})"
	sql "SELECT p.pid, f.handle FROM processes p LEFT JOIN files f ON f.pid = p.pid AND f.kind = 'pipe'
		AND f.pid = $ACTOR_PID WHERE $these"
	answer 'map(select(.handle == null)) | map(.pid) == [$c | tonumber]' --arg c "${ACTOR_CHILDREN[0]}"
	sql "SELECT p.pid, f.handle FROM files f RIGHT JOIN processes p ON f.pid = p.pid AND f.fd = 3
		AND f.pid = $ACTOR_PID WHERE $these ORDER BY p.pid"
	[[ $stderr != *"not currently supported"* ]] || skip "SQLite is older than 3.39"
	answer 'map([.pid, .handle]) | sort == [[($p | tonumber), "\($p):3"], [($c | tonumber), null]]' \
		--arg p "$ACTOR_PID" --arg c "${ACTOR_CHILDREN[0]}"
}

@test "a process is found by its handle, by a number with a point, and by columns named as text" {
	actor_start comm 'a)b'
	sql "SELECT pid FROM processes WHERE handle = '$ACTOR_PID'"
	answer 'map(.pid) == [$p]' --argjson p "$ACTOR_PID"
	sql "SELECT pid FROM processes WHERE pid = $ACTOR_PID.0"
	answer 'map(.pid) == [$p]' --argjson p "$ACTOR_PID"
	sql "SELECT p.'comm' AS comm FROM processes p WHERE pid = $ACTOR_PID"
	answer 'map(.comm) == ["a)b"]'
	sql "SELECT count(*) AS all_of_them FROM processes NATURAL JOIN (SELECT 'a)b' AS comm)"
	answer '.[0].all_of_them >= 1'
}

@test "an argument that does not go down is an error, and not quietly no row" {
	local where
	actor_start open a creat,w write 0 1024 unlink a memfd scratch
	for where in "target != 'x'" "target = '$ACTOR_PID' OR size > 1" "quiet" "+quiet = 1" "quiet IS 1"; do
		run --separate-stderr owl sql "SELECT 1 FROM deleted WHERE $where"
		exits 2
		[[ $stderr == *"target, quiet and secrets are arguments"* ]] || show_answer
	done
	sql "SELECT class FROM deleted WHERE target = '$ACTOR_PID' COLLATE NOCASE AND quiet = 1"
	answer 'map(.class) | sort == ["gone", "memory"]'
	sql "SELECT DISTINCT target, quiet FROM deleted WHERE target = '$ACTOR_PID' AND quiet = 1"
	answer '. == [{target: $t, quiet: 1}]' --arg t "$ACTOR_PID"
}

@test "an empty filter says that it is" {
	run --separate-stderr owl files --filter ' -- nothing'
	exits 2
	[[ $stderr == *"the filter is empty"* ]] || show_answer
}

### Sizes as a person writes them

@test "'1.5G' is a size where it is compared with bytes, and else a text" {
	actor_start open a creat,w write 0 2048 open b creat,w write 1 1024
	sql "SELECT path FROM files WHERE pid = $ACTOR_PID AND use = 'fd' AND size > '1K'"
	answer 'map(.path) == [$a]' --arg a "$SCRATCH/a"
	sql "SELECT path FROM files WHERE pid = $ACTOR_PID AND size BETWEEN '0.5K' AND '1K'
		AND path NOT IN ('1K')"
	answer 'map(.path) == [$b]' --arg b "$SCRATCH/b"
	run --separate-stderr owl sql "SELECT 1 FROM files WHERE size > 'big'"
	exits 2
	[[ $stderr == "procowl: 'big' is no size"* ]] || show_answer
}

### What is refused

@test "nothing but reading is let through" {
	refused "INSERT INTO files(pid) VALUES (1)"
	refused "UPDATE files SET pid = 1"
	refused "DELETE FROM files"
	refused "CREATE TEMP TABLE x AS SELECT 1"
	refused "DROP TABLE files"
	refused "ATTACH '$SCRATCH/x.db' AS x"
	refused "PRAGMA temp_store = 1"
	refused "SELECT * FROM pragma_table_info('files')"
	refused "VACUUM INTO '$SCRATCH/x.db'"
	refused "BEGIN"
	refused "SELECT load_extension('x')"
	refused "WITH x AS (SELECT 1) DELETE FROM files"
	refused "EXPLAIN DELETE FROM sqlite_schema"
	[[ -z $(ls -A) ]] || ls -la
}

@test "a query that is none says where and what was meant" {
	run --separate-stderr owl sql "SELECT handle, siz FROM files"
	exits 2
	[[ $stderr == "procowl: no such column: siz; did you mean 'size'?
  SELECT handle, siz FROM files
                 ^" ]] || show_answer
	run --separate-stderr owl sql "SELECT '"$'\xff\\'"漢', siz FROM files"
	[[ $stderr == *"
  SELECT '\\xff\\漢', siz FROM files
                    ^" || $stderr == *xe6* ]] || show_answer
	run --separate-stderr owl sql "SELECT local_port, siz FROM files"
	[[ $stderr == "procowl: no such column: local_port; sockets has one that is called so"* ]] ||
		show_answer
	run --separate-stderr owl sql "SELECT local_por FROM files"
	[[ $stderr == "procowl: no such column: local_por"$'\n'* ]] || show_answer
	run --separate-stderr owl sql "SELECT 1 FROM filez"
	[[ $stderr == *"did you mean 'files'?"* ]] || show_answer
	run --separate-stderr owl sql 'SELECT 1 FROM files WHERE size > "1G"'
	exits 2
	[[ $stderr == *"a text stands in single quotes"* ]] || show_answer
	run --separate-stderr owl sql "SELECT 1; SELECT 2"
	exits 2
	[[ $stderr == *"one statement at a time"* ]] || show_answer
	run --separate-stderr owl sql SELECT 1
	exits 2
	[[ $stderr == *"in quotes"* ]] || show_answer
	run --separate-stderr owl sql "SELECT 1 FROM files(':x')"
	exits 2
	[[ $stderr == "procowl: "* ]] || show_answer
}

@test "--schema shows the tables, and of one the columns with what they mean" {
	run --separate-stderr owl sql --schema
	exits 0
	[[ $output == *$'\nfiles '* || $output == "files "* ]] || show_answer
	run --separate-stderr owl sql --schema files
	exits 0
	diff <(owl files --list-columns | awk '{ print $1 }') \
		<(sed -n '3,$p' <<<"$output" | awk '$2 != "argument" { print $1 }')
	run --separate-stderr owl sql --schema fils
	exits 2
	[[ $stderr == *"did you mean 'files'?"* ]] || show_answer
}

@test "what an ordinary user may not see is said, and no row is no answer" {
	need_root
	local narrow
	for narrow in 1 "fd = 3" "use = 'cwd'" "class = 'gone'" "kind = 'pipe'" "inode = 4"; do
		run --separate-stderr owl_as_nobody sql --raw \
			"SELECT 1 FROM files WHERE user = 'no one' AND $narrow"
		exits 3
		[[ $stderr == *"could not be read (not yours)"* ]] || show_answer
	done
}

### --filter

@test "--filter keeps the rows of which the expression is true" {
	actor_start open a creat,w write 0 2048 open b creat,w write 1 1024 pipe
	run --separate-stderr owl files --json "$ACTOR_PID" -Q "size > '1K' AND use = 'fd'"
	exits 0
	answer 'map(.name) == [$a]' --arg a "$SCRATCH/a"
	run --separate-stderr owl files --json "$ACTOR_PID" --filter "kind = 'pipe' OR size = 1024"
	answer 'map(.kind) | sort == ["pipe", "pipe", "regular"]'
	run --separate-stderr owl files --json "$ACTOR_PID" -Q "kind = 'no such' -- nothing"
	exits 1
	[[ $output == '[]' ]] || show_answer
}

@test "--filter sorts, limits and reads what it looks at, shown or not" {
	actor_start open a creat,w write 0 300 open b creat,w write 1 200 open c creat,w
	run --separate-stderr owl files --json -o path -s size --limit 1 "$ACTOR_PID" \
		-Q "inode IS NOT NULL AND size > 0 AND use = 'fd'"
	answer 'map(.path) == [$b]' --arg b "$SCRATCH/b"
}

@test "--filter by pid looks at that process alone" {
	need_command strace
	actor_start open a creat,w
	run --separate-stderr owl_traced files -r -n -o pid -Q "pid = $ACTOR_PID AND use = 'cwd'"
	[[ $output == "$ACTOR_PID" ]] || show_answer
	only_this_is_opened
	run --separate-stderr owl files -Q "pid = 4194305"
	exits 1
}

@test "--filter by several processes looks at them all, and sees what is not shown" {
	actor_start comm 'a)b' fork comm 'a)b' end
	local pids="$ACTOR_PID, ${ACTOR_CHILDREN[0]}"
	run --separate-stderr owl ps -r -n -o pid -Q "pid IN ($pids)"
	((${#lines[@]} == 2)) || show_answer
	run --separate-stderr owl ps -r -n -o pid -Q "pid = $ACTOR_PID OR pid = ${ACTOR_CHILDREN[0]}"
	((${#lines[@]} == 2)) || show_answer
	run --separate-stderr owl ps -r -n -o pid -Q "comm = 'a)b' AND pid IN ($pids)"
	((${#lines[@]} == 2)) || show_answer
}

@test "--filter by class means the quiet classes too" {
	actor_start memfd m open a creat,w unlink a
	run --separate-stderr owl deleted --json "$ACTOR_PID" -Q "class = 'memory'"
	answer 'map(.class) == ["memory"]'
	run --separate-stderr owl deleted --json "$ACTOR_PID" -Q "path LIKE '%'"
	answer 'map(.class) == ["gone"]'
}

@test "a filter that is none points at the word" {
	run --separate-stderr owl files -Q "siz > 3"
	exits 2
	[[ $stderr == "procowl: no such column: siz; did you mean 'size'?
  siz > 3
  ^" && -z $output ]] || show_answer
	run --separate-stderr owl files -Q "size > "
	exits 2
	run --separate-stderr owl files -Q "pid IN (SELECT 1 FROM sqlite_schema"
	exits 2
	run --separate-stderr owl files -Q "1) OR (1"
	exits 2
	run --separate-stderr owl ps --tree -Q "comm = 'x'"
	exits 2
	[[ $stderr == *"--tree or --filter"* ]] || show_answer
	run --separate-stderr owl ps -Q "json_extract('{', '\$.x') = 1"
	exits 2
	[[ $stderr == *"malformed JSON"* ]] || show_answer
	run --separate-stderr owl files -Q "load_extension('x')"
	exits 2
	[[ -z $output ]] || show_answer
}
