// SPDX-License-Identifier: GPL-2.0
// What a test program sampled while a guest ran, drawn: three charts over one axis of
// time, and how long the guest waited for its pages.
"use strict";

// An element of @space (HTML if there is none) with attributes and children; strings are text.
function element(name, attributes = {}, ...children) {
	const e = attributes.xmlns ? document.createElementNS(attributes.xmlns, name) :
		document.createElement(name);

	for (const [key, value] of Object.entries(attributes))
		if (key !== "xmlns" && value !== undefined && value !== null && value !== false)
			e.setAttribute(key, value === true ? "" : value);
	e.append(...children.flat(Infinity).filter(c => c !== null && c !== undefined));
	return e;
}

const drawing = (() => {
	const xmlns = "http://www.w3.org/2000/svg";
	const left = 44, right = 8, height = 64, gap = 26, series = 4;
	const svg = (name, attributes, ...children) =>
		element(name, { xmlns, ...attributes }, ...children);
	const colour = i => `--series: var(--series-${i % series})`;

	// 1234567 as 1.2 M: an axis has room for little.
	function short(n) {
		for (const [unit, size] of [["G", 1e9], ["M", 1e6], ["k", 1e3]])
			if (n >= size)
				return `${(n / size).toFixed(n < 10 * size ? 1 : 0)} ${unit}`;
		return n < 10 && n % 1 ? n.toFixed(1) : String(Math.round(n));
	}

	function span(us) {
		return us < 1e3 ? `${us} µs` : us < 1e6 ? `${short(us / 1e3)} ms` : `${short(us / 1e6)} s`;
	}

	// Per second, from counts that only grow: value i is of the time before sample i.
	function rate(ms, counts) {
		return counts.map((n, i) => i && ms[i] > ms[i - 1] ?
			(n - counts[i - 1]) * 1000 / (ms[i] - ms[i - 1]) : null);
	}

	// The charts that @s has something for: a title, and lines { name, values }.
	function charts(s) {
		const all = [];

		if (s.visits && s.visits.length)
			all.push({ title: "pages visited a second", lines: s.visits.map((v, i) =>
				({ name: `vCPU ${i}`, values: rate(s.ms, v) })) });
		if (s.in_progress)
			all.push({ title: "invalidations in progress", step: true,
				lines: [{ name: "now", values: s.in_progress }] });
		if (s.invalidations || s.refusals)
			all.push({ title: "since the beginning", lines: [
				{ name: "invalidations", values: s.invalidations },
				{ name: "refusals", values: s.refusals }].filter(l => l.values) });
		return all;
	}

	// The points of a line; where a value is missing a new piece begins.
	function path(values, x, y, step) {
		let d = "", down = false;

		values.forEach((v, i) => {
			if (v === null) {
				down = false;
				return;
			}
			d += down && step ? `H${x(i)}V${y(v)}` : `${down ? "L" : "M"}${x(i)} ${y(v)}`;
			down = true;
		});
		return d;
	}

	// One chart with its axes, @top pixels down.
	function panel(chart, top, width, x) {
		const most = Math.max(1, ...chart.lines.flatMap(l => l.values.filter(v => v !== null)));
		const y = v => (top + height * (1 - v / most)).toFixed(1);

		return svg("g", {},
			svg("text", { x: left, y: top - 6 }, chart.title, chart.lines.map((l, i) =>
				svg("tspan", { class: "key", style: colour(i) }, `  ■ ${l.name}`))),
			svg("text", { x: left - 4, y: top + 8, "text-anchor": "end" }, short(most)),
			svg("text", { x: left - 4, y: top + height, "text-anchor": "end" }, "0"),
			svg("path", { class: "axis", d: `M${left} ${top + height}H${width - right}` }),
			chart.lines.map((l, i) => svg("path", { class: "line", style: colour(i),
				d: path(l.values, x, y, chart.step) })));
	}

	// What the charts say of sample @i, in words.
	function words(s, all, i) {
		return `${s.ms[i]} ms: ` + all.flatMap(c => c.lines.map(l => l.values[i] === null ? [] :
			`${c.lines.length > 1 ? l.name : c.title} ${short(l.values[i])}`)).flat().join(", ");
	}

	function timeline(s) {
		const all = charts(s), last = s.ms[s.ms.length - 1] || 1;
		const total = all.length * (height + gap) + 14;
		const readout = element("div", { class: "readout faint", "aria-live": "off" });
		const canvas = svg("svg", { height: total, role: "img",
			"aria-label": `${all.map(c => c.title).join(", ")} in ${last} ms` });
		const cursor = svg("path", { class: "cursor" });

		function draw(width) {
			const x = i => (left + s.ms[i] / last * (width - left - right)).toFixed(1);

			canvas.setAttribute("viewBox", `0 0 ${width} ${total}`);
			canvas.replaceChildren(...all.map((c, i) => panel(c, gap - 6 + i * (height + gap), width, x)),
				svg("text", { x: left, y: total - 2 }, "0"),
				svg("text", { x: width - right, y: total - 2, "text-anchor": "end" }, `${last} ms`),
				cursor);
		}
		canvas.addEventListener("pointermove", event => {
			const box = canvas.getBoundingClientRect();
			const ms = (event.clientX - box.left - left) / (box.width - left - right) * last;
			const i = s.ms.reduce((best, t, k) => Math.abs(t - ms) < Math.abs(s.ms[best] - ms) ? k : best, 0);
			const at = left + s.ms[i] / last * (box.width - left - right);

			cursor.setAttribute("d", `M${at} 0V${total - 14}`);
			readout.textContent = words(s, all, i);
		});
		new ResizeObserver(([entry]) => draw(Math.max(200, entry.contentRect.width))).observe(canvas);
		return [canvas, readout];
	}

	// Few long waits are what matters, beside thousands of short ones: heights are logarithmic.
	function histogram(gaps) {
		const first = gaps.findIndex(n => n), bars = gaps.slice(first), most = Math.max(...bars);
		const title = "waits of the guest by length (heights are logarithmic)";
		const canvas = svg("svg", { height: height + gap + 14, role: "img", "aria-label": title });

		new ResizeObserver(([entry]) => {
			const width = Math.max(200, entry.contentRect.width);
			const each = Math.min(40, (width - left - right) / bars.length);
			const every = Math.ceil(48 / each);

			canvas.setAttribute("viewBox", `0 0 ${width} ${height + gap + 14}`);
			canvas.replaceChildren(svg("text", { x: left, y: 12 }, title), ...bars.map((n, i) => {
				const tall = height * Math.log1p(n) / Math.log1p(most);

				return svg("g", {},
					svg("rect", { class: "fill", style: colour(0), x: left + i * each, width: each - 2,
						y: gap - 6 + height - tall, height: tall },
						svg("title", {}, `${n} of ${span(2 ** (first + i))} and more`)),
					i % every ? null : svg("text", { x: left + i * each, y: height + gap + 10 },
						span(2 ** (first + i))));
			}));
		}).observe(canvas);
		return canvas;
	}

	return {
		// Figures of the samples @s of a test; null if there is nothing to draw.
		figure(s) {
			if (!s || !s.ms || s.ms.length < 2)
				return null;
			return element("figure", { class: "chart" }, timeline(s),
				(s.gaps_us || []).some(n => n) ? histogram(s.gaps_us) : null);
		},
	};
})();
