package dynamodbtest

import (
	"fmt"
	"os"
	"sync"
)

// databases are named by access keys. DynamoDB Local never closes one, and has
// three threads look at each all the time, so a test gets one that an earlier
// test has left empty: there are as many as tests that run at once, not as many
// as tests.
type databases struct {
	mu   sync.Mutex
	left []string
	made int
}

// idle are those that no test of this binary uses.
var idle databases

// binaries bounds how many databases the test binaries of a whole run make: two
// of them may share some, in which their tables have different names.
const binaries = 8

func (d *databases) take() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if last := len(d.left) - 1; last >= 0 {
		database := d.left[last]
		d.left = d.left[:last]
		return database
	}
	d.made++
	// Letters and digits only, as DynamoDB Local wants access keys.
	return fmt.Sprintf("test%dx%d", os.Getpid()%binaries, d.made)
}

func (d *databases) put(database string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left = append(d.left, database)
}
