import type { ReceivedMail } from '../../demo/mailbox/mailServer';
import { FONT } from './studio';

/** An email as a mail program shows it: the head in words, below it the email's own HTML or text. */
export function pageOf({ subject, text, raw }: ReceivedMail, from: string, to: string): string {
	const isHtml = /^content-type: text\/html/im.test(raw);
	const body = isHtml
		? `<iframe srcdoc="${escaped(text)}"></iframe>`
		: `<pre>${escaped(text.trim())}</pre>`;
	return `<!doctype html>
<style>
	${FONT}
	body { margin: 0; height: 100vh; display: flex; flex-direction: column; background: #fff;
		font: 15px Film; color: #1f2328 }
	header { padding: 16px 24px 12px; border-bottom: 1px solid #d8dbe2; background: #f5f6f9 }
	h1 { margin: 0 0 6px; font: 600 19px Film }
	header p { margin: 0; color: #59636e }
	iframe { flex: 1; border: 0; width: 100% }
	pre { margin: 0; padding: 24px; white-space: pre-wrap; font: 19px/1.6 Film }
</style>
<header><h1>${escaped(subject)}</h1><p>From ${from} to ${to}</p></header>
${body}`;
}

const escaped = (text: string): string =>
	text
		.replaceAll('&', '&amp;')
		.replaceAll('"', '&quot;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;');
