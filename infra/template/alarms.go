package template

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const alarmType = "AWS::CloudWatch::Alarm"

// mostMetrics is CloudWatch's limit for an alarm, expressions among them.
const mostMetrics = 10

// Alarms are the faults of the alarms: one without a reader, a runbook or a
// metric that exists would never be noticed. root is the repository's.
func Alarms(t Templates, metrics map[Metric]bool, root string) []string {
	var faults faults
	all := slices.Concat(t.Main.Of(alarmType), t.Monitoring.Of(alarmType))
	for _, wanted := range []string{
		"WebhookFailures", "QuarantinedEvents", "ParkedEvents", "SignatureFailures", "Drift", "PayoutFailures", "FunctionThrottles",
		"OtherFunctionThrottles", "TableThrottles", "ApiErrors", "ApiLatency", "WebhookLatency",
	} {
		if t.Monitoring.Resources[wanted].Type != alarmType {
			faults.add("there is no alarm %s", wanted)
		}
	}
	for _, alarm := range all {
		for _, property := range []string{"AlarmActions", "OKActions"} {
			if topic := text(alarm.Properties[property]); topic != "Ref AlarmTopic" && topic != "Ref AlarmTopicArn" {
				faults.add("%s: %s is %q, want the alarm topic", alarm.ID, property, topic)
			}
		}
		if text(alarm.Properties["TreatMissingData"]) != "notBreaching" {
			faults.add("%s: a metric that counts nothing has no data, which is no alarm", alarm.ID)
		}
		if n := len(list(alarm.Properties["Metrics"])); n > mostMetrics {
			faults.add("%s has %d metrics; CloudWatch takes %d", alarm.ID, n, mostMetrics)
		}
		faults.runbook(alarm, root)
		for _, m := range metricsOf(alarm) {
			faults.metric(alarm, m, metrics)
		}
	}
	faults.rollbacks(t.Main)
	faults.throttles(t)
	return faults
}

var runbook = regexp.MustCompile(`\bdocs/runbooks/[a-z-]+\.md\b`)

func (f *faults) runbook(alarm Named, root string) {
	path := runbook.FindString(text(alarm.Properties["AlarmDescription"]))
	if path == "" {
		f.add("%s: the description names no runbook", alarm.ID)
		return
	}
	if _, err := os.Stat(filepath.Join(root, path)); err != nil {
		f.add("%s: there is no %s", alarm.ID, path)
	}
}

// used is a metric as an alarm names it.
type used struct {
	Namespace, Name string
	Dimensions      map[string]string
}

var insights = regexp.MustCompile(`^Fn::Sub SELECT SUM\((\w+)\) FROM SCHEMA\("\$\{MetricsNamespace\}", (\w+)\)$`)

// metricsOf are the metrics that an alarm looks at, in any of the three ways to
// name them.
func metricsOf(alarm Named) []used {
	if alarm.Properties["MetricName"] != nil {
		return []used{usedBy(alarm.Properties)}
	}
	var found []used
	for _, m := range list(alarm.Properties["Metrics"]) {
		if metric := at(m, "MetricStat", "Metric"); metric != nil {
			found = append(found, usedBy(metric))
		}
		if query := insights.FindStringSubmatch(text(at(m, "Expression"))); query != nil {
			found = append(found, used{"Ref MetricsNamespace", query[1], map[string]string{query[2]: ""}})
		}
	}
	return found
}

func usedBy(metric any) used {
	u := used{text(at(metric, "Namespace")), text(at(metric, "MetricName")), map[string]string{}}
	for _, d := range list(at(metric, "Dimensions")) {
		u.Dimensions[text(at(d, "Name"))] = text(at(d, "Value"))
	}
	return u
}

// published are the metrics of AWS's own that alarms use, with their dimensions.
//
//nolint:gochecknoglobals // a table
var published = map[string][]string{
	"AWS/Lambda Errors":               {"FunctionName"},
	"AWS/Lambda Throttles":            {"FunctionName"},
	"AWS/Lambda Duration":             {"FunctionName"},
	"AWS/DynamoDB ReadThrottleEvents": {"TableName"}, "AWS/DynamoDB WriteThrottleEvents": {"TableName"},
	"AWS/ApiGateway 5xx": {"ApiId"}, "AWS/ApiGateway Latency": {"ApiId"}, // an HTTP API's; a REST API has others
}

func (f *faults) metric(alarm Named, u used, metrics map[Metric]bool) {
	if u.Namespace != "Ref MetricsNamespace" {
		dimensions, known := published[u.Namespace+" "+u.Name]
		if !known {
			f.add("%s: there is no metric %s of %s", alarm.ID, u.Name, u.Namespace)
		}
		for _, name := range dimensions {
			if u.Dimensions[name] == "" {
				f.add("%s: %s of %s has the dimension %s", alarm.ID, u.Name, u.Namespace, name)
			}
		}
		return
	}
	if len(u.Dimensions) != 1 {
		f.add("%s: %s is written with one dimension", alarm.ID, u.Name)
	}
	for dimension, value := range u.Dimensions {
		if !counted(metrics, Metric{u.Name, dimension, value}) {
			f.add("%s: no function counts %s with %s %q", alarm.ID, u.Name, dimension, value)
		}
	}
}

// counted tells whether the code counts a metric; without a value, whether it
// counts it under any.
func counted(metrics map[Metric]bool, m Metric) bool {
	for known := range metrics {
		if known.Name == m.Name && known.Dimension == m.Dimension && cmp.Or(m.Value, known.Value) == known.Value {
			return true
		}
	}
	return false
}

// rollbacks wants each rollout to watch the function's own errors, at the alias.
func (f *faults) rollbacks(d Document) {
	for _, function := range d.Of(functionType) {
		id, _ := strings.CutPrefix(text(at(function.Properties, "DeploymentPreference", "Alarms")), "Ref ")
		watched := d.Resources[id]
		u := usedBy(watched.Properties)
		if watched.Type != alarmType || u.Namespace != "AWS/Lambda" || u.Name != "Errors" ||
			u.Dimensions["FunctionName"] != "Ref "+function.ID || u.Dimensions["Resource"] != "Fn::Sub ${"+function.ID+"}:live" {
			f.add("%s: a rollout is not taken back for the function's own errors", function.ID)
		}
	}
}

// throttles wants the alarms on throttles to see every function.
func (f *faults) throttles(t Templates) {
	passed := text(at(t.Main.Resources["Monitoring"].Properties, "Parameters", "Functions"))
	all := t.Main.Of(functionType)
	for _, function := range all {
		if !slices.Contains(strings.Fields(passed), function.ID) {
			f.add("%s is not monitored", function.ID)
		}
	}
	seen := map[string]bool{}
	for _, id := range []string{"FunctionThrottles", "OtherFunctionThrottles"} {
		for _, u := range metricsOf(Named{id, t.Monitoring.Resources[id]}) {
			seen[u.Dimensions["FunctionName"]] = true
		}
	}
	if len(seen) != len(all) {
		f.add("the alarms on throttles look at %d functions of %d", len(seen), len(all))
	}
}
