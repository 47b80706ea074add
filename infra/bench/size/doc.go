// Package size holds the functions' binaries, built as they are deployed, to
// the size that lets them start fast. It owns no code, only the test.
package size
