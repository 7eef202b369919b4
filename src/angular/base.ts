import { DOCUMENT, isPlatformServer, PlatformLocation } from '@angular/common';
import { inject, PLATFORM_ID } from '@angular/core';

/** The base of relative URLs: that of the document; on a server the URL of the page that is rendered. */
export function injectBase(): string {
  const base = isPlatformServer(inject(PLATFORM_ID))
    ? inject(PlatformLocation).href // a server's document has no base
    : inject(DOCUMENT).baseURI;
  // a server may render without a URL
  return parseUrl(base) === null ? 'http://localhost' : base;
}

/** The URL, or null for what is no URL. (`URL.parse` is younger than the browsers of Angular 17.) */
export function parseUrl(url: string, base?: string): URL | null {
  try {
    return new URL(url, base);
  } catch {
    return null;
  }
}
