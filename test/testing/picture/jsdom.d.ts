// The part of jsdom that reads a picture: it brings no types of its own.
declare module 'jsdom' {
  export class JSDOM {
    readonly window: { readonly DOMParser: typeof DOMParser };
  }
}
