// Package secrets is a stand-in for AWS Secrets Manager: the operations that
// billhook uses, over the service's own protocol (AWS JSON 1.1), so that the
// functions reach it with the AWS SDK and nothing local in their code. Values are
// kept in a file that only its owner can read, or in memory. There is no access
// control, encryption, rotation or replication: it must hold nothing but test
// credentials.
package secrets
