// Package lambda runs a Lambda function's real bootstrap binary on this machine.
// It speaks the Lambda Runtime API to a pool of instances, each a process of its
// own that handles one invocation at a time, as on Lambda: instances start when
// all others are busy, are replaced after a crash or a timeout, and see only the
// environment that Lambda and the template give them. It knows nothing of HTTP
// requests or routes; payloads are opaque. Memory limits, freezing between
// invocations and IAM are not simulated.
package lambda
