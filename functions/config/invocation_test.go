package main

import (
	"testing"

	"github.com/google/uuid"

	"billhook/infra/local/invocation"
	"billhook/pkg/billing"
)

// The function's sample invocation, through the adapter that Lambda calls.
func TestSampleInvocation(t *testing.T) {
	t.Parallel()
	sample, err := invocation.Read("../../events/lambda/config.json")
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	project := billing.Project{
		ID: uuid.MustParse(sample.PathParameters["project_id"]), Owner: developer, Name: "Harbor Tools", Active: true, CreatedAt: f.Clock.Now(),
	}
	if err := f.Function.Table.CreateProject(t.Context(), project); err != nil {
		t.Fatal(err)
	}
	f.Invoke(t, f.handler, sample).Is(t, 401, `{"detail": "Could not validate credentials"}`) // its token is none
	answer := f.Invoke(t, f.handler, invocation.WithToken(sample, f.Developer(developer)))
	var got struct{ ID, Name string }
	if answer.Decode(t, &got); answer.Status != 200 || got.ID != project.ID.String() || got.Name != project.Name {
		t.Errorf("answered %d %s", answer.Status, answer.Body)
	}
}
