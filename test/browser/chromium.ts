/** The browser to test in. */
export const chromium: string = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
