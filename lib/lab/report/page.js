// SPDX-License-Identifier: GPL-2.0
// Draws the page from the results that stand in it. A test has one element, with its
// name as the fragment that links to it; its details are made when they are opened.
"use strict";

(() => {
	const results = JSON.parse(document.getElementById("results").textContent);
	// Most severe first.
	const states = {
		fail: { sign: "✗", word: "failed" },
		error: { sign: "!", word: "could not be judged" },
		xfail: { sign: "≈", word: "known" },
		skip: { sign: "–", word: "skipped" },
		pass: { sign: "✓", word: "passed" },
	};
	const order = Object.keys(states);
	const off = new Set();		// states that the filter leaves out
	const tests = results.cases.map(describe);
	const sections = [];		// { element, tests }: hidden when the filter leaves none of them
	const cells = [];		// of the grid: { element, tests }

	function describe(c) {
		const title = c.name ? `${c.program}:${c.name}` : c.program;

		return { ...c, title, words: [title, c.case, c.reason, ...c.diagnostics].join("\n").toLowerCase() };
	}

	function sign(state, attributes = {}, name = "span") {
		return element(name, { class: `sign ${state}`, title: states[state].word, ...attributes },
			states[state].sign);
	}

	const worst = list => order.find(s => list.some(t => t.status === s));
	const link = t => `#${encodeURIComponent(t.title)}`;
	// Of what the lab did not run itself (lab report) no times are known, nor beds.
	const seconds = ms => ms === null ? "" : ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
	const count = s => tests.filter(t => t.status === s).length;
	const bedOf = t => results.programs.find(p => p.name === t.program && p.bed) || {};

	// A list of terms; those without a value are left out.
	function facts(pairs) {
		return element("dl", { class: "facts" }, Object.entries(pairs).filter(([, value]) => value)
			.map(([term, value]) => [element("dt", {}, term), element("dd", {}, value)]));
	}

	function section(id, title, children, of) {
		const e = element("section", { id }, element("h2", {}, title), children);

		sections.push({ element: e, tests: of });
		return e;
	}

	function copyButton(text) {
		const button = element("button", { type: "button" }, "Copy");

		button.addEventListener("click", async () => {
			try {
				await navigator.clipboard.writeText(text);
				button.textContent = "Copied";
			} catch {
				button.textContent = "Select it by hand";
			}
		});
		return button;
	}

	function consoleOf(t) {
		const { bed } = bedOf(t), lines = (results.console || {})[t.program];

		if (!lines || !["fail", "error"].includes(t.status))
			return null;
		return element("details", {}, element("summary", {}, "Console of the machine during this program"),
			element("pre", {}, lines.join("\n")),
			element("p", {}, element("a", { href: bed > 1 ? `console.bed${bed}.log` : "console.log" }, "All of it")));
	}

	// What a test says of itself; lines that the page shows otherwise are left out.
	function body(t) {
		const line = lead => (t.diagnostics.find(d => d.startsWith(lead)) || "").slice(lead.length);
		const reason = t.reason || line("# broken: ");
		const said = ["# case: ", "# judged: ", "# not judged: ", "# replay: ", `# broken: ${reason}`];
		const evidence = t.diagnostics.filter(d => !said.some(lead => d.startsWith(lead)))
			.map(d => d.replace(/^# /, ""));

		return element("div", { class: "body" }, element("div", {},
			reason ? element("p", { class: "said" }, reason) : null,
			t.issue ? element("p", {}, `Known: ${t.issue.reason} (${t.issue.link})`) : null,
			evidence.length ? element("pre", {}, evidence.join("\n")) : null,
			consoleOf(t),
			element("div", { class: "replay" }, element("pre", {}, t.replay), copyButton(t.replay)),
			facts({
				"contract": t.contract && `${t.contract} is broken`,
				"parameters": t.case && t.case.slice(t.name.length + 1),
				"judged": t.judged.join(", "),
				"not judged": line("# not judged: "),
				"took": t.started && `${seconds(t.ms)}, from ${t.started}`,
				"where": bedOf(t).bed && `bed ${bedOf(t).bed}, boot ${bedOf(t).boot}`,
			})), drawing.figure(t.samples));
	}

	function testElement(t) {
		t.element = element("details", { class: "test", id: t.title },
			element("summary", {}, sign(t.status), element("span", { class: "name" }, t.title),
				element("span", { class: "faint number" }, seconds(t.ms))));
		t.element.addEventListener("toggle", () => {
			if (t.element.open && !t.element.querySelector(".body"))
				t.element.append(body(t));
		});
		return t.element;
	}

	// Those for whom the page is opened; the first few are open themselves.
	function brokenSection() {
		const broken = order.slice(0, 2).flatMap(s => tests.filter(t => t.status === s));

		if (!broken.length)
			return null;
		return section("broken", "What broke", broken.map((t, i) => {
			const e = testElement(t);

			e.open = i < 5;
			return e;
		}), broken);
	}

	function knownSection() {
		const known = tests.filter(t => t.status === "xfail");

		return known.length ? section("known", "Known issues", known.map(testElement), known) : null;
	}

	// FAMILY.BACKING.PRESSURE, or FAMILY.VARIANT.BACKING.PRESSURE, of tests of a guest under pressure.
	function places() {
		const families = new Map(), backings = new Map();

		for (const t of tests.filter(one => one.case)) {
			const parts = t.name.split("/")[0].split(".");

			if (parts.length < 3)
				continue;
			const family = parts.shift(), last = parts.pop(), backing = parts.pop();
			const pressure = [...parts, last].join(" ");
			const rows = families.get(family) || families.set(family, new Map()).get(family);
			const row = rows.get(pressure) || rows.set(pressure, new Map()).get(pressure);

			row.set(backing, [...row.get(backing) || [], t]);
			backings.set(backing, (backings.get(backing) || 0) + 1);
		}
		return { families, backings: [...backings].sort((a, b) => b[1] - a[1]).map(b => b[0]) };
	}

	function cell(of, pressure, backing) {
		if (!of)
			return element("td");
		const state = worst(of), first = of.find(t => t.status === state);
		const said = `${pressure} on ${backing}: ${of.map(t => states[t.status].word).join(", ")}`;
		const e = sign(state, { href: link(first), title: said, "aria-label": said }, "a");

		cells.push({ element: e, tests: of });
		return element("td", {}, e);
	}

	function gridSection() {
		const { families, backings } = places();

		if (!families.size)
			return null;
		return section("grid", "Pressures and what the memory was backed by",
			element("div", { class: "families" }, [...families].map(([family, rows]) => {
				const used = backings.filter(b => [...rows.values()].some(row => row.has(b)));

				return element("div", { class: "family" }, element("h3", {}, family), element("table", {},
					element("thead", {}, element("tr", {}, element("td"),
						used.map(b => element("th", { scope: "col" }, b)))),
					element("tbody", {}, [...rows].map(([pressure, row]) => element("tr", {},
						element("th", { scope: "row" }, pressure),
						used.map(b => cell(row.get(b), pressure, b)))))));
			})), tests);
	}

	function programElement(p) {
		const own = tests.filter(t => t.program === p.name);
		const rest = own.filter(t => !t.element), elsewhere = own.length - rest.length;
		const counts = order.map(s => [s, own.filter(t => t.status === s).length]).filter(([, n]) => n);
		const e = element("details", { class: "program" },
			element("summary", {}, sign(worst(own) || "skip"), element("span", { class: "name" }, p.name),
				element("span", { class: "faint number" }, p.state !== "done" ? p.state :
					[counts.map(([s, n]) => `${n} ${states[s].word}`).join(", "),
						seconds(p.seconds && p.seconds * 1000)].filter(x => x).join("; "))),
			p.problem ? element("p", { class: "said" }, p.problem) : null,
			elsewhere ? element("p", { class: "faint" }, `${elsewhere} of them above`) : null,
			element("div", { class: "tests" }, rest.map(testElement)));

		sections.push({ element: e, tests: rest, opens: true });
		return e;
	}

	function skipsSection() {
		const reasons = new Map();

		for (const t of tests.filter(one => one.status === "skip"))
			reasons.set(t.reason || "", [...reasons.get(t.reason || "") || [], t]);
		if (!reasons.size)
			return null;
		return section("skips", "Why tests were skipped", [...reasons]
			.sort((a, b) => b[1].length - a[1].length).map(([reason, of]) => element("details", {},
				element("summary", {}, element("span", { class: "number" }, String(of.length)), reason || "no reason given"),
				element("ul", {}, of.map(t => element("li", {}, element("a", { class: "name", href: link(t) }, t.title)))))),
			tests.filter(t => t.status === "skip"));
	}

	function oraclesSection() {
		const rows = Object.entries(results.oracles);

		if (!rows.length)
			return null;
		return section("oracles", "What was judged", element("table", { class: "table" },
			element("thead", {}, element("tr", {}, ["oracle", "tests judged", "could not judge"]
				.map(h => element("th", { scope: "col" }, h)))),
			element("tbody", {}, rows.map(([name, n]) => element("tr", {}, element("td", {}, name),
				element("td", { class: "number" }, String(n.judged)),
				element("td", { class: "number" }, String(n.not_judged)))))), null);
	}

	function runSection() {
		const file = name => element("a", { href: name }, name);
		const files = ["summary.txt", "results.json", "results.ktap", "junit.xml", "table.md", results.kernel_config]
			.filter(name => name).flatMap(name => [file(name), " "]);

		return section("run", "The run", [facts({
			"kernel": results.kernel,
			"its commit": results.kernel_commit,
			"its build id": results.kernel_build_id,
			"its parameters": results.parameters && element("code", {}, results.parameters),
			"machine": [results.architecture, results.cpu_model, results.qemu].filter(x => x).join(", "),
			"host": results.host,
			"mode, topology": [results.mode, results.topology].filter(x => x).join(", "),
			"profile": results.profile,
			"suite": `${results.suite} ${results.suite_revision || ""}`,
			"command": results.command && element("code", {}, results.command),
			"beds": results.beds && `${results.beds}, booted in ${seconds(results.boot_seconds * 1000)}`,
			"files": element("span", {}, files),
		}), results.notes.length ? element("pre", {}, results.notes.join("\n")) : null], null);
	}

	function drawVerdict() {
		const good = ["pass", "skip"].includes(results.verdict);
		const header = document.getElementById("verdict");
		const present = order.filter(count);

		header.className = results.verdict === "pass" ? "pass" : good ? "skip" :
			results.verdict === "error" ? "error" : "fail";
		header.append(element("h1", {}, results.verdict),
			element("p", {}, results.reason),
			element("p", { class: "faint" }, [results.kernel, results.architecture, results.mode,
				results.topology, results.started, seconds(results.seconds && results.seconds * 1000)].filter(x => x).join(" · ")),
			element("div", { class: "bar" }, present.map(s =>
				element("span", { class: s, style: `flex-grow: ${count(s)}`, title: `${count(s)} ${states[s].word}` }))));
		if (results.totals.programs_not_run)
			header.append(element("p", {}, `${results.totals.programs_not_run} programs were not run: `,
				results.not_run_reason || "no reason is known"));
	}

	// Show what has all words of the field, in a state that is not switched off.
	function filter() {
		const words = document.querySelector("#filter input").value.toLowerCase().split(/\s+/).filter(w => w);
		const active = words.length || off.size;
		let shown = 0;

		for (const t of tests) {
			t.shown = !off.has(t.status) && words.every(w => t.words.includes(w));
			t.element.hidden = !t.shown;
			shown += t.shown;
		}
		for (const s of sections.filter(one => one.tests)) {
			s.element.hidden = active && !s.tests.some(t => t.shown);
			if (s.opens)
				s.element.open = active && shown <= 50 && s.tests.some(t => t.shown);
		}
		for (const c of cells)
			c.element.style.opacity = c.tests.some(t => t.shown) ? "" : ".15";
		document.getElementById("shown").textContent = active ? `${shown} of ${tests.length}` : `${tests.length} tests`;
	}

	function drawFilter() {
		const field = element("input", { type: "search", placeholder: "Filter: words of a name or a message",
			"aria-label": "Filter tests by words" });

		field.addEventListener("input", filter);
		document.getElementById("filter").append(field, ...order.filter(count).map(s => {
			const button = element("button", { type: "button", class: s, "aria-pressed": "true", "data-state": s },
				sign(s), ` ${count(s)} ${states[s].word}`);

			button.addEventListener("click", () => {
				button.setAttribute("aria-pressed", String(off.has(s)));
				if (!off.delete(s))
					off.add(s);
				filter();
			});
			return button;
		}), element("span", { id: "shown", class: "faint", role: "status" }));
	}

	// The test that the fragment names may be in something that is closed.
	function follow() {
		const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));

		for (let e = found; e; e = e.parentElement) {
			e.hidden = false;
			if (e.tagName === "DETAILS")
				e.open = true;
		}
		if (found)
			found.scrollIntoView();
	}

	drawVerdict();
	drawFilter();
	const broken = brokenSection(), known = knownSection();
	document.getElementById("sections").append(...[broken, known, gridSection(),
		section("tests", "All tests", results.programs.map(programElement), tests),
		skipsSection(), oraclesSection(), runSection()].filter(s => s));
	filter();
	addEventListener("hashchange", follow);
	follow();
})();
