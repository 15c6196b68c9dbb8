import { NodeApiError, NodeOperationError, type INode, type JsonObject } from 'n8n-workflow';

import { SpApiFailure, type FailureKind } from '../spapi/failure';
import { redact } from '../spapi/redact';

/** What n8n's scheduler makes of a failure: whether waiting helps, or only the user can. */
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
	login: 'credential-invalid',
	tokenRejected: 'credential-invalid',
	accessDenied: 'configuration-invalid',
};

/**
 * Makes n8n's own error of whatever was thrown, with the item it belongs to if there are items. A failed call to Amazon
 * becomes a fresh `NodeApiError`: wrapping one in another keeps the old text and drops the index.
 */
export function toNodeError(
	node: INode,
	error: unknown,
	itemIndex?: number,
): NodeApiError | NodeOperationError {
	if (error instanceof SpApiFailure) {
		const { status, code, message, requestId } = error.answer;
		const cause = CAUSES[error.kind];
		const answer: JsonObject = {
			kind: error.kind,
			operation: error.operation,
			amazonCode: code ?? null,
			amazonMessage: message ?? null,
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
