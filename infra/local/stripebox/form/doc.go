// Package form reads Stripe's request encoding: form values whose names nest
// by brackets, such as items[0][price] and metadata[user]. A request decodes
// into a Go struct whose tags name the parameters, and what does not fit is
// reported with Stripe's error code and parameter path. The package knows
// nothing of any resource and never looks at stored state.
package form
