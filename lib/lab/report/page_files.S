/* SPDX-License-Identifier: GPL-2.0 */
/* The files that the page is made of, as strings. */
	.section .rodata
	.irp	name, html, css, js
	.globl	page_\name
	.endr
page_html:
	.incbin	"lib/lab/report/page.html"
	.byte	0
page_css:
	.incbin	"lib/lab/report/page.css"
	.byte	0
page_js:
	.incbin	"lib/lab/report/page_chart.js"
	.incbin	"lib/lab/report/page.js"
	.byte	0
	.section .note.GNU-stack, "", @progbits
