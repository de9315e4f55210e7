# SPDX-License-Identifier: GPL-2.0
#
# Usage: awk -v goals='GOAL ...' -v given='VARIABLE ...' -f variables.awk help.txt
#
# Does one of the goals take each of the variables that make was given? What a goal takes
# is what help says under "For GOAL, GOAL: ...". Prints a line about the first variable
# that none takes: a misspelt one would quietly be without effect.

function min(a, b) { return a < b ? a : b }

# Letters that are wrong, missing, too many, or swapped with their neighbour.
function distance(a, b,    i, j, d, differ)
{
	for (i = 0; i <= length(a); i++) {
		for (j = 0; j <= length(b); j++) {
			if (!i || !j) {
				d[i, j] = i + j
				continue
			}
			differ = substr(a, i, 1) != substr(b, j, 1)
			d[i, j] = min(d[i - 1, j - 1] + differ, min(d[i - 1, j], d[i, j - 1]) + 1)
			if (i > 1 && j > 1 && substr(a, i - 1, 2) == substr(b, j, 1) substr(b, j - 1, 1))
				d[i, j] = min(d[i, j], d[i - 2, j - 2] + 1)
		}
	}
	return d[length(a), length(b)]
}

# The nearest of those that the goals take, if it is near.
function nearest(variable,    v, best, found)
{
	best = length(variable) < 2 ? 1 : length(variable) < 4 ? 2 : 3
	for (v in taken)
		if (distance(variable, v) < best) {
			best = distance(variable, v)
			found = v
		}
	return found
}

BEGIN {
	if (goals == "")
		goals = "all"
	nr_goals = split(goals, goal)
	for (i = 1; i <= nr_goals; i++)
		asked[goal[i]] = 1
}

/^For / {
	heading = substr($0, 5)
	sub(/:.*/, "", heading)
	nr = split(heading, of, ", ")
	next
}

/^[^ ]/ { nr = 0 }

nr {
	for (field = 1; $field ~ /^[A-Z_]+=/; field++) {
		name = $field
		sub(/=.*/, "", name)
		# What stands in quotes may have blanks in it.
		while ($field ~ /='[^']*$/ && $(field + 1) !~ /'$/)
			field++
		for (i = 1; i <= nr; i++) {
			where[name] = where[name] ? where[name] ", " of[i] : of[i]
			if (of[i] == "every goal" || of[i] in asked)
				taken[name] = 1
		}
	}
}

END {
	nr = split(given, variable)
	for (i = 1; i <= nr; i++) {
		v = variable[i]
		if (v in taken)
			continue
		if (v in where)
			print v ": make " goals " does not take it, but " where[v] "; see make help"
		else if (nearest(v))
			print v ": no such variable; did you mean " nearest(v) "?; see make help"
		else
			print v ": no such variable; see make help"
		exit
	}
}
