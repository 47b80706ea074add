package template

import (
	"regexp"
	"slices"
	"strings"
)

// Settings are the faults of how things are set up: what is stored stays, what
// is logged ends, callers are held back, and parameters take no nonsense.
func Settings(t Templates) []string {
	var faults faults
	faults.functions(t.Main)
	faults.table(t.Main)
	faults.api(t.Main)
	faults.logs(t.Main)
	for _, d := range []Document{t.Main, t.Monitoring} {
		faults.parameters(d)
	}
	slices.Sort(faults)
	return faults
}

// want compares a value with the text that it must have.
func (f *faults) want(where string, value any, wanted string) {
	if got := text(value); got != wanted {
		f.add("%s is %q, want %q", where, got, wanted)
	}
}

func (f *faults) functions(d Document) {
	globals := d.Globals["Function"]
	f.want("Globals.Function.Runtime", globals["Runtime"], "provided.al2023")
	f.want("Globals.Function.Architectures", globals["Architectures"], "arm64")
	f.want("Globals.Function.LoggingConfig.LogFormat", at(globals, "LoggingConfig", "LogFormat"), "JSON")
	f.want("Globals.Function.AutoPublishAlias", globals["AutoPublishAlias"], "live")
	f.want("Globals.Function.DeploymentPreference.Type", at(globals, "DeploymentPreference", "Type"), "Ref Rollout")
	f.want("Globals.Function.Tracing", globals["Tracing"], "Ref Tracing")
	for _, function := range d.Of(functionType) {
		p := function.Properties
		f.want(function.ID+".AutoPublishAliasAllProperties", p["AutoPublishAliasAllProperties"], "true")
		f.want(function.ID+".VersionDescription", p["VersionDescription"], "Ref SettingsRevision")
		if url := at(p, "FunctionUrlConfig"); url != nil {
			if function.ID != "WebhooksFunction" {
				f.add("%s has a public URL; only Stripe's signatures stand in for authorization", function.ID)
			}
			if p["ReservedConcurrentExecutions"] == nil {
				f.add("%s has a public URL and no limit of its own", function.ID)
			}
		}
		f.deadLetters(function)
	}
}

// deadLetters wants a dead-letter queue exactly where it works: Lambda sends
// there what was invoked asynchronously, which only schedules do here. A run
// that is not repeated says that the next one makes up for it.
func (f *faults) deadLetters(function Named) {
	scheduled, caught := false, false
	for _, event := range mapping(function.Properties["Events"]) {
		if strings.HasPrefix(text(at(event, "Type")), "Schedule") {
			scheduled = true
			caught = caught || at(event, "Properties", "DeadLetterConfig") != nil
		}
	}
	caught = caught || at(function.Properties, "EventInvokeConfig", "DestinationConfig", "OnFailure") != nil ||
		function.Properties["DeadLetterQueue"] != nil
	resumed := at(function.Properties, "EventInvokeConfig", "MaximumRetryAttempts") == 0
	switch {
	case scheduled && !caught && !resumed:
		f.add("%s runs on a schedule, and what fails goes nowhere", function.ID)
	case !scheduled && caught:
		f.add("%s has a dead-letter queue that nothing can come to: its callers wait for the answer", function.ID)
	}
}

func mapping(value any) map[string]any {
	m, _ := value.(map[string]any)
	return m
}

func (f *faults) table(d Document) {
	tables := d.Of("AWS::DynamoDB::Table")
	if len(tables) != 1 {
		f.add("%d tables, want one", len(tables))
		return
	}
	table := tables[0]
	p := table.Properties
	f.want("Table.DeletionPolicy", table.DeletionPolicy, "Retain")
	f.want("Table.UpdateReplacePolicy", table.UpdateReplacePolicy, "Retain")
	f.want("Table.BillingMode", p["BillingMode"], "PAY_PER_REQUEST")
	f.want("Table.TimeToLiveSpecification.Enabled", at(p, "TimeToLiveSpecification", "Enabled"), "true")
	f.want("Table.TimeToLiveSpecification.AttributeName", at(p, "TimeToLiveSpecification", "AttributeName"), "expires_at")
	f.want("Table point-in-time recovery", at(p, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"), "true")
	f.want("Table.DeletionProtectionEnabled", p["DeletionProtectionEnabled"], "Fn::If IsProd true false")
	f.want("Table.SSESpecification.SSEEnabled", at(p, "SSESpecification", "SSEEnabled"), "true")
	f.want("Table.SSESpecification.KMSMasterKeyId", at(p, "SSESpecification", "KMSMasterKeyId"), "Fn::If HasTableKey Ref TableKey Ref AWS::NoValue")
	key := d.Resources["TableKey"]
	f.want("TableKey.DeletionPolicy", key.DeletionPolicy, "Retain")
	f.want("TableKey.EnableKeyRotation", key.Properties["EnableKeyRotation"], "true")
}

func (f *faults) api(d Document) {
	apis := d.Of("AWS::Serverless::HttpApi")
	if len(apis) != 1 {
		f.add("%d HTTP APIs, want one", len(apis))
		return
	}
	p := apis[0].Properties
	f.want("access logs", at(p, "AccessLogSettings", "DestinationArn"), "Fn::GetAtt ApiLogGroup.Arn")
	f.want("rate limit", at(p, "DefaultRouteSettings", "ThrottlingRateLimit"), "Ref ApiRateLimit")
	f.want("burst limit", at(p, "DefaultRouteSettings", "ThrottlingBurstLimit"), "Ref ApiBurstLimit")
	f.want("DisableExecuteApiEndpoint", p["DisableExecuteApiEndpoint"], "Fn::If HasDomain true false")
	if !strings.Contains(text(p["CorsConfiguration"]), "Ref AllowedOrigins") {
		f.add("CORS is not the parameter's")
	}
}

// logs wants every log to end some day, and to be of the function's own.
func (f *faults) logs(d Document) {
	for _, group := range d.Of("AWS::Logs::LogGroup") {
		f.want(group.ID+".RetentionInDays", group.Properties["RetentionInDays"], "Ref LogRetentionDays")
	}
	owner := map[string]string{}
	for _, function := range d.Of(functionType) {
		group := logGroupOf(function)
		if d.Resources[group].Type != "AWS::Logs::LogGroup" || owner[group] != "" {
			f.add("%s has no log group of its own", function.ID)
		}
		owner[group] = function.ID
	}
}

// parameters wants each to be explained, checked, and safe to leave out. The
// nested template gets its own from the other one.
func (f *faults) parameters(d Document) {
	for name, p := range d.Parameters {
		if len(text(p["Description"])) < 20 {
			f.add("parameter %s is not explained", name)
		}
		nested := d.Parameters["AlarmTopicArn"] != nil
		if p["Default"] == nil && !nested {
			f.add("parameter %s has no default", name)
		}
		if p["AllowedValues"] == nil && p["AllowedPattern"] == nil && p["MaxValue"] == nil && !nested {
			f.add("parameter %s takes anything", name)
		}
		pattern := text(p["AllowedPattern"])
		if pattern == "" {
			continue
		}
		if !strings.HasPrefix(pattern, "^") || !strings.HasSuffix(pattern, "$") {
			f.add("parameter %s: the pattern is not anchored", name)
		}
		if compiled, err := regexp.Compile(pattern); err != nil {
			f.add("parameter %s: %v", name, err)
		} else if p["Default"] != nil && !compiled.MatchString(text(p["Default"])) {
			f.add("parameter %s: the default does not match", name)
		}
	}
}
