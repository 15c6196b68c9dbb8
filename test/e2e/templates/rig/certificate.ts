import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A key and its own certificate for some host names, and the certificate's file. */
export interface Certificate {
	readonly key: string;
	readonly cert: string;
	readonly file: string;
}

/** Makes a certificate for one day with `openssl`; trusting it means trusting only these names. */
export function makeCertificate(hosts: readonly string[], dir: string): Certificate {
	const keyFile = join(dir, 'key.pem');
	const file = join(dir, 'cert.pem');
	execFileSync(
		'openssl',
		[
			...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
			...['-days', '1', '-subj', '/CN=Outside services of the tests'],
			...['-addext', `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}`],
			...['-keyout', keyFile, '-out', file],
		],
		{ stdio: 'pipe' },
	);
	return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(file, 'utf8'), file };
}
