/** The parts of gifenc that the film uses; the package has no types of its own. */
declare module 'gifenc' {
	/** Red, green, blue. */
	type Color = number[];

	interface FrameOptions {
		/** Of the first frame, for all frames. */
		palette?: Color[];
		/** Milliseconds. */
		delay?: number;
		transparent?: boolean;
		transparentIndex?: number;
		/** 1: the next frame is drawn on top. */
		dispose?: number;
	}

	export function GIFEncoder(): {
		writeFrame(index: Uint8Array, width: number, height: number, options: FrameOptions): void;
		finish(): void;
		bytes(): Uint8Array;
	};

	/** The colors that stand for all pixels best. */
	export function quantize(rgba: Uint8Array, maxColors: number): Color[];

	/** The number of the nearest color. */
	export function nearestColorIndex(palette: Color[], color: Color): number;
}
