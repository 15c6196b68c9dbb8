/** A fault: what Amazon answers for an order that it does not give out, and for every order without the role. */
export const DENIED = {
	kind: 'otherAnswer',
	operation: 'getOrder',
	status: 403,
	body: JSON.stringify({
		errors: [
			{ code: 'Unauthorized', message: 'Access to requested resource is denied.', details: '' },
		],
	}),
	hasRequestId: true,
	times: 'always',
} as const;
