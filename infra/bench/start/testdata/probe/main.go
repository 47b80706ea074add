// Command probe is a bootstrap that behaves as PROBE says.
package main

import (
	"net/http"
	"os"
)

func main() {
	runtime := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/"
	switch os.Getenv("PROBE") {
	case "calls AWS":
		call(http.MethodPost, os.Getenv("AWS_ENDPOINT_URL"))
	case "calls by proxy":
		call(http.MethodGet, "http://api.stripe.example/v1/prices")
	case "reports":
		call(http.MethodPost, runtime+"init/error")
	case "ends":
		os.Exit(1)
	}
	call(http.MethodGet, runtime+"invocation/next")
}

func call(method, url string) {
	request, err := http.NewRequest(method, url, http.NoBody)
	if err != nil {
		panic(err)
	}
	if response, err := http.DefaultClient.Do(request); err == nil {
		_ = response.Body.Close()
	}
}
