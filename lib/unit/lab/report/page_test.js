// SPDX-License-Identifier: GPL-2.0
// Usage: node page_test.js RUN...
//
// Look at index.html of the first RUN, a directory of results, of each verdict, in Chromium:
// on a phone and on a wide screen, light and dark, by the filter and by its links. Prints KTAP; screenshots
// page-WIDTH-SCHEME.png are left in RUN.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const assert = require("node:assert");

const widths = [390, 1400], schemes = ["light", "dark"];
let driver, base;

// One command of the WebDriver protocol; its value.
async function command(method, route, body) {
	const answer = await fetch(base + route, { method, body: body && JSON.stringify(body) });
	const { value } = await answer.json();

	if (!answer.ok)
		throw new Error(`${method} ${route}: ${value.error}: ${value.message}`);
	return value;
}

// Start chromedriver on a port of its choice and open a browser.
async function start() {
	driver = spawn("chromedriver", ["--port=0"], { stdio: ["ignore", "pipe", "inherit"] });
	const port = await new Promise((resolve, reject) => {
		let said = "";

		driver.on("error", reject);
		driver.on("exit", code => reject(new Error(`chromedriver exited ${code}: ${said}`)));
		driver.stdout.on("data", text => {
			said += text;
			const found = said.match(/successfully on port (\d+)/);

			if (found)
				resolve(found[1]);
		});
	});

	base = `http://127.0.0.1:${port}`;
	const { sessionId } = await command("POST", "/session", { capabilities: { alwaysMatch: {
		browserName: "chrome",
		"goog:loggingPrefs": { browser: "ALL" },
		"goog:chromeOptions": { args: ["--headless=new", "--no-sandbox", "--disable-gpu",
			"--disable-dev-shm-usage", "--hide-scrollbars"] },
	} } });

	base += `/session/${sessionId}`;
}

const run = (script, ...args) => command("POST", "/execute/sync",
	{ script: `return (${script})(...arguments)`, args });
const devtools = (cmd, params) => command("POST", "/goog/cdp/execute", { cmd, params });

async function resize(width, scheme) {
	await devtools("Emulation.setDeviceMetricsOverride",
		{ width, height: 900, deviceScaleFactor: 1, mobile: width < 600 });
	await devtools("Emulation.setEmulatedMedia",
		{ features: [{ name: "prefers-color-scheme", value: scheme }] });
}

async function screenshot(dir, width, scheme) {
	const image = await command("GET", "/screenshot");

	fs.writeFileSync(path.join(dir, `page-${width}-${scheme}.png`), Buffer.from(image, "base64"));
}

// Text that is too like its background is there for nobody: WCAG's contrast, 4.5 at least.
function faintest() {
	const rgb = colour => colour.match(/[\d.]+/g).slice(0, 3).map(Number);
	const light = colour => rgb(colour).map(v => v / 255)
		.map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = e => !e ? "rgb(255, 255, 255)" :
		getComputedStyle(e).backgroundColor === "rgba(0, 0, 0, 0)" ? behind(e.parentElement) :
			getComputedStyle(e).backgroundColor;
	let least = 21, where = "";

	for (const e of document.querySelectorAll("h1, h2, h3, p, pre, dt, dd, th, td, a, button, .name, .number")) {
		if (!e.textContent.trim() || !e.checkVisibility() || e.matches(".sign"))
			continue;
		const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);

		if ((a + 0.05) / (b + 0.05) < least)
			[least, where] = [(a + 0.05) / (b + 0.05), e.textContent.slice(0, 40)];
	}
	return { least, where };
}

