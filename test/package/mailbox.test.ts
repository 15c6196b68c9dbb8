// cspell:ignore EHLO
import { connect } from 'node:net';
import { once } from 'node:events';

import { MailServer } from '../../demo/mailbox/mailServer';
import { listPage, mailPage } from '../../demo/mailbox/pages';

/** The mailbox of `npm start`. */

const MESSAGE = `From: desk@example.com
To: me@example.com
Subject: 1 star <b>& a draft</b>
Content-Type: multipart/alternative; boundary="x"

--x
Content-Type: text/plain; charset=utf-8

Answer at http://localhost/1
--x
Content-Type: text/html; charset=utf-8

<a href="http://localhost/1?a=1&b=2">Answer</a><script>alert(1)</script>
--x--
.`;

async function receive(): Promise<MailServer> {
	const server = await MailServer.open();
	const socket = connect(server.port, '127.0.0.1');
	const lines = ['EHLO x', 'MAIL FROM:<desk@example.com>', 'RCPT TO:<me@example.com>', 'DATA'];
	socket.write(`${[...lines, ...MESSAGE.split('\n'), 'QUIT'].join('\r\n')}\r\n`);
	socket.resume();
	await once(socket, 'close');
	server.close();
	return server;
}

describe('the mailbox', () => {
	it('is empty at first', () => {
		expect(listPage([])).toContain('No email yet.');
	});

	it('lists the newest email first and shows each as it was sent, without running anything in it', async () => {
		const { mails } = await receive();
		const [mail] = mails;
		if (mail === undefined) throw new Error('No email arrived');
		expect(mail.html).toContain('<a href="http://localhost/1?a=1&b=2">Answer</a>');

		const list = listPage([mail, { ...mail, subject: 'Newer' }]);
		expect(list.indexOf('/mails/1')).toBeLessThan(list.indexOf('/mails/0'));
		expect(list).toContain('1 star &lt;b&gt;&amp; a draft&lt;/b&gt;');

		const page = mailPage(mail);
		expect(page).toContain(
			'&lt;a href=&quot;http://localhost/1?a=1&amp;b=2&quot;&gt;Answer&lt;/a&gt;',
		);
		expect(page).not.toContain('<script>');
		expect(page).toMatch(/<iframe sandbox="allow-popups[a-z -]*" srcdoc=/);
		expect(page).not.toContain('allow-scripts');
		expect(mailPage({ ...mail, html: undefined })).toContain('<pre>Answer at http://localhost/1');
	});
});
