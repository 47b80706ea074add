// Package apigateway stands in for what AWS puts in front of a function: an HTTP
// API with the template's routes, and a function URL. It turns requests into
// events of payload format 2.0 and answers back into HTTP, with the gateway's own
// limits, timeouts, CORS and error bodies. It knows routes and bytes, nothing of
// what the functions do. Authorizers, stages other than $default, throttling and
// response streaming are not served.
//
// Format and limits:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
package apigateway
