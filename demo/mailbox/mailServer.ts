import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface ReceivedMail {
	readonly receivedAt: Date;
	readonly to: readonly string[];
	readonly subject: string;
	/** The message as received, including headers. */
	readonly raw: string;
	/** All text parts, decoded. */
	readonly text: string;
	/** The part for mail programs that show HTML, decoded; undefined without one. */
	readonly html: string | undefined;
	/** Attached files by name, as text. */
	readonly files: Readonly<Record<string, string>>;
}

/** An address the server refuses. */
export const UNKNOWN_RECIPIENT = 'unknown@example.com';

/** A mail server (RFC 5321) that keeps all messages; without TLS and login. */
export class MailServer {
	readonly mails: ReceivedMail[] = [];

	/** An address whose emails it refuses. */
	refused: string | undefined;

	private readonly server: Server = createServer((socket) => void this.serve(socket));

	/** @param port any free one by default */
	static async open(port = 0): Promise<MailServer> {
		const mail = new MailServer();
		mail.server.listen(port, '127.0.0.1');
		await once(mail.server, 'listening');
		return mail;
	}

	get port(): number {
		return (this.server.address() as AddressInfo).port;
	}

	/** The messages to one address, because workflows of other tests may send to others meanwhile. */
	to(address: string): ReceivedMail[] {
		return this.mails.filter(({ to }) => to.includes(address));
	}

	close(): void {
		this.server.close();
	}

	private async serve(socket: Socket): Promise<void> {
		socket.on('error', () => undefined);
		const say = (line: string) => socket.write(`${line}\r\n`);
		let to: string[] = [];
		let data: string[] | undefined;
		say('220 mail.test');
		for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) {
			if (data) {
				if (line !== '.') {
					data.push(line.startsWith('..') ? line.slice(1) : line);
					continue;
				}
				this.mails.push(readMail(to, data.join('\r\n')));
				[to, data] = [[], undefined];
				say('250 kept');
			} else if (/^RCPT/i.test(line) && this.refused && line.includes(this.refused)) {
				say('550 refused');
			} else if (/^RCPT/i.test(line)) {
				const recipient = /<(.*)>/.exec(line)?.[1] ?? '';
				if (recipient === UNKNOWN_RECIPIENT) {
					say('550 no such mailbox');
					continue;
				}
				to.push(recipient);
				say('250 ok');
			} else if (/^DATA/i.test(line)) {
				data = [];
				say('354 go on');
			} else if (/^QUIT/i.test(line)) {
				say('221 bye');
				socket.end();
			} else {
				say('250 ok');
			}
		}
	}
}

function readMail(to: readonly string[], raw: string): ReceivedMail {
	const { headers } = splitPart(raw);
	const parts = leavesOf(raw);
	return {
		receivedAt: new Date(),
		to,
		subject: decodeWords(headers['subject'] ?? ''),
		raw,
		text: parts
			.filter((part) => fileNameOf(part) === undefined)
			.map(decodePart)
			.join('\n'),
		html: parts.filter(isHtml).map(decodePart)[0],
		files: Object.fromEntries(
			parts.flatMap((part) => {
				const name = fileNameOf(part);
				return name === undefined ? [] : [[name, decodePart(part)]];
			}),
		),
	};
}

interface Part {
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

function splitPart(raw: string): Part {
	const end = raw.indexOf('\r\n\r\n');
	const lines = raw
		.slice(0, end)
		.replace(/\r\n[ \t]+/g, ' ')
		.split('\r\n');
	const headers = Object.fromEntries(
		lines.map((line): [string, string] => {
			const colon = line.indexOf(':');
			return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
		}),
	);
	return { headers, body: raw.slice(end + 4) };
}

/** The parts of a message without parts of their own. */
function leavesOf(raw: string): Part[] {
	const part = splitPart(raw);
	const boundary = /boundary="?([^";]+)"?/.exec(part.headers['content-type'] ?? '')?.[1];
	if (boundary === undefined) return [part];
	return part.body
		.split(`--${boundary}`)
		.slice(1, -1)
		.flatMap((inner) => leavesOf(inner.replace(/^\r\n/, '')));
}

const isHtml = ({ headers }: Part): boolean => /^text\/html/i.test(headers['content-type'] ?? '');

const fileNameOf = ({ headers }: Part): string | undefined =>
	/filename="?([^";]+)"?/.exec(headers['content-disposition'] ?? '')?.[1];

function decodePart({ headers, body }: Part): string {
	const encoding = headers['content-transfer-encoding']?.toLowerCase();
	if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
	return encoding === 'quoted-printable' ? decodeQuoted(body.replace(/=\r\n/g, '')) : body;
}

function decodeQuoted(text: string): string {
	const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) =>
		String.fromCharCode(Number.parseInt(hex, 16)),
	);
	return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Decodes words of a header that are not ASCII (RFC 2047). */
const decodeWords = (text: string): string =>
	text
		.replace(/\?=\s+=\?/g, '?==?')
		.replace(/=\?utf-8\?([BQ])\?(.*?)\?=/gi, (_, kind: string, word: string) =>
			kind.toUpperCase() === 'B'
				? Buffer.from(word, 'base64').toString('utf8')
				: decodeQuoted(word.replaceAll('_', ' ')),
		);
