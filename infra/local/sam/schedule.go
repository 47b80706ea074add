package sam

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Schedule is one Schedule event of a function.
type Schedule struct {
	// Event is the event's name in the template.
	Event string
	// Every is the time between two invocations.
	Every time.Duration
}

// rate is a rate expression of EventBridge.
var rate = regexp.MustCompile(`^rate\(([1-9][0-9]*) (minute|hour|day)s?\)$`)

// schedule reads an event of type Schedule at a rate; one that is disabled
// invokes nothing.
func (e *evaluator) schedule(item resource, event entry) (schedule Schedule, enabled bool, err error) {
	path := item.path("Events." + event.key)
	kind, err := e.optional(path+".Type", child(event.value, "Type"))
	if err != nil || kind != "Schedule" {
		return Schedule{}, false, err
	}
	properties := child(event.value, "Properties")
	if state := child(properties, "Enabled"); state != nil {
		value, err := e.at(path+".Enabled", state)
		if err != nil || fmt.Sprint(value) == "false" {
			return Schedule{}, false, err
		}
	}
	expression, err := e.optional(path+".Schedule", child(properties, "Schedule"))
	if err != nil {
		return Schedule{}, false, err
	}
	parts := rate.FindStringSubmatch(expression)
	if parts == nil {
		return Schedule{}, false, fmt.Errorf("%s: %s: %q: only rates run locally, such as rate(15 minutes)", e.doc.name, path, expression)
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil {
		return Schedule{}, false, fmt.Errorf("%s: %s: %w", e.doc.name, path, err)
	}
	unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[parts[2]]
	return Schedule{Event: event.key, Every: time.Duration(n) * unit}, true, nil
}
