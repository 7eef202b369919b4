import '@angular/compiler';
import { getTestBed, TestBed } from '@angular/core/testing';
import { BrowserTestingModule, platformBrowserTesting } from '@angular/platform-browser/testing';
import { afterEach } from 'vitest';

// a platform for each test, so that what is shared by a platform does not leak into the next
afterEach(() => {
  TestBed.resetTestEnvironment();
  init();
});

function init(): void {
  getTestBed().initTestEnvironment(BrowserTestingModule, platformBrowserTesting());
}
init();