const checks = {
	async is_seen(dir) {
		await command("POST", "/url", { url: pathToFileURL(path.join(dir, "index.html")).href });
		for (const width of widths)
			for (const scheme of schemes) {
				await resize(width, scheme);
				await screenshot(dir, width, scheme);
				const wide = await run("() => document.documentElement.scrollWidth");
				const faint = await run(faintest.toString());

				assert(wide <= width, `${wide} pixels wide on a screen of ${width}`);
				assert(faint.least >= 4.5, `${scheme}: "${faint.where}" has a contrast of ${faint.least}`);
			}
		const log = await command("POST", "/se/log", { type: "browser" });

		assert.deepStrictEqual(log, [], "the browser complains");
	},

	async says_what_the_results_say(dir, results) {
		const broken = results.cases.filter(c => ["fail", "error"].includes(c.status));
		const seen = await run(`() => ({
			verdict: document.querySelector("h1").textContent,
			tests: document.querySelectorAll("details.test").length,
			broken: [...document.querySelectorAll("#broken details.test")].map(e => e.id),
			text: document.getElementById("sections").textContent,
			fetched: performance.getEntriesByType("resource").map(r => r.name) })`);

		assert.strictEqual(seen.verdict, results.verdict);
		assert.strictEqual(seen.tests, results.cases.length);
		assert.deepStrictEqual(seen.broken.sort(),
			broken.map(c => c.name ? `${c.program}:${c.name}` : c.program).sort());
		for (const c of broken.slice(0, 5))
			for (const said of [c.reason, c.replay])
				assert(!said || seen.text.includes(said), `"${said}" is not to be seen`);
		assert.deepStrictEqual(seen.fetched.filter(name => !name.startsWith("data:")), []);
	},

	async filters(dir, results) {
		const type = word => run(`word => {
			const field = document.querySelector("#filter input");

			field.value = word;
			field.dispatchEvent(new Event("input"));
			return [...document.querySelectorAll("details.test")].filter(e => !e.hidden).map(e => e.id);
		}`, word);
		const one = results.cases[results.cases.length - 1];

		if (!one)
			return " # SKIP no test was run";
		const title = one.name ? `${one.program}:${one.name}` : one.program;

		assert((await type(title.toUpperCase())).includes(title));
		assert.strictEqual((await type("no such word")).length, 0);
		assert.strictEqual((await type("")).length, results.cases.length);
		for (const status of new Set(results.cases.map(c => c.status))) {
			const press = `status => document.querySelector("button[data-state=" + status + "]").click()`;

			await run(press, status);
			assert.strictEqual((await type("")).length,
				results.cases.filter(c => c.status !== status).length);
			await run(press, status);
		}
	},

	async has_links_that_lead_somewhere(dir) {
		const links = await run(`() => [...document.querySelectorAll("a")].map(a => a.getAttribute("href"))`);
		const dead = await run(`links => links.filter(l => l.startsWith("#") &&
			!document.getElementById(decodeURIComponent(l.slice(1))))`, links);

		assert.deepStrictEqual(dead, []);
		for (const file of links.filter(l => !l.startsWith("#")))
			assert(fs.existsSync(path.join(dir, file)), `${file} is not there`);
		const cell = await run(`() => {
			const cells = document.querySelectorAll("#grid a"), last = cells[cells.length - 1];

			if (last)
				last.click();
			return last && last.getAttribute("href");
		}`);

		if (!cell)
			return;
		// The browser tells of the new fragment a little later.
		const open = await command("POST", "/execute/async", { script: `
			const [id, done] = arguments, e = document.getElementById(id);

			setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => done(e.open &&
				e.querySelector(".body") !== null && e.checkVisibility() &&
				e.getBoundingClientRect().top < innerHeight))), 100);`,
			args: [decodeURIComponent(cell.slice(1))] });

		assert(open, `${cell} does not open its test`);
	},

	async draws_what_was_sampled(dir, results) {
		const sampled = results.cases.filter(c => c.samples && c.samples.ms.length > 1).slice(0, 3);

		for (const c of sampled) {
			const lines = await command("POST", "/execute/async", { script: `
				const [id, done] = arguments, e = document.getElementById(id);

				e.hidden = false;
				e.open = true;
				for (let up = e.parentElement; up; up = up.parentElement)
					up.open = true;
				setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() =>
					done(e.querySelectorAll(".chart .line").length))), 100);`,
				args: [`${c.program}:${c.name}`] });
			const due = (c.samples.visits || []).length +
				["in_progress", "invalidations", "refusals"].filter(k => c.samples[k]).length;

			assert.strictEqual(lines, due, `${c.name} has ${lines} lines and not ${due}`);
		}
		return sampled.length ? "" : " # SKIP no test took samples";
	},
};

async function main(dirs) {
	// One run of each verdict will do.
	const runs = new Map(dirs.map(dir => [dir, JSON.parse(fs.readFileSync(path.join(dir, "results.json")))])
		.reverse().map(([dir, results]) => [results.verdict, [dir, results]]));
	let number = 0, failed = 0;

	console.log(`TAP version 13\n1..${runs.size * Object.keys(checks).length}`);
	await start();
	for (const [dir, results] of runs.values()) {
		for (const [name, check] of Object.entries(checks)) {
			const title = `${++number} page.${path.basename(dir)}.${name}`;

			try {
				console.log(`ok ${title}${await check(dir, results) || ""}`);
			} catch (e) {
				failed++;
				console.log(e.stack.replace(/^/gm, "# "));
				console.log(`not ok ${title}`);
			}
		}
	}
	await command("DELETE", "");
	return failed ? 1 : 0;
}

main(process.argv.slice(2)).catch(e => {
	console.log(`Bail out! ${e.message}`);
	return 1;
}).then(code => {
	if (driver)
		driver.kill();
	process.exitCode = code;
});
