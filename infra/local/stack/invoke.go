package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"billhook/infra/local/lambda"
	"billhook/infra/local/sam"
)

// startInvocations opens the two ways to invoke a function that lead past HTTP:
// the schedules of the template, at their own pace, and Lambda's Invoke
// operation, for whoever does not want to wait for them:
//
//	curl -X POST $LAMBDA_URL/2015-03-31/functions/ReconcileFunction/invocations
//	aws lambda invoke --endpoint-url $LAMBDA_URL --function-name ReconcileFunction out.json
func (s *Stack) startInvocations(ctx context.Context) error {
	url, err := s.listeners.open("lambda", s.options.Ports.Lambda)
	if err != nil {
		return err
	}
	s.LambdaURL = url
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2015-03-31/functions/{function}/invocations", s.invoke)
	s.serve("lambda", mux)

	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	for id, schedules := range s.schedules {
		for _, schedule := range schedules {
			running.Go(func() { s.keepInvoking(ctx, id, schedule) })
		}
	}
	s.closing(func() error {
		cancel()
		running.Wait()
		return nil
	})
	return nil
}

// invoke answers Lambda's Invoke operation.
func (s *Stack) invoke(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("function")
	function, known := s.functions[id]
	if !known {
		http.Error(w, fmt.Sprintf(`{"Type": "User", "Message": "Function not found: %s"}`, id), http.StatusNotFound)
		return
	}
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, lambda.MaxPayload))
	if err != nil {
		http.Error(w, `{"Type": "User", "Message": "The payload cannot be read"}`, http.StatusRequestEntityTooLarge)
		return
	}
	if len(payload) == 0 {
		payload = []byte("{}")
	}
	answer, err := function.Invoke(r.Context(), payload)
	w.Header().Set("Content-Type", "application/json")
	var failure *lambda.Error
	switch {
	case errors.As(err, &failure):
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		answer, _ = json.Marshal(map[string]string{"errorType": failure.Type, "errorMessage": failure.Message}) // strings always encode
	case err != nil:
		w.WriteHeader(http.StatusBadGateway)
		answer, _ = json.Marshal(map[string]string{"Message": err.Error()}) // as above
	}
	_, _ = w.Write(append(answer, '\n')) // a caller that has gone needs no answer
}

// keepInvoking invokes a function at the rate of its schedule.
func (s *Stack) keepInvoking(ctx context.Context, id string, schedule sam.Schedule) {
	ticker := time.NewTicker(schedule.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case at := <-ticker.C:
			if _, err := s.functions[id].Invoke(ctx, scheduled(id, schedule, at)); err != nil && ctx.Err() == nil {
				s.options.Logger.Error("scheduled invocation", slog.String("function", id), slog.Any("error", err))
			}
		}
	}
}

// scheduled is the event that EventBridge sends.
func scheduled(id string, schedule sam.Schedule, at time.Time) []byte {
	event, _ := json.Marshal(map[string]any{ // strings always encode
		"version": "0", "id": uuid.NewString(), "detail-type": "Scheduled Event", "source": "aws.events",
		"account": accountID, "region": region, "time": at.UTC().Format(time.RFC3339), "detail": struct{}{},
		"resources": []string{fmt.Sprintf("arn:aws:events:%s:%s:rule/%s-%s%s", region, accountID, stackName, id, schedule.Event)},
	})
	return event
}
