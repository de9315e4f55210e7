# SPDX-License-Identifier: GPL-2.0
#
# Usage: awk -v goals='GOAL ...' -v given='VARIABLE ...' -f variables.awk help.txt
#
# Does one of the goals take each of the variables that make was given? What a goal takes
# is what help says under "For GOAL, GOAL: ...". Prints a line about the first variable
# that none takes: a misspelt one would quietly be without effect.

# Do at most so many edits lead from one word to the other? A letter that is wrong, missing,
# too many, or swapped with its neighbour is one; equal letters are left alone.
function near(a, b, edits,    a1, b1)
{
	a1 = substr(a, 2)
	b1 = substr(b, 2)
	if (substr(a, 1, 1) == substr(b, 1, 1))
		return a == b || near(a1, b1, edits)
	return edits > 0 && (near(a1, b1, edits - 1) || near(a1, b, edits - 1) ||
		near(a, b1, edits - 1) || (substr(a, 1, 2) == substr(b, 2, 1) substr(b, 1, 1) &&
		near(substr(a, 3), substr(b, 3), edits - 1)))
}

# The nearest of those that the goals take, if it is near.
function nearest(variable,    v, edits)
{
	for (edits = 1; edits <= (length(variable) > 1) + (length(variable) > 3); edits++)
		for (v in taken)
			if (near(variable, v, edits))
				return v
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
