import { NodeApiError, NodeOperationError, type INode, type JsonObject } from 'n8n-workflow';

import type { FailureKind } from '../spapi/failureKinds';
import { amazonMessageOf, SpApiFailure } from '../spapi/failure';
import { redact } from '../spapi/redact';

/** How n8n's scheduler classifies a failure: whether waiting helps, or only the user can fix it. */
const CAUSES: Partial<
	Record<
		FailureKind,
		'rate-limited' | 'temporarily-unavailable' | 'credential-invalid' | 'configuration-invalid'
	>
> = {
	busy: 'rate-limited',
	throttled: 'rate-limited',
	reportQuota: 'rate-limited',
	unavailable: 'temporarily-unavailable',
	unreachable: 'temporarily-unavailable',
	answerLost: 'temporarily-unavailable',
	reportPending: 'temporarily-unavailable',
	loginUnavailable: 'temporarily-unavailable',
	login: 'credential-invalid',
	secretExpired: 'credential-invalid',
	tokenRejected: 'credential-invalid',
	accessDenied: 'configuration-invalid',
	notSelling: 'configuration-invalid',
};

/**
 * Turns anything that was thrown into n8n's own error, with the index of its item, if there are
 * items. A failed call to Amazon becomes a new `NodeApiError`, because wrapping one in another
 * keeps the old text and drops the index.
 */
export function toNodeError(
	node: INode,
	error: unknown,
	itemIndex?: number,
): NodeApiError | NodeOperationError {
	if (error instanceof SpApiFailure) {
		const { status, code, requestId } = error.answer;
		const cause = CAUSES[error.kind];
		const answer: JsonObject = {
			kind: error.kind,
			operation: error.operation,
			amazonCode: code ?? null,
			amazonMessage: amazonMessageOf(error.answer) ?? null,
			amazonRequestId: requestId ?? null,
		};
		const nodeError = new NodeApiError(node, answer, {
			message: error.message,
			description: error.advice,
			httpCode: status === undefined ? undefined : String(status),
			itemIndex,
			failure: cause && { cause },
		});
		nodeError.context.data = answer;
		return nodeError;
	}
	if (error instanceof NodeOperationError || error instanceof NodeApiError) {
		error.context.itemIndex ??= itemIndex;
		return error;
	}
	const message = redact(error instanceof Error ? error.message : String(error));
	return new NodeOperationError(node, message, { itemIndex });
}
