/** What the build makes of a library's binary file: its deflated bytes in base64. */
declare module '*.ttf' {
	const deflated: string;
	export default deflated;
}

declare module '*.wasm' {
	const deflated: string;
	export default deflated;
}
