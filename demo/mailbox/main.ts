/**
 * A mailbox for `npm start`: takes every email that n8n sends, and shows it in the browser. Nothing leaves
 * this machine.
 *
 * Options: `--smtp-port` and `--port`, that of the page.
 */
import { createServer, type ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';

import { MailServer } from './mailServer';
import { listPage, mailPage } from './pages';

const { values } = parseArgs({
	options: {
		'smtp-port': { type: 'string', default: '2525' },
		port: { type: 'string', default: '4020' },
	},
});

void (async () => {
	const { mails } = await MailServer.open(Number(values['smtp-port']));
	const server = createServer(({ url = '/' }, response) => {
		if (url === '/') return answer(response, 200, listPage(mails));
		const mail = mails[Number(/^\/mails\/(\d+)$/.exec(url)?.[1] ?? NaN)];
		return mail === undefined
			? answer(response, 404, 'There is no such email.')
			: answer(response, 200, mailPage(mail));
	});
	server.listen(Number(values.port), '127.0.0.1');
})();

function answer(response: ServerResponse, status: number, html: string): void {
	response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(html);
}
