// Package web is the HTTP plumbing that the functions share: the adapter from
// Lambda events, the frame around every handler (logging, recovery, body
// limit), and the translation of errors into answers. It knows no operation
// and no business rule.
package web
