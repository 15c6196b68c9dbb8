import type { ReceivedMail } from './mailServer';

const STYLE =
	'body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#222}' +
	'li{margin:.5rem 0}small{color:#666}pre{white-space:pre-wrap;font:inherit}' +
	'iframe{width:100%;height:75vh;border:1px solid #ddd}';

/** How often the list looks for new emails, in seconds. */
const REFRESH_SECONDS = 3;

/** All emails, newest first. */
export function listPage(mails: readonly ReceivedMail[]): string {
	const rows = mails.map(
		({ subject, to, receivedAt }, index) =>
			`<li><a href="/mails/${index}">${escaped(subject)}</a><br><small>${receivedAt.toLocaleTimeString('en-US')}, to ${escaped(to.join(', '))}</small></li>`,
	);
	const content =
		rows.length === 0 ? '<p>No email yet.</p>' : `<ul>${rows.toReversed().join('')}</ul>`;
	const refresh = `<meta http-equiv="refresh" content="${REFRESH_SECONDS}">`;
	return page('Demo mailbox', `<h1>Demo mailbox</h1>${content}`, refresh);
}

/** One email, as a mail program shows it. Links open in a new tab; scripts do not run. */
export function mailPage({ subject, to, text, html }: ReceivedMail): string {
	const content =
		html === undefined
			? `<pre>${escaped(text)}</pre>`
			: `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${escaped(`<base target="_blank">${html}`)}"></iframe>`;
	return page(
		subject,
		`<p><a href="/">All emails</a></p><h1>${escaped(subject)}</h1><p><small>to ${escaped(to.join(', '))}</small></p>${content}`,
	);
}

const page = (title: string, body: string, head = ''): string =>
	`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style>${head}</head><body>${body}</body></html>`;

const ENTITIES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
};

const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
