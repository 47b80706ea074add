// Package memory is billhook's table in memory, for simulations that need
// thousands of empty tables: the conditions of its writes are those of package
// store, which a test holds the two to. It keeps no history of lists and
// indexes, and nothing outlives the process.
package memory
