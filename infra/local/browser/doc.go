// Package browser holds the test that does with a browser what a person does by
// hand after `make dev`: subscribe on the checkout page, move the clock, see the
// renewal, fail a card, cancel in the portal. It has no code but tests, needs
// Chromium and is skipped without it. Pictures of the pages are left in
// .local/browser.
package browser
