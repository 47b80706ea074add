package lambda

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"sync"
)

// environment is all that an instance sees: Lambda's reserved variables, the
// template's, and of this process's own only what a program needs to run.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
func environment(config Config, taskRoot, runtimeAPI string) []string {
	variables := map[string]string{
		"PATH":   os.Getenv("PATH"),
		"TMPDIR": os.TempDir(),
		"LANG":   "en_US.UTF-8",
		"TZ":     ":UTC",
		// The developer's own AWS profile must not reach the function.
		"AWS_CONFIG_FILE":             os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_EC2_METADATA_DISABLED":   "true",

		"AWS_REGION":                      config.Region,
		"AWS_DEFAULT_REGION":              config.Region,
		"AWS_ACCESS_KEY_ID":               config.AccessKey,
		"AWS_SECRET_ACCESS_KEY":           "local",
		"AWS_LAMBDA_RUNTIME_API":          runtimeAPI,
		"AWS_LAMBDA_FUNCTION_NAME":        config.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(config.MemoryMB),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + config.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      "local",
		"LAMBDA_TASK_ROOT":                taskRoot,
		"_HANDLER":                        config.Handler,
	}
	for name, value := range config.Environment {
		variables[name] = value
	}
	list := make([]string, 0, len(variables))
	for name, value := range variables {
		list = append(list, name+"="+value)
	}
	return list
}

// lineWriter passes whole lines on to a sink, each with a prefix and in one
// Write, so that the lines of several instances do not mix.
type lineWriter struct {
	prefix string
	sink   io.Writer

	mu      sync.Mutex
	partial []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.partial = append(w.partial, p...)
	for {
		end := bytes.IndexByte(w.partial, '\n')
		if end < 0 {
			return len(p), nil
		}
		w.emit(w.partial[:end+1])
		w.partial = w.partial[end+1:]
	}
}

// flush passes on a last line that has no newline.
func (w *lineWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.partial) > 0 {
		w.emit(append(w.partial, '\n'))
		w.partial = nil
	}
}

// emit ignores the sink's errors: a full log must not stop a function.
func (w *lineWriter) emit(line []byte) {
	_, _ = w.sink.Write(append([]byte(w.prefix), line...))
}
