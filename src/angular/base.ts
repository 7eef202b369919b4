import { DOCUMENT, isPlatformServer, PlatformLocation } from '@angular/common';
import { inject, PLATFORM_ID } from '@angular/core';

/** What relative URLs are relative to: the document's base, or on a server the URL being rendered. */
export function injectBase(): string {
  const base = isPlatformServer(inject(PLATFORM_ID))
    ? inject(PlatformLocation).href // a server's document cannot tell its base
    : inject(DOCUMENT).baseURI;
  // a server may render without a URL
  return URL.canParse(base) ? base : 'http://localhost';
}
