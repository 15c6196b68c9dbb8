import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoDir } from './paths.mjs';

/** @typedef {import('n8n-workflow').INode} INode */

/**
 * A credential in n8n.
 *
 * @typedef {{ readonly id: string, readonly name: string }} Credential
 */

/**
 * The template "Feedback desk", as a seller fills it in for email.
 *
 * @param {object} choices
 * @param {Credential} choices.amazon
 * @param {Credential} choices.smtp
 * @param {{ readonly fromEmail: string, readonly toEmail: string }} choices.addresses
 * @returns {import('n8n-workflow').IWorkflowBase}
 */
export function deskByEmail({ amazon, smtp, addresses }) {
	const file = join(repoDir, 'templates', 'feedback-desk.json');
	/** @type {import('n8n-workflow').IWorkflowBase} */
	const template = JSON.parse(readFileSync(file, 'utf8'));
	/**
	 * @param {INode} node
	 * @returns {INode}
	 */
	const filledIn = (node) => {
		const { type, name, parameters } = node;
		switch (type) {
			case 'n8n-nodes-base.slack':
				return { ...node, disabled: true };
			case 'n8n-nodes-base.emailSend':
				return {
					...node,
					disabled: false,
					parameters: { ...parameters, ...(name === 'Ask by email' && addresses) },
					credentials: { smtp },
				};
			default:
				return needsAmazon(node)
					? { ...node, credentials: { amazonSellingPartnerApi: amazon } }
					: node;
		}
	};
	return { ...template, nodes: template.nodes.map(filledIn) };
}

/**
 * Whether a node of this package calls Amazon; those that only compute have no credential.
 *
 * @param {INode} node
 */
const needsAmazon = ({ type, parameters }) =>
	type.startsWith('n8n-nodes-amazon-seller-feedback.') && parameters.resource !== 'case';
