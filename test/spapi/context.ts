import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { Readable } from 'node:stream';

import type { Sandbox } from '../../sandbox';
import { sandboxCredential } from '../engine/sandboxCredential';

/** What the transport needs from n8n: a credential, and requests. */
export function contextOf(sandbox: Sandbox, signal?: AbortSignal): IExecuteFunctions {
	const send = async ({
		method,
		baseURL = '',
		url,
		headers,
		body,
		encoding,
		qs,
	}: IHttpRequestOptions) => {
		const target = new URL(`${baseURL}${url}`);
		for (const [name, value] of Object.entries(qs ?? {}))
			target.searchParams.set(name, String(value));
		const isText = body === undefined || typeof body === 'string';
		const answer = await fetch(target, {
			method,
			headers: headers as Record<string, string>,
			body: isText ? (body as string | undefined) : JSON.stringify(body),
		});
		const bytes = Buffer.from(await answer.arrayBuffer());
		const isJson = answer.headers.get('content-type')?.includes('json');
		return {
			statusCode: answer.status,
			headers: Object.fromEntries(answer.headers),
			body:
				encoding === 'stream'
					? Readable.from([bytes])
					: isJson
						? (JSON.parse(bytes.toString()) as unknown)
						: bytes.toString(),
		};
	};
	const credential = sandboxCredential(sandbox, 'europe', { changeReportLimits: false });
	return {
		getNode: () => ({ name: 'Test', credentials: { amazonSellingPartnerApi: {} } }),
		getCredentials: async () => credential,
		getExecutionCancelSignal: () => signal,
		helpers: {
			httpRequest: send,
			httpRequestWithAuthentication: async (
				_: string,
				options: IHttpRequestOptions,
				{ credentialsDecrypted }: { credentialsDecrypted: { data: { accessToken: string } } },
			) =>
				await send({
					...options,
					headers: {
						...options.headers,
						'x-amz-access-token': credentialsDecrypted.data.accessToken,
					},
				}),
		},
	} as unknown as IExecuteFunctions;
}
