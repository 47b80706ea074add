// Command start measures how long the functions' binaries take from the start
// of their process to their first request for work, which is the part of a cold
// start that billhook answers for. It runs the binaries for this machine,
// against a Runtime API of its own, and ends with an error if one is slower
// than the target or calls anything before it asks for work.
//
//	go run ./infra/bench/start
package main
