// Package story is billhook's main job as a developer and an end user live it:
// set up a project, sell a subscription, receive the webhooks, survive a
// declined renewal, read the figures. It works over HTTP only, against any
// running stack and sandbox, and checks what it sees at every step. `make demo`
// prints it; the end-to-end test runs it.
package story
