// Package dynamodbtest gives tests a real DynamoDB (DynamoDB Local): one server
// for a test binary, started when the first test asks for it, and an empty
// database with the template's table for every test. A package that uses it says
//
//	func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }
//
// With DYNAMODB_ENDPOINT set, as `go run ./infra/local/dynamodb/with` does, all
// test binaries share that server.
package dynamodbtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"billhook/infra/local/dynamodb"
	"billhook/infra/local/sam"
)

// shared is the test binary's one server: TestMain and the tests have nothing
// but the package to meet in.
var shared struct {
	mu      sync.Mutex
	running bool // Main is in charge of the server's end
	server  *dynamodb.Server
	table   sam.Table
	err     error
}

// Main runs the tests and ends the server, also on Ctrl-C.
func Main(m *testing.M) int {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		received := <-interrupted
		fmt.Fprintln(os.Stderr, "interrupted:", received)
		if err := stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}()
	shared.mu.Lock()
	shared.running = true
	shared.mu.Unlock()
	code := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func stop() error {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	shared.running = false
	if shared.server == nil {
		return nil
	}
	return shared.server.Close()
}

// New returns a client of an empty database and the name of the table in it.
// Nothing is shared with other tests, so tests may run in parallel.
func New(t testing.TB) (client *sdk.Client, tableName string) {
	t.Helper()
	server, table, err := start()
	if err != nil {
		t.Fatalf("DynamoDB for tests: %v", err)
	}
	database := idle.take()
	client = dynamodb.NewClient(server.Endpoint(), database)
	tableName = "billhook-" + randomID()
	if err := dynamodb.CreateTable(t.Context(), client, table, tableName); err != nil {
		t.Fatalf("DynamoDB for tests: %v", err)
	}
	t.Cleanup(func() {
		// The test's context is over; the table's memory is worth giving back.
		_, err := client.DeleteTable(context.Background(), &sdk.DeleteTableInput{TableName: &tableName})
		if err != nil {
			t.Errorf("delete table %s: %v", tableName, err)
			return
		}
		idle.put(database)
	})
	return client, tableName
}

// start starts the server once; all later calls get the same outcome.
func start() (*dynamodb.Server, sam.Table, error) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if !shared.running {
		return nil, sam.Table{}, fmt.Errorf("TestMain must run dynamodbtest.Main, which ends the server")
	}
	if shared.server == nil && shared.err == nil {
		shared.server, shared.table, shared.err = launch()
	}
	return shared.server, shared.table, shared.err
}

func launch() (*dynamodb.Server, sam.Table, error) {
	root, err := sam.FindRoot(".")
	if err != nil {
		return nil, sam.Table{}, err
	}
	document, err := sam.Read(filepath.Join(root, sam.TemplateName))
	if err != nil {
		return nil, sam.Table{}, err
	}
	table, err := document.Table(sam.Values{StackName: "test"})
	if err != nil {
		return nil, sam.Table{}, err
	}
	// Not a test's context: the server outlives the test that needed it first.
	server, err := dynamodb.Start(context.Background(), dynamodb.Options{Root: root})
	return server, table, err
}

func randomID() string {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails, see crypto/rand
	return hex.EncodeToString(id[:])
}
