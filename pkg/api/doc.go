// Package api is the contract that clients see: openapi.yaml, the request and
// answer types generated from it, and the decoding of requests, which reports
// every wrong input with its place.
package api

//go:generate go tool -modfile=../../infra/tools.mod oapi-codegen -config models.yaml openapi.yaml
